"""tf.expand_dims, tf.size and their like of ragged tensors, and rows sorted into partitions."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.tf import _arrays as arrays
from reflow.tf import _filling as filling
from reflow.tf._casts import cast
from reflow.tf._checks import assert_equal, assert_less
from reflow.tf._joining import stack
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._sorting import argsort
from reflow.tf.ragged._gather import gather_rows
from reflow.tf.ragged._rows import get_positive_axis
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
)


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """A ragged tensor with an axis of size 1 before `axis`."""
    with name_scope(name, "RaggedExpandDims", [input]):
        ragged = convert_to_tensor_or_ragged_tensor(input, name="input")
        if not isinstance(ragged, RaggedTensor):
            return arrays.expand_dims(ragged, axis)
        ndims = ragged.shape.ndims
        axis = get_positive_axis(axis, None if ndims is None else ndims + 1)
        values: Any = ragged
        if axis == 0:
            splits = stack([0, ragged.nrows()])
        elif axis == 1:
            splits = filling.range(ragged.nrows() + 1)
        else:
            values, splits = expand_dims(ragged.values, axis - 1), ragged.row_splits
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def size(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> Any:
    """The number of elements of a ragged tensor."""
    values = input.flat_values if is_ragged(input) else input
    return arrays.size(values, out_type=out_type, name=name)


def rank(input: Any, name: str | None = None) -> Any:
    """The number of axes of a ragged tensor."""
    with name_scope(name, "RaggedRank", [input]) as scope:
        if not is_ragged(input):
            return arrays.rank(input, scope)
        return input.ragged_rank + arrays.rank(input.flat_values)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """tf.one_hot of each element of a ragged tensor, along an axis behind the ragged ones."""
    with name_scope(name, "RaggedOneHot", [indices]):
        ragged = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        if axis is not None:
            axis = get_positive_axis(axis, ragged.shape.ndims)
            if axis < ragged.ragged_rank:
                raise ValueError("axis may not be less than indices.ragged_rank.")
        return ragged.with_flat_values(
            filling.one_hot(ragged.flat_values, depth, on_value, off_value, axis, dtype, name)
        )


def stack_dynamic_partitions(
    data: Any, partitions: Any, num_partitions: Any, name: str | None = None
) -> Any:
    """A ragged tensor with a row for each partition: what of `data` belongs there.

    Args:
      data: ragged or not.
      partitions: integers, of a shape with which that of `data` starts: the row of each part.
      num_partitions: a scalar, the number of rows.

    Raises:
      ValueError: the rank of `partitions` is not known, or the shapes do not fit.
      InvalidArgumentError: (at run time) a row is not less than `num_partitions`.
    """
    with name_scope(name, "SegmentStack", [data, partitions, num_partitions]):
        data = convert_to_tensor_or_ragged_tensor(data, name="data")
        splits_dtype = data.row_splits.dtype if isinstance(data, RaggedTensor) else None
        partitions = convert_to_tensor_or_ragged_tensor(
            partitions, name="partitions", preferred_dtype=splits_dtype
        )
        num_partitions = convert_to_tensor(
            num_partitions, name="num_partitions", preferred_dtype=partitions.dtype
        )
        if splits_dtype is not None:
            partitions = cast(partitions, splits_dtype)
        num_partitions = cast(num_partitions, partitions.dtype)
        ndims = partitions.shape.ndims
        if ndims is None:
            raise ValueError("partitions must have known rank.")
        num_partitions.shape.assert_has_rank(0)
        partitions.shape.assert_is_compatible_with(data.shape[:ndims])
        if ndims == 0:
            return RaggedTensor.from_value_rowids(
                stack([data]), stack([partitions]), nrows=num_partitions, validate=False
            )
        if ndims == 1:
            return _sorted_rows(data, partitions, num_partitions)
        if not isinstance(data, RaggedTensor):
            data = RaggedTensor.from_tensor(data, row_splits_dtype=partitions.dtype, ragged_rank=1)
        if not isinstance(partitions, RaggedTensor):
            partitions = RaggedTensor.from_tensor(
                partitions,
                row_splits_dtype=partitions.dtype,
                ragged_rank=max(data.ragged_rank, ndims - 1),
            )
        check = assert_equal(
            data.row_splits,
            partitions.row_splits,
            message="data and partitions have incompatible ragged shapes",
        )
        with control_dependencies([check]):
            return stack_dynamic_partitions(data.values, partitions.values, num_partitions)


def _sorted_rows(data: Any, partitions: Any, num_partitions: Any) -> Any:
    order = argsort(partitions, stable=True)
    rowids = gather_rows(partitions, order)
    values = gather_rows(data, order)
    check = assert_less(
        rowids[-1:], num_partitions, message="partitions must be less than num_partitions"
    )
    with control_dependencies([check]):
        return RaggedTensor.from_value_rowids(values, rowids, nrows=num_partitions, validate=False)


def dynamic_partition(
    data: Any, partitions: Any, num_partitions: int, name: str | None = None
) -> list[Any]:
    """What of `data` belongs to each partition, as a list; arguments as of
    `stack_dynamic_partitions`."""
    if not isinstance(num_partitions, int) or num_partitions < 0:
        raise TypeError(
            f"num_partitions must be a non-negative integer. Received: {num_partitions!r}"
        )
    rows = stack_dynamic_partitions(data, partitions, num_partitions, name)
    return [rows[i] for i in range(num_partitions)]
