"""Parts of a tensor cut out along its axes: x[begin:begin + size], x[1:, ..., None, 0]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank, Reshape, Shape
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.kernels import Dims, Host, Known, Value
from reflow.ops.math import Sub
from reflow.ops.op import op
from reflow.ops.shape_tensors import shape_of

Size = int | None


# -- Slice --------------------------------------------------------------------------------------


@op
class Slice:
    """The box of `size` elements that starts at `begin`; a size of -1 means all the rest."""

    inputs = "input: T, begin: Index, size: Index"
    outputs = "output: T"
    attrs = ("T: type", "Index: {int32, int64}")
    view = True

    def shape(
        input: TensorShape,
        begin: Dims,
        size: Value,
        *,
        op: Operation,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        begin_shape, size_shape = (shapes.with_rank(shape, 1) for shape in input_shapes[1:])
        (rank,) = shapes.merge(begin_shape, size_shape).sizes or (None,)
        if rank is None and input.sizes is None:
            return shapes.UNKNOWN
        if rank is not None:
            input = shapes.with_rank(input, rank)
        all_sizes = input.sizes or ()
        begins = begin.sizes or (None,) * len(all_sizes)
        if size is None:
            # Some sizes may be known, but not which of the others are -1 (the rest).
            sizes = constant_value_as_shape(op.inputs[2]).sizes
            return shapes.of(*(sizes or (None,) * len(all_sizes)))
        return shapes.of(
            *(
                _rest(whole, start) if count == -1 else count
                for whole, start, count in zip(all_sizes, begins, size.tolist())
            )
        )

    @any_elements
    def kernel(input: torch.Tensor, begin: Host, size: Host) -> torch.Tensor:
        return input[_box(input.shape, begin, size)]

    def specialised(op: Operation, input: Known, begin: Known, size: Known) -> Any:
        if begin.value is None or size.value is None:
            return None
        index = _box(input.sizes, begin.value, size.value)
        return lambda input, *_: input[index]

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        from reflow.ops.joining import ConcatV2, Pack
        from reflow.ops.padding import Pad

        input, begin, _ = op.inputs
        index_type = begin.dtype
        end = Sub(Sub(Shape(input, out_type=index_type), Shape(dy, out_type=index_type)), begin)
        column = Pack([Rank(input), constant(1)])
        paddings = ConcatV2([Reshape(begin, column), Reshape(end, column)], constant(1))
        return Pad(dy, paddings), None, None


def _box(sizes: Sequence[int], begin: Host, size: Host) -> tuple[slice, ...]:
    """The index of a box within a tensor of the given sizes; ValueError if it is not inside."""
    if begin.shape != (len(sizes),) or size.shape != (len(sizes),):
        raise ValueError(
            f"Expected begin and size arguments to be 1-D tensors of size {len(sizes)}, but got "
            f"shapes {list(begin.shape)} and {list(size.shape)} instead."
        )
    index = []
    for axis, (whole, start, count) in enumerate(zip(sizes, begin.tolist(), size.tolist())):
        if not 0 <= start <= whole:
            raise ValueError(f"Expected begin[{axis}] in [0, {whole}], but got {start}")
        count = whole - start if count == -1 else count
        if not 0 <= count <= whole - start:
            raise ValueError(f"Expected size[{axis}] in [0, {whole - start}], but got {count}")
        index.append(slice(start, start + count))
    return tuple(index)


def _rest(whole: Size, start: Size) -> Size:
    if whole is None or start is None:
        return None
    if start > whole:
        raise ValueError(f"Negative dimension size caused by subtracting {start} from {whole}")
    return whole - start


# -- StridedSlice -------------------------------------------------------------------------------

_KEPT, _NEW, _DROPPED = range(3)


@dataclass(frozen=True)
class Masks:
    """The bit masks of a strided slice; bit i is about the i-th entry of begin, end, strides.

    begin, end: the entry of `begin` (`end`) is ignored, the range is open there.
    ellipsis: the entry stands for as many full axes as are left over.
    new_axis: the entry puts in an axis of size 1.
    shrink_axis: the entry is the single index begin[i], and its axis goes away.
    """

    begin: int
    end: int
    ellipsis: int
    new_axis: int
    shrink_axis: int

    @staticmethod
    def of(op: Operation) -> Masks:
        attrs = op.attrs
        return Masks(
            attrs["begin_mask"],
            attrs["end_mask"],
            attrs["ellipsis_mask"],
            attrs["new_axis_mask"],
            attrs["shrink_axis_mask"],
        )


@dataclass(frozen=True)
class AxisRange:
    """The elements start, start + stride, ... of one axis, `count` of them (None: not known)."""

    start: int
    count: Size
    stride: int


@dataclass(frozen=True)
class Cut:
    """A strided slice of a tensor of a given shape: what it takes along every axis, and the
    shape of what comes out (with new axes, without single indices).

    kinds: for each axis of the input or new one, in order, what becomes of it.
    """

    ranges: tuple[AxisRange, ...]
    shape: tuple[Size, ...]
    kinds: tuple[int, ...]

    @cached_property
    def taker(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """A function that takes these elements of a tensor."""
        ranges = iter(self.ranges)
        index: list[slice | int | None] = []
        backward: list[int] = []
        for kind in self.kinds:
            if kind == _NEW:
                index.append(None)
                continue
            taken = next(ranges)
            if kind == _DROPPED:
                index.append(taken.start)
                continue
            if taken.stride < 0:
                backward.append(sum(not isinstance(entry, int) for entry in index))
            index.append(_forward(taken))
        place = tuple(index)
        if backward:
            return lambda x: _flipped(x[place], backward)
        return lambda x: x[place]

    def put_into(self, x: Any, values: Any) -> None:
        """Changes the elements taken to `values`, of shape `self.shape`.  x: a tensor or array."""
        values = values.reshape([taken.count for taken in self.ranges])
        if self.backward:
            values = _flipped(values, self.backward)
        x[tuple(_forward(taken) for taken in self.ranges)] = values

    def paddings(self, sizes: tuple[int, ...]) -> list[int] | None:
        """What lies before and after a slice without steps, pairs from the last axis to the first;
        None if it has steps."""
        pairs: list[int] = []
        for taken, size in zip(reversed(self.ranges), reversed(sizes)):
            if taken.stride != 1:
                return None
            pairs += taken.start, size - taken.start - (taken.count or 0)
        return pairs

    @property
    def backward(self) -> list[int]:
        """The input's axes that it goes down."""
        return [axis for axis, taken in enumerate(self.ranges) if taken.stride < 0]


