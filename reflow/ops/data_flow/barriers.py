"""Barriers: components of values that come in one by one, under the keys of the values."""

from __future__ import annotations

import heapq
import itertools
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType, int64, string
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow.elements import check_output_types, own, rows, stacked
from reflow.ops.data_flow.resources import (
    Array,
    Reference,
    found,
    invalid,
    resource_name,
    shared_key,
    two_strings,
)
from reflow.ops.data_flow.waiting import Attempt, Line, Shared, awaited
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle as scalar_of

# The index of the first insertion.
_FIRST = -(2**63)


class _Values(Shared):
    """The values of a barrier: those that lack components, and those that can be taken."""

    def __init__(self, op: Operation) -> None:
        self._takes = Line()
        super().__init__(self._takes)
        self.name = resource_name(op)
        self.types: list[DType] = op.attrs["component_types"]
        self._shapes: list[TensorShape] = op.attrs["shapes"]
        if op.attrs["capacity"] != -1:
            raise invalid(
                "Barrier only accepts capacity=-1.  Feed the inputs to your Barrier through a "
                "queue to enforce a limited capacity."
            )
        self._index = _FIRST
        self._arrivals = itertools.count()
        self._incomplete: dict[bytes, tuple[int, list[Any]]] = {}
        # By the index of the insertion that began with a value.
        self._ready: list[tuple[int, int, bytes, list[Any]]] = []
        self._is_closed = False
        self._cancels = False

    @property
    def ready_size(self) -> int:
        return len(self._ready)

    @property
    def incomplete_size(self) -> int:
        return len(self._incomplete)

    def insert(self, keys: Array, values: Any, component: int) -> None:
        """Gives the values of `keys` one of their components, the rows of `values`.

        Raises:
          tf.errors.CancelledError: the barrier is closed, and has not begun with such values.
          tf.errors.InvalidArgumentError: a value has the component, or it has no elements.
        """
        if keys.size and not int(np.prod(values.shape)):
            raise invalid(
                f"Tensors with no elements are not supported {self.name}: received shape "
                f"{shapes.text(TensorShape.of(tuple(values.shape)))}"
            )
        with self.lock:
            if self._is_closed and (self._cancels or (keys.size and not self._incomplete)):
                raise self._closed(f".  Number of new insertions: {keys.size}")
            before = self._index
            try:
                for number, (key, row) in enumerate(zip(keys.ravel(), rows(*own([values])))):
                    self._insert_one(key, row, component, number, before)
            finally:
                self.advance()

    def _insert_one(self, key: bytes, row: Any, component: int, number: int, index: int) -> None:
        if key not in self._incomplete:
            if self._is_closed:
                raise self._closed(f".  Insertion index: {number}", key)
            self._incomplete[key] = (index, [None] * len(self.types))
            self._index = index + 1
        first, components = self._incomplete[key]
        if components[component] is not None:
            raise invalid(
                f"Key {key.decode(errors='replace')} already has a value for component "
                f"{component} in barrier {self.name}"
            )
        if not self._shapes[component].is_compatible_with(tuple(row.shape)):
            raise invalid(
                f"Shape mismatch in tuple component {component + 2}. Expected "
                f"{shapes.text(self._shapes[component])}, got "
                f"{shapes.text(TensorShape.of(tuple(row.shape)))}"
            )
        components[component] = row
        if all(each is not None for each in components):
            del self._incomplete[key]
            heapq.heappush(self._ready, (first, next(self._arrivals), key, components))

    def _closed(self, details: str, key: bytes | None = None) -> errors.CancelledError:
        new = (
            ""
            if key is None
            else f", but attempted to insert a brand new key: {key.decode(errors='replace')}"
        )
        return errors.CancelledError(
            None,
            None,
            f"Barrier {self.name} is closed{new}.  Pending enqueues cancelled: "
            f"{int(self._cancels)}{details}.  Number of incomplete keys: {len(self._incomplete)}.",
        )

    def take(self, count: int, fewer: bool, device: Any) -> Attempt:
        """Takes `count` values, when there are so many: their indices, keys and components.

        Args:
          fewer: take what there is of a closed barrier, even if that is less.
        """
        if self._is_closed:
            self._check_available(count, fewer)

        def advance(attempt: Attempt) -> bool:
            left = len(self._ready)
            is_final = self._is_closed and not self._incomplete
            if is_final and (not left or (left < count and not fewer)):
                raise errors.OutOfRangeError(
                    None,
                    None,
                    f"PriorityQueue '{self.name}_queue' is closed and has insufficient elements "
                    f"(requested {count}, current size {left})",
                )
            if left < count and not (self._is_closed and fewer and left):
                return False
            taken = [heapq.heappop(self._ready) for _ in range(min(left, count))]
            attempt.finish(lambda: self._batch(taken, device))
            return True

        return self.attempt(self._takes, advance, "Dequeue operation was cancelled")

    def _check_available(self, count: int, fewer: bool) -> None:
        available = len(self._ready)
        wanted = min(count, available) if fewer else count
        available += 0 if fewer else len(self._incomplete)
        if available < max(wanted, 1):
            raise errors.OutOfRangeError(
                None,
                None,
                f"Barrier '{self.name}' is closed and has insufficient elements (requested "
                f"{wanted}, total size {available})",
            )

    def _batch(self, taken: list[tuple[int, int, bytes, list[Any]]], device: Any) -> list[Any]:
        indices = torch.tensor([index for index, *_ in taken], dtype=torch.int64, device=device)
        keys = stacked([scalar_of(key) for *_, key, _ in taken], string, shapes.SCALAR, device)
        columns = list(zip(*(components for *_, components in taken))) or [()] * len(self.types)
        values = [
            stacked(column, dtype, shape, device)
            for column, dtype, shape in zip(columns, self.types, self._shapes)
        ]
        return [indices, keys, *values]

    def end(self, cancels: bool) -> None:
        """Takes no new keys from now on, and drops incomplete values if `cancels`.

        Raises:
          tf.errors.CancelledError: it is closed already, and no less so.
        """
        with self.lock:
            if self._is_closed and (self._cancels or not cancels):
                message = f"Barrier '{self.name}' is already closed."
                raise errors.CancelledError(None, None, message)
            self._is_closed = True
            self._cancels = cancels
            if cancels:
                self._incomplete.clear()
            self.advance()


