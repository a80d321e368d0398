"""Runs that train nothing: whether they judge the training batch or other examples.

An evaluation of the batch of the training run before it, or of the one behind it, is one of
training; of other examples it is a test.  So it waits for the next training run, and with it those
of the same step, whose results are averaged: a test may be made in pieces.

Pieces come from one line of the program, in a loop, as often as they are.  What other lines judge
in the same step, validation beside test, are sets of their own, if they feed other examples.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import torch

from reflow.files.run_directory import Tags
from reflow.graph.operation import Tensor
from reflow.watch.learning import Progress
from reflow.watch.reading import as_tensor
from reflow.watch.sample import Batch, Sample
from reflow.watch.walks import sources

# Elements by which two batches are told apart.
_PROBED = 256

# More evaluations than this do not wait.
_MOST_WAITING = 2_000

# Seconds after which a test is recorded though no training run follows.
_PATIENCE = 3.0

Fed = Mapping[Tensor, Any]
Fingerprint = tuple[tuple[int, ...], bytes]

# Of each frame of the program, innermost first: file, first line of the function, instruction.
Site = tuple[tuple[str, int, int], ...]


def fingerprint(value: Any) -> Fingerprint | None:
    """What tells one batch from another, with high probability; None for a single number."""
    tensor = as_tensor(value)
    if tensor is None or not tensor.dim():
        return None
    flat = tensor.detach().reshape(-1)
    some = flat[:: max(1, flat.numel() // _PROBED)][: 2 * _PROBED].cpu()
    return tuple(tensor.shape), some.contiguous().view(torch.uint8).numpy().tobytes()


def fingerprints(fed: Fed) -> dict[Tensor, Fingerprint]:
    """Of all that is fed but single numbers."""
    found = {tensor: fingerprint(value) for tensor, value in fed.items()}
    return {tensor: print_ for tensor, print_ in found.items() if print_ is not None}


def numbers(fed: Fed) -> dict[Tensor, float]:
    """The single numbers that are fed, such as the probability to keep a unit."""
    found = {tensor: as_tensor(value) for tensor, value in fed.items()}
    return {tensor: float(v) for tensor, v in found.items() if v is not None and not v.dim()}


@dataclass
class Evaluation:
    """What a run that trains nothing gave.

    Attributes:
      source: what tells runs of one set of fetches from others.
      site: the lines of the program that lead to the run.
      step: the number of the training run before it.
      scalars: what was fetched, by tensor.
      accuracy: which of them is the share of right answers.
      has_data: whether it judges examples that are fed or come from a data set.
      prints, given: what was fed.
      batch: its examples.
      weight: how many examples were judged.
    """

    source: Any
    site: Site
    step: int
    time: float
    scalars: dict[Tensor, float]
    accuracy: Tensor | None
    has_data: bool
    prints: dict[Tensor, Fingerprint]
    given: dict[Tensor, float]
    batch: Batch | None = None
    weight: int = 1

    def add(self, other: Evaluation) -> None:
        """Takes in another piece of the same test: the scalars are means over all of it."""
        whole = self.weight + other.weight
        for tensor, value in other.scalars.items():
            mine = self.scalars.get(tensor, value)
            self.scalars[tensor] = (mine * self.weight + value * other.weight) / whole
        self.weight = whole
        self.batch = self.batch or other.batch


class _Known(NamedTuple):
    """What a line of the program judged last, and the number of that set."""

    number: int
    prints: Mapping[Tensor, Fingerprint]


class Sets:
    """Numbers the sets that a program judges in one step, such as validation and test.

    The first is the test of the six graphs: what was the test when there was no other; else what is
    judged last, as the order is training, validation, test.
    """

    def __init__(self) -> None:
        self._known: dict[str, dict[Site, _Known]] = {}  # by tag

    def tell_apart(self, tests: Sequence[Evaluation], samples: Sequence[Sample]) -> None:
        """Leaves each tag, and the pictures, to the first set: what others evaluate gets their
        number in its tag.

        Args:
          tests: those of one step.
          samples: what is to be recorded of each.
        """
        having: dict[str, list[int]] = {}
        for i, sample in enumerate(samples):
            for tag in sample.scalars:
                having.setdefault(tag, []).append(i)
        for tag, places in having.items():
            numbers = self._numbered(tag, [tests[i] for i in places])
            for i, number in zip(places, numbers):
                if number > 1:
                    _set_apart(samples[i], tag, number)

    def _numbered(self, tag: str, tests: Sequence[Evaluation]) -> list[int]:
        """The number of each test's set; the same examples are the same set."""
        firsts: list[Evaluation] = []
        sets = []
        for test in tests:
            same = (i for i, first in enumerate(firsts) if _is_same(first.prints, test.prints))
            sets.append(next(same, len(firsts)))
            if sets[-1] == len(firsts):
                firsts.append(test)
        known_sites = self._known.setdefault(tag, {})
        found: dict[int, int] = {}
        for test, i in zip(tests, sets):
            number = _known_number(test, known_sites)
            if number is not None and i not in found and number not in found.values():
                found[i] = number
        for i in reversed(range(len(firsts))):
            if i not in found:
                others = [known.number for known in known_sites.values()] if found else []
                found[i] = max([*found.values(), *others], default=0) + 1
        for test, i in zip(tests, sets):
            known_sites[test.site] = _Known(found[i], test.prints)
        return [found[i] for i in sets]


def _known_number(test: Evaluation, sites: Mapping[Site, _Known]) -> int | None:
    """That of its line of the program, or of the line that judged the same examples."""
    if test.site in sites:
        return sites[test.site].number
    return next((k.number for k in sites.values() if _is_same(k.prints, test.prints)), None)


