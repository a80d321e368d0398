"""Reductions of rows that belong together: row i belongs to the segment segment_ids[i]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank, Reshape, Shape
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Equal, Greater, GreaterEqual
from reflow.ops.constants import constant
from reflow.ops.filling import Fill, OnesLike, ZerosLike
from reflow.ops.gathering import take
from reflow.ops.joining import ConcatV2
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.logic import LogicalAnd
from reflow.ops.math import Maximum, Mul, RealDiv, Sub
from reflow.ops.op import op
from reflow.ops.repeating import BroadcastTo
from reflow.ops.selection import Select
from reflow.ops.unsigned import widened
from reflow.ops.values import is_small, to_numpy

_NUMBERS = "T: numbertype"
_REALS = "T: realnumbertype"
_IDS = "Tindices: {int32, int64}"

# So many ids at most are sooner looked at as a list than as an array.
_FEW = 64

# Of (rows, the segment of each, how many segments, the value of an empty one).
SegmentKernel = Callable[[torch.Tensor, torch.Tensor, int, float], torch.Tensor]
SegmentGradient = Callable[[Operation, Tensor], Tensor]


# -- Kernels -------------------------------------------------------------------------------------


def sum_rows(rows: torch.Tensor, ids: torch.Tensor, count: int, empty: float = 0) -> torch.Tensor:
    # Short rows at 32-bit numbers are many times slower.
    return rows.new_zeros((count, *rows.shape[1:])).index_add_(0, ids.long(), rows)


def segment_sizes(rows: torch.Tensor, ids: torch.Tensor, count: int) -> torch.Tensor:
    """How many rows each segment has, but at least 1; broadcasts with the rows."""
    sizes = torch.bincount(ids, minlength=count).clamp_(min=1).to(rows.dtype)
    return sizes.reshape(-1, *[1] * (rows.ndim - 1))


def mean_rows(rows: torch.Tensor, ids: torch.Tensor, count: int, empty: float) -> torch.Tensor:
    rounding = None if rows.is_floating_point() or rows.is_complex() else "trunc"
    sizes = segment_sizes(rows, ids, count)
    return torch.div(sum_rows(rows, ids, count, empty), sizes, rounding_mode=rounding)


def _indexed(reduce: str) -> SegmentKernel:
    def kernel(rows: torch.Tensor, ids: torch.Tensor, count: int, empty: float) -> torch.Tensor:
        result = rows.new_full((count, *rows.shape[1:]), empty)
        index = ids.long().reshape(-1, *[1] * (rows.ndim - 1)).expand_as(rows)
        return result.scatter_reduce_(0, index, rows, reduce, include_self=False)

    return kernel


def _prod(rows: torch.Tensor, ids: torch.Tensor, count: int, empty: float) -> torch.Tensor:
    if not rows.is_complex():
        return _indexed("prod")(rows, ids, count, empty)
    if bool(((ids < 0) | (ids >= count)).any()):
        raise IndexError("A segment is out of range.")
    result = rows.new_ones((count, *rows.shape[1:]))
    for segment in range(count):
        result[segment] = torch.prod(rows[ids == segment], 0)
    return result


# -- Sorted ids ----------------------------------------------------------------------------------


def segments_of_sorted(segment_ids: Host, rows: int, given: int | None = None) -> int:
    """How many segments sorted ids describe, or the number that is given.

    Raises:
      tf.errors.InvalidArgumentError: the ids are not sorted, or not in the range.
    """
    if len(segment_ids) != rows:
        raise _invalid("segment_ids should be the same size as dimension 0 of input.")
    if not rows:
        return given or 0
    found = int(segment_ids[-1]) + 1
    falls = segment_ids[1:] < segment_ids[:-1]
    if segment_ids[0] >= 0 and not np.count_nonzero(falls) and (given is None or found <= given):
        return found if given is None else given
    raise _unsorted(segment_ids, falls.nonzero()[0], found, given)


def _unsorted(
    segment_ids: Host, falls: Any, found: int, given: int | None
) -> errors.InvalidArgumentError:
    """What TensorFlow says of such ids, of which those after the `falls` are less."""
    if given is not None and found > given:
        return _invalid("segment ids must be < num_segments")
    count = found if given is None else given
    if found <= 0:
        return _invalid("segment ids must be >= 0")
    outside = np.flatnonzero((segment_ids < 0) | (segment_ids >= count))
    # Whichever comes first, as TensorFlow walks through the ids.
    if outside.size and not (falls.size and falls[0] <= outside[0]):
        return _invalid(
            f"Segment id {segment_ids[outside[0]]} out of range [0, {count}), possibly because "
            "'segment_ids' input is not sorted."
        )
    return _invalid("segment ids are not increasing")


def scalar_count(name: str, count: Host) -> int:
    """The number of segments or rows that an input asks for."""
    if count.ndim:
        raise _invalid(f"{name} should be a scalar, not shape {list(count.shape)}")
    if count < 0:
        raise _invalid(f"Input {name} == {count} must not be negative.")
    return int(count)


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _sorted_segments(
    name: str,
    doc: str,
    reduce: SegmentKernel,
    empty: float,
    gradient: SegmentGradient | None,
    types: str = _NUMBERS,
    ordered: bool = False,
) -> OpDefinition:
    """A reduction of `data` [n, ...] by sorted `segment_ids` [n] -> [last id + 1, ...]."""

    def shape(data: TensorShape, segment_ids: TensorShape) -> TensorShape:
        shapes.with_rank(segment_ids, 1)
        shapes.with_rank_at_least(data, 1)
        return shapes.UNKNOWN if data.sizes is None else shapes.of(None, *data.sizes[1:])

    def kernel(data: torch.Tensor, segment_ids: torch.Tensor) -> torch.Tensor:
        count = segments_of_sorted(to_numpy(segment_ids), data.shape[0])
        return reduce(data, segment_ids, count, empty)

    def specialised(op: Operation, data: Known, segment_ids: Known) -> Any:
        if segment_ids.sizes != data.sizes[:1] or not 0 < segment_ids.sizes[0] <= _FEW:
            return None

        def of_few(data: torch.Tensor, segment_ids: torch.Tensor) -> torch.Tensor:
            ids = segment_ids.tolist()
            if ids[0] >= 0 and ids == sorted(ids):
                return reduce(data, segment_ids, ids[-1] + 1, empty)
            return kernel(data, segment_ids)  # which says what is wrong

        return of_few

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "data: T, segment_ids: Tindices",
        "outputs": "output: T",
        "attrs": (types, _IDS),
        "shape": shape,
        "kernel": widened(kernel, ordered),
        "specialised": specialised,
        "export": (_public_name(name), f"math.{_public_name(name)}"),
    }
    if gradient is not None:
        rules["gradient"] = lambda op, dy: (gradient(op, dy), None)
    return op(type(name, (), rules))


def _public_name(name: str) -> str:
    """SegmentSum -> segment_sum."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)[1:]


