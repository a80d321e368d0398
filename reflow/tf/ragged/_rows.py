"""Splits of rows, the lengths of rows and the rows of elements: what turns one into the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.operation import Operation, Tensor
from reflow.ops.casts import Cast
from reflow.ops.ragged.ranges import RaggedRange
from reflow.tf import _filling as filling
from reflow.tf._arrays import shape as shape_of
from reflow.tf._checks import assert_equal
from reflow.tf._gathering import gather
from reflow.tf._joining import concat
from reflow.tf._repeating import repeat
from reflow.tf._scopes import name_scope
from reflow.tf._segments import bincount
from reflow.tf._static_values import get_static_value
from reflow.tf.math import cumsum

SPLITS_TYPES = (dtypes.int32, dtypes.int64)


def row_splits_to_segment_ids(splits: Any, name: str | None = None, out_type: Any = None) -> Tensor:
    """The row of each element: [0, 3, 3, 5] -> [0, 0, 0, 2, 2].

    Args:
      splits: [number of rows + 1], int32 or int64.
      out_type: int32 or int64; by default that of `splits`.

    Raises:
      ValueError: `splits` is of another type, or empty.
    """
    with name_scope(name, "RaggedSplitsToSegmentIds", [splits]):
        splits = convert_to_tensor(splits, name="splits", preferred_dtype=dtypes.int64)
        if splits.dtype not in SPLITS_TYPES:
            raise ValueError(f"splits must have dtype int32 or int64. Received: {splits.dtype!r}")
        splits.shape.assert_has_rank(1)
        if splits.shape.sizes == (0,):
            raise ValueError("Invalid row_splits: []")
        out_type = splits.dtype if out_type is None else as_dtype(out_type)
        lengths = splits[1:] - splits[:-1]
        count = shape_of(splits, out_type=out_type)[-1] - 1
        return repeat(filling.range(count), lengths, axis=0)


def segment_ids_to_row_splits(
    segment_ids: Any, num_segments: Any = None, out_type: Any = None, name: str | None = None
) -> Tensor:
    """The splits of rows, of the row of each element: [0, 0, 0, 2, 2] -> [0, 3, 3, 5].

    Args:
      segment_ids: [n] sorted integers.
      num_segments: the number of rows; by default the last id plus 1.
      out_type: int32 or int64; by default that of the tensors given, or int64.
    """
    if out_type is None:
        tensors = (value for value in (segment_ids, num_segments) if isinstance(value, Tensor))
        out_type = next((tensor.dtype for tensor in tensors), dtypes.int64)
    out_type = as_dtype(out_type)
    with name_scope(name, "SegmentIdsToRaggedSplits", [segment_ids]):
        ids = convert_to_int_tensor(segment_ids, "segment_ids", dtypes.int32)
        ids.shape.assert_has_rank(1)
        if num_segments is not None:
            num_segments = convert_to_int_tensor(num_segments, "num_segments", dtypes.int32)
            num_segments.shape.assert_has_rank(0)
        lengths = bincount(ids, minlength=num_segments, maxlength=num_segments, dtype=out_type)
        splits = concat([[0], cumsum(lengths)], axis=0)
        known = None if num_segments is None else get_static_value(num_segments)
        if known is not None:
            splits.set_shape([int(known) + 1])
        return splits


def lengths_to_splits(lengths: Tensor) -> Tensor:
    """The splits of rows of these lengths."""
    return concat([[0], cumsum(lengths)], axis=-1)


def repeat_ranges(params: Tensor, splits: Tensor, repeats: Any) -> Tensor:
    """Each row of `params`, as `splits` part them, several times.

    repeats: a scalar, or one number for each row.
    """
    if repeats.shape.ndims != 0:
        starts = repeat(splits[:-1], repeats, axis=0)
        limits = repeat(splits[1:], repeats, axis=0)
    else:
        repeated = repeat(splits, repeats, axis=0)
        count = shape_of(repeated, out_type=repeats.dtype)[0]
        starts = repeated[: count - repeats]
        limits = repeated[repeats:]
    _, positions = RaggedRange(starts, limits, filling.ones((), starts.dtype))
    return gather(params, positions)


def assert_splits_match(nested_splits_lists: Sequence[Sequence[Tensor]]) -> list[Operation | None]:
    """Checks that ragged tensors have rows of the same lengths, in all axes.

    Raises:
      ValueError: they have different numbers of ragged axes.
    """
    message = "Inputs must have identical ragged splits"
    first = nested_splits_lists[0]
    if any(len(nested) != len(first) for nested in nested_splits_lists):
        raise ValueError(message)
    return [
        assert_equal(splits, other, message=message)
        for nested in nested_splits_lists[1:]
        for splits, other in zip(first, nested)
    ]


def get_positive_axis(axis: Any, ndims: int | None) -> int:
    """The axis, counted from the first; `ndims`: how many there are, if that is known.

    Raises:
      TypeError: it is no integer.
      ValueError: there is no such axis, or none can be counted from the last.
    """
    if not isinstance(axis, int):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    if ndims is None:
        if axis < 0:
            raise ValueError("axis may only be negative if ndims is statically known.")
        return axis
    if not -ndims <= axis < ndims:
        raise ValueError(f"axis={axis} out of bounds: expected {-ndims}<=axis<{ndims}")
    return axis % ndims if ndims else axis


def convert_to_int_tensor(tensor: Any, name: str, dtype: Any = dtypes.int32) -> Tensor:
    """`tensor` cast to an integer type; TypeError unless it has integers."""
    tensor = convert_to_tensor(tensor, name=name, preferred_dtype=dtype)
    if not tensor.dtype.is_integer:
        raise TypeError(f"{name} must be an integer tensor; dtype={tensor.dtype}")
    return Cast(tensor, DstT=as_dtype(dtype))