def _set_apart(sample: Sample, tag: str, number: int) -> None:
    sample.batch = None
    value = sample.scalars.pop(tag)
    if tag.startswith(Tags.EVALUATED):
        sample.scalars[f"{tag}#{number}"] = value


@dataclass
class Evaluations:
    """Those of one graph.

    Args:
      put: takes what is to be recorded.
      progress: the learners of the graph.

    Attributes:
      waiting: those of which it is not known yet whether they are of training.
      judged_otherwise: the learners whose loss the program computes itself for training batches,
        with other numbers fed than in training: without dropout, say.
      knows_accuracy: whether the program computes that of training batches.
    """

    put: Callable[[Sample], None]
    progress: Sequence[Progress]
    waiting: list[Evaluation] = field(default_factory=list)
    judged_otherwise: set[str] = field(default_factory=set)
    knows_accuracy: bool = False
    _last: tuple[dict[Tensor, Fingerprint], dict[Tensor, float]] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _timer: threading.Timer | None = None
    _running: set[int] = field(default_factory=set)
    _sets: Sets = field(default_factory=Sets)

    def add(self, evaluation: Evaluation, trained: Fed | None) -> None:
        """Takes the results of a run.

        Args:
          trained: what was fed to the last training run, None if there was none.
        """
        with self._lock:
            if not evaluation.has_data:
                self._record(evaluation, True, {})
                return
            if trained is not None and _is_same(evaluation.prints, fingerprints(trained)):
                self._record(evaluation, True, numbers(trained))
                return
            self.waiting.append(evaluation)
            for progress in self.progress:
                progress.count.wake = 0  # the next training run settles what it is
            if len(self.waiting) > _MOST_WAITING:
                self.settle()
            if trained is not None:
                self._wait()

    def _wait(self) -> None:
        """After some time what waits is a test: no training run follows."""
        if self._timer is None:
            self._timer = threading.Timer(_PATIENCE, self._look_again)
            self._timer.daemon = True
            self._timer.start()

    def begins(self) -> None:
        """An evaluation runs in this thread: it may take long, and those before it wait."""
        self._running.add(threading.get_ident())

    def ends(self) -> None:
        """The evaluation in this thread has run."""
        self._running.discard(threading.get_ident())

    def _look_again(self) -> None:
        with self._lock:
            self._timer = None
            is_late = bool(self.waiting) and time.time() - self.waiting[-1].time >= _PATIENCE
            if is_late and not self._running:
                self.settle()
            elif self.waiting:
                self._wait()

    def settle(self, trained: Fed | None = None) -> None:
        """Records what waits.

        Args:
          trained: what was fed to the training run that has followed; None if none follows.
        """
        with self._lock:
            waiting, self.waiting = self.waiting, []
            prints = {} if trained is None else fingerprints(trained)
            given = {} if trained is None else numbers(trained)
            steps: dict[int, dict[Any, Evaluation]] = {}
            for evaluation in waiting:
                tests = steps.setdefault(evaluation.step, {})
                kind = evaluation.source, evaluation.site
                if _is_same(evaluation.prints, prints):
                    self._record(evaluation, True, given)
                elif kind in tests:
                    tests[kind].add(evaluation)
                else:
                    tests[kind] = evaluation
            for tests in steps.values():
                samples = [self._sample(test, False, given) for test in tests.values()]
                self._sets.tell_apart(list(tests.values()), samples)
                for sample in samples:
                    self.put(sample)

    def _record(
        self, evaluation: Evaluation, is_training: bool, given: Mapping[Tensor, float]
    ) -> None:
        self.put(self._sample(evaluation, is_training, given))

    def _sample(
        self, evaluation: Evaluation, is_training: bool, given: Mapping[Tensor, float]
    ) -> Sample:
        """What is recorded of an evaluation."""
        sample = Sample(evaluation.step, evaluation.time)
        for tensor, value in evaluation.scalars.items():
            sample.scalars[Tags.EVALUATED + tensor.op.name] = value
        named = evaluation.accuracy
        accuracy = None if named is None else evaluation.scalars.get(named)
        if accuracy is not None and 0 <= accuracy <= 1:
            tag = Tags.TRAINING_ACCURACY if is_training else Tags.TEST_ACCURACY
            sample.scalars[tag] = accuracy
            self.knows_accuracy |= is_training
        for progress in self.progress:
            values = [evaluation.scalars.get(loss) for loss in progress.learner.losses]
            found = [value for value in values if value is not None]
            if found:
                tag = Tags.TRAINING_LOSS if is_training else Tags.TEST_LOSS
                sample.scalars[tag + progress.name] = sum(found) / len(found)
                if is_training and _differs(progress, evaluation.given, given):
                    self.judged_otherwise.add(progress.name)
        if evaluation.batch is not None:
            tag = Tags.TRAINING_BATCH if is_training else Tags.TEST_BATCH
            sample.batch = replace(evaluation.batch, tag=tag)
        return sample


def _is_same(prints: Mapping[Tensor, Fingerprint], others: Mapping[Tensor, Fingerprint]) -> bool:
    shared = prints.keys() & others.keys()
    return bool(shared) and all(prints[tensor] == others[tensor] for tensor in shared)


def _differs(
    progress: Progress, given: Mapping[Tensor, float], trained: Mapping[Tensor, float]
) -> bool:
    """Whether a number that the loss depends on is another one than in training."""
    return any(
        given.get(tensor) != trained.get(tensor)
        for tensor in sources(progress.learner.losses)
        if tensor in given or tensor in trained
    )
