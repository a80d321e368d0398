"""Reductions of rows that belong together, and counts of integers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops import sparse_segments
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.functions import Sqrt
from reflow.ops.math import Maximum, Minimum
from reflow.ops.segments import Bincount, UnsortedSegmentSum
from reflow.tf import _filling as filling
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._reductions import reduce_max, reduce_prod
from reflow.tf._scopes import name_scope


def _sizes(data: Tensor, segment_ids: Tensor, num_segments: Any) -> Tensor:
    """How many rows each segment has, but at least 1; broadcasts with the rows."""
    ones = filling.ones(shape_of(segment_ids), data.dtype)
    counts = UnsortedSegmentSum(ones, segment_ids, num_segments)
    if data.shape.ndims is None or segment_ids.shape.ndims is None:
        raise ValueError(
            f"data and segment_ids must have known ranks. Received: {data} and {segment_ids}"
        )
    behind = data.shape.ndims - segment_ids.shape.ndims
    return Maximum(Reshape(counts, [num_segments] + [1] * behind), 1)


@add_dispatch_support
def unsorted_segment_mean(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The mean of each segment; 0 for an empty one.  Negative ids are dropped.

    Args:
      data: [n, ...].
      segment_ids: [n] integers, or ids for the first dimensions of data.
      num_segments: a scalar, the size of the result's first dimension.
    """
    with name_scope(name, "UnsortedSegmentMean"):
        data = convert_to_tensor(data)
        segment_ids = convert_to_tensor(segment_ids)
        sizes = _sizes(data, segment_ids, num_segments)
        return UnsortedSegmentSum(data, segment_ids, num_segments) / sizes


@add_dispatch_support
def unsorted_segment_sqrt_n(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The sum of each segment divided by the root of its size.  Negative ids are dropped."""
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data = convert_to_tensor(data)
        segment_ids = convert_to_tensor(segment_ids)
        sizes = _sizes(data, segment_ids, num_segments)
        return UnsortedSegmentSum(data, segment_ids, num_segments) / Sqrt(sizes)


def _sparse(
    name: str, does: str, plain: OpDefinition, counted: OpDefinition
) -> Callable[..., Tensor]:
    def reduce(
        data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
    ) -> Tensor:
        if num_segments is None:
            return plain(data, indices, segment_ids, name=name)
        return counted(data, indices, segment_ids, num_segments, name=name)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = f"""{does}

    Args:
      data: [n, ...].
      indices: [k] rows of data.
      segment_ids: [k] sorted int32, the segment that each picked row belongs to.
      num_segments: how many segments the result has; default the last id plus 1.
    """
    return reduce


sparse_segment_sum = _sparse(
    "sparse_segment_sum",
    "The sum of each segment of picked rows.",
    sparse_segments.SparseSegmentSum,
    sparse_segments.SparseSegmentSumWithNumSegments,
)
sparse_segment_mean = _sparse(
    "sparse_segment_mean",
    "The mean of each segment of picked rows; 0 for an empty one.",
    sparse_segments.SparseSegmentMean,
    sparse_segments.SparseSegmentMeanWithNumSegments,
)
sparse_segment_sqrt_n = _sparse(
    "sparse_segment_sqrt_n",
    "The sum of each segment of picked rows, divided by the root of their number.",
    sparse_segments.SparseSegmentSqrtN,
    sparse_segments.SparseSegmentSqrtNWithNumSegments,
)


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = dtypes.int32,
) -> Tensor:
    """How often each number 0, 1, ... is in `arr`: a vector as long as the largest asks for.

    Args:
      arr: non-negative int32.
      weights: of arr's shape: sums of these instead of counts.
      minlength, maxlength: limits of the result's length; larger numbers are dropped.
      dtype: of the counts; with weights, theirs.
    """
    with name_scope("bincount"):
        arr = convert_to_tensor(arr, dtypes.int32, "arr")
        is_nonempty = reduce_prod(shape_of(arr)) > 0
        length = cast(is_nonempty, dtypes.int32) * (reduce_max(arr) + 1)
        if minlength is not None:
            length = Maximum(convert_to_tensor(minlength, dtypes.int32, "minlength"), length)
        if maxlength is not None:
            length = Minimum(convert_to_tensor(maxlength, dtypes.int32, "maxlength"), length)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            return UnsortedSegmentSum(weights, arr, length)
        return Bincount(arr, length, constant([], dtype))
