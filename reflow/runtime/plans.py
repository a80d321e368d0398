"""The plans that a session makes for one set of fetches, by what is fed and its shapes."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import torch

from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.runtime.devices import Placement
from reflow.runtime.feeds import Feed, Shape
from reflow.runtime.fetches import FetchStructure
from reflow.runtime.plan import Plan
from reflow.runtime.states import States
from reflow.runtime.taps import Watcher
from reflow.runtime.trace import Tracer

__all__ = ["Key", "Planner", "Plans"]

# A set of fetches and feeds that is run with more different shapes than this gets one plan
# for any shape instead of one for each.
_MAX_SHAPES = 8

# What is fed and its shapes: (feed, shape, feed, shape, ...).
Key = tuple[Feed | Shape, ...]


class Planner:
    """Makes plans for a session.

    Args:
      graph: what is run.
      states: the session's.
      device: where it computes.
      placement: of operations on devices.
      places_pruned_graph: whether only operations that are run need a device.
    """

    def __init__(
        self,
        graph: Graph,
        states: States,
        device: torch.device,
        placement: Placement,
        places_pruned_graph: bool,
    ) -> None:
        self.lock = threading.RLock()
        self._graph = graph
        self._states = states
        self._device = device
        self._placement = placement
        self._places_pruned_graph = places_pruned_graph

    def make(
        self,
        tensors: Sequence[Tensor],
        operations: Sequence[Operation],
        fed: dict[Tensor, TensorShape],
        tracer: Tracer | None = None,
        taps: Sequence[Tensor] = (),
    ) -> Plan:
        """A plan that computes tensors and runs operations, given the shapes of what is fed."""
        if not self._places_pruned_graph:
            self._placement.place(self._graph)
        plan = Plan(tensors, operations, fed, self._states, self._device, tracer, taps=taps)
        if self._places_pruned_graph:
            self._placement.place_operations(plan.operations)
        return plan


class Plans:
    """The plans that compute some tensors and run some operations.

    Attributes:
      tensors, operations: those.
      exact: plans by what was fed and its shapes.
      watcher: what is told of the runs; mostly nothing.
    """

    def __init__(self, structure: FetchStructure, planner: Planner) -> None:
        self.tensors = structure.tensors
        self.operations = structure.operations
        self.exact: dict[Key, Plan] = {}
        self.watcher: Watcher | None = None
        self._planner = planner
        self._general: dict[tuple[Feed | Shape, ...], Plan] = {}
        self._traced: dict[Key, tuple[Plan, Tracer]] = {}
        self._tapped: dict[tuple[Plan, tuple[Tensor, ...]], Plan] = {}

    def plan(self, key: Key) -> Plan:
        """The plan for these shapes, or the one for any shapes once there are many.

        Raises:
          ValueError: a fed value has not the shape of its tensor.
        """
        _check_shapes(key)
        feeds = key[::2]
        general = self._general.get(feeds)
        if general is not None:
            return general
        with self._planner.lock:
            if key not in self.exact:
                if sum(known[::2] == feeds for known in self.exact) >= _MAX_SHAPES:
                    plan = self._general[feeds] = self._make(_declared(key))
                    return plan
                self.exact[key] = self._make(_exact(key))
            return self.exact[key]

    def traced(self, key: Key) -> tuple[Plan, Tracer]:
        """A plan for these shapes that is timed, and what takes the times.

        Raises:
          ValueError: a fed value has not the shape of its tensor.
        """
        _check_shapes(key)
        with self._planner.lock:
            if key not in self._traced:
                if len(self._traced) >= _MAX_SHAPES:
                    self._traced.clear()
                tracer = Tracer()
                self._traced[key] = self._make(_exact(key), tracer), tracer
            return self._traced[key]

    def tapped(self, plan: Plan, key: Key, tensors: tuple[Tensor, ...]) -> Plan:
        """A plan as `plan`, one for these shapes, that gives the values of more tensors."""
        found = self._tapped.get((plan, tensors))
        if found is None:
            with self._planner.lock:
                if len(self._tapped) >= _MAX_SHAPES:
                    self._tapped.clear()
                is_general = plan is self._general.get(key[::2])
                found = self._make(_declared(key) if is_general else _exact(key), taps=tensors)
                self._tapped[plan, tensors] = found
        return found

    def _make(
        self,
        fed: dict[Tensor, TensorShape],
        tracer: Tracer | None = None,
        taps: Sequence[Tensor] = (),
    ) -> Plan:
        return self._planner.make(self.tensors, self.operations, fed, tracer, taps)


def _parts(key: Key) -> list[tuple[Feed, Shape]]:
    return [
        (feed, shape)
        for feed, shape in zip(key[::2], key[1::2])
        if isinstance(feed, Feed) and isinstance(shape, tuple)
    ]


def _check_shapes(key: Key) -> None:
    for feed, shape in _parts(key):
        feed.check_shape(shape)


def _exact(key: Key) -> dict[Tensor, TensorShape]:
    return {feed.tensor: TensorShape.of(shape) for feed, shape in _parts(key)}


def _declared(key: Key) -> dict[Tensor, TensorShape]:
    return {feed.tensor: feed.tensor.shape for feed, _ in _parts(key)}
