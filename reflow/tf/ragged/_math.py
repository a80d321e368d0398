"""tf.ragged.range, and sums and their like over segments and axes of ragged tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.operation import Tensor
from reflow.ops import segments
from reflow.ops.functions import Sqrt
from reflow.ops.math import Maximum
from reflow.ops.ragged.ranges import RaggedRange
from reflow.tf import _filling as filling
from reflow.tf import _reductions as reductions
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._checks import assert_equal
from reflow.tf._gathering import gather
from reflow.tf._joining import concat
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf.math import cumsum
from reflow.tf.ragged._functional import map_flat_values
from reflow.tf.ragged._rows import get_positive_axis, row_splits_to_segment_ids
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
    match_row_splits_dtypes,
)

_RANGE_TYPES = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64)


def range(
    starts: Any,
    limits: Any = None,
    deltas: Any = 1,
    dtype: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = dtypes.int64,
) -> RaggedTensor:
    """For each i the numbers from starts[i] up to limits[i] in steps of deltas[i], as a row.

    Args:
      starts, limits, deltas: scalars or vectors of one length.  Without `limits`, `starts` are the
        limits and the rows start at 0.
      dtype: of the numbers; by default the widest that the arguments have.
      row_splits_dtype: int32 or int64.
    """
    row_splits_dtype = as_dtype(row_splits_dtype)
    if limits is None:
        starts, limits = 0, starts
    with name_scope(name, "RaggedRange", [starts, limits, deltas]) as scope:
        bounds = [
            convert_to_tensor(value, dtype, argument)
            for argument, value in (("starts", starts), ("limits", limits), ("deltas", deltas))
        ]
        if dtype is None:
            widest = max((bound.dtype for bound in bounds), key=_RANGE_TYPES.index)
            bounds = [cast(bound, widest) for bound in bounds]
        splits, values = RaggedRange(*bounds, Tsplits=row_splits_dtype, name=scope)
        return RaggedTensor.from_row_splits(values, splits, validate=False)


# -- Segments ------------------------------------------------------------------------------------


def segment_aggregate(
    unsorted_segment_op: Callable[..., Any],
    data: Any,
    segment_ids: Any,
    num_segments: Any,
    separator: str | None = None,
    name: str | None = None,
) -> Any:
    """The rows of `data` with the same id put together, element by element.

    Args:
      unsorted_segment_op: what puts elements together: (data, segment_ids, num_segments).
      data: ragged, or a tensor.
      segment_ids: of a shape with which that of `data` starts; ragged if `data` is so there.
      num_segments: how many rows the result has; each is as long as the longest of its rows.
      separator: a further argument of `unsorted_segment_op`, of strings.

    Raises:
      ValueError: the ids are no integers, or do not fit the shape of `data`.
    """
    more = () if separator is None else (separator,)
    if not (is_ragged(data) or is_ragged(segment_ids)):
        return unsorted_segment_op(data, segment_ids, num_segments, *more, name=name)
    with name_scope(name, "RaggedSegment", [data, segment_ids, num_segments]) as scope:
        data = convert_to_tensor_or_ragged_tensor(data, name="data")
        segment_ids = convert_to_tensor_or_ragged_tensor(segment_ids, name="segment_ids")
        data, segment_ids = match_row_splits_dtypes(data, segment_ids)
        if segment_ids.dtype not in (dtypes.int32, dtypes.int64):
            raise ValueError(
                f"segment_ids must have dtype int32 or int64. Received: {segment_ids.dtype!r}"
            )
        if isinstance(segment_ids, RaggedTensor):
            if not isinstance(data, RaggedTensor):
                raise ValueError(
                    "segment_ids.shape must be a prefix of data.shape, but segment_ids is ragged "
                    "and data is not."
                )
            check = assert_equal(
                segment_ids.row_splits,
                data.row_splits,
                message="segment_ids.shape must be a prefix of data.shape",
            )
            with control_dependencies([check]):
                return segment_aggregate(
                    unsorted_segment_op, data.values, segment_ids.values, num_segments, separator
                )
        splits, positions = _places_of_segments(data, segment_ids, num_segments)
        values = segment_aggregate(
            unsorted_segment_op, data.values, positions, splits[-1], separator
        )
        return RaggedTensor.from_row_splits(values, splits, scope, validate=False)


def _places_of_segments(
    data: RaggedTensor, segment_ids: Tensor, num_segments: Any
) -> tuple[Tensor, Tensor]:
    """The splits of the result's rows, and where each value goes in its values."""
    lengths = data.row_splits[1:] - data.row_splits[:-1]
    # A row of the result is as long as the longest that goes there.
    longest = segments.UnsortedSegmentMax(lengths, segment_ids, num_segments)
    output_lengths = Maximum(longest, 0)
    zero = filling.zeros([1], output_lengths.dtype)
    splits = concat([zero, cumsum(output_lengths)], axis=0)
    starts = gather(splits, segment_ids)
    return splits, range(starts, starts + lengths, row_splits_dtype=data.row_splits.dtype).values


