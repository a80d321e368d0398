"""Ops that make queues, and that put elements into them and take them out."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow import queues
from reflow.ops.data_flow.elements import check_output_types, check_types
from reflow.ops.data_flow.resources import (
    Array,
    Place,
    Reference,
    found,
    give_resource,
    invalid,
    shared_key,
    taking_references,
    two_strings,
)
from reflow.ops.data_flow.waiting import Attempt, awaited
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

_COMPONENTS = ("component_types: list(type) >= 1", "shapes: list(shape) >= 0 = []")
_WITH_PRIORITY = ("component_types: list(type) >= 0 = []", "shapes: list(shape) >= 0")
_CAPACITY = ("capacity: int = -1",)
_ORDER = ("min_after_dequeue: int = 0", "seed: int = 0", "seed2: int = 0")
_NAMES = ("container: string = ''", "shared_name: string = ''")


def _making(queue: type[queues.Queue], attrs: tuple[str, ...]) -> tuple[OpDefinition, OpDefinition]:
    """The op that makes such a queue, and the one of TensorFlow 0.x."""
    rules = {
        "__doc__": queue.__doc__,
        "outputs": "handle: resource",
        "attrs": attrs,
        "stateful": True,
        "gradient": None,
        "shape": shapes.scalar,
        "state": Place,
        "state_key": shared_key("queue"),
        "kernel": give_resource,
        "make": queue,
    }
    of_reference = {
        **rules,
        "outputs": "handle: Ref(string)",
        "shape": two_strings,
        "state": Reference,
        "kernel": None,
    }
    return op(type(f"{queue.kind}V2", (), rules)), op(type(queue.kind, (), of_reference))


FIFOQueueV2, FIFOQueue = _making(queues.FIFOQueue, (*_COMPONENTS, *_CAPACITY, *_NAMES))
PaddingFIFOQueueV2, PaddingFIFOQueue = _making(
    queues.PaddingFIFOQueue, (*_COMPONENTS, *_CAPACITY, *_NAMES)
)
RandomShuffleQueueV2, RandomShuffleQueue = _making(
    queues.RandomShuffleQueue, (*_COMPONENTS, *_CAPACITY, *_ORDER, *_NAMES)
)
PriorityQueueV2, PriorityQueue = _making(
    queues.PriorityQueue, (*_WITH_PRIORITY, *_CAPACITY, *_NAMES)
)


def _queue(handle: Array) -> queues.Queue:
    return found(handle, queues.Queue, "a queue")  # type: ignore[type-abstract]


def _nothing(handle: TensorShape, components: list[TensorShape]) -> tuple[()]:
    return ()


@op
class QueueEnqueueV2:
    """Puts an element into a queue; waits while that is full."""

    inputs = "handle: resource, components: Tcomponents"
    attrs = ("Tcomponents: list(type) >= 1", "timeout_ms: int = -1")
    stateful = True
    gradient = None
    shape = _nothing

    @awaited
    def kernel(handle: Host, components: list[Any], *, Tcomponents: list[DType]) -> Attempt:
        queue = _queue(handle)
        check_types(Tcomponents, queue.types)
        return queue.enqueue(components)


@op
class QueueEnqueueManyV2:
    """Puts the elements into a queue that lie along the first axis; waits while that is full."""

    inputs = "handle: resource, components: Tcomponents"
    attrs = ("Tcomponents: list(type) >= 1", "timeout_ms: int = -1")
    stateful = True
    gradient = None
    shape = _nothing

    @awaited
    def kernel(handle: Host, components: list[Any], *, Tcomponents: list[DType]) -> Attempt:
        queue = _queue(handle)
        check_types(Tcomponents, queue.types)
        return queue.enqueue_many(components)


@op
class QueueDequeueV2:
    """The next element of a queue, waited for while that is empty."""

    inputs = "handle: resource"
    outputs = "components: component_types"
    attrs = ("component_types: list(type) >= 1", "timeout_ms: int = -1")
    stateful = True
    gradient = None

    def shape(handle: TensorShape, *, component_types: list[DType]) -> list[TensorShape]:
        return [shapes.UNKNOWN] * len(component_types)

    @awaited
    def kernel(handle: Host, *, component_types: list[DType]) -> Attempt:
        queue = _queue(handle)
        check_output_types(component_types, queue.types)
        return queue.dequeue()


def _check_count(n: Any) -> None:
    if n is not None and n < 0:
        raise ValueError(f"Input 'n' must be >= 0, but is {int(n)}")


def _begin_dequeue_many(
    called: str, handle: Array, n: Array, types: list[DType], device: torch.device
) -> Attempt:
    queue = _queue(handle)
    if n.ndim:
        raise invalid(f"n must be a scalar, but had shape: {list(n.shape)}")
    if n < 0:
        raise invalid(f"{called}Op requested {int(n)} < 0 elements")
    check_output_types(types, queue.types)
    return queue.dequeue_many(int(n), called == "DequeueUpTo", device)


@op
class QueueDequeueManyV2:
    """The next `n` elements of a queue as a batch, waited for until there are so many."""

    inputs = "handle: resource, n: int32"
    outputs = "components: component_types"
    attrs = ("component_types: list(type) >= 1", "timeout_ms: int = -1")
    stateful = True
    gradient = None

    def shape(handle: TensorShape, n: Value, *, component_types: list[DType]) -> list[TensorShape]:
        _check_count(n)
        return [shapes.UNKNOWN] * len(component_types)

    @awaited
    def kernel(
        handle: Host, n: Host, *, component_types: list[DType], device: torch.device
    ) -> Attempt:
        return _begin_dequeue_many("DequeueMany", handle, n, component_types, device)


@op
class QueueDequeueUpToV2:
    """The next `n` elements of a queue as a batch, or what is left of one that is closed."""

    inputs = "handle: resource, n: int32"
    outputs = "components: component_types"
    attrs = ("component_types: list(type) >= 1", "timeout_ms: int = -1")
    stateful = True
    gradient = None

    def shape(
        handle: TensorShape, n: TensorShape, *, component_types: list[DType]
    ) -> list[TensorShape]:
        return [shapes.UNKNOWN] * len(component_types)

    @awaited
    def kernel(
        handle: Host, n: Host, *, component_types: list[DType], device: torch.device
    ) -> Attempt:
        return _begin_dequeue_many("DequeueUpTo", handle, n, component_types, device)


@op
class QueueCloseV2:
    """Closes a queue: nothing can be put into it any more.

    cancel_pending_enqueues: those that wait to do so fail, too.
    """

    inputs = "handle: resource"
    attrs = ("cancel_pending_enqueues: bool = false",)
    stateful = True
    gradient = None

    def shape(handle: TensorShape) -> tuple[()]:
        return ()

    @awaited
    def kernel(handle: Host, *, cancel_pending_enqueues: bool) -> Attempt:
        queue = _queue(handle)
        return queue.close_and_cancel() if cancel_pending_enqueues else queue.close_for_enqueues()


@op
class QueueIsClosedV2:
    """Whether a queue is closed."""

    inputs = "handle: resource"
    outputs = "is_closed: bool"
    stateful = True
    host = True
    gradient = None

    def shape(handle: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(handle: Host) -> Array:
        return np.array(_queue(handle).is_closed)


@op
class QueueSizeV2:
    """The number of elements in a queue."""

    inputs = "handle: resource"
    outputs = "size: int32"
    stateful = True
    host = True
    gradient = None

    def shape(handle: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(handle: Host) -> Array:
        return np.array(_queue(handle).size(), np.int32)


QueueEnqueue = taking_references(QueueEnqueueV2)
QueueEnqueueMany = taking_references(QueueEnqueueManyV2)
QueueDequeue = taking_references(QueueDequeueV2)
QueueDequeueMany = taking_references(QueueDequeueManyV2)
QueueDequeueUpTo = taking_references(QueueDequeueUpToV2)
QueueClose = taking_references(QueueCloseV2)
QueueIsClosed = taking_references(QueueIsClosedV2)
QueueSize = taking_references(QueueSizeV2)