def _mean_gradient(op: Operation, dy: Tensor) -> Tensor:
    ids = op.inputs[1]
    ones = OnesLike(_with_rank_of(Cast(ids, DstT=dy.dtype.base_dtype), dy))
    return take(RealDiv(dy, SegmentSum(ones, ids)), ids)


def _with_rank_of(x: Tensor, like: Tensor) -> Tensor:
    """x with dimensions of 1 behind, as many as `like` has more."""
    missing = Reshape(Sub(Rank(like), Rank(x)), constant([1]))
    ones = Fill(missing, constant(1))
    return Reshape(x, ConcatV2([Shape(x), ones], constant(0)))


def _extreme_gradient(op: Operation, dy: Tensor) -> Tensor:
    """Shared in equal parts by the rows that hold the extreme."""
    data, ids = op.inputs
    is_extreme = Equal(data, take(op.outputs[0], ids))
    count = SegmentSum(Cast(is_extreme, DstT=dy.dtype.base_dtype), ids)
    shares = take(RealDiv(dy, count), ids)
    return Select(is_extreme, shares, ZerosLike(data))


SegmentSum: OpDefinition = _sorted_segments(
    "SegmentSum", "The sum of each segment.", sum_rows, 0, lambda op, dy: take(dy, op.inputs[1])
)
SegmentMean: OpDefinition = _sorted_segments(
    "SegmentMean", "The mean of each segment; 0 for an empty one.", mean_rows, 0, _mean_gradient
)
# TensorFlow has no gradient of it either.
SegmentProd: OpDefinition = _sorted_segments(
    "SegmentProd", "The product of each segment.", _prod, 1, None
)
SegmentMax: OpDefinition = _sorted_segments(
    "SegmentMax",
    "The largest of each segment; 0 for an empty one.",
    _indexed("amax"),
    0,
    _extreme_gradient,
    _REALS,
    ordered=True,
)
SegmentMin: OpDefinition = _sorted_segments(
    "SegmentMin",
    "The smallest of each segment; 0 for an empty one.",
    _indexed("amin"),
    0,
    _extreme_gradient,
    _REALS,
    ordered=True,
)


