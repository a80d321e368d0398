"""Watches runs that train."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

import torch

from reflow.files.run_directory import TRACE_FILE, Tags
from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.session import BaseSession
from reflow.runtime.taps import FeedKey, Tap, Watcher, nothing_bad, slot_of
from reflow.watch.fetched import FIRST, INTERVAL, Pace, Scalars
from reflow.watch.graph_file import trace_record
from reflow.watch.learning import Progress, Reader, slots_of_numbers
from reflow.watch.not_finite import Failing, Finding, locate, tell
from reflow.watch.reading import as_tensor
from reflow.watch.sample import Sample
from reflow.watch.snapshots import Snapshots

if TYPE_CHECKING:
    from reflow.watch.observer import GraphWatch

# The part of the budget that copying variables may take, for when numbers go bad.
_SHARE_OF_SNAPSHOTS = 0.1

# Steps are only counted for so long, in seconds; not before this step.
_UNSEEN = 0.01
_ALL_UP_TO = 64

# A step that is traced is one of those when everything is warm.
_TRACED_FROM = 10


class _Reading(Tap):
    """A tap of a training run.

    Attributes:
      own: CPU seconds that the observer took before the run.
      before: by learner, copies of its variables.
    """

    __slots__ = ("before", "own")

    def __init__(self, tensors: tuple[Tensor, ...], traced: bool = False) -> None:
        super().__init__(tensors, traced)
        self.own = 0.0
        self.before: list[dict[Operation, torch.Tensor]] = []


class _Probe:
    """Finds an element of a variable that can be looked at after each step: quickly, on the host.

    Attributes:
      item: gives the element, as `item(0)`; 0.0 where looking is not quick.
    """

    def __init__(self, slot: VariableSlot | None) -> None:
        self._slot = slot
        self._seen: Any = None
        self.item: Callable[[int], float] = nothing_bad

    def renew(self) -> bool:
        """Follows the variable to another place in memory; gives whether it had moved."""
        value = None if self._slot is None else self._slot.value
        if value is self._seen:
            return False
        self._seen = value
        self.item = nothing_bad
        if isinstance(value, torch.Tensor) and value.device.type == "cpu" and value.numel():
            if value.dtype in (torch.float32, torch.float64):
                self.item = value.detach().numpy().item
        return True


class TrainingWatcher(Watcher):
    """Watches runs that train: counts them for each learner, and reads some."""

    def __init__(
        self,
        graph: GraphWatch,
        session: BaseSession,
        elements: Sequence[Tensor | Operation],
        tensors: Sequence[Tensor],
        learners: Sequence[Progress],
    ) -> None:
        self._graph = graph
        self._observer = graph.observer
        self._recorder = graph.observer.recorder
        self._budget = graph.observer.budget
        self._session = session
        self._elements = list(elements)
        self._learners = learners
        self._first = learners[0]
        self.count = self._first.count
        self.item: Callable[[int], float] = nothing_bad
        variables = {op for progress in learners for op in progress.learner.variables}
        slots = {op: slot_of(session, op) for op in variables}
        self._slots = slots_of_numbers(slots, sorted(variables, key=lambda op: op._id))
        self._readers = [Reader(progress, self._slots) for progress in learners]
        wanted = dict.fromkeys(t for reader in self._readers for t in reader.tensors)
        self._tensors = tuple(wanted)
        self._snapshots = Snapshots(self._slots, _SHARE_OF_SNAPSHOTS * self._budget.fraction)
        self._probe = _Probe(next(reversed(self._slots.values()), None))
        self._scalars = Scalars(tensors)
        self._pace = Pace(INTERVAL, FIRST)

    # -- Before a run ----------------------------------------------------------------------------

    def before(self, key: FeedKey) -> Tap | None:
        if self._recorder.paused:
            self._recorder.wait_while_paused()
        first = self._first
        if first.step + 1 < first.schedule.next:
            return None
        with self._observer.guarded():
            return self._begin(first.step + 1)
        return None

    def _begin(self, step: int) -> Tap | None:
        if not self._first.schedule.is_due(step):
            return None
        if self._wants_trace(step):
            self._graph.is_traced = True
            return _Reading((), traced=True)
        start = thread_time()
        tap = _Reading(self._tensors)
        tap.before = [reader.before() for reader in self._readers]
        tap.own = thread_time() - start
        return tap

    def _wants_trace(self, step: int) -> bool:
        # It takes some time to plan a run that is traced, and more to run it.
        schedule = self._first.schedule
        is_time = step >= _TRACED_FROM and not self._graph.is_traced
        return is_time and not self._budget.lacks(2 * schedule.estimate + schedule.plain, True)

    # -- After a run -----------------------------------------------------------------------------

    def after(
        self,
        tap: Tap | None,
        key: FeedKey,
        fed: Sequence[Any],
        fetched: Sequence[Any],
        seconds: float,
    ) -> None:
        first = self._first
        for progress in self._learners:
            progress.count.step = progress.count.advance()
        step = first.step
        first.count.fed = key, fed
        first.count.fetched = self, fetched
        self._graph.last = first
        runs = step - first.settled
        first.settled = step
        if tap is None:
            self._budget.ran(runs * seconds, runs)
            first.schedule.ran(seconds, runs)
        else:
            self._budget.ran((runs - 1) * first.schedule.plain, runs)
        has_moved = self._probe.renew()
        self.item = self._probe.item
        self._check(tap, step)
        if (
            tap is not None
            or self._graph.evaluations.waiting
            or self._scalars.tensors
            or step >= self._snapshots.next
        ):
            with self._observer.guarded():
                self._look(tap, step, fetched, seconds)
        first.count.wake = step + 1 if has_moved else self._next_wake(step)

    def alarm(self, fetched: Sequence[Any]) -> None:
        self._graph.last = self._first
        self._check(None, self._first.step)

    def _check(self, tap: Tap | None, step: int) -> None:
        """Tells, once, if the probed element is not finite."""
        value = self.item(0)
        if value - value != 0.0:
            self.item = nothing_bad
            if not self._graph.has_failed:
                self._fails(tap, step, "NaN or infinity")

    def _next_wake(self, step: int) -> float:
        schedule = self._first.schedule
        if len(self._graph.progress) > 1 or step < _ALL_UP_TO or not schedule.plain:
            return step + 1
        quick = step + int(_UNSEEN / schedule.plain)
        return max(step + 1, min(quick, schedule.next, self._snapshots.next))

    def _look(self, tap: Tap | None, step: int, fetched: Sequence[Any], seconds: float) -> None:
        """What is not done after each run."""
        start, now = thread_time(), perf_counter()
        sample: Sample | None = None
        evaluations = self._graph.evaluations
        if evaluations.waiting:
            evaluations.settle(self._graph.trained_values())
        scalars = self._scalars.of(fetched)
        if not self._graph.has_failed and any(v - v != 0.0 for v in scalars.values()):
            bad = next(v for v in scalars.values() if v - v != 0.0)
            self._fails(tap, step, "NaN" if bad != bad else "infinity")
        if isinstance(tap, _Reading):
            sample = Sample(step, time.time(), learner=self._first.name)
            self._read(tap, sample, step, now)
        elif scalars and self._pace.is_due(now):
            sample = Sample(step, time.time(), learner=self._first.name)
        if sample is not None:
            self._add_fetched(scalars, sample)
            self._first.recorded = step
            self._recorder.put(sample)
            self._observer.note_progress(self._graph.batch_size)
        if step >= self._snapshots.next and not self._graph.has_failed:
            self._snapshots.take(step, self._first.schedule.plain)
        own = thread_time() - start
        if isinstance(tap, _Reading):
            self._first.schedule.was_read(step, seconds, own + tap.own, tap.planning)
        else:
            self._budget.spent += own

    def record_last(self, fetched: Sequence[Any]) -> None:
        """Records what the last run gave, if that was not done: no other follows."""
        step = self._first.step
        scalars = self._scalars.of(fetched)
        if scalars and self._first.recorded < step:
            self._first.recorded = step
            sample = Sample(step, time.time())
            self._add_fetched(scalars, sample)
            self._recorder.put(sample)

    def _read(self, tap: _Reading, sample: Sample, step: int, now: float) -> None:
        """Adds to a sample what was tapped."""
        if tap.traced:
            times = tap.times
            self._recorder.write(TRACE_FILE, lambda: trace_record(step, times))
            return
        values = {
            tensor: as_tensor(value)
            for tensor, value in zip(tap.tensors, tap.values)
            if value is not None
        }
        known = {tensor: value for tensor, value in values.items() if value is not None}
        for reader, before in zip(self._readers, tap.before):
            reader.read(known, before, sample)
            self._judge(reader, known, sample)
        lacking = self._budget.lacks(0.0, is_rare=True, is_first=step == 1)
        if not lacking and self._first.wants_pictures(now):
            self._readers[0].picture(known, sample)
        self._observer.measure(sample, self._first, self._graph.batch_size, now)
        bad = [tag for tag, value in sample.scalars.items() if value - value != 0.0]
        if bad and not self._graph.has_failed:
            value = sample.scalars[bad[0]]
            self._fails(tap, step, "NaN" if value != value else "infinity")

    def _judge(self, reader: Reader, values: Mapping[Tensor, Any], sample: Sample) -> None:
        """The training accuracy, unless the program has it; and the loss of training itself goes
        another way if the program computes it as in a test."""
        evaluations = self._graph.evaluations
        if not evaluations.knows_accuracy and self._scalars.accuracy is None:
            accuracy = reader.accuracy(values)
            if accuracy is not None:
                sample.scalars[Tags.TRAINING_ACCURACY] = accuracy
        name = reader.progress.name
        if name in evaluations.judged_otherwise:
            loss = sample.scalars.pop(Tags.TRAINING_LOSS + name, None)
            if loss is not None:
                sample.scalars[Tags.FETCHED + name] = loss

    def _add_fetched(self, scalars: Mapping[Tensor, float], sample: Sample) -> None:
        for tensor, value in scalars.items():
            sample.scalars[Tags.FETCHED + tensor.op.name] = value
            if tensor is self._scalars.accuracy and 0 <= value <= 1:
                sample.scalars[Tags.TRAINING_ACCURACY] = value
            for reader in self._readers:
                name = reader.progress.name
                is_loss = reader.progress.learner.losses == (tensor,)
                if is_loss and name not in self._graph.evaluations.judged_otherwise:
                    sample.scalars[Tags.TRAINING_LOSS + name] = value

    # -- What goes wrong ---------------------------------------------------------------------------

    def _fails(self, tap: Tap | None, step: int, what: str) -> None:
        """Finds out where the first NaN or infinity came from, and tells it."""
        self._graph.has_failed = True
        with self._observer.guarded():
            finding = self._locate(tap, step, what)
            tell(finding)
            text = {Tags.NOT_FINITE: finding.as_json()}
            self._recorder.put(Sample(step, time.time(), texts=text))

    def _locate(self, tap: Tap | None, step: int, what: str) -> Finding:
        variables: Mapping[Operation, torch.Tensor] = {}
        age = 0
        if isinstance(tap, _Reading) and tap.before:
            variables = {op: value for group in tap.before for op, value in group.items()}
        else:
            copies = self._snapshots.last_finite()
            if copies is not None:
                age, variables = step - 1 - copies[0], copies[1]
        return locate(
            Failing(
                self._session,
                self._elements,
                self._first.learner.losses,
                self._graph.trained_values(),
                step,
                self._first.name,
                what,
                variables,
                age,
            )
        )
