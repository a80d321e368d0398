"""How far a run is: which learners train at present, and how many steps of theirs there will be."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import FrameType
from typing import Final

from reflow.watch.loops import Loops

__all__ = ["Course"]

# So many steps the other learners may make before one that makes none has ended; and, as learners
# may take turns, so many times as many as they ever made before it went on.
_LEAST_PATIENCE: Final = 10
_PATIENCE: Final = 2

# Seconds over which the rate is measured at least.
_RATED: Final = 1.0


class Course:
    """Follows the learners of a process.

    Attributes:
      given: how many steps there will be, as the program itself says; None: it does not.
    """

    def __init__(self) -> None:
        self.given: int | None = None
        self._learners: dict[str, _Learner] = {}

    def look(self, learner: str, step: int, frame: FrameType | None) -> None:
        """Looks at the loops around a training run, from this frame outwards."""
        self._learner(learner).loops.look(frame, step)

    def note(self, steps: Mapping[str, int]) -> None:
        """Takes how many training runs each learner has made."""
        now = time.monotonic()
        made = {name: count - self._learner(name).step for name, count in steps.items()}
        total = sum(made.values())
        for name, count in made.items():
            self._learner(name).advance(count, total - count, now)

    def _learner(self, name: str) -> _Learner:
        return self._learners.setdefault(name, _Learner())

    @property
    def step(self) -> int | None:
        """Of the learner that is farthest of those that train; None if there is none."""
        first = self._first
        return None if first is None else first.step

    @property
    def rate(self) -> float | None:
        """Its steps in a second; None until it is known."""
        first = self._first
        return None if first is None else first.rate

    @property
    def inner(self) -> int | None:
        """Rounds of the innermost of several loops; None if several learners are in it."""
        first = self._first
        return first.loops.inner if first is not None and len(self._training()) == 1 else None

    def total(self, step: int) -> int | None:
        """How many steps there will be; None if that is not known, or fewer than there were."""
        first = self._first
        found = None if first is None else first.loops.total
        found = self.given if found is None else found
        return None if found is None or found < step else found

    def has_ended(self, name: str) -> bool:
        """Whether it is a learner that trains no more."""
        return name in self._learners and not self._learners[name].trains

    @property
    def _first(self) -> _Learner | None:
        return max(self._training(), key=lambda learner: learner.step, default=None)

    def _training(self) -> list[_Learner]:
        return [learner for learner in list(self._learners.values()) if learner.trains]


class _Learner:
    """What is known of one learner.

    Attributes:
      loops: around its training runs.
      step: how many of them there were.
      rate: how many in a second; None until it is known.
    """

    def __init__(self) -> None:
        self.loops = Loops()
        self.step = 0
        self.rate: float | None = None
        self._waits = 0  # steps of the others since its last one
        self._longest = 0  # it ever waited
        self._rated = 0.0, 0

    @property
    def trains(self) -> bool:
        """Whether it has trained, and may go on to."""
        patience = max(_LEAST_PATIENCE, _PATIENCE * self._longest)
        return self.step > 0 and self._waits <= patience

    def advance(self, made: int, by_others: int, now: float) -> None:
        """It made so many steps since it was last asked, while the others made some, too."""
        if not made:
            self._waits += by_others
            return
        if self.step:
            self._longest = max(self._longest, self._waits)
        else:
            self._rated = now, made
        self._waits = 0
        self.step += made
        then, before = self._rated
        if now - then >= _RATED:
            self.rate = (self.step - before) / (now - then)
            self._rated = now, self.step
