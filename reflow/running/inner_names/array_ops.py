"""Names of tensorflow.python.ops.array_ops for what `tf` calls otherwise."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.tf import _arrays as arrays
from reflow.tf import _filling as filling
from reflow.tf import _gathering as gathering
from reflow.tf._repeating import repeat as repeat_with_axis
from reflow.tf.ragged._rows import convert_to_int_tensor, get_positive_axis

__all__ = [
    "_SLICE_TYPE_ERROR",
    "convert_to_int_tensor",
    "expand_dims_v2",
    "gather_nd_v2",
    "gather_v2",
    "get_positive_axis",
    "ones_like_v2",
    "repeat_with_axis",
    "size_v2",
    "squeeze_v2",
    "zeros_like_v2",
]

_SLICE_TYPE_ERROR = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
    "tf.int32/tf.int64 tensors are valid indices"
)


def expand_dims_v2(input: Any, axis: Any, name: str | None = None) -> Any:
    """tf.expand_dims."""
    return arrays.expand_dims(input, axis, name)


def gather_v2(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    axis: Any = None,
    batch_dims: int = 0,
    name: str | None = None,
) -> Any:
    """tf.gather, with the name last."""
    return gathering.gather(params, indices, validate_indices, name, axis, batch_dims)


def gather_nd_v2(params: Any, indices: Any, batch_dims: Any = 0, name: str | None = None) -> Any:
    """tf.gather_nd, with the name last."""
    return gathering.gather_nd(params, indices, name, batch_dims)


def size_v2(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> Any:
    """tf.size, with the name last."""
    return arrays.size(input, name, out_type)


def squeeze_v2(input: Any, axis: Any = None, name: str | None = None) -> Any:
    """tf.squeeze."""
    return arrays.squeeze(input, axis, name)


def ones_like_v2(input: Any, dtype: Any = None, name: str | None = None) -> Any:
    """tf.ones_like."""
    return filling.ones_like(input, dtype, name)


def zeros_like_v2(input: Any, dtype: Any = None, name: str | None = None) -> Any:
    """tf.zeros_like."""
    return filling.zeros_like(input, dtype, name)
