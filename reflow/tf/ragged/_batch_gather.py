"""tf.batch_gather of ragged tensors."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.constants import constant
from reflow.ops.repeating import BroadcastTo
from reflow.tf import _filling as filling
from reflow.tf import _gathering as gathering
from reflow.tf import _joining as joining
from reflow.tf._arrays import expand_dims as expand_dims_of_tensor
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._checks import assert_equal, assert_greater_equal
from reflow.tf._repeating import repeat
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf.ragged._arrays import expand_dims
from reflow.tf.ragged._gather import gather
from reflow.tf.ragged._shape import RaggedTensorDynamicShape, broadcast_to
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
    match_row_splits_dtypes,
)
from reflow.tf.ragged._where import where

_MISMATCH = "batch shape from indices does not match params shape"


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Any:
    """From each row of `params` the elements at the indices in that row of `indices`.

    Raises:
      ValueError: the rank of `indices` is not known or 0, or its rows are not those of `params`.
      InvalidArgumentError: (at run time) an index is outside of its row's rank.
    """
    if not (is_ragged(params) or is_ragged(indices)):
        return gathering.batch_gather(params, indices, name)
    with name_scope(name, "RaggedBatchGather", [params, indices]):
        params = convert_to_tensor_or_ragged_tensor(params, name="params")
        indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        params, indices = match_row_splits_dtypes(params, indices)
        ndims = indices.shape.ndims
        if ndims is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        if ndims == 0:
            raise ValueError("indices.rank must be at least 1.")
        if not isinstance(indices, RaggedTensor):
            return _by_tensor(params, indices, ndims)
        if ndims == 2:
            return _by_ragged(params, indices)
        if not is_ragged(params):
            raise ValueError(_MISMATCH)
        with control_dependencies([assert_equal(params.row_splits, indices.row_splits)]):
            return RaggedTensor.from_row_splits(
                batch_gather(params.values, indices.values), indices.row_splits, validate=False
            )


def _by_ragged(params: Any, indices: RaggedTensor) -> RaggedTensor:
    if not is_ragged(params):
        if params.shape.ndims is not None and params.shape.ndims < 2:
            raise ValueError(_MISMATCH)
        params = RaggedTensor.from_tensor(
            params, ragged_rank=1, row_splits_dtype=indices.row_splits.dtype
        )
    counts = indices.row_lengths()
    starts = repeat(params.row_starts(), counts, axis=0)
    positions = cast(indices.values, starts.dtype) + starts
    return RaggedTensor.from_row_splits(
        gather(params.values, positions), indices.row_splits, validate=False
    )


def _by_tensor(params: RaggedTensor, indices: Tensor, ndims: int) -> Any:
    if ndims == 1:
        return gather(params, indices)
    if ndims > 2:
        raise ValueError(_MISMATCH)
    starts = expand_dims_of_tensor(params.row_starts(), 1)
    return gather(params.values, cast(indices, starts.dtype) + starts)


def batch_gather_with_default(
    params: Any, indices: Any, default_value: Any = "", name: str | None = None
) -> Any:
    """As `batch_gather`, with a default value for indices outside of their rows.

    Args:
      default_value: a scalar or a vector, what stands for such an index.
    """
    with name_scope(name, "RaggedBatchGatherWithDefault"):
        params = convert_to_tensor_or_ragged_tensor(params, name="params")
        indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        default_value = convert_to_tensor_or_ragged_tensor(default_value, name="default_value")
        splits_dtype, (params, indices, default_value) = match_row_splits_dtypes(
            params, indices, default_value, return_dtype=True
        )
        if default_value.shape.ndims not in (0, 1):
            raise ValueError('"default_value" must be a scalar or vector')
        if indices.shape.ndims is None:
            raise ValueError("Indices must have a known rank.")
        if params.shape.ndims is None:
            raise ValueError("Params must have a known rank.")
        axis = indices.shape.ndims - 1
        with control_dependencies([assert_greater_equal(rank_of(params), rank_of(indices))]):
            # The default value comes first in each row: that is what bad indices are turned into.
            if is_ragged(params):
                lengths = expand_dims(params.row_lengths(axis=axis), axis=-1)
                bounds = cast(lengths, indices.dtype)
                pad = broadcast_to(default_value, _pad_shape(params, indices, splits_dtype))
            else:
                shape = shape_of(params)
                sizes = [shape[:axis], [1], shape[axis + 1 : params.shape.ndims]]
                bounds = shape[axis]
                pad = BroadcastTo(default_value, joining.concat(sizes, 0))
            padded = joining.concat([cast(pad, params.dtype), params], axis=axis)
            shifted = indices + 1
            outside = (indices < 0) | (indices > bounds)
            kept = where(outside, x=filling.zeros_like(indices), y=shifted)
            return gathering.batch_gather(params=padded, indices=kept, name=name)


def _pad_shape(params: Any, indices: Any, splits_dtype: Any) -> RaggedTensorDynamicShape:
    """The shape of `params` with one element in the axis that is gathered from."""
    batch_ndims = indices.shape.ndims - 1
    shape = RaggedTensorDynamicShape.from_tensor(params, dim_size_dtype=splits_dtype)
    partitioned, inner = shape.partitioned_dim_sizes, shape.inner_dim_sizes
    if params.shape.ndims == indices.shape.ndims:
        if shape.num_inner_dimensions == 0:
            last = filling.ones_like(partitioned[-1])
            return RaggedTensorDynamicShape((*partitioned[:-1], last), [])
        return RaggedTensorDynamicShape(partitioned, joining.concat([inner[:-1], [1]], axis=0))
    count = len(partitioned)
    if batch_ndims == 0:
        ones = [constant([1], splits_dtype)] * (count - 1)
        return RaggedTensorDynamicShape((constant(1, splits_dtype), *ones), inner)
    one = filling.ones_like(partitioned[batch_ndims])
    sizes = (*partitioned[:batch_ndims], *[one] * (count - batch_ndims))
    return RaggedTensorDynamicShape(sizes, inner)
