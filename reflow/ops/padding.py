"""Tensors with borders around them: of one value, or mirroring what is inside."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank, Reshape, Shape
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import sum_of_all
from reflow.ops.joining import Pack
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.math import Sub
from reflow.ops.op import op
from reflow.ops.slicing import Slice
from reflow.ops.unsigned import widened

_PADDINGS = ("T: type", "Tpaddings: {int32, int64} = int32")


def _input_of(input: TensorShape, paddings: TensorShape) -> TensorShape:
    """What is known of the input's shape; ValueError if `paddings` is not [rank, 2]."""
    rows, columns = shapes.with_rank(paddings, 2).sizes or (None, None)
    if columns not in (2, None):
        raise ValueError(f"Dimension must be 2 but is {columns}")
    return input if rows is None else shapes.with_rank(input, rows)


def _check(paddings: Any, sizes: Sequence[int]) -> None:
    if paddings.shape[:1] != (len(sizes),):
        raise ValueError(
            f"The first dimension of paddings must be the rank of inputs{list(paddings.shape)} "
            f"{list(sizes)}"
        )
    if paddings.shape[1:] != (2,):
        raise ValueError(f"paddings must be a matrix with 2 columns: {list(paddings.shape)}")
    _check_sizes(paddings)


def _check_sizes(paddings: Any) -> None:
    if (paddings < 0).any():
        raise ValueError("Paddings must be non-negative")


def _padded_shape(
    input: TensorShape, paddings: Value, *, op: Operation, input_shapes: list[TensorShape]
) -> TensorShape:
    sizes = _input_of(input, input_shapes[1]).sizes
    if sizes is None:
        return shapes.UNKNOWN
    if paddings is None:
        added = _known_growth(op.inputs[1], len(sizes))
    else:
        _check_sizes(paddings)
        added = paddings.sum(1).tolist()
    return shapes.of(
        *(None if size is None or n is None else size + n for size, n in zip(sizes, added))
    )


def _known_growth(paddings: Tensor, rank: int) -> list[int | None]:
    """How much each axis grows, as far as it is known of paddings that are stacked rows."""
    op = paddings.op
    if op.type != "Pack" or op.attrs["axis"] != 0:
        return [None] * rank
    rows = [constant_value_as_shape(row).sizes or (None,) for row in op.inputs]
    return [None if None in row else sum(filter(None, row)) for row in rows]


# -- Borders of one value -----------------------------------------------------------------------


def _inside(shape: Any, paddings: Any) -> tuple[slice, ...]:
    """The place of a tensor of `shape` within its padded self."""
    return tuple(slice(n, n + size) for size, n in zip(shape, paddings[:, 0].tolist()))


def _full_size(shape: Any, paddings: Any) -> list[int]:
    return [size + n for size, n in zip(shape, paddings.sum(1).tolist())]


def _padding_gradient(op: Operation, dy: Tensor) -> Tensor:
    input, paddings = op.inputs[0], op.inputs[1]
    column = Slice(paddings, constant([0, 0]), Pack([Rank(input), constant(1)]))
    begin = Reshape(column, constant([-1]))
    return Slice(dy, begin, Shape(input, out_type=begin.dtype))


@op
class Pad:
    """The input with paddings[i] = (before, after) zeros added along each axis i."""

    inputs = "input: T, paddings: Tpaddings"
    outputs = "output: T"
    attrs = _PADDINGS

    shape = _padded_shape

    def kernel(input: Any, paddings: Host) -> Any:
        _check(paddings, input.shape)
        sizes = _full_size(input.shape, paddings)
        text = not isinstance(input, torch.Tensor)
        padded = np.full(sizes, b"", object) if text else input.new_zeros(sizes)
        padded[_inside(input.shape, paddings)] = input
        return padded

    def specialised(op: Operation, input: Known, paddings: Known) -> Any:
        if paddings.value is None:
            return None
        _check(paddings.value, input.sizes)
        # torch wants the pairs from the last axis to the first.
        pairs = paddings.value[::-1].reshape(-1).tolist()
        return lambda input, _: torch.constant_pad_nd(input, pairs)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return _padding_gradient(op, dy), None


