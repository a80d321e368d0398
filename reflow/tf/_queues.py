"""Queues: what threads of a program, each with runs of its own, hand elements on with."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype, int64, resource
from reflow.graph.operation import Operation, Tensor
from reflow.graph.seeds import get_seed
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.ops.data_flow import queue_ops
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._gathering import gather
from reflow.tf._joining import stack
from reflow.tf._scopes import name_scope


def as_type_list(dtypes: Any) -> list[Any]:
    """The types of components as a list; one type is that of the only component."""
    return list(dtypes) if isinstance(dtypes, (list, tuple)) else [dtypes]


def as_shape_list(shapes: Any, partly_known: bool = False) -> list[TensorShape] | None:
    """The shapes of components as a list; one shape is that of the only component.

    Args:
      partly_known: sizes may be unknown; then there must be a list of shapes.

    Raises:
      TypeError, ValueError: it is neither, or a shape is not known that has to be.
    """
    if partly_known and (
        not isinstance(shapes, Sequence)
        or not shapes
        or any(shape is None or isinstance(shape, int) for shape in shapes)
    ):
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (tuple, list)):
        raise TypeError("shapes must be a TensorShape or a list or tuple of TensorShapes.")
    if all(shape is None or isinstance(shape, int) for shape in shapes):
        shapes = [shapes]
    listed = [TensorShape(shape) for shape in shapes]
    if not partly_known and not all(shape.is_fully_defined() for shape in listed):
        raise ValueError(f"All shapes must be fully defined: {listed}")
    if any(shape.ndims is None for shape in listed):
        raise ValueError(f"All shapes must have a defined rank: {listed}")
    return listed


def _as_name_list(names: Any, dtypes: Sequence[Any]) -> list[str] | None:
    if names is None:
        return None
    if not isinstance(names, (list, tuple)):
        names = [names]
    if len(names) != len(dtypes):
        raise ValueError("List of names must have the same length as the list of dtypes")
    return list(names)


def _common_shape(a: TensorShape, b: TensorShape) -> TensorShape:
    """The most that is known of a shape which may be `a` or `b`."""
    if a.sizes is None or b.sizes is None or a.ndims != b.ndims:
        return TensorShape(None)
    return TensorShape([x if x == y else None for x, y in zip(a.sizes, b.sizes)])


def scope_values(values: Any) -> Any:
    """What a name scope takes of the components of an element."""
    if isinstance(values, dict):
        return list(values.values())
    return values if isinstance(values, (list, tuple)) else [values]


class QueueBase:
    """A queue: elements, which are tuples of tensors, that are put in by some runs of a session and
    taken out by others.  Those that find it full, or empty, wait.

    Args:
      dtypes: the types of an element's components.
      shapes: their shapes; None if elements may differ in shape.
      names: their names, by which elements are dictionaries; or None.
      queue_ref: the handle of the queue.

    Raises:
      ValueError: these differ in length.
    """

    def __init__(self, dtypes: Any, shapes: Any, names: Any, queue_ref: Tensor) -> None:
        self._dtypes = dtypes
        if shapes is not None and len(shapes) != len(dtypes):
            raise ValueError("Queue shapes must have the same length as dtypes")
        if names is not None and len(names) != len(dtypes):
            raise ValueError("Queue names must have the same length as dtypes")
        self._shapes = [TensorShape(shape) for shape in shapes or [None] * len(dtypes)]
        self._names = names
        self._queue_ref = queue_ref
        self._name = "Empty" if executing_eagerly() else queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index: Any, queues: list[QueueBase]) -> QueueBase:
        """The queue of this number, an integer scalar.

        Raises:
          TypeError: it is no list of queues, or they differ in types or names.
        """
        if (
            not queues
            or not isinstance(queues, list)
            or not all(isinstance(queue, QueueBase) for queue in queues)
        ):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if any(queue.dtypes != first.dtypes for queue in queues):
            raise TypeError("Queues do not have matching component dtypes.")
        if any(queue.names != first.names for queue in queues):
            raise TypeError("Queues do not have matching component names.")
        shapes = [
            functools.reduce(_common_shape, of_component)
            for of_component in zip(*(queue.shapes for queue in queues))
        ]
        selected = gather(stack([queue.queue_ref for queue in queues]), index)
        return QueueBase(first.dtypes, shapes, first.names, selected)

    @property
    def queue_ref(self) -> Tensor:
        """The handle of the queue."""
        return self._queue_ref

    @property
    def name(self) -> str:
        """The name of the queue's node."""
        return self._name if executing_eagerly() else self._queue_ref.op.name

    @property
    def dtypes(self) -> Any:
        """The types of an element's components."""
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        """The shapes of an element's components."""
        return self._shapes

    @property
    def names(self) -> list[str] | None:
        """The names of an element's components, if they have any."""
        return self._names

    def _op(self, name: str) -> Any:
        """The op of that name for this queue's handle: a resource, or a reference."""
        return getattr(queue_ops, f"{name}V2" if self._queue_ref.dtype is resource else name)

    # -- Enqueuing ----------------------------------------------------------------------------

    def _components(self, values: Any) -> list[Tensor]:
        """An element, or a batch, as tensors in the order of the components."""
        if isinstance(values, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(values, key=str):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  Dictionary: "
                    f"({sorted(values)}), Queue: ({sorted(self._names)})"
                )
            values = [values[name] for name in self._names]
        elif self._names:
            raise ValueError("You must enqueue a dictionary in a Queue with names")
        elif not isinstance(values, (list, tuple)):
            values = [values]
        return [
            convert_to_tensor(value, dtype=dtype, name=f"component_{i}")
            for i, (value, dtype) in enumerate(zip(values, self._dtypes))
        ]

    def enqueue(self, vals: Any, name: str | None = None) -> Operation:
        """The operation that puts one element in; it waits while the queue is full.

        Args:
          vals: the components: a tensor, a list of them, or a dictionary by their names.

        Raises:
          ValueError: they do not fit the queue.

        The operation raises tf.errors.CancelledError if the queue is closed before, or if it is
        cancelled while it waits: by `close` with cancel_pending_enqueues, or with the session.
        """
        with name_scope(name, f"{self._name}_enqueue", scope_values(vals)) as scope:
            components = self._components(vals)
            for component, shape in zip(components, self._shapes):
                component.get_shape().assert_is_compatible_with(shape)
            return self._op("QueueEnqueue")(self._queue_ref, components, name=scope)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Operation:
        """The operation that puts all elements in that lie along the first axis of `vals`.

        As `enqueue`; elements are put in one by one, as there is room.
        """
        with name_scope(name, f"{self._name}_EnqueueMany", scope_values(vals)) as scope:
            components = self._components(vals)
            count = Dimension(None)
            for component, shape in zip(components, self._shapes):
                batch = component.get_shape().with_rank_at_least(1)
                count = count.merge_with(batch[0])
                batch[1:].assert_is_compatible_with(shape)
            return self._op("QueueEnqueueMany")(self._queue_ref, components, name=scope)

    # -- Dequeuing ----------------------------------------------------------------------------

    def _element(self, tensors: list[Tensor], batch: TensorShape | None) -> Any:
        """What dequeuing gives: the tensors with their static shapes; one, a list, or a dictionary.

        Args:
          batch: the shape of a batch, before that of its elements.
        """
        if not executing_eagerly():
            for tensor, shape in zip(tensors, self._shapes):
                tensor.set_shape(shape if batch is None else batch.concatenate(shape))
        if self._names:
            return dict(zip(self._names, tensors))
        return tensors[0] if len(tensors) == 1 else tensors

    def dequeue(self, name: str | None = None) -> Any:
        """The next element; the operation waits while the queue is empty.

        It raises tf.errors.OutOfRangeError if the queue is empty and closed, and
        tf.errors.CancelledError if the session is closed while it waits.
        """
        tensors = self._op("QueueDequeue")(
            self._queue_ref, self._dtypes, name=name or f"{self._name}_Dequeue"
        )
        return self._element(tensors, None)

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """The next `n` elements as a batch; the operation waits until there are so many.

        As `dequeue`; the elements must be of one shape.
        """
        tensors = self._op("QueueDequeueMany")(
            self._queue_ref, n, self._dtypes, name=name or f"{self._name}_DequeueMany"
        )
        count = None if executing_eagerly() else constant_value(tensors[0].op.inputs[1])
        return self._element(tensors, TensorShape([Dimension(count)]))

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """As `dequeue_many`, but of a closed queue with fewer elements, what is left of them."""
        tensors = self._op("QueueDequeueUpTo")(
            self._queue_ref, n, self._dtypes, name=name or f"{self._name}_DequeueUpTo"
        )
        return self._element(tensors, TensorShape([None]))

    # -- The queue itself -----------------------------------------------------------------------

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """The operation that closes the queue: nothing more can be put in.

        Args:
          cancel_pending_enqueues: those that wait fail, too; else they come first.
        """
        return self._op("QueueClose")(
            self._queue_ref,
            cancel_pending_enqueues=cancel_pending_enqueues,
            name=name or f"{self._name}_Close",
        )

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether the queue is closed."""
        return self._op("QueueIsClosed")(self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements, an int32 scalar."""
        return self._op("QueueSize")(self._queue_ref, name=name or f"{self._name}_Size")


