"""Partial runs: one run done in parts, each with some of its feeds and fetches.

Each part computes what its fetches need and no earlier part has computed.  What later parts
will need of it is kept, as values that are fed to them.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.variable_slot import refers_to_variable
from reflow.runtime.feeds import Feed
from reflow.runtime.fetches import FetchStructure
from reflow.runtime.plan import Plan
from reflow.runtime.prune import needed_operations
from reflow.runtime.states import States


class PartialRuns:
    """The partial runs of one session that are not finished, by their handles."""

    def __init__(self, graph: Graph, states: States, device: torch.device) -> None:
        self._graph = graph
        self._states = states
        self._device = device
        self._runs: dict[str, _PartialRun] = {}
        self._serial = itertools.count()

    def set_up(self, structure: FetchStructure, feeds: Sequence[Tensor]) -> str:
        """Prepares a run of all the fetches with all the feeds and gives its handle."""
        if not structure.tensors and not structure.operations:
            raise _invalid("Must specify at least one target to fetch or execute.")
        handle = f"partial_run_{next(self._serial)}"
        self._runs[handle] = _PartialRun(structure, feeds, self._states, self._device)
        return handle

    def run(self, handle: str, structure: FetchStructure, fed: Mapping[Tensor, Any]) -> Any:
        """Runs one part; `fed` holds runtime values whose shapes are checked already."""
        if structure.operations:
            raise RuntimeError("partial_run() requires empty target_list.")
        if not structure.tensors and not fed:
            return structure.build(())
        run = self._runs.get(handle)
        if run is None:
            raise _invalid("Must run 'setup' before performing partial runs!")
        with run.lock:
            run.check(structure.tensors, fed)
            try:
                values = run.advance(structure.tensors, fed)
            except BaseException:
                # It stopped half-way: what its operations gave is lost.
                self._runs.pop(handle, None)
                raise
            if run.finished:
                self._runs.pop(handle, None)
        return structure.build(values)

    def clear(self) -> None:
        self._runs.clear()


class _PartialRun:
    """What one partial run has done so far."""

    def __init__(
        self,
        structure: FetchStructure,
        feeds: Sequence[Tensor],
        states: States,
        device: torch.device,
    ) -> None:
        self.lock = threading.Lock()
        self._states = states
        self._device = device
        self._feeds = frozenset(feeds)
        self._fetches = frozenset(structure.tensors)
        self._unfed = set(feeds)
        self._unfetched = set(structure.tensors)
        self._waiting = list(structure.operations)
        targets = [*(tensor.op for tensor in structure.tensors), *structure.operations]
        self._operations = needed_operations(targets, self._feeds)
        self._done: set[Operation] = set()
        self._known: dict[Tensor, Any] = {}

    @property
    def finished(self) -> bool:
        return not self._unfed and not self._unfetched

    def check(self, fetches: Sequence[Tensor], fed: Mapping[Tensor, Any]) -> None:
        """InvalidArgumentError for what was not set up, comes twice, or comes too early."""
        _check_expected("feed", fed, self._feeds, self._unfed, "fed")
        _check_expected("fetch", fetches, self._fetches, self._unfetched, "fetched")
        unfed = self._unfed.difference(fed)
        for tensor in fetches:
            missing = self._missing_feed(tensor, unfed)
            if missing is not None:
                raise _invalid(
                    f"Fetch {tensor.name} can't be computed from the feeds that have been fed so "
                    f"far. Missing: {missing.name}"
                )

    def advance(self, fetches: Sequence[Tensor], fed: Mapping[Tensor, Any]) -> Sequence[Any]:
        """Computes the fetches, and keeps what later parts will need."""
        self._known.update(fed)
        self._unfed.difference_update(fed)
        self._unfetched.difference_update(fetches)
        ready = [op for op in self._waiting if self._missing_input(op, self._unfed) is None]
        self._waiting = [op for op in self._waiting if op not in ready]
        done = frozenset(self._done)
        targets = [*(t.op for t in fetches if t not in self._known), *ready]
        running = set(needed_operations(targets, frozenset(self._known), done)) - done
        kept = self._needed_later(running)
        values = self._plan([*fetches, *kept], ready, done).run(list(self._known.values()))
        self._done.update(op for op in running if not _is_variable(op))
        for tensor, value in zip(kept, values[len(fetches) :]):
            self._known[tensor] = Feed(tensor, self._device).take(value)[0]
        return values[: len(fetches)]

    def _plan(
        self, fetches: Sequence[Tensor], targets: Sequence[Operation], done: frozenset[Operation]
    ) -> Plan:
        shapes = {t: TensorShape.of(tuple(value.shape)) for t, value in self._known.items()}
        return Plan(fetches, targets, shapes, self._states, self._device, done=done)

    def _needed_later(self, running: set[Operation]) -> list[Tensor]:
        """What the operations that run now give to those that will run, or to later fetches."""
        wanted = [
            tensor
            for op in self._operations
            if op not in self._done and op not in running
            for tensor in op._inputs
        ]
        wanted += [tensor for tensor in self._fetches if tensor in self._unfetched]
        return [
            tensor
            for tensor in dict.fromkeys(wanted)
            if tensor.op in running
            and tensor not in self._known
            and not refers_to_variable(tensor.dtype)
        ]

    def _missing_feed(self, tensor: Tensor, unfed: set[Tensor]) -> Tensor | None:
        """A feed that `tensor` needs and that has not come yet."""
        if tensor in unfed:
            return tensor
        if tensor in self._known or tensor in self._feeds:
            return None
        return self._missing_input(tensor.op, unfed)

    def _missing_input(self, op: Operation, unfed: set[Tensor]) -> Tensor | None:
        given = frozenset(self._known) | self._feeds
        for needed in needed_operations([op], given, frozenset(self._done)):
            for tensor in needed._inputs:
                if tensor in unfed:
                    return tensor
        return None


def _check_expected(
    what: str,
    given: Iterable[Tensor],
    expected: frozenset[Tensor],
    pending: set[Tensor],
    done: str,
) -> None:
    for tensor in given:
        if tensor not in expected:
            raise _invalid(f"The {what} {tensor.name} was not specified in partial_run_setup.")
        if tensor not in pending:
            raise _invalid(f"The {what} {tensor.name} has already been {done}.")


def _is_variable(op: Operation) -> bool:
    """Whether an operation only stands for something kept: every part needs it anew."""
    return not op._inputs and any(refers_to_variable(tensor.dtype) for tensor in op._outputs)


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)
