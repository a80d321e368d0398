"""Tensors put together along an axis, or as a new one, and taken apart again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch

from reflow.graph.constant_value import constant_value, constant_value_as_shape
from reflow.graph.dtypes import DType
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape, ShapeN
from reflow.ops.casts import Cast
from reflow.ops.comparisons import GreaterEqual, Less
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.logic import LogicalAnd
from reflow.ops.math import Add, FloorMod, Sub
from reflow.ops.op import op
from reflow.ops.selection import positions
from reflow.ops.shape_tensors import as_int32, rank_of, shape_of
from reflow.ops.slicing import Slice, first_dimension, replace_first

Array = np.ndarray[Any, Any]


# -- Concatenation ------------------------------------------------------------------------------


def concat(values: Sequence[Tensor], axis: Tensor) -> Tensor:
    """The values one after the other; a single one is left as it is."""
    return values[0] if len(values) == 1 else ConcatV2(list(values), axis)


def _scalar(axis: Array | None) -> int | None:
    if axis is None:
        return None
    if axis.ndim:
        raise ValueError(f"Shape must be rank 0 but is rank {axis.ndim}")
    return int(axis)


def _concatenated_shape(values: Sequence[TensorShape], axis: int | None) -> TensorShape:
    """The shape of `values` one after the other along `axis` (None if it is not known)."""
    rank = next((len(shape.sizes) for shape in values if shape.sizes is not None), None)
    if rank is None:
        return shapes.UNKNOWN
    if rank == 0:
        raise ValueError("Can't concatenate scalars (use tf.stack instead)")
    all_sizes = [shapes.with_rank(shape, rank).sizes or () for shape in values]
    if axis is None:
        return shapes.of(*[None] * rank)
    axis = shapes.at_axis(shapes.of(*all_sizes[0]), axis)
    before, after = shapes.UNKNOWN, shapes.UNKNOWN
    for sizes in all_sizes:
        before = shapes.merge(before, shapes.of(*sizes[:axis]))
        after = shapes.merge(after, shapes.of(*sizes[axis + 1 :]))
    known = [size for sizes in all_sizes if (size := sizes[axis]) is not None]
    total = sum(known) if len(known) == len(all_sizes) else None
    return shapes.of(*(before.sizes or ()), total, *(after.sizes or ()))


_concatenate = any_elements(torch.cat)


def _checked_axis(values: list[Any], axis: Host) -> int:
    """The axis along which the values can be joined; ValueError if there is none."""
    if axis.ndim:
        raise ValueError(
            f"axis tensor should be a scalar integer, but got shape {list(axis.shape)}"
        )
    rank = values[0].ndim
    if not -rank <= int(axis) < rank:
        raise ValueError(
            f"ConcatOp : Expected concatenating dimensions in the range [{-rank}, {rank}), but "
            f"got {axis}"
        )
    for i, value in enumerate(values):
        if value.ndim != rank:
            raise ValueError(
                "ConcatOp : Ranks of all input tensors should match: shape[0] = "
                f"{list(values[0].shape)} vs. shape[{i}] = {list(value.shape)}"
            )
    return int(axis)


@op
class ConcatV2:
    """The values one after the other along `axis`.  [2, 3], [4, 3], axis 0 -> [6, 3]."""

    inputs = "values: N * T, axis: Tidx"
    outputs = "output: T"
    attrs = ("N: int >= 2", "T: type", "Tidx: {int32, int64} = int32")

    def shape(values: list[TensorShape], axis: Value) -> TensorShape:
        return _concatenated_shape(values, _scalar(axis))

    def dimensions(op: Operation) -> TensorShape | None:
        return _joined_dimensions(op.inputs[:-1])

    def kernel(values: list[Any], axis: Host) -> Any:
        return _concatenate(values, _checked_axis(values, axis))

    def specialised(op: Operation, values: list[Known], axis: Known) -> Any:
        if axis.value is None:
            return None
        known_axis = int(axis.value)
        return lambda values, _: torch.cat(values, known_axis)

    def gradient(op: Operation, dy: Tensor | IndexedSlices) -> list[Any]:
        return [*_parts(op.inputs[:-1], op.inputs[-1], dy), None]


@op
class Concat:
    """ConcatV2 with the axis first, as TensorFlow had it before 1.0."""

    inputs = "concat_dim: int32, values: N * T"
    outputs = "output: T"
    attrs = ("N: int >= 2", "T: type")

    def shape(concat_dim: Value, values: list[TensorShape]) -> TensorShape:
        return _concatenated_shape(values, _scalar(concat_dim))

    def dimensions(op: Operation) -> TensorShape | None:
        return _joined_dimensions(op.inputs[1:])

    def kernel(concat_dim: Host, values: list[Any]) -> Any:
        return _concatenate(values, _checked_axis(values, concat_dim))

    def gradient(op: Operation, dy: Tensor | IndexedSlices) -> list[Any]:
        return [None, *_parts(op.inputs[1:], op.inputs[0], dy)]


def _joined_dimensions(values: Sequence[Tensor]) -> TensorShape | None:
    """The shape that vectors of dimensions describe together."""
    joined = TensorShape([])
    for value in values:
        if value.shape.ndims not in (1, None):
            return None
        joined = joined.concatenate(constant_value_as_shape(value))
    return joined


def _parts(values: Sequence[Tensor], axis: Tensor, dy: Tensor | IndexedSlices) -> list[Any]:
    """The gradient of each of `values`, of which `dy` is the gradient of the whole."""
    if isinstance(dy, IndexedSlices):
        return _parts_of_rows(values, axis, dy)
    axis = FloorMod(as_int32(axis), rank_of(values[0]), name="mod")
    sizes = _shapes_of(values)
    return _sliced(dy, ConcatOffset(axis, sizes), sizes)


def _shapes_of(values: Sequence[Tensor]) -> Sequence[Tensor]:
    """Constants if all are known; otherwise by one node, after constants for the first ones."""
    shapes_of_values = []
    for value in values:
        shapes_of_values.append(shape_of(value))
        if not value.shape.is_fully_defined():
            return cast(Sequence[Tensor], ShapeN(values))
    return shapes_of_values


def _sliced(dy: Tensor, offsets: Sequence[Tensor], sizes: Sequence[Tensor]) -> list[Tensor]:
    return [Slice(dy, offset, size) for offset, size in zip(offsets, sizes)]


def _parts_of_rows(
    values: Sequence[Tensor], axis: Tensor, dy: IndexedSlices
) -> list[IndexedSlices]:
    """As `_parts`, where only some rows of the whole have a gradient."""
    known_axis, rank = constant_value(axis), values[0].shape.ndims
    if known_axis is None:
        raise ValueError("Can only compute IndexedSlices gradient with statically-known concat_dim")
    if known_axis < 0 and rank is None:
        raise ValueError(
            "Can only compute IndexedSlices gradient with negative concat_dim when first value "
            "rank is statically-known."
        )
    shapes_of_values = [Shape(value) for value in values]
    if known_axis % (rank or known_axis + 1) == 0:
        return _rows_of_each(shapes_of_values, dy)
    # Every value has all the rows: each gets its columns of the rows that have a gradient.
    offsets = ConcatOffset(axis, shapes_of_values)
    sizes = [replace_first(shape, -1) for shape in shapes_of_values]
    columns = _sliced(dy.values, offsets, sizes)
    return [IndexedSlices(c, dy.indices, s) for c, s in zip(columns, shapes_of_values)]


def _rows_of_each(shapes_of_values: Sequence[Tensor], dy: IndexedSlices) -> list[IndexedSlices]:
    """The rows of `dy` that lie in each of the values that stand one below the other."""
    from reflow.ops.gathering import take

    index_type = dy.indices.dtype
    start = constant(0, index_type)
    parts = []
    for shape in shapes_of_values:
        rows = first_dimension(shape)
        end = Add(start, rows if rows.dtype is index_type else Cast(rows, DstT=index_type))
        inside = positions(LogicalAnd(GreaterEqual(dy.indices, start), Less(dy.indices, end)))
        indices = Sub(take(dy.indices, inside), start)
        parts.append(IndexedSlices(take(dy.values, inside), indices, shape))
        start = end
    return parts


@op
class ConcatOffset:
    """Where each of several shapes begins in the concatenation along `concat_dim`."""

    inputs = "concat_dim: int32, shape: N * int32"
    outputs = "offset: N * int32"
    attrs = ("N: int >= 2",)
    host = True
    gradient = None

    def shape(concat_dim: TensorShape, shape: list[TensorShape]) -> list[TensorShape]:
        return shape

    def kernel(concat_dim: Host, shape: list[Host]) -> list[Array]:
        axis, rank = int(concat_dim), shape[0].size
        for i, sizes in enumerate(shape):
            if sizes.ndim != 1:
                raise ValueError(f"input {i} should be a vector, but got shape {list(sizes.shape)}")
            if sizes.size != rank:
                raise ValueError(f"input {i} should contain {rank} elements, but got {sizes.size}")
        if not -rank <= axis < rank:
            raise ValueError(f"Concat dim is out of range: {axis} vs. {rank}")
        offsets, offset = [], np.zeros(rank, np.int32)
        others = np.arange(rank) != axis % rank
        for i, sizes in enumerate(shape):
            if (sizes != shape[0])[others].any():
                raise ValueError(
                    f"All dimensions except {axis} must match. Input {i} has shape "
                    f"[{' '.join(map(str, sizes))}] and doesn't match input 0 with shape "
                    f"[{' '.join(map(str, shape[0]))}]."
                )
            offsets.append(offset.copy())
            offset[axis] += sizes[axis]
        return offsets


# -- Stacking -----------------------------------------------------------------------------------


_stack = any_elements(torch.stack)


@op
class Pack:
    """N tensors of one shape as one, with a new dimension at `axis`.  N x [3] -> [N, 3]."""

    inputs = "values: N * T"
    outputs = "output: T"
    attrs = ("N: int >= 1", "T: type", "axis: int = 0")

    def shape(values: list[TensorShape], *, axis: int) -> TensorShape:
        merged = values[-1]
        for value in reversed(values[:-1]):
            merged = shapes.merge(value, merged)
        if merged.sizes is None:
            return shapes.UNKNOWN
        rank = len(merged.sizes) + 1
        if not -rank <= axis < rank:
            raise ValueError(f"Invalid axis: {axis}; must be in [{-rank},{rank - 1})")
        axis %= rank
        return shapes.of(*merged.sizes[:axis], len(values), *merged.sizes[axis:])

    def dimensions(op: Operation) -> TensorShape | None:
        if op.attrs["axis"] or op.inputs[0].shape.ndims not in (0, None):
            return None
        known = (constant_value(value) for value in op.inputs)
        return shapes.of(*(None if d is None or d < 0 else int(d) for d in known))

    def kernel(values: list[Any], *, axis: int) -> Any:
        return _stack(values, axis)

    def gradient(op: Operation, dy: Tensor) -> list[Tensor]:
        return Unpack(dy, num=op.attrs["N"], axis=op.attrs["axis"], name="unstack")


@op
class ParallelConcat:
    """Tensors [1, ...] one after the other, of a shape known in advance."""

    inputs = "values: N * T"
    outputs = "output: T"
    attrs = ("N: int >= 1", "T: type", "shape: shape")

    def shape(values: list[TensorShape], *, shape: TensorShape) -> TensorShape:
        if shape.sizes is None or None in shape.sizes or not shape.sizes:
            raise ValueError("shape attr must be fully defined.")
        for value in values:
            if value.sizes is None or None in value.sizes:
                raise ValueError("All input shapes must be fully defined.")
            if value.sizes[0] != 1:
                raise ValueError("Size of first dimension must be 1.")
            shapes.merge(value, shapes.of(1, *shape.sizes[1:]))
        if shape.sizes[0] != len(values):
            raise ValueError("Value for 'shape' attr does not fit the number of values.")
        return shape

    def kernel(values: list[Any]) -> Any:
        return _concatenate(values, 0)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or hasattr(value, "_as_graph_element")


def stack_nested(value: Any, dtype: DType | None, name: str) -> Tensor:
    """Nested lists with tensors among their items, as one tensor of type `dtype`.

    The first tensor decides the type; where `dtype` asks for another, tensors are cast.
    """
    inferred = _type_of_first_tensor(value)
    if dtype is not None and inferred is not dtype:
        value = _cast_tensors(value, dtype)
    return _stack_items(value, dtype or inferred, name)


def _type_of_first_tensor(value: Any) -> Any:
    if _is_tensor(value):
        return value.dtype.base_dtype
    if not isinstance(value, (list, tuple)):
        return None
    return next(filter(None, map(_type_of_first_tensor, value)), None)


def _cast_tensors(value: Any, dtype: DType) -> Any:
    if _is_tensor(value):
        return value if value.dtype.base_dtype is dtype else Cast(value, DstT=dtype)
    if isinstance(value, (list, tuple)):
        return [_cast_tensors(item, dtype) for item in value]
    return value


def _stack_items(items: Any, dtype: DType, name: str) -> Any:
    """A Pack node named `name`, with the constants among the items named by their positions."""
    with get_default_graph().name_scope(name) as scope:
        converted = []
        for i, item in enumerate(items):
            if _is_tensor(item) and item.dtype.base_dtype is not dtype:
                raise TypeError(
                    f"Cannot convert a list containing a tensor of dtype {item.dtype} to {dtype} "
                    f"(Tensor is: {item!r})"
                )
            if isinstance(item, (list, tuple)):
                item = _stack_items(item, dtype, str(i))
            converted.append(item)
        if not any(map(_is_tensor, converted)):
            return items
        tensors = [
            item if _is_tensor(item) else constant(item, dtype, name=str(i))
            for i, item in enumerate(converted)
        ]
        return Pack(tensors, name=scope)


@op
class Unpack:
    """The `num` slices of the input along `axis`.  [N, 3] -> N x [3]."""

    inputs = "value: T"
    outputs = "output: num * T"
    attrs = ("num: int >= 0", "T: type", "axis: int = 0")
    view = True

    def shape(value: TensorShape, *, num: int, axis: int) -> list[TensorShape]:
        sizes = value.sizes
        if sizes is None:
            return [shapes.UNKNOWN] * num
        if not -len(sizes) <= axis < len(sizes):
            raise ValueError(f"Invalid axis: {axis}; must be in [{-len(sizes)},{len(sizes)})")
        axis %= len(sizes)
        if sizes[axis] not in (num, None):
            raise ValueError(f"Dimension must be {num} but is {sizes[axis]}")
        return [shapes.of(*sizes[:axis], *sizes[axis + 1 :])] * num

    @any_elements
    def kernel(value: torch.Tensor, *, num: int, axis: int) -> Sequence[torch.Tensor]:
        if value.shape[axis] != num:
            raise ValueError(
                f"Input shape axis {axis} must equal {num}, got shape {list(value.shape)}"
            )
        return value.unbind(axis)

    def gradient(op: Operation, *dy: Tensor) -> Tensor:
        return Pack(list(dy), axis=op.attrs["axis"], name="stack")