class FIFOQueue(QueueBase):
    """A queue that gives elements in the order in which they came.

    Args:
      capacity: the most elements that it holds.
      dtypes: the types of an element's components.
      shapes: their shapes; None if elements may differ in shape: then there are no batches.
      names: by which elements are dictionaries; or None.
      shared_name: nodes of one shared name have one queue.
      name: of the node.

    Raises:
      ValueError: a shape is not fully known, or the lists differ in length.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "fifo_queue",
    ) -> None:
        dtypes = as_type_list(dtypes)
        listed = as_shape_list(shapes)
        names = _as_name_list(names, dtypes)
        queue = queue_ops.FIFOQueueV2(
            dtypes, shapes=listed, capacity=capacity, shared_name=shared_name, name=name
        )
        super().__init__(dtypes, listed, names, queue)


class RandomShuffleQueue(QueueBase):
    """A queue that gives any of its elements.

    Args:
      capacity, dtypes, shapes, names, shared_name, name: as for FIFOQueue.
      min_after_dequeue: how many elements have to be left, so that they are well mixed, unless the
        queue is closed.
      seed: of the random choice.

    Raises:
      ValueError: as for FIFOQueue.
    """

    def __init__(
        self,
        capacity: int,
        min_after_dequeue: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str = "random_shuffle_queue",
    ) -> None:
        dtypes = as_type_list(dtypes)
        listed = as_shape_list(shapes)
        names = _as_name_list(names, dtypes)
        seed1, seed2 = _queue_seeds(seed, shared_name)
        queue = queue_ops.RandomShuffleQueueV2(
            dtypes,
            shapes=listed,
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=seed1,
            seed2=seed2,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(dtypes, listed, names, queue)


class PaddingFIFOQueue(QueueBase):
    """A FIFOQueue whose elements may differ in size; zeros fill them up to make a batch.

    Args:
      shapes: a list of the components' shapes, with None where sizes differ.
      capacity, dtypes, names, shared_name, name: as for FIFOQueue.

    Raises:
      ValueError: it is no list of shapes of known rank, or the lists differ in length.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ) -> None:
        dtypes = as_type_list(dtypes)
        listed = as_shape_list(shapes, partly_known=True) or []
        names = _as_name_list(names, dtypes)
        if len(dtypes) != len(listed):
            raise ValueError(
                f"Shapes must be provided for all components, but received {len(dtypes)} dtypes "
                f"and {len(listed)} shapes."
            )
        queue = queue_ops.PaddingFIFOQueueV2(
            dtypes, shapes=listed, capacity=capacity, shared_name=shared_name, name=name
        )
        super().__init__(dtypes, listed, names, queue)


