"""Batches of elements that threads gather in a queue: tf.train.batch and its kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, float32, int32
from reflow.graph.indexed_slices import IndexedSlices, SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.control import NoOp
from reflow.ops.sets import DynamicPartition
from reflow.tf import math, summary
from reflow.tf._casts import cast
from reflow.tf._execution_modes import executing_eagerly
from reflow.tf._queues import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from reflow.tf._scopes import name_scope
from reflow.tf._smart_cond import smart_cond
from reflow.tf.train._stored_sparse import as_keep_input, restore, store, store_joined
from reflow.tf.train.queue_runner import QueueRunner, add_queue_runner

MakeQueue = Callable[[list[DType], list[Any]], QueueBase]


def refuse_eager(error: type[Exception]) -> None:
    """Raises an error of this class if eager execution is enabled."""
    if executing_eagerly():
        raise error(
            "Input pipelines based on Queues are not supported when eager execution is enabled. "
            "Please use tf.data to ingest data into your model instead."
        )


def as_tensors(values: Any) -> list[Any]:
    """Values as tensors; sparse tensors and slices stay what they are.

    Raises:
      TypeError: `values` is no sequence.
    """
    if not isinstance(values, Sequence):
        raise TypeError(f"values must be a sequence. Received: {values!r}")
    return [
        value if isinstance(value, (SparseTensor, IndexedSlices)) else convert_to_tensor(value)
        for value in values
    ]


def as_tensor_list(tensors: Any) -> Any:
    """The values of a dictionary in the order of its keys; anything else as it is."""
    if isinstance(tensors, Mapping):
        return [tensors[key] for key in sorted(tensors, key=str)]
    return tensors


def _as_tensor_lists(tensors_list: Any) -> Any:
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    if not isinstance(tensors_list[0], Mapping):
        return tensors_list
    if any(set(tensors) != set(tensors_list[0]) for tensors in tensors_list):
        raise ValueError("All dictionaries in tensors_list must have the same keys")
    return [as_tensor_list(tensors) for tensors in tensors_list]


def as_original_type(original: Any, tensors: Any) -> Any:
    """Tensors as a dictionary with the keys of `original`, if that is one."""
    if not isinstance(original, Mapping):
        return tensors
    if len(original) == 1:
        tensors = [tensors]
    return dict(zip(sorted(original, key=str), tensors))


def _types(lists: Sequence[Sequence[Tensor]]) -> list[DType]:
    """The types of the components, the same in all lists."""
    types = [[tensor.dtype for tensor in tensors] for tensors in lists]
    for other in types[1:]:
        if other != types[0]:
            first, second = (", ".join(t.name for t in each) for each in (types[0], other))
            raise TypeError(f"Expected types to be consistent: {first} vs. {second}.")
    return types[0]


def _shapes(lists: Sequence[Sequence[Tensor]], enqueue_many: bool) -> list[Any]:
    """The shapes of the components of an element: those of the first list, which all must fit."""
    for tensor in (tensor for tensors in lists for tensor in tensors):
        if tensor.shape.ndims is None:
            raise ValueError(f"Cannot infer Tensor's rank: {tensor}")
    found = []
    for components in zip(*lists):
        shapes = [TensorShape(component.shape) for component in components]
        if enqueue_many:
            shapes = [shape.with_rank_at_least(1)[1:] for shape in shapes]
        for shape in shapes[1:]:
            shapes[0].merge_with(shape)
        found.append(shapes[0].as_list())
    return found


def _enqueue_op(
    queue: QueueBase, tensors: Sequence[Tensor], enqueue_many: bool, keep_input: Tensor
) -> Operation:
    """Puts an element, or many, into the queue, as far as `keep_input` says so."""
    enqueue = queue.enqueue_many if enqueue_many else queue.enqueue
    if keep_input.shape.ndims != 1:
        return smart_cond(keep_input, lambda: enqueue(tensors), NoOp)
    kept = cast(keep_input, int32)
    return enqueue([DynamicPartition(tensor, kept, num_partitions=2)[1] for tensor in tensors])


def _dequeued(
    lists: Any,
    is_joined: bool,
    default_name: str,
    batch_size: Any,
    keep_input: Any,
    num_threads: int,
    enqueue_many: bool,
    shapes: Any,
    allow_smaller_final_batch: bool,
    name: str | None,
    make_queue: MakeQueue,
    add_summary: Callable[[QueueBase], None],
) -> Any:
    """A batch of elements that threads put into a queue, each those of a list."""
    values = [*(tensor for tensors in lists for tensor in tensors), keep_input]
    with name_scope(name, default_name, values) as scope:
        lists = [as_tensors(tensors) for tensors in lists]
        if not is_joined and not lists[0]:
            raise ValueError("Expected at least one tensor in batch().")
        keep_input = as_keep_input(keep_input, enqueue_many)
        if is_joined:
            lists, how = store_joined(lists, enqueue_many, keep_input)
        else:
            first, how = store(lists[0], enqueue_many, keep_input)
            lists = [first]
        types = _types(lists)
        queue = make_queue(types, _shapes(lists, enqueue_many) if shapes is None else shapes)
        enqueue_ops = [_enqueue_op(queue, each, enqueue_many, keep_input) for each in lists]
        add_queue_runner(QueueRunner(queue, enqueue_ops * num_threads))
        add_summary(queue)
        dequeue = queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many
        return restore(dequeue(batch_size, name=scope), how)


def _in_order(
    capacity: int, dynamic_pad: bool, shared_name: str | None
) -> tuple[MakeQueue, Callable[[QueueBase], None]]:
    """What makes the queue of `batch`, and the summary that says how full it is."""
    kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue

    def make_queue(types: list[DType], shapes: list[Any]) -> QueueBase:
        return kind(capacity=capacity, dtypes=types, shapes=shapes, shared_name=shared_name)

    def add_summary(queue: QueueBase) -> None:
        full = cast(queue.size(), float32) * (1.0 / capacity)
        summary.scalar(f"fraction_of_{capacity}_full", full)

    return make_queue, add_summary


def _shuffled(
    capacity: int, min_after_dequeue: int, seed: int | None, shared_name: str | None
) -> tuple[MakeQueue, Callable[[QueueBase], None]]:
    """The same of `shuffle_batch`."""

    def make_queue(types: list[DType], shapes: list[Any]) -> QueueBase:
        return RandomShuffleQueue(
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=seed,
            dtypes=types,
            shapes=shapes,
            shared_name=shared_name,
        )

    def add_summary(queue: QueueBase) -> None:
        room = capacity - min_after_dequeue
        spare = math.maximum(0, queue.size() - min_after_dequeue)
        full = cast(spare, float32) * (1.0 / room)
        summary.scalar(f"fraction_over_{min_after_dequeue}_of_{room}_full", full)

    return make_queue, add_summary


def maybe_batch(
    tensors: Any,
    keep_input: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch`, but only of the elements that are to be kept.

    Args:
      keep_input: a boolean scalar: whether `tensors` are kept; or, with `enqueue_many`, a vector:
        which elements are.
    """
    refuse_eager(ValueError)
    batched = _dequeued(
        [as_tensor_list(tensors)],
        False,
        "batch",
        batch_size,
        keep_input,
        num_threads,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        *_in_order(capacity, dynamic_pad, shared_name),
    )
    return as_original_type(tensors, batched)


