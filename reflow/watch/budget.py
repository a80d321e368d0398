"""How much watching may cost, and when the next run may be read."""

from __future__ import annotations

import math
from collections.abc import Callable

from reflow.watch.sample import Cost

# What a watched run costs of which nothing is read, in seconds: measured between the kernels of a
# training, which leave none of this in the processor's caches.
RUN_COST = 3e-6

# So many steps of a learner are read in advance of the budget, as long as that has not taken more
# seconds than this: after 20 times as long they are within the default budget.
_IN_ADVANCE = 8
_ADVANCE = 0.1

# Of the budget the share for reading training runs; the rest is for what is rare (pictures, tests)
# and for what cannot be told from here, such as cores and caches that the recorder shares.
_SHARE_OF_TRAINING = 0.45

# And of what is rare the share of pictures, as far as the recorder's thread makes them.
_SHARE_OF_PICTURES = 0.2

# Up to this share training runs are read whatever else there is: a program may test, and show
# pictures, so often that nothing of theirs would be left.
_LEAST_OF_TRAINING = 0.25

# The least time between two runs that are read, in seconds, once there are some.
_INTERVAL = 0.2

# The same as a part of the time trained so far: files of runs that take days stay readable.
_PART_OF_TIME = 1 / 500


class Budget:
    """Keeps account of what watching costs, against the time of the runs themselves.

    Args:
      fraction: the part of the training time that watching may cost.
      recorder_cost: gives what the recorder has spent.

    Attributes:
      time: how long the runs would have taken without watching, in seconds.
      spent: seconds that reading took, beyond: those of the processor, since the recorder's thread
        may have had it meanwhile.
      spent_on_training: the part of it for training runs.
      runs: how many there were.
    """

    def __init__(self, fraction: float, recorder_cost: Callable[[], Cost]) -> None:
        self.fraction = fraction
        self.time = 0.0
        self.spent = 0.0
        self.spent_on_training = 0.0
        self.runs = 0
        self._recorder_cost = recorder_cost

    def ran(self, seconds: float, runs: int = 1) -> None:
        """So many runs, of which nothing was read, took so long together."""
        self.time += seconds
        self.runs += runs

    @property
    def cost(self) -> float:
        """What all of it has cost so far, in seconds."""
        return self.spent + self.runs * RUN_COST + self._recorder_cost().total

    @property
    def overhead(self) -> float:
        """The cost as a part of the training time."""
        return self.cost / self.time if self.time else 0.0

    def lacks(self, estimate: float, is_rare: bool = False, is_first: bool = False) -> float:
        """How many seconds must still be trained before something may be read.

        Args:
          estimate: what reading it will cost, in seconds.
          is_rare: whether it may use the part that is kept for what is rare.
          is_first: whether it is read in advance, so that there is something to see at once.
        """
        if not self.fraction:
            return math.inf
        if is_first:
            return 0.0
        # The training time after which each would be within its share.
        whole = (self.cost + estimate) / self.fraction
        recorder = self._recorder_cost()
        if is_rare:
            pictures = recorder.pictures / (self.fraction * _SHARE_OF_PICTURES)
            return max(0.0, whole - self.time, pictures - self.time)
        of_training = self.spent_on_training + recorder.distributions + estimate
        least = of_training / (self.fraction * _LEAST_OF_TRAINING)
        return max(0.0, min(whole / _SHARE_OF_TRAINING, least) - self.time)


class Schedule:
    """At which of a learner's steps to read: 1, 2, 3, 5, 8, ..., as far as the budget allows, and
    then as often as the budget and the interval allow.

    Attributes:
      next: the step to be read next.
      plain: how long a step takes of which nothing is read, in seconds; 0 until it is known.
      estimate: what reading a step costs.
    """

    def __init__(self, budget: Budget) -> None:
        self.next: float = 1
        self.plain = 0.0
        self.estimate = 0.0
        self._budget = budget
        self._read = 0
        self._spent = 0.0

    def is_due(self, step: int) -> bool:
        """Whether to read this step; if the budget is short of it, the next is put off."""
        if step < self.next:
            return False
        lacking = self._lacking()
        if lacking:
            self.next = step + self._steps(lacking)
        return not lacking

    def ran(self, seconds: float, runs: int = 1) -> None:
        """So many steps, of which nothing was read, took so long each."""
        if self.plain:
            self.plain += (1 - 0.95**runs) * (seconds - self.plain)
        else:
            self.plain = seconds

    def was_read(self, step: int, seconds: float, own: float, planning: float = 0.0) -> None:
        """A step was read.

        Args:
          seconds: how long it took.
          own: the CPU seconds that the observer took for it.
          planning: the CPU seconds that it took to plan the run, which is done once.
        """
        plain = self.plain or seconds
        # What takes more than twice as long is another program's doing.
        cost = min(max(0.0, seconds - plain), plain) + own
        self._budget.time += min(seconds, plain)
        self._budget.spent += cost + planning
        self._budget.spent_on_training += cost + planning
        self._spent += cost + planning
        self.estimate += (0.3 if self.estimate else 1.0) * (cost - self.estimate)
        golden = max(1, round(step * 0.618))
        interval = max(_INTERVAL, self._budget.time * _PART_OF_TIME)
        gap = min(golden, self._steps(interval)) if self.plain else golden
        self._read += 1
        self.next = step + max(gap, self._steps(self._lacking()))

    def _lacking(self) -> float:
        is_first = self._read < _IN_ADVANCE and self._spent + self.estimate <= _ADVANCE
        return self._budget.lacks(self.estimate, is_first=is_first)

    def _steps(self, seconds: float) -> float:
        """How many steps take so long, at least one."""
        if math.isinf(seconds):
            return math.inf
        return max(1, math.ceil(seconds / self.plain)) if self.plain else 1
