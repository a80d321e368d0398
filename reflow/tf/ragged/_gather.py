"""tf.gather of ragged tensors."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.ops.ragged.gathering import RaggedGather
from reflow.tf import _gathering as gathering
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    match_row_splits_dtypes,
)


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = 0,
    batch_dims: Any = 0,
    name: str | None = None,
) -> Any:
    """The rows of a tensor, ragged or not, at indices that may be ragged.

    Args:
      validate_indices: without effect; indices are always checked.
      axis, batch_dims: must be 0.

    Raises:
      ValueError: they are not, or the rank of `indices` is not known.
    """
    if not isinstance(axis, int) or axis != 0:
        raise ValueError("axis != 0 is not supported for ragged gather yet.")
    if not isinstance(batch_dims, int) or batch_dims != 0:
        raise ValueError("batch_dims != 0 is not supported for ragged gather yet.")
    with name_scope(name, "RaggedGather", [params, indices]):
        params = convert_to_tensor_or_ragged_tensor(params, name="params")
        indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        params, indices = match_row_splits_dtypes(params, indices)
        if isinstance(indices, RaggedTensor):
            return indices.with_values(gather(params, indices.values))
        if not isinstance(params, RaggedTensor):
            return gathering.gather(params, indices)
        indices = convert_to_tensor(indices)
        if indices.shape.ndims is None:
            raise ValueError("indices.shape.ndims must be known statically")
        splits, values = RaggedGather(
            params.nested_row_splits,
            params.flat_values,
            indices,
            OUTPUT_RAGGED_RANK=indices.shape.ndims + params.ragged_rank - 1,
        )
        return RaggedTensor.from_nested_row_splits(values, splits, validate=False)


def gather_rows(params: Any, indices: Any) -> Any:
    """As `gather`, for a tensor with the nodes of tf.gather alone."""
    if isinstance(params, RaggedTensor):
        return gather(params, indices)
    return gathering.gather(params, indices)
