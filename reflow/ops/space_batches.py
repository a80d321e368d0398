"""Blocks of space moved into the batch, and back: the inner workings of dilated convolution."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, overload

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

Size = int | None


def _space_rank(op: Operation) -> int | None:
    """How many dimensions are blocked; ValueError if [n] and [n, 2] do not fit each other."""
    _, block_shape, margins = op.inputs
    (count,) = shapes.with_rank(block_shape.shape, 1).sizes or (None,)
    shapes.merge(shapes.with_rank(margins.shape, 2), shapes.of(count, 2))
    return count


def _check(blocks: Sequence[int], margins: Sequence[Sequence[int]], what: str) -> None:
    if any(size < 1 for size in blocks):
        raise ValueError(f"block_shape must be positive. Received: {list(blocks)}")
    if any(size < 0 for pair in margins for size in pair):
        raise ValueError(f"{what} must be non-negative. Received: {list(margins)}")


def _check_known(block_shape: Value, margins: Value, what: str) -> None:
    """Refuses what is known to be wrong, whatever the input."""
    _check(
        () if block_shape is None else block_shape.tolist(),
        () if margins is None else margins.tolist(),
        what,
    )


def _check_ranks(input: Any, block_shape: Host, margins: Host, what: str) -> None:
    if block_shape.ndim != 1:
        raise ValueError(f"block_shape rank should be 1 instead of {block_shape.ndim}")
    count = len(block_shape)
    if input.ndim < 1 + count:
        raise ValueError(f"input rank should be >= {1 + count} instead of {input.ndim}")
    if margins.shape != (count, 2):
        raise ValueError(f"{what} should have shape [{count}, 2] instead of {list(margins.shape)}")


@overload
def _quotient(size: int, divisor: int) -> int: ...


@overload
def _quotient(size: Size, divisor: int) -> Size: ...


def _quotient(size: Size, divisor: int) -> Size:
    if size is None:
        return None
    if size % divisor:
        raise ValueError(f"Dimension size must be evenly divisible by {divisor} but is {size}")
    return size // divisor


@op
class SpaceToBatchND:
    """Every place within a block becomes an entry of the batch of its own.

    input [b, *space, ...], block_shape [n], paddings [n, 2] of zeros added before ->
    [b * prod(block_shape), *(padded space / block_shape), ...].
    """

    inputs = "input: T, block_shape: Tblock_shape, paddings: Tpaddings"
    outputs = "output: T"
    attrs = (
        "T: type",
        "Tblock_shape: {int32, int64} = int32",
        "Tpaddings: {int32, int64} = int32",
    )
    export = ("space_to_batch_nd", "manip.space_to_batch_nd")

    def shape(
        input: TensorShape, block_shape: Value, paddings: Value, *, op: Operation
    ) -> TensorShape:
        count = _space_rank(op)
        _check_known(block_shape, paddings, "paddings")
        if count is None or shapes.with_rank_at_least(input, count + 1).sizes is None:
            return shapes.UNKNOWN
        if block_shape is None:
            return shapes.of(*[None] * (count + 1), *_parts(input, count)[2])
        return _blocked_shape(input, block_shape.tolist(), paddings)

    def kernel(input: Any, block_shape: Host, paddings: Host) -> Any:
        _check_ranks(input, block_shape, paddings, "paddings")
        return _to_batch(input, block_shape.tolist(), paddings.tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        return BatchToSpaceND(dy, op.inputs[1], op.inputs[2]), None, None


@op
class BatchToSpaceND:
    """The inverse of SpaceToBatchND: `crops` [n, 2] is cut off afterwards."""

    inputs = "input: T, block_shape: Tblock_shape, crops: Tcrops"
    outputs = "output: T"
    attrs = (
        "T: type",
        "Tblock_shape: {int32, int64} = int32",
        "Tcrops: {int32, int64} = int32",
    )
    export = ("batch_to_space_nd", "manip.batch_to_space_nd")

    def shape(
        input: TensorShape, block_shape: Value, crops: Value, *, op: Operation
    ) -> TensorShape:
        count = _space_rank(op)
        _check_known(block_shape, crops, "crops")
        if count is None or shapes.with_rank_at_least(input, count + 1).sizes is None:
            return shapes.UNKNOWN
        if block_shape is None:
            return shapes.of(*[None] * (count + 1), *_parts(input, count)[2])
        return _spread_shape(input, block_shape.tolist(), crops)

    def kernel(input: Any, block_shape: Host, crops: Host) -> Any:
        _check_ranks(input, block_shape, crops, "crops")
        return _to_space(input, block_shape.tolist(), crops.tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        return SpaceToBatchND(dy, op.inputs[1], op.inputs[2]), None, None


# -- Square blocks of images, as before version 0.12 ----------------------------------------------


@op
class SpaceToBatch:
    """SpaceToBatchND of images [batch, height, width, depth] with square blocks."""

    inputs = "input: T, paddings: Tpaddings"
    outputs = "output: T"
    attrs = ("T: type", "Tpaddings: {int32, int64} = int32", "block_size: int >= 2")

    def shape(
        input: TensorShape, paddings: Value, *, block_size: int, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.merge(shapes.with_rank(input_shapes[1], 2), shapes.of(2, 2))
        return _blocked_shape(shapes.with_rank(input, 4), [block_size] * 2, paddings)

    def kernel(input: Any, paddings: Host, *, block_size: int) -> Any:
        if input.ndim != 4:
            raise ValueError(f"input rank should be 4 instead of: {input.ndim}")
        return _to_batch(input, [block_size] * 2, paddings.tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return BatchToSpace(dy, op.inputs[1], block_size=op.attrs["block_size"]), None


@op
class BatchToSpace:
    """The inverse of SpaceToBatch: `crops` [2, 2] is cut off afterwards."""

    inputs = "input: T, crops: Tidx"
    outputs = "output: T"
    attrs = ("T: type", "block_size: int >= 2", "Tidx: {int32, int64} = int32")

    def shape(
        input: TensorShape, crops: Value, *, block_size: int, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.merge(shapes.with_rank(input_shapes[1], 2), shapes.of(2, 2))
        return _spread_shape(shapes.with_rank(input, 4), [block_size] * 2, crops)

    def kernel(input: Any, crops: Host, *, block_size: int) -> Any:
        if input.ndim != 4:
            raise ValueError(f"input rank should be 4 instead of: {input.ndim}")
        return _to_space(input, [block_size] * 2, crops.tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return SpaceToBatch(dy, op.inputs[1], block_size=op.attrs["block_size"]), None


# -- Shapes and elements of both ------------------------------------------------------------------


def _blocked_shape(input: TensorShape, blocks: Sequence[int], paddings: Value) -> TensorShape:
    count = len(blocks)
    batch, space, rest = _parts(input, count)
    batch = None if batch is None else batch * math.prod(blocks)
    if paddings is None:
        return shapes.of(batch, *[None] * count, *rest)
    _check(blocks, paddings.tolist(), "paddings")
    padded = [
        None if size is None else size + sum(pair) for size, pair in zip(space, paddings.tolist())
    ]
    return shapes.of(batch, *map(_quotient, padded, blocks), *rest)


def _spread_shape(input: TensorShape, blocks: Sequence[int], crops: Value) -> TensorShape:
    count = len(blocks)
    _check(blocks, (), "crops")
    batch, space, rest = _parts(input, count)
    batch = _quotient(batch, math.prod(blocks))
    if crops is None:
        return shapes.of(batch, *[None] * count, *rest)
    _check(blocks, crops.tolist(), "crops")
    left = [
        None if size is None else _cropped(size * block, pair)
        for size, block, pair in zip(space, blocks, crops.tolist())
    ]
    return shapes.of(batch, *left, *rest)


@any_elements
def _to_batch(
    input: torch.Tensor, blocks: Sequence[int], pads: Sequence[Sequence[int]]
) -> torch.Tensor:
    count = len(blocks)
    _check(blocks, pads, "paddings")
    batch, space, rest = input.shape[0], input.shape[1 : count + 1], input.shape[count + 1 :]
    sizes = [size + before + after for size, (before, after) in zip(space, pads)]
    padded = input.new_zeros((batch, *sizes, *rest))
    inside = (slice(None), *(slice(n, n + size) for size, (n, _) in zip(space, pads)))
    padded[inside] = input
    pairs = [n for size, block in zip(sizes, blocks) for n in (_quotient(size, block), block)]
    blocked = padded.reshape(batch, *pairs, *rest)
    order = [*range(2, 2 * count + 1, 2), 0, *range(1, 2 * count, 2)]
    moved = blocked.permute(*order, *range(2 * count + 1, blocked.ndim))
    cells = [size // block for size, block in zip(sizes, blocks)]
    return moved.reshape(batch * math.prod(blocks), *cells, *rest)


@any_elements
def _to_space(
    input: torch.Tensor, blocks: Sequence[int], margins: Sequence[Sequence[int]]
) -> torch.Tensor:
    count = len(blocks)
    _check(blocks, margins, "crops")
    batch = _quotient(input.shape[0], math.prod(blocks))
    space, rest = input.shape[1 : count + 1], input.shape[count + 1 :]
    blocked = input.reshape(*blocks, batch, *space, *rest)
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    moved = blocked.permute(*order, *range(2 * count + 1, blocked.ndim))
    sizes = [size * block for size, block in zip(space, blocks)]
    whole = moved.reshape(batch, *sizes, *rest)
    inside = (
        slice(None),
        *(slice(pair[0], pair[0] + _cropped(size, pair)) for size, pair in zip(sizes, margins)),
    )
    return whole[inside].clone()


def _parts(input: TensorShape, count: int) -> tuple[Size, tuple[Size, ...], tuple[Size, ...]]:
    sizes = input.sizes or ()
    return sizes[0], sizes[1 : count + 1], sizes[count + 1 :]


def _cropped(size: int, crop: Sequence[int]) -> int:
    left = size - sum(crop)
    if left < 0:
        raise ValueError(f"Negative dimension size caused by subtracting {sum(crop)} from {size}")
    return left
