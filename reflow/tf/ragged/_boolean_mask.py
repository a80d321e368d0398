"""tf.ragged.boolean_mask: what a mask keeps, in rows as it has them."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf import _filling as filling
from reflow.tf import _indexing as indexing
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._gathering import gather
from reflow.tf._reductions import count_nonzero
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf.math import cumprod
from reflow.tf.ragged._functional import map_flat_values
from reflow.tf.ragged._math import reduce_sum
from reflow.tf.ragged._rows import (
    assert_splits_match,
    lengths_to_splits,
    row_splits_to_segment_ids,
)
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    match_row_splits_dtypes,
)


def boolean_mask(data: Any, mask: Any, name: str | None = None) -> Any:
    """The elements of `data` where `mask` is true; unlike tf.boolean_mask, in the rows of the mask.

    Args:
      data: ragged or not.
      mask: truths, of a shape with which that of `data` starts; ragged if `data` is so there.

    Raises:
      ValueError: the rank of `mask` is not known, or 0.
      InvalidArgumentError: (at run time) the rows of the two differ.
    """
    with name_scope(name, "RaggedMask", [data, mask]):
        data = convert_to_tensor_or_ragged_tensor(data, name="data")
        mask = convert_to_tensor_or_ragged_tensor(mask, dtypes.bool, name="mask")
        splits_dtype, (data, mask) = match_row_splits_dtypes(data, mask, return_dtype=True)
        ndims = mask.shape.ndims
        if ndims is None:
            raise ValueError("mask.shape.ndims must be known statically.")
        if ndims == 0:
            raise ValueError("mask cannot be scalar.")
        if isinstance(mask, RaggedTensor):
            return _by_ragged(data, mask, splits_dtype)
        if not isinstance(data, RaggedTensor):
            return _of_tensor(data, mask, ndims, splits_dtype)
        if ndims == 1:
            return _of_rows(data, mask)
        ragged_mask = RaggedTensor.from_tensor(
            mask,
            ragged_rank=min(data.ragged_rank, ndims - 1),
            row_splits_dtype=data.row_splits.dtype,
        )
        return boolean_mask(data, ragged_mask)


def _by_ragged(data: Any, mask: Any, splits_dtype: Any) -> Any:
    """Masks the values of the innermost ragged axis, and keeps the rows of the outer ones."""
    if not isinstance(data, RaggedTensor):
        data = RaggedTensor.from_tensor(
            data, ragged_rank=mask.ragged_rank, row_splits_dtype=mask.row_splits.dtype
        )
    both = [mask.nested_row_splits, data.nested_row_splits[: mask.ragged_rank]]
    with control_dependencies(assert_splits_match(both)):
        kept_splits = []
        while isinstance(mask, RaggedTensor):
            if mask.shape.ndims > 2:  # type: ignore[operator]
                kept_splits.append(mask.row_splits)
            else:
                numbers = map_flat_values(cast, mask, dtype=splits_dtype)
                kept_splits.append(lengths_to_splits(reduce_sum(numbers, axis=1)))
            mask, data = mask.values, data.values
        return RaggedTensor.from_nested_row_splits(
            boolean_mask(data, mask), kept_splits, validate=False
        )


def _of_rows(data: RaggedTensor, mask: Tensor) -> RaggedTensor:
    """Whole rows of a ragged tensor."""
    lengths = indexing.boolean_mask(data.row_lengths(), mask)
    splits = lengths_to_splits(lengths)
    rows = row_splits_to_segment_ids(data.row_splits)
    values = boolean_mask(data.values, gather(mask, rows))
    return RaggedTensor.from_row_splits(values, splits, validate=False)


def _of_tensor(data: Tensor, mask: Tensor, ndims: int, splits_dtype: Any) -> Any:
    """What is kept of a tensor; its innermost rows are as long as the mask has truths there."""
    values: Any = indexing.boolean_mask(data, mask)
    if ndims < 2:
        return values
    lengths = Reshape(count_nonzero(mask, axis=-1, dtype=splits_dtype), [-1])
    values = RaggedTensor.from_row_lengths(values, lengths, validate=False)
    if ndims > 2:
        shape = shape_of(mask, out_type=splits_dtype)
        split_counts = cumprod(shape) + 1
        for axis in range(ndims - 3, -1, -1):
            size = shape[axis + 1]
            splits = filling.range(split_counts[axis]) * size
            values = RaggedTensor.from_row_splits(values, splits, validate=False)
    return values