# -- Unsorted ids --------------------------------------------------------------------------------


def unsorted_segments_shape(
    data: TensorShape,
    segment_ids: TensorShape,
    num_segments: Value,
    *,
    input_shapes: list[TensorShape],
) -> TensorShape:
    """`num_segments` in the place of the first dimensions, which are those of the ids."""
    shapes.with_rank(input_shapes[2], 0)
    count = shapes.scalar_size(num_segments, 2)
    if data.sizes is None or segment_ids.sizes is None:
        return shapes.UNKNOWN
    rank = len(segment_ids.sizes)
    shapes.with_rank_at_least(data, rank)
    for size, ids in zip(data.sizes[:rank], segment_ids.sizes):
        shapes.merge_sizes(size, ids)
    return shapes.of(count, *data.sizes[rank:])


def _unsorted_segments(
    name: str,
    doc: str,
    reduce: SegmentKernel,
    empty: Callable[[torch.dtype], float],
    gradient: SegmentGradient,
    types: str = _NUMBERS,
    ordered: bool = False,
) -> OpDefinition:
    """A reduction of `data` by ids that stand for its first dimensions -> [num_segments, ...].

    What has a negative id is dropped.
    """

    def kernel(data: torch.Tensor, segment_ids: torch.Tensor, num_segments: Host) -> torch.Tensor:
        ids = segment_ids.reshape(-1)
        rows = data.reshape(ids.numel(), *data.shape[segment_ids.ndim :])
        return of_rows(rows, ids, scalar_count("num_segments", num_segments), segment_ids)

    def specialised(op: Operation, data: Known, segment_ids: Known, num_segments: Known) -> Any:
        if num_segments.value is None or len(segment_ids.sizes) != 1:
            return None
        if data.sizes[:1] != segment_ids.sizes:
            return None
        count = scalar_count("num_segments", num_segments.value)
        return lambda data, segment_ids, _: of_rows(data, segment_ids, count, segment_ids)

    def of_rows(
        rows: torch.Tensor, ids: torch.Tensor, count: int, segment_ids: torch.Tensor
    ) -> torch.Tensor:
        if ids.is_cpu:
            try:
                return reduce(rows, ids, count, empty(rows.dtype))
            except (IndexError, RuntimeError):
                # As in TensorFlow, only the CPU looks for ids that are too large.
                if bool((ids >= count).any()):
                    raise _out_of_range(segment_ids, count) from None
        # What is dropped goes to a row of its own, behind: a device need not be waited for.
        kept = torch.where(ids < 0, count, ids)
        return reduce(rows, kept, count + 1, empty(rows.dtype))[:count]

    return op(
        type(
            name,
            (),
            {
                "__doc__": doc,
                "inputs": "data: T, segment_ids: Tindices, num_segments: Tnumsegments",
                "outputs": "output: T",
                "attrs": (types, _IDS, "Tnumsegments: {int32, int64} = int32"),
                "shape": unsorted_segments_shape,
                "kernel": widened(kernel, ordered),
                "specialised": specialised,
                "gradient": lambda op, dy: (gradient(op, dy), None, None),
                "export": (_public_name(name), f"math.{_public_name(name)}"),
            },
        )
    )


def _out_of_range(segment_ids: torch.Tensor, count: int) -> errors.InvalidArgumentError:
    place = (segment_ids >= count).nonzero()[0].tolist()
    where = f"[{','.join(map(str, place))}]" if place else ""
    return _invalid(
        f"segment_ids{where} = {int(segment_ids[tuple(place)])} is out of range [0, {count})"
    )


def _gather_kept(rows: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """The rows that ids point at, 0 for negative ids; and which those are not, in that shape."""
    gathered = take(rows, Maximum(ids, ZerosLike(ids)))
    kept = GreaterEqual(ids, constant(0, ids.dtype.base_dtype))
    mask = BroadcastTo(_with_rank_of(kept, gathered), Shape(gathered))
    return Select(mask, gathered, ZerosLike(gathered)), mask


def _unsorted_extreme_gradient(op: Operation, dy: Tensor) -> Tensor:
    data, ids, count = op.inputs
    extremes, mask = _gather_kept(op.outputs[0], ids)
    is_extreme = LogicalAnd(Equal(data, extremes), mask)
    ties = UnsortedSegmentSum(Cast(is_extreme, DstT=dy.dtype.base_dtype), ids, count)
    shares, _ = _gather_kept(RealDiv(dy, ties), ids)
    return Select(is_extreme, shares, ZerosLike(shares))


def _unsorted_product_gradient(op: Operation, dy: Tensor) -> Tensor:
    """The product of the others: the whole product divided by the element, unless that is 0.

    Where one element of a segment is 0, only it gets a gradient: the product of the others.
    Where several are, none does.
    """
    data, ids, count = op.inputs
    zero = constant(0, data.dtype.base_dtype)
    is_zero = Equal(data, zero)
    zeros = UnsortedSegmentSum(Cast(is_zero, DstT="int32"), ids, count)
    dy = Select(Greater(zeros, constant(1)), ZerosLike(dy), dy)
    without_zeros = Select(is_zero, OnesLike(data), data)
    product_of_others = UnsortedSegmentProd(without_zeros, ids, count)
    clipped = Maximum(ids, ZerosLike(ids))
    partial = Select(
        is_zero,
        take(product_of_others, clipped),
        RealDiv(take(op.outputs[0], clipped), data),
    )
    return Mul(_gather_kept(dy, ids)[0], partial)


def _least(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).min if dtype.is_floating_point else torch.iinfo(dtype).min


def _greatest(dtype: torch.dtype) -> float:
    return torch.finfo(dtype).max if dtype.is_floating_point else torch.iinfo(dtype).max


UnsortedSegmentSum: OpDefinition = _unsorted_segments(
    "UnsortedSegmentSum",
    "The sum of each segment.",
    sum_rows,
    lambda dtype: 0,
    lambda op, dy: _gather_kept(dy, op.inputs[1])[0],
)
UnsortedSegmentProd: OpDefinition = _unsorted_segments(
    "UnsortedSegmentProd",
    "The product of each segment.",
    _prod,
    lambda dtype: 1,
    _unsorted_product_gradient,
)
UnsortedSegmentMax: OpDefinition = _unsorted_segments(
    "UnsortedSegmentMax",
    "The largest of each segment; the type's least number for an empty one.",
    _indexed("amax"),
    _least,
    _unsorted_extreme_gradient,
    _REALS,
    ordered=True,
)
UnsortedSegmentMin: OpDefinition = _unsorted_segments(
    "UnsortedSegmentMin",
    "The smallest of each segment; the type's greatest number for an empty one.",
    _indexed("amin"),
    _greatest,
    _unsorted_extreme_gradient,
    _REALS,
    ordered=True,
)


# -- Counts --------------------------------------------------------------------------------------


@op
class Bincount:
    """How often each of the numbers 0 ... size - 1 is in `arr`, or the sums of their weights.

    weights: of arr's shape, or empty for 1 throughout.
    """

    inputs = "arr: int32, size: int32, weights: T"
    outputs = "bins: T"
    attrs = ("T: {int32, int64, float, double}",)

    def shape(
        arr: TensorShape, size: Value, weights: TensorShape, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.with_rank(input_shapes[1], 0)
        return shapes.of(shapes.scalar_size(size, 1))

    def kernel(arr: torch.Tensor, size: Host, weights: torch.Tensor) -> torch.Tensor:
        count = int(size)
        # What is beyond the last bin goes to one more, behind.
        try:
            if not weights.numel() and is_small(arr):
                few = np.minimum(arr.numpy().ravel(), count)
                counts = np.bincount(few, minlength=count + 1)[:count]
                return torch.from_numpy(counts).to(weights.dtype)
            numbers = arr.reshape(-1).clamp_max(count)
            if weights.numel():
                return sum_rows(weights.reshape(-1), numbers, count + 1)[:count]
            return torch.bincount(numbers, minlength=count + 1)[:count].to(weights.dtype)
        except (IndexError, RuntimeError, ValueError):
            if bool((arr < 0).any()):
                raise _invalid("Input arr must be non-negative!") from None
            raise