def batch(
    tensors: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Batches of what `tensors` are, run after run.

    A QueueRunner, added to the graph, puts them into a queue, from which the batches are taken.

    Args:
      tensors: the components of an element: a list or a dictionary of tensors, or sparse tensors.
      batch_size: how many elements a batch has.
      num_threads: how many threads put elements in; with more than one the order is not certain.
      capacity: the most elements in the queue.
      enqueue_many: `tensors` hold many elements, along their first axis.
      shapes: of the components; default: those of `tensors`.
      dynamic_pad: elements may differ in size, and are filled up with zeros.
      allow_smaller_final_batch: the last batch may have fewer elements, instead of being left out.
      shared_name: queues of one shared name are one.
      name: of the batch.

    Returns:
      The batch, in the structure of `tensors`; a single tensor for a list of one.

    Raises:
      ValueError: there are no tensors, their shapes are not known, or eager execution is enabled.
    """
    return maybe_batch(
        tensors,
        True,
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_batch_join(
    tensors_list: Any,
    keep_input: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch_join`, but only of the elements that are to be kept (`maybe_batch`)."""
    refuse_eager(ValueError)
    batched = _dequeued(
        _as_tensor_lists(tensors_list),
        True,
        "batch_join",
        batch_size,
        keep_input,
        1,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        *_in_order(capacity, dynamic_pad, shared_name),
    )
    return as_original_type(tensors_list[0], batched)


def batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch`, of elements that come from several places, each with a thread of its own.

    Args:
      tensors_list: lists, or dictionaries, of tensors of the same types and shapes.

    Raises:
      TypeError: they differ in their types.
      ValueError: they differ in their keys or shapes; or as `batch`.
    """
    return maybe_batch_join(
        tensors_list,
        True,
        batch_size,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `shuffle_batch`, but only of the elements that are to be kept (`maybe_batch`)."""
    refuse_eager(ValueError)
    if capacity <= min_after_dequeue:
        raise ValueError(
            f"capacity {capacity} must be bigger than min_after_dequeue {min_after_dequeue}."
        )
    batched = _dequeued(
        [as_tensor_list(tensors)],
        False,
        "shuffle_batch",
        batch_size,
        keep_input,
        num_threads,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        *_shuffled(capacity, min_after_dequeue, seed, shared_name),
    )
    return as_original_type(tensors, batched)


def shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch`, of elements in random order.

    Args:
      min_after_dequeue: how many elements stay in the queue, from which any may be taken.
      seed: of the random order.

    Raises:
      ValueError: the queue cannot hold so many; or as `batch`.
    """
    return maybe_shuffle_batch(
        tensors,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        num_threads,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `shuffle_batch_join`, but only of the elements that are to be kept (`maybe_batch`)."""
    refuse_eager(ValueError)
    batched = _dequeued(
        _as_tensor_lists(tensors_list),
        True,
        "shuffle_batch_join",
        batch_size,
        keep_input,
        1,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        name,
        *_shuffled(capacity, min_after_dequeue, seed, shared_name),
    )
    return as_original_type(tensors_list[0], batched)


def shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch_join`, of elements in random order (`shuffle_batch`)."""
    return maybe_shuffle_batch_join(
        tensors_list,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )
