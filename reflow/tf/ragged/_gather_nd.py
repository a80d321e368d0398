"""tf.gather_nd of ragged tensors."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf import _filling as filling
from reflow.tf import _gathering as gathering
from reflow.tf import _joining as joining
from reflow.tf._arrays import expand_dims as expand_dims_of_tensor
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._arrays import expand_dims
from reflow.tf.ragged._gather import gather
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
    match_row_splits_dtypes,
)
from reflow.tf.ragged._tile import tile


def gather_nd(params: Any, indices: Any, batch_dims: Any = 0, name: str | None = None) -> Any:
    """The elements or parts of `params` at `indices`, [..., k], into its first k axes.

    Args:
      params, indices: tensors, ragged or not; the last axis of `indices` is not ragged.
      batch_dims: must be 0.

    Raises:
      ValueError: it is not, or the rank or the last size of `indices` is not known.
    """
    if not isinstance(batch_dims, int) or batch_dims != 0:
        raise ValueError("batch_dims != 0 is not supported for ragged gather yet.")
    if not (is_ragged(params) or is_ragged(indices)):
        return gathering.gather_nd(params, indices, name)
    with name_scope(name, "RaggedGatherNd", [params, indices]):
        params = convert_to_tensor_or_ragged_tensor(params, name="params")
        indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        params, indices = match_row_splits_dtypes(params, indices)
        ndims = indices.shape.ndims
        if ndims is None:
            raise ValueError("indices.rank be statically known.")
        if ndims == 0:
            raise ValueError("indices.rank must be at least 1.")
        if is_ragged(indices) and ndims == indices.ragged_rank + 1:
            raise ValueError("The innermost dimension of indices may not be ragged")
        index_size = indices.shape.as_list()[-1]
        if index_size is None:
            raise ValueError("indices.shape[-1] must be statically known.")
        if ndims > 2:
            return _of_many_axes(params, indices, ndims)
        if index_size == 0:
            return _repeated(params, indices, ndims)
        if index_size == 1:
            return gather(params, Reshape(indices, [-1]))
        return _by_flat_indices(params, indices, index_size)


def _of_many_axes(params: Any, indices: Any, ndims: int) -> Any:
    """Gathers by the vectors of the indices, and puts the results into their rows."""
    was_dense = not is_ragged(indices)
    if was_dense:
        indices = RaggedTensor.from_tensor(
            indices, ragged_rank=ndims - 2, row_splits_dtype=params.row_splits.dtype
        )
    result = indices.with_flat_values(gather_nd(params, indices.flat_values))
    if was_dense and result.ragged_rank == ndims - 2:
        return result.to_tensor()
    return result


def _repeated(params: RaggedTensor, indices: Tensor, ndims: int) -> Any:
    """Indices without elements mean `params` as a whole, each."""
    params_ndims = params.ragged_rank + rank_of(params.flat_values)
    for _ in range(ndims - 1):
        params = expand_dims(params, axis=0)
    once = filling.ones([params_ndims], dtypes.int32)
    return tile(params, joining.concat([shape_of(indices)[:-1], once], axis=0))


def _by_flat_indices(params: RaggedTensor, indices: Tensor, index_size: int) -> Any:
    """Makes of each index one into the values of the last axis that it reaches."""
    indices = cast(indices, params.row_splits.dtype)
    flat = gathering.gather(params.row_splits, indices[..., 0])
    flat = flat + indices[..., 1]
    values = params.values
    for axis in range(2, index_size):
        if not is_ragged(values):
            flat = expand_dims_of_tensor(flat, axis=1)
            flat = joining.concat([flat, indices[..., axis:]], axis=1)
            return gathering.gather_nd(values, flat)
        flat = gathering.gather(values.row_starts(), flat)
        flat = flat + indices[..., axis]
        values = values.values
    return gather(values, flat)