def _barrier(handle: Array) -> _Values:
    return found(handle, _Values, "a barrier")


@op
class Barrier:
    """A reference to a barrier."""

    outputs = "handle: Ref(string)"
    attrs = (
        "component_types: list(type) >= 1",
        "shapes: list(shape) >= 0 = []",
        "capacity: int = -1",
        "container: string = ''",
        "shared_name: string = ''",
    )
    stateful = True
    gradient = None
    shape = two_strings
    state = Reference
    state_key = shared_key("barrier")
    make = _Values


def _check_handle(handle: TensorShape) -> None:
    shapes.merge(shapes.with_rank(handle, 1), shapes.of(2))


@op
class BarrierInsertMany:
    """Gives the values of some keys one of their components."""

    inputs = "handle: Ref(string), keys: string, values: T"
    attrs = ("T: type", "component_index: int")
    gradient = None

    def shape(handle: TensorShape, keys: TensorShape, values: TensorShape) -> tuple[()]:
        _check_handle(handle)
        values = shapes.with_rank_at_least(values, 1)
        if values.sizes is not None:
            shapes.merge(shapes.with_rank(keys, 1), shapes.of(values.sizes[0]))
        return ()

    def kernel(handle: Host, keys: Host, values: Any, *, T: DType, component_index: int) -> None:
        barrier = _barrier(handle)
        if not 0 <= component_index < len(barrier.types):
            raise invalid(
                f"The component ID is out of range {component_index} > num_components "
                f"(= {len(barrier.types)})"
            )
        expected = barrier.types[component_index]
        if expected is not T:
            raise invalid(
                f"Signature mismatch, have: string_ref, string, {T._cpp_name}-> expected: "
                f"string_ref, string, {expected._cpp_name}->"
            )
        barrier.insert(keys, values, component_index)


@op
class BarrierTakeMany:
    """The next complete values, waited for until there are so many: indices, keys, components."""

    inputs = "handle: Ref(string), num_elements: int32"
    outputs = "indices: int64, keys: string, values: component_types"
    attrs = (
        "component_types: list(type) >= 1",
        "allow_small_batch: bool = false",
        "wait_for_incomplete: bool = false",
        "timeout_ms: int = -1",
    )
    gradient = None

    def shape(
        handle: TensorShape, num_elements: TensorShape, *, component_types: list[DType]
    ) -> list[TensorShape]:
        return [shapes.UNKNOWN] * (2 + len(component_types))

    @awaited
    def kernel(
        handle: Host,
        num_elements: Host,
        *,
        component_types: list[DType],
        allow_small_batch: bool,
        device: torch.device,
    ) -> Attempt:
        if num_elements.ndim:
            raise invalid("num_elements must be a scalar.")
        barrier = _barrier(handle)
        check_output_types([int64, string, *component_types], [int64, string, *barrier.types])
        return barrier.take(int(num_elements), allow_small_batch, device)


@op
class BarrierClose:
    """Ends a barrier: no new keys come in.

    cancel_pending_enqueues: nor components that values lack; those values are dropped.
    """

    inputs = "handle: Ref(string)"
    attrs = ("cancel_pending_enqueues: bool = false",)
    gradient = None

    def shape(handle: TensorShape) -> tuple[()]:
        _check_handle(handle)
        return ()

    def kernel(handle: Host, *, cancel_pending_enqueues: bool) -> None:
        _barrier(handle).end(cancel_pending_enqueues)


def _size_op(name: str, attribute: str, doc: str) -> OpDefinition:
    def shape(handle: TensorShape) -> TensorShape:
        _check_handle(handle)
        return shapes.SCALAR

    def kernel(handle: Host) -> Array:
        return np.array(getattr(_barrier(handle), attribute), np.int32)

    rules = {
        "__doc__": doc,
        "inputs": "handle: Ref(string)",
        "outputs": "size: int32",
        "host": True,
        "gradient": None,
        "shape": shape,
        "kernel": kernel,
    }
    return op(type(name, (), rules))


BarrierReadySize = _size_op(
    "BarrierReadySize", "ready_size", "The number of values that can be taken."
)
BarrierIncompleteSize = _size_op(
    "BarrierIncompleteSize", "incomplete_size", "The number of values that lack components."
)
