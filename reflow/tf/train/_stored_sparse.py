"""Sparse tensors in batches: queues hold the numbers that stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import int64
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.constants import constant
from reflow.tf._arrays import expand_dims, shape, squeeze
from reflow.tf._control_flow import with_dependencies
from reflow.tf._filling import ones
from reflow.tf._gathering import gather
from reflow.tf._smart_cond import smart_cond
from reflow.tf._sparse_arranging import sparse_retain
from reflow.tf._sparse_maps import (
    add_many_sparse_to_tensors_map,
    add_sparse_to_tensors_map,
    take_many_sparse_from_tensors_map,
)

_STORING = ("AddSparseToTensorsMap", "AddManySparseToTensorsMap")


@dataclass(frozen=True)
class Stored:
    """How a component of an element is stored.

    Attributes:
      storing_op: what puts a sparse tensor aside; None for a component that is dense.
      rank: of one sparse tensor, None if it is not known.
    """

    storing_op: Operation | None = None
    rank: int | None = None

    def merged_with(self, other: Stored) -> Stored:
        """What is known of components that come from several places.

        Raises:
          ValueError: they are not stored in one place, or differ in rank.
        """
        ranks = {rank for rank in (self.rank, other.rank) if rank is not None}
        if self.storing_op is not other.storing_op or len(ranks) > 1:
            raise ValueError(f"Inconsistent SparseTensors: {self} vs. {other}")
        return Stored(self.storing_op, ranks.pop() if ranks else None)


def store(
    tensors: Sequence[Any],
    enqueue_many: bool,
    keep_input: Tensor,
    places: Sequence[Stored] | None = None,
) -> tuple[list[Tensor], list[Stored]]:
    """The components of an element for a queue, and how they are stored.

    Args:
      tensors: tensors and sparse ones.
      enqueue_many: the elements lie along the first axis.
      keep_input: whether the element is kept, a scalar; or which elements are, a vector.
      places: where components are stored that come from elsewhere: these go there, too.
    """
    components, how = [], []
    for tensor, place in zip(tensors, places or [Stored()] * len(tensors)):
        if not isinstance(tensor, SparseTensor):
            components.append(tensor)
            how.append(Stored())
            continue
        shared = place.storing_op
        numbers = _put_aside(
            tensor, enqueue_many, keep_input, None if shared is None else shared.name
        )
        rank = tensor.dense_shape.shape.with_rank(1).dims[0].value
        how.append(
            Stored(
                shared or _storing_op(numbers),
                rank - 1 if enqueue_many and rank is not None else rank,
            )
        )
        components.append(numbers)
    return [
        expand_dims(component, [-1]) if stored.storing_op is not None else component
        for component, stored in zip(components, how)
    ], how


def store_joined(
    lists: Sequence[Sequence[Any]], enqueue_many: bool, keep_input: Tensor
) -> tuple[list[list[Tensor]], list[Stored]]:
    """As `store`, for lists of tensors that are components of elements of one queue."""
    first, how = store(lists[0], enqueue_many, keep_input)
    stored = [first]
    for tensors in lists[1:]:
        components, others = store(tensors, enqueue_many, keep_input, how)
        how = [one.merged_with(other) for one, other in zip(how, others)]
        stored.append(components)
    return stored, how


def restore(dequeued: Any, how: Sequence[Stored]) -> Any:
    """The components of a batch that a queue gave: one, or a list of several."""
    is_list = isinstance(dequeued, (list, tuple))
    tensors = [
        component
        if stored.storing_op is None
        else take_many_sparse_from_tensors_map(
            stored.storing_op,
            squeeze(component, [1]),
            None if stored.rank is None else stored.rank + 1,
        )
        for component, stored in zip(dequeued if is_list else (dequeued,), how)
    ]
    if any(isinstance(tensor, SparseTensor) for tensor in tensors):
        # All sparse tensors of a batch are taken, whichever of its components are used.
        taken = [t.values if isinstance(t, SparseTensor) else t for t in tensors]
        tensors = [_after(taken, tensor) for tensor in tensors]
    return tensors if is_list else tensors[0]


def _after(taken: Sequence[Tensor], tensor: Any) -> Any:
    if not isinstance(tensor, SparseTensor):
        return with_dependencies(taken, tensor)
    return SparseTensor(
        indices=with_dependencies(taken, tensor.indices),
        values=with_dependencies(taken, tensor.values),
        dense_shape=with_dependencies(taken, tensor.dense_shape),
    )


def _put_aside(
    tensor: SparseTensor, enqueue_many: bool, keep_input: Tensor, shared_name: str | None
) -> Tensor:
    """The number that stands for a sparse tensor, or those for the ones along its first axis."""
    if keep_input.shape.ndims == 1:
        kept = sparse_retain(tensor, gather(keep_input, tensor.indices[:, 0]))
        return add_many_sparse_to_tensors_map(kept, shared_name=shared_name)
    if not enqueue_many:
        return smart_cond(
            keep_input,
            lambda: add_sparse_to_tensors_map(tensor, shared_name=shared_name),
            lambda: constant(-1, int64),
        )
    numbers = smart_cond(
        keep_input,
        lambda: add_many_sparse_to_tensors_map(tensor, shared_name=shared_name),
        lambda: -1 * ones(shape(tensor)[0:1], int64),
    )
    numbers.set_shape([None])
    return numbers


def _storing_op(numbers: Tensor) -> Operation:
    """What put a sparse tensor aside whose number may come from a conditional."""
    for tensor in numbers.op.inputs:
        if tensor.op.type in _STORING:
            return tensor.op
    return numbers.op


def as_keep_input(keep_input: Any, enqueue_many: bool) -> Tensor:
    """`keep_input` as a tensor.

    Raises:
      ValueError: it is neither a scalar nor, with `enqueue_many`, a vector.
    """
    tensor = convert_to_tensor(keep_input)
    rank = tensor.shape.ndims
    if rank is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and rank == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if rank > 1:
        raise ValueError("`keep_input` must be 0 or 1 dimensions.")
    return tensor