@op
class PadV2:
    """The input with paddings[i] = (before, after) elements of one value along each axis i."""

    inputs = "input: T, paddings: Tpaddings, constant_values: T"
    outputs = "output: T"
    attrs = _PADDINGS

    def shape(
        input: TensorShape,
        paddings: Value,
        constant_values: TensorShape,
        *,
        op: Operation,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        return _padded_shape(input, paddings, op=op, input_shapes=input_shapes)

    def kernel(input: Any, paddings: Host, constant_values: Any) -> Any:
        _check(paddings, input.shape)
        if constant_values.ndim:
            raise ValueError(
                f"constant_values must be a scalar. Found: {list(constant_values.shape)}"
            )
        sizes = _full_size(input.shape, paddings)
        if isinstance(input, torch.Tensor):
            padded = constant_values.expand(sizes).clone(memory_format=torch.contiguous_format)
        else:
            padded = np.broadcast_to(constant_values, sizes).copy()
        padded[_inside(input.shape, paddings)] = input
        return padded

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        inside = _padding_gradient(op, dy)
        return inside, None, Sub(sum_of_all(dy), sum_of_all(inside))


# -- Borders that mirror ------------------------------------------------------------------------


def _mirror(x: torch.Tensor, axis: int, before: int, after: int, edge: int) -> torch.Tensor:
    """`x` with its ends mirrored along one axis; with `edge` 1 the outermost is not repeated."""
    size = x.shape[axis]
    if max(before, after) > size - edge:
        limit = "no greater" if not edge else "less"
        relation = "greater" if not edge else "not less"
        raise ValueError(
            f"paddings must be {limit} than the dimension size: {before}, {after} {relation} "
            f"than {size}"
        )
    head = x.narrow(axis, edge, before).flip(axis)
    tail = x.narrow(axis, size - edge - after, after).flip(axis)
    return torch.cat((head, x, tail), axis)


def _fold(dy: torch.Tensor, axis: int, before: int, after: int, edge: int) -> torch.Tensor:
    """The gradient of `_mirror`: what the mirrored ends got is added to where they came from."""
    size = dy.shape[axis] - before - after
    dx = dy.narrow(axis, before, size).clone()
    dx.narrow(axis, edge, before).add_(dy.narrow(axis, 0, before).flip(axis))
    tail = dy.narrow(axis, before + size, after).flip(axis)
    dx.narrow(axis, size - edge - after, after).add_(tail)
    return dx


def _mirrored(input: torch.Tensor, paddings: Any, mode: str) -> torch.Tensor:
    _check(paddings, input.shape)
    for axis, (before, after) in enumerate(paddings.tolist()):
        if before or after:
            input = _mirror(input, axis, before, after, int(mode == "REFLECT"))
    return input


# As many elements are picked one by one in less time than parts are cut, turned and joined.
_FEW = 4096

_MODE = "mode: {'REFLECT', 'SYMMETRIC'}"


@op
class MirrorPad:
    """The input with its ends mirrored: SYMMETRIC repeats the outermost elements, REFLECT not.

    [1, 2, 3] with two on either side: SYMMETRIC 2 1 1 2 3 3 2, REFLECT 3 2 1 2 3 2 1.
    """

    inputs = "input: T, paddings: Tpaddings"
    outputs = "output: T"
    attrs = (*_PADDINGS, _MODE)

    shape = _padded_shape

    @any_elements
    def kernel(input: torch.Tensor, paddings: Host, *, mode: str) -> torch.Tensor:
        return _mirrored(input, paddings, mode).clone()

    def specialised(op: Operation, input: Known, paddings: Known) -> Any:
        if paddings.value is None or math.prod(input.sizes) > _FEW:
            return None
        grows = np.flatnonzero(paddings.value.any(1)).tolist()
        if len(grows) != 1:
            return None
        (axis,) = grows
        # Of which elements along the axis the padded input consists.
        numbers = torch.arange(input.sizes[axis]).reshape(
            [-1 if i == axis else 1 for i in range(len(input.sizes))]
        )
        places = _mirrored(numbers, paddings.value, op.attrs["mode"]).reshape(-1)
        places_on = functools.cache(places.to)
        return lambda input, _: input.index_select(axis, places_on(input.device))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return MirrorPadGrad(dy, op.inputs[1], mode=op.attrs["mode"]), None


@op
class MirrorPadGrad:
    """The gradient of MirrorPad."""

    inputs = "input: T, paddings: Tpaddings"
    outputs = "output: T"
    attrs = (*_PADDINGS, _MODE)

    def shape(
        input: TensorShape, paddings: Value, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        sizes = _input_of(input, input_shapes[1]).sizes
        if sizes is None:
            return shapes.UNKNOWN
        if paddings is None:
            return shapes.of(*[None] * len(sizes))
        added = paddings.sum(1).tolist()
        return shapes.of(*(None if size is None else size - n for size, n in zip(sizes, added)))

    @widened
    def kernel(input: torch.Tensor, paddings: Host, *, mode: str) -> torch.Tensor:
        for axis, (before, after) in enumerate(paddings.tolist()):
            if before or after:
                input = _fold(input, axis, before, after, int(mode == "REFLECT"))
        return input.clone()

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return MirrorPad(dy, op.inputs[1], mode=op.attrs["mode"]), None