def _flipped(x: Any, axes: list[int]) -> Any:
    return np.flip(x, axes) if isinstance(x, np.ndarray) else x.flip(axes)


def _forward(taken: AxisRange) -> slice:
    """The same elements in ascending order: torch has no negative steps."""
    count, step = taken.count or 0, abs(taken.stride)
    if not count:
        return slice(0, 0)
    first = taken.start if taken.stride > 0 else taken.start + (count - 1) * taken.stride
    return slice(first, first + (count - 1) * step + 1, step)


@lru_cache(maxsize=4096)
def cut(
    begin: tuple[int, ...] | None,
    end: tuple[int, ...] | None,
    strides: tuple[int, ...],
    masks: Masks,
    sizes: tuple[Size, ...],
) -> Cut:
    """What `x[begin:end:strides]` takes of an x of shape `sizes`.

    `begin` and `end` may be unknown, and so may any of the sizes: then so is what follows from
    them.  Raises ValueError for indices that no x of this shape has.
    """
    ranges: list[AxisRange] = []
    shape: list[Size] = []
    entries = _entries(len(strides), masks, len(sizes))
    for axis, entry, kind in entries:
        if kind == _NEW:
            shape.append(1)
            continue
        if entry is None:
            taken = AxisRange(0, sizes[axis], 1)
        else:
            taken = _axis_range(
                axis,
                None if begin is None else begin[entry],
                None if end is None else end[entry],
                strides[entry],
                sizes[axis],
                open_begin=bool(masks.begin >> entry & 1),
                open_end=bool(masks.end >> entry & 1),
                single=kind == _DROPPED,
            )
        ranges.append(taken)
        if kind == _KEPT:
            shape.append(taken.count)
    return Cut(tuple(ranges), tuple(shape), tuple(kind for _, _, kind in entries))