def _segments(name: str, does: str, unsorted_segment_op: Callable[..., Any]) -> Callable[..., Any]:
    def aggregate(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
        return segment_aggregate(
            unsorted_segment_op, data, segment_ids, num_segments, name=name or scope
        )

    scope = "RaggedSegment" + name.removeprefix("segment_").title()
    aggregate.__name__ = aggregate.__qualname__ = name
    aggregate.__doc__ = f"{does} of the rows of a ragged tensor with the same id."
    return aggregate


segment_sum = _segments("segment_sum", "The sum", segments.UnsortedSegmentSum)
segment_prod = _segments("segment_prod", "The product", segments.UnsortedSegmentProd)
segment_min = _segments("segment_min", "The smallest elements", segments.UnsortedSegmentMin)
segment_max = _segments("segment_max", "The largest elements", segments.UnsortedSegmentMax)


def segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """The mean of the rows of a ragged tensor with the same id."""
    with name_scope(name, "RaggedSegmentMean", [data, segment_ids, num_segments]):
        total, count = _sums_and_counts(data, segment_ids, num_segments)
        return _combined(lambda x, y: x / y, total, count)


def segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Any:
    """The sum of the rows with the same id, divided by the root of how many they are."""
    with name_scope(name, "RaggedSegmentSqrtN", [data, segment_ids, num_segments]):
        total, count = _sums_and_counts(data, segment_ids, num_segments)
        return _combined(lambda x, y: x / Sqrt(y), total, count)


def _ones_like(ragged: Any) -> Any:
    if not is_ragged(ragged):
        return filling.ones_like(ragged)
    return RaggedTensor.from_nested_row_splits(
        filling.ones_like(ragged.flat_values), ragged.nested_row_splits, validate=False
    )


def _sums_and_counts(data: Any, segment_ids: Any, num_segments: Any) -> tuple[Any, Any]:
    total = segment_sum(data, segment_ids, num_segments)
    return total, segment_sum(_ones_like(data), segment_ids, num_segments)


def _combined(function: Callable[[Tensor, Tensor], Tensor], x: Any, y: Any) -> Any:
    """`function` of two tensors, or of the flat values of two ragged ones with equal rows."""
    if is_ragged(x):
        return x.with_flat_values(function(x.flat_values, y.flat_values))
    return function(x, y)


# -- Axes ----------------------------------------------------------------------------------------


def reduce_aggregate(
    reduce_op: Callable[..., Any],
    unsorted_segment_op: Callable[..., Any],
    rt_input: Any,
    axis: Any,
    keepdims: bool | None,
    separator: str | None = None,
    name: str | None = None,
) -> Any:
    """A reduction over axes, one after the other: right for what is associative.

    Args:
      reduce_op: reduces tensors: (input, axis, name=...).
      unsorted_segment_op: puts the elements of segments of tensors together.
      axis: an axis, a list of axes, a constant tensor of them; None: all.
      keepdims: must not be true.
      separator: a further argument of both ops, of strings.

    Raises:
      ValueError: `keepdims` is asked for, or `axis` is a tensor that is not constant.
    """
    more = {} if separator is None else {"separator": separator}
    if not is_ragged(rt_input):
        return reduce_op(rt_input, axis, name=name, **more)
    if keepdims:
        raise ValueError("keepdims=True is not supported for RaggedTensors.")
    axis = _known_axis(axis)
    if axis is None:
        return reduce_op(rt_input.flat_values, None, name=name)
    with name_scope(name, "RaggedReduce", [rt_input, axis]):
        if isinstance(axis, (tuple, list)):
            if not axis:
                return rt_input
            if len(axis) > 1:
                # As axes vanish one by one, the last come first.
                *others, last = sorted(get_positive_axis(a, rt_input.shape.ndims) for a in axis)
                inner = reduce_aggregate(
                    reduce_op, unsorted_segment_op, rt_input, last, keepdims, separator
                )
                return reduce_aggregate(
                    reduce_op, unsorted_segment_op, inner, others, keepdims, separator
                )
            (axis,) = axis
        ragged = convert_to_tensor_or_ragged_tensor(rt_input, name="rt_input")
        axis = get_positive_axis(axis, ragged.shape.ndims)
        if axis > 1:
            return ragged.with_values(
                reduce_aggregate(
                    reduce_op, unsorted_segment_op, ragged.values, axis - 1, keepdims, separator
                )
            )
        ids, count = _first_axis(ragged) if axis == 0 else _second_axis(ragged)
        return segment_aggregate(unsorted_segment_op, ragged.values, ids, count, separator)


def _known_axis(axis: Any) -> Any:
    if not isinstance(axis, Tensor):
        return axis
    value = get_static_value(axis)
    if value is None:
        raise ValueError("axis must be known at graph construction time.")
    return value.tolist() if isinstance(value, np.ndarray) else value


def _first_axis(ragged: RaggedTensor) -> tuple[Tensor, Tensor]:
    """The place of each value in its row, and the number of such places."""
    lengths = ragged.row_splits[1:] - ragged.row_splits[:-1]
    count = Maximum(reductions.reduce_max(lengths), 0)
    return range(lengths).values, count


def _second_axis(ragged: RaggedTensor) -> tuple[Tensor, Tensor]:
    """The row of each value, and the number of rows."""
    count = shape_of(ragged.row_splits)[0] - 1
    return row_splits_to_segment_ids(ragged.row_splits), count


def _reduction(
    name: str, does: str, reduce_op: Callable[..., Any], unsorted_segment_op: Callable[..., Any]
) -> Callable[..., Any]:
    def reduce(
        input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None
    ) -> Any:
        return reduce_aggregate(
            reduce_op, unsorted_segment_op, input_tensor, axis, keepdims, name=name or scope
        )

    scope = "RaggedReduce" + name.removeprefix("reduce_").title()
    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = f"{does} over axes of a ragged tensor; arguments as of `reduce_aggregate`."
    return reduce


reduce_sum = _reduction("reduce_sum", "The sum", reductions.reduce_sum, segments.UnsortedSegmentSum)
reduce_prod = _reduction(
    "reduce_prod", "The product", reductions.reduce_prod, segments.UnsortedSegmentProd
)
reduce_min = _reduction(
    "reduce_min", "The smallest element", reductions.reduce_min, segments.UnsortedSegmentMin
)
reduce_max = _reduction(
    "reduce_max", "The largest element", reductions.reduce_max, segments.UnsortedSegmentMax
)


def reduce_mean(
    input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None
) -> Any:
    """The mean over axes of a ragged tensor."""
    with name_scope(name, "RaggedReduceMean", [input_tensor, axis]):
        total = reduce_sum(input_tensor, axis, keepdims)
        count = reduce_sum(_ones_like(input_tensor), axis, keepdims)
        return _combined(lambda x, y: x / y, total, count)


def _as(dtype: Any, value: Any) -> Any:
    return map_flat_values(cast, value, dtype)


def reduce_all(
    input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None
) -> Any:
    """Whether all are true, over axes of a ragged tensor."""
    with name_scope(name, "RaggedReduceAll", [input_tensor, axis]):
        product = reduce_prod(_as(dtypes.int32, input_tensor), axis, keepdims)
        return _as(dtypes.bool, product)


def reduce_any(
    input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None
) -> Any:
    """Whether any is true, over axes of a ragged tensor."""
    with name_scope(name, "RaggedReduceAny", [input_tensor, axis]):
        total = reduce_sum(_as(dtypes.int32, input_tensor), axis, keepdims)
        return _as(dtypes.bool, total)
