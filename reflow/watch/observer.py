"""The observer: which runs are watched, and what their watchers share."""

from __future__ import annotations

import resource
import sys
import threading
import traceback
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from reflow.files.run_directory import GRAPH_FILE, Tags
from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor
from reflow.runtime.session import BaseSession
from reflow.runtime.taps import Watcher, fed_values
from reflow.watch.budget import Budget, Schedule
from reflow.watch.evaluating import Evaluations
from reflow.watch.evaluation_watcher import EvaluationWatcher
from reflow.watch.graph_file import graph_record
from reflow.watch.learning import Progress
from reflow.watch.roles import Learner, learners_of
from reflow.watch.sample import Recorder, Sample
from reflow.watch.settings import Settings
from reflow.watch.training_watcher import TrainingWatcher
from reflow.watch.walks import is_scalar


class RunObserver:
    """Watches all sessions of the process, and hands what it reads to a recorder.

    Attributes:
      recorder, settings: as given.
      budget: what watching costs.
    """

    def __init__(self, recorder: Recorder, settings: Settings | None = None) -> None:
        self.recorder = recorder
        self.settings = settings or Settings()
        self.budget = Budget(self.settings.budget, recorder.cost)
        self._graphs: weakref.WeakSet[GraphWatch] = weakref.WeakSet()
        self._steps: dict[str, int] = {}
        self._lock = threading.RLock()
        self._has_remarked = False

    def watch(
        self, session: BaseSession, tensors: Sequence[Tensor], operations: Sequence[Operation]
    ) -> Watcher | None:
        with self.guarded(), self._lock:
            graph = self._watch_of(session.graph)
            learners = learners_of(tensors, operations, session.graph, self.settings)
            if learners:
                progress = [graph.progress_of(learner) for learner in learners]
                elements: list[Tensor | Operation] = [*tensors, *operations]
                return TrainingWatcher(graph, session, elements, tensors, progress)
            if any(is_scalar(tensor) for tensor in tensors):
                return EvaluationWatcher(graph, tensors)
        return None

    def _watch_of(self, graph: Graph) -> GraphWatch:
        if graph._watch is None or graph._watch.observer is not self:
            graph._watch = GraphWatch(graph, self)
            self._graphs.add(graph._watch)
        watch: GraphWatch = graph._watch
        return watch

    def session_ends(self, graph: Graph) -> None:
        watch = graph._watch
        if watch is not None and watch.observer is self:
            with self.guarded(), self._lock:
                watch.record_last()
                self.note_progress(None)

    def end(self) -> None:
        with self.guarded(), self._lock:
            for graph in list(self._graphs):
                graph.record_last()
            self.note_progress(None)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Keeps mistakes of watching from the program: they are remarked on, once."""
        try:
            yield
        except Exception:
            if not self._has_remarked:
                self._has_remarked = True
                text = traceback.format_exc(limit=-3)
                self.recorder.note(remarks=[f"Watching went wrong, and is incomplete: {text}"])

    def new_name(self, name: str) -> str:
        """The name of a new learner: another graph may have one of that name already."""
        unique, number = name, 0
        while unique in self._steps:
            number += 1
            unique = f"{name}_{number}"
        self._steps[unique] = 0
        return unique

    def note_progress(self, batch_size: int | None) -> None:
        """Tells the recorder how far the learners are."""
        for graph in list(self._graphs):
            self._steps.update({progress.name: progress.step for progress in graph.progress})
        fields: dict[str, Any] = {"steps": dict(self._steps), "overhead": self.budget.overhead}
        if batch_size is not None:
            fields["batch_size"] = batch_size
        self.recorder.note(**fields)

    def measure(
        self, sample: Sample, progress: Progress, batch_size: int | None, now: float
    ) -> None:
        """Adds to a sample how fast the program is, and what it and its watching take."""
        rate = progress.rate(now)
        if rate is None:
            return
        sample.scalars[Tags.STEPS_PER_SECOND] = rate
        if batch_size is not None:
            sample.scalars[Tags.EXAMPLES_PER_SECOND] = rate * batch_size
        sample.scalars[Tags.MEMORY] = resident_bytes()
        sample.scalars[Tags.OVERHEAD] = self.budget.overhead


class GraphWatch:
    """What the watchers of one graph share; it lives as long as the graph.

    Attributes:
      graph, observer: as given.
      last: the learner of the last training run, as far as it is known; None before the first.
      evaluations: of runs that train nothing.
      has_failed: whether a NaN or infinity was found.
      is_traced: whether a run was timed operation by operation.
    """

    def __init__(self, graph: Graph, observer: RunObserver) -> None:
        self.graph = graph
        self.observer = observer
        self.last: Progress | None = None
        self.progress: list[Progress] = []
        self.evaluations = Evaluations(observer.recorder.put, self.progress)
        self.has_failed = False
        self.is_traced = False

    def progress_of(self, learner: Learner) -> Progress:
        """How far a learner is; one is known by its losses, whatever else the runs fetch."""
        for progress in self.progress:
            known = progress.learner
            if known.losses == learner.losses and (
                learner.losses or known.training_op == learner.training_op
            ):
                return progress
        observer = self.observer
        schedule = Schedule(observer.budget)
        progress = Progress(observer.new_name(learner.name), learner, schedule)
        self.progress.append(progress)
        learners, graph = [known.learner for known in self.progress], self.graph
        observer.recorder.write(GRAPH_FILE, lambda: graph_record(graph, learners))
        return progress

    def record_last(self) -> None:
        """Records what waits for another run to follow, and what the last training run gave."""
        self.evaluations.settle()
        for progress in self.progress:
            watcher, fetched = progress.count.fetched or (None, ())
            if isinstance(watcher, TrainingWatcher):
                watcher.record_last(fetched)

    def trained_values(self) -> Mapping[Tensor, Any]:
        """What was fed to the last training run."""
        fed = None if self.last is None else self.last.count.fed
        return {} if fed is None else fed_values(*fed)

    @property
    def step(self) -> int:
        """That of the last training run; 0 before the first."""
        return 0 if self.last is None else self.last.step

    @property
    def batch_size(self) -> int | None:
        """How many examples the last training run had; None if that is not known."""
        images = [p.learner.images for p in self.progress if p.learner.images is not None]
        values = self.trained_values()
        for tensor in (*(i.tensor for i in images), *values):
            shape: Sequence[int] = getattr(values.get(tensor), "shape", ())
            if shape:
                return int(shape[0])
        return None


def resident_bytes() -> float:
    """The memory that this process has now; where the system does not tell, at most had."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        scale = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
