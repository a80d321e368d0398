"""Tensors repeated along their axes."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape, Size
from reflow.ops.broadcasting import BroadcastGradientArgs
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import Range
from reflow.ops.kernels import Dims, Host, Known
from reflow.ops.op import op


@op
class Tile:
    """The input repeated multiples[i] times along each axis i.  [2, 3], (2, 1) -> [4, 3]."""

    inputs = "input: T, multiples: Tmultiples"
    outputs = "output: T"
    attrs = ("T: type", "Tmultiples: {int32, int64} = int32")
    export = ("tile", "manip.tile")

    def shape(
        input: TensorShape, multiples: Dims, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        (rank,) = shapes.with_rank(input_shapes[1], 1).sizes or (None,)
        if rank is None and input.sizes is None:
            return shapes.UNKNOWN
        sizes = (input if rank is None else shapes.with_rank(input, rank)).sizes or ()
        counts = multiples.sizes or (None,) * len(sizes)
        return shapes.of(*(_product(size, count) for size, count in zip(sizes, counts)))

    def kernel(input: Any, multiples: Host) -> Any:
        if multiples.shape != (input.ndim,):
            raise ValueError(
                f"Expected multiples to be 1-D, but got shape {list(multiples.shape)}"
                if multiples.ndim != 1
                else f"Expected multiples argument to be a vector of length {input.ndim} but got "
                f"length {len(multiples)}"
            )
        counts = multiples.tolist()
        for i, count in enumerate(counts):
            if count < 0:
                raise ValueError(f"Expected multiples[{i}] >= 0, but got {count}")
        if isinstance(input, torch.Tensor):
            return _tiled(input, counts)
        return np.tile(input, counts)

    def specialised(op: Operation, input: Known, multiples: Known) -> Any:
        if multiples.value is None or multiples.value.shape != (len(input.sizes),):
            return None
        counts: list[int] = multiples.value.tolist()
        if not counts or min(counts) < 0:
            return None
        # Each axis as two, copies and positions.
        pairs = [part for pair in zip(counts, input.sizes) for part in pair]
        apart = [part for size in input.sizes for part in (1, size)]
        sizes = [count * size for count, size in zip(counts, input.sizes)]
        if sum(count != 1 for count in counts[1:]):
            return lambda input, _: input.reshape(apart).expand(pairs).reshape(sizes)
        # Copies of the whole: the copies are the first axis.
        return lambda input, _: input.expand(counts[0], *input.shape).reshape(sizes)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        from reflow.ops.joining import Pack
        from reflow.ops.permuting import Transpose
        from reflow.ops.reductions import Sum

        # Each axis as two, copies and positions: the copies are summed.
        input, multiples = op.inputs
        pairs = Transpose(
            Pack([multiples, Shape(input, out_type=multiples.dtype)]), constant([1, 0])
        )
        sizes = Reshape(pairs, constant([-1]))
        copies = Range(constant(0), Size(sizes), constant(2))
        dx = Sum(Reshape(dy, sizes), copies)
        dx.set_shape(input.shape)
        return dx, None


def _product(size: int | None, count: int | None) -> int | None:
    if size == 0 or count == 0:
        return 0
    return None if size is None or count is None else size * count


@any_elements
def _tiled(input: torch.Tensor, counts: list[int]) -> torch.Tensor:
    return input.repeat(counts) if counts else input.clone()


@op
class BroadcastTo:
    """The input stretched to `shape` by NumPy's rules.  [3], (2, 3) -> [2, 3]."""

    inputs = "input: T, shape: Tidx"
    outputs = "output: T"
    attrs = ("T: type", "Tidx: {int32, int64} = int32")
    export = ("broadcast_to",)
    view = True

    def shape(input: TensorShape, shape: Dims) -> TensorShape:
        if input.sizes is None or shape.sizes is None:
            return shape
        if len(input.sizes) > len(shape.sizes):
            raise ValueError(
                f"Rank of input ({len(input.sizes)}) must be no greater than rank of output "
                f"shape ({len(shape.sizes)})."
            )
        # Only a size of 1 is stretched.
        kept = [None if size == 1 else size for size in input.sizes]
        lead = shape.sizes[: len(shape.sizes) - len(kept)]
        try:
            stretched = shapes.merge(shapes.of(*kept), shapes.of(*shape.sizes[len(lead) :]))
        except ValueError:
            raise ValueError(
                f"Incompatible shapes: {shapes.text(input)} vs. {shapes.text(shape)}"
            ) from None
        return shapes.of(*lead, *(stretched.sizes or ()))

    def kernel(input: Any, shape: Host) -> Any:
        sizes = shape.tolist()
        if any(size < 0 for size in sizes):
            raise ValueError(f"Sizes must not be negative. Received: {sizes}")
        try:
            if isinstance(input, torch.Tensor):
                return input.expand(sizes)
            return np.broadcast_to(input, sizes)
        except (RuntimeError, ValueError):
            raise ValueError(
                f"Incompatible shapes: {list(input.shape)} vs. {sizes}: Unable to broadcast tensor "
                f"of shape {list(input.shape)} to tensor of shape {sizes}"
            ) from None

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        from reflow.ops.reductions import Sum

        input, shape = op.inputs
        input_shape = Shape(input, out_type=shape.dtype)
        _, stretched = BroadcastGradientArgs(shape, input_shape)
        return Reshape(Sum(dy, stretched, keep_dims=True), input_shape), None


@op
class BroadcastArgs:
    """The shape that tensors of shapes s0 and s1 broadcast to."""

    inputs = "s0: T, s1: T"
    outputs = "r0: T"
    attrs = ("T: {int32, int64} = int32",)
    host = True
    gradient = None

    def shape(s0: TensorShape, s1: TensorShape) -> TensorShape:
        (rank0,) = shapes.with_rank(s0, 1).sizes or (None,)
        (rank1,) = shapes.with_rank(s1, 1).sizes or (None,)
        return shapes.of(None if rank0 is None or rank1 is None else max(rank0, rank1))

    def dimensions(op: Operation) -> TensorShape:
        return shapes.broadcast(*(constant_value_as_shape(shape) for shape in op.inputs))

    def kernel(s0: Host, s1: Host) -> Any:
        return np.array(shapes.broadcast_sizes(s0.tolist(), s1.tolist()), s0.dtype)