class PriorityQueue(QueueBase):
    """A queue that gives the element of the least priority number.

    That number is an int64 scalar which comes first in each element, before the components that
    `types` and `shapes` tell of.

    Args:
      types: as FIFOQueue's `dtypes`.
      capacity, shapes, names, shared_name, name: as for FIFOQueue.

    Raises:
      ValueError: as for FIFOQueue.
    """

    def __init__(
        self,
        capacity: int,
        types: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "priority_queue",
    ) -> None:
        types = as_type_list(types)
        listed = as_shape_list(shapes)
        queue = queue_ops.PriorityQueueV2(
            component_types=types,
            shapes=listed or [],
            capacity=capacity,
            shared_name=shared_name,
            name=name,
        )
        dtypes: list[DType] = [int64, *types]
        of_elements = [TensorShape([]), *listed] if listed else listed
        super().__init__(dtypes, of_elements, names, queue)


def _queue_seeds(seed: int | None, shared_name: str | None) -> tuple[int, int]:
    """The seeds of a queue; of a shared one the same for all nodes where only the graph has one."""
    seed1, seed2 = get_seed(seed)
    if seed1 is None or seed2 is None:
        return 0, 0
    if seed is None and shared_name is not None:
        seed2 = int(hashlib.md5(f"{seed1}{shared_name}".encode()).hexdigest()[:8], 16) & 0x7FFFFFFF
    return seed1, seed2