def _entries(count: int, masks: Masks, rank: int) -> list[tuple[int, int | None, int]]:
    """For every axis of input and output: (input axis, entry of `begin` or None for a full
    axis, what becomes of it), with the ellipsis written out."""
    ellipses = [i for i in range(count) if masks.ellipsis >> i & 1]
    if len(ellipses) > 1:
        raise ValueError("Multiple ellipses in slice spec not allowed")
    ellipsis = ellipses[0] if ellipses else count
    new_axes = [i for i in range(count) if masks.new_axis >> i & 1 and i != ellipsis]
    explicit = count - len(new_axes) - len(ellipses)
    if explicit > rank:
        raise ValueError(f"Index out of range using input dim {rank}; input has only {rank} dims")
    entries: list[tuple[int, int | None, int]] = []
    axis = 0
    for i in range(count + 1):
        if i == ellipsis:
            full = rank - explicit
            entries += [(axis + k, None, _KEPT) for k in range(full)]
            axis += full
        elif i == count:
            break
        elif i in new_axes:
            entries.append((axis, i, _NEW))
        else:
            entries.append((axis, i, _DROPPED if masks.shrink_axis >> i & 1 else _KEPT))
            axis += 1
    return entries


def _axis_range(
    axis: int,
    begin: int | None,
    end: int | None,
    stride: int,
    size: Size,
    *,
    open_begin: bool,
    open_end: bool,
    single: bool,
) -> AxisRange:
    if stride == 0:
        raise ValueError(f"strides[{axis}] must be non-zero")
    if single:
        return _single_index(axis, begin, stride, size)
    if size is None:
        return AxisRange(0, None, stride)
    # Where a range may begin and end: going down, one before the first element.
    low, high = (0, size) if stride > 0 else (-1, size - 1)
    first, last = (low, high) if stride > 0 else (high, low)

    def clamped(index: int) -> int:
        return min(max(index + size if index < 0 else index, low), high)

    if not open_begin:
        if begin is None:
            return AxisRange(0, None, stride)
        first = clamped(begin)
    if not open_end:
        if end is None:
            return AxisRange(0, None, stride)
        last = clamped(end)
    return AxisRange(first, max(0, -((first - last) // stride)), stride)


def _single_index(axis: int, begin: int | None, stride: int, size: Size) -> AxisRange:
    if size is None or begin is None:
        return AxisRange(0, 1, 1)
    if stride < 0:
        raise ValueError("only stride 1 allowed on non-range indexing.")
    index = begin + size if begin < 0 else begin
    if not 0 <= index < size:
        raise ValueError(f"slice index {index} of dimension {axis} out of bounds.")
    return AxisRange(index, 1, 1)


def ints(vector: Any) -> tuple[int, ...]:
    return tuple(vector.tolist())


STRIDED = (
    "T: type",
    "Index: {int32, int64}",
    "begin_mask: int = 0",
    "end_mask: int = 0",
    "ellipsis_mask: int = 0",
    "new_axis_mask: int = 0",
    "shrink_axis_mask: int = 0",
)
_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")


@op
class StridedSlice:
    """x[begin:end:strides] along several axes at once; see `Masks` for the rest."""

    inputs = "input: T, begin: Index, end: Index, strides: Index"
    outputs = "output: T"
    attrs = STRIDED
    view = True
    takes_arrays = True

    def shape(
        input: TensorShape,
        begin: Value,
        end: Value,
        strides: Value,
        *,
        op: Operation,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        entries = shapes.of(None)
        for shape in input_shapes[1:]:
            entries = shapes.merge(entries, shapes.with_rank(shape, 1))
        if input.sizes is None or strides is None:
            return shapes.UNKNOWN
        known_begin = None if begin is None else ints(begin)
        known_end = None if end is None else ints(end)
        return shapes.of(
            *cut(known_begin, known_end, ints(strides), Masks.of(op), input.sizes).shape
        )

    def dimensions(op: Operation) -> TensorShape | None:
        begin, end, strides = (constant_value(tensor) for tensor in op.inputs[1:])
        if begin is None or end is None or strides is None or begin.shape != (1,):
            return None
        if op.attrs["new_axis_mask"] or op.attrs["shrink_axis_mask"]:
            return None
        known = constant_value_as_shape(op.inputs[0])
        if known.sizes is None:
            return None
        (taken,) = cut(
            ints(begin), ints(end), ints(strides), Masks.of(op), (len(known.sizes),)
        ).ranges
        picked = range(taken.start, taken.start + (taken.count or 0) * taken.stride, taken.stride)
        return shapes.of(*(known.sizes[i] for i in picked))

    @any_elements
    def kernel(
        input: torch.Tensor, begin: Host, end: Host, strides: Host, *, op: Operation
    ) -> torch.Tensor:
        taken = cut(ints(begin), ints(end), ints(strides), Masks.of(op), tuple(input.shape))
        return taken.taker(input)

    def specialised(op: Operation, input: Known, begin: Known, end: Known, strides: Known) -> Any:
        if begin.value is None or end.value is None or strides.value is None:
            return None
        ends = ints(begin.value), ints(end.value)
        taken = cut(*ends, ints(strides.value), Masks.of(op), input.sizes)
        backward = taken.backward
        if backward and taken.shape == input.sizes and taken.kinds == (_KEPT,) * len(input.sizes):
            return lambda input, *_: _flipped(input, backward)  # all elements
        taker = taken.taker
        return lambda input, *_: taker(input)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None, None]:
        input, begin, end, strides = op.inputs
        masks = {name: op.attrs[name] for name in _MASKS}
        shape = shape_of(input, begin.dtype)
        return StridedSliceGrad(shape, begin, end, strides, dy, **masks), None, None, None


@op
class StridedSliceGrad:
    """`dy` at the places that a strided slice took, zeros elsewhere: its gradient."""

    inputs = "shape: Index, begin: Index, end: Index, strides: Index, dy: T"
    outputs = "output: T"
    attrs = STRIDED

    def shape(shape: Dims) -> TensorShape:
        return shape

    def kernel(
        shape: Host, begin: Host, end: Host, strides: Host, dy: Any, *, op: Operation
    ) -> Any:
        sizes = ints(shape)
        is_text = not isinstance(dy, torch.Tensor)
        dx = np.full(sizes, b"", object) if is_text else dy.new_zeros(sizes)
        cut(ints(begin), ints(end), ints(strides), Masks.of(op), sizes).put_into(dx, dy)
        return dx

    def specialised(
        op: Operation, shape: Known, begin: Known, end: Known, strides: Known, dy: Known
    ) -> Any:
        if any(known.value is None for known in (shape, begin, end, strides)):
            return None
        ends = ints(begin.value), ints(end.value), ints(strides.value)
        taken = cut(*ends, Masks.of(op), ints(shape.value))
        paddings = taken.paddings(ints(shape.value))
        if paddings is None:
            return None
        counts = tuple(along.count or 0 for along in taken.ranges)
        if counts == dy.sizes:
            return lambda *inputs: torch.constant_pad_nd(inputs[-1], paddings)
        return lambda *inputs: torch.constant_pad_nd(inputs[-1].reshape(counts), paddings)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, None, None, None, Tensor]:
        _, begin, end, strides, _ = op.inputs
        masks = {name: op.attrs[name] for name in _MASKS}
        return None, None, None, None, StridedSlice(dy, begin, end, strides, **masks)


# -- Small slices that gradients need --------------------------------------------------------------


def first_dimension(shape: Tensor) -> Tensor:
    """The first of a vector of dimensions."""
    return StridedSlice(shape, constant([0]), constant([1]), constant([1]), shrink_axis_mask=1)


def dimensions_from(shape: Tensor, start: int) -> Tensor:
    """The dimensions shape[start:]."""
    begin, end, step = (
        constant([at], name=f"strided_slice/{name}")
        for at, name in ((start, "stack"), (0, "stack_1"), (1, "stack_2"))
    )
    return StridedSlice(shape, begin, end, step, end_mask=1, name="strided_slice")


def replace_first(shape: Tensor, size: int) -> Tensor:
    """A vector of dimensions with another first one."""
    from reflow.ops.joining import ConcatV2

    return ConcatV2([constant([size], shape.dtype), dimensions_from(shape, 1)], constant(0))
