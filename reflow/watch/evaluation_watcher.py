"""Watches runs that fetch numbers and train nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from time import perf_counter, thread_time
from types import FrameType
from typing import TYPE_CHECKING, Any

from reflow.files.run_directory import Tags
from reflow.graph import source
from reflow.graph.operation import Tensor
from reflow.runtime.taps import Count, FeedKey, Tap, Watcher, fed_values, nothing_bad
from reflow.watch.evaluating import Evaluation, Site, fingerprints, numbers
from reflow.watch.fetched import FIRST, INTERVAL, Pace, Scalars
from reflow.watch.learning import probabilities_of
from reflow.watch.reading import as_tensor, batch_of, class_numbers
from reflow.watch.roles import examples_of
from reflow.watch.walks import sources

if TYPE_CHECKING:
    from reflow.watch.observer import GraphWatch

# The least time between two pictures of one test, in seconds.
_PICTURES_INTERVAL = 1.0


class EvaluationWatcher(Watcher):
    """Watches runs that fetch numbers and train nothing."""

    def __init__(self, graph: GraphWatch, tensors: Sequence[Tensor]) -> None:
        self.count = Count()  # it counts none: each run is told of
        self.item = nothing_bad
        self._graph = graph
        self._observer = graph.observer
        self._recorder = graph.observer.recorder
        self._budget = graph.observer.budget
        self._scalars = Scalars(tensors)
        judged = [tensor for _, tensor in self._scalars.tensors]
        self._answer, self._labels, self._images = examples_of(
            judged, graph.graph, graph.observer.settings
        )
        wanted = [
            self._labels,
            None if self._answer is None else self._answer.judged,
            None if self._images is None else self._images.tensor,
        ]
        self._tensors = tuple(tensor for tensor in wanted if tensor is not None)
        self._has_data = bool(sources(judged))
        self._paces: dict[Site, Pace] = {}
        self._pictures: dict[Any, Pace] = {}
        self._estimate = 0.0

    def before(self, key: FeedKey) -> Tap | None:
        if self._recorder.paused:
            self._recorder.wait_while_paused()
        self._graph.evaluations.begins()
        if self._images is None:
            return None
        with self._observer.guarded():
            test = _site(), tuple(key[1::2])
            is_first = test not in self._pictures
            pace = self._pictures.setdefault(test, Pace(_PICTURES_INTERVAL, 1))
            lacking = self._budget.lacks(self._estimate, is_rare=True, is_first=is_first)
            if not lacking and pace.is_due(perf_counter()):
                return Tap(self._tensors)
        return None

    def alarm(self, fetched: Sequence[Any]) -> None:
        """Never: none of its runs is only counted."""

    def after(
        self,
        tap: Tap | None,
        key: FeedKey,
        fed: Sequence[Any],
        fetched: Sequence[Any],
        seconds: float,
    ) -> None:
        self._graph.evaluations.ends()
        self._budget.ran(seconds)
        site = _site()
        pace = self._paces.get(site)
        if pace is None:
            pace = self._paces[site] = Pace(INTERVAL, FIRST)
        if tap is None and not pace.is_due(perf_counter()):
            return
        start = thread_time()
        with self._observer.guarded():
            self._add(tap, site, fed_values(key, fed), fetched)
        own = thread_time() - start
        self._budget.spent += own
        if tap is not None:
            self._budget.spent += tap.planning
            self._estimate = own

    def _add(
        self, tap: Tap | None, site: Site, fed: Mapping[Tensor, Any], fetched: Sequence[Any]
    ) -> None:
        graph = self._graph
        batch = None
        values = {} if tap is None else dict(zip(tap.tensors, tap.values))
        known = {t: tensor for t, v in values.items() if (tensor := as_tensor(v)) is not None}
        if self._images is not None and self._images.tensor in known:
            labels = None if self._labels is None else known.get(self._labels)
            batch = batch_of(
                Tags.TEST_BATCH,
                self._images,
                known[self._images.tensor],
                None if labels is None else class_numbers(labels),
                None if self._answer is None else probabilities_of(self._answer, known),
            )
        prints = fingerprints(fed)
        sizes = [shape[0] for shape, _ in prints.values()]
        evaluation = Evaluation(
            self,
            site,
            graph.step,
            time.time(),
            self._scalars.of(fetched),
            self._scalars.accuracy,
            self._has_data,
            prints,
            numbers(fed),
            batch,
            max(sizes, default=1) or 1,
        )
        graph.evaluations.add(evaluation, graph.trained_values() if graph.last else None)


def _site() -> Site:
    """The lines of the program that lead to this run."""
    frame: FrameType | None = sys._getframe(1)
    found = []
    while frame is not None:
        code = frame.f_code
        if _is_program_file(code.co_filename):
            found.append((code.co_filename, code.co_firstlineno, frame.f_lasti))
        frame = frame.f_back
    return tuple(found)


_is_program_file = cache(source.is_program_file)
