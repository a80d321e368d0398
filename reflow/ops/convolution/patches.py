"""Windows cut out of images and volumes, each laid out flat along the channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape
from reflow.ops.constants import constant
from reflow.ops.convolution.geometry import check_steps, extent, places
from reflow.ops.elements import any_elements
from reflow.ops.filling import Range
from reflow.ops.joining import concat
from reflow.ops.math import Add
from reflow.ops.op import op
from reflow.ops.permuting import Transpose
from reflow.ops.reductions import Prod
from reflow.ops.segments import UnsortedSegmentSum
from reflow.ops.slicing import Slice


def _patches(
    name: str, doc: str, input_name: str, attrs: Sequence[str], export: tuple[str, ...] = ()
) -> OpDefinition:
    """Cuts windows of `ksizes` out of an input [batch, *space, channels].

    `attrs`: the attributes that hold a number for each of the input's dimensions.
    """
    rank = int(attrs[0][-1])

    def shape(input: TensorShape, *, op: Operation) -> TensorShape:
        (batch, *space, channels) = shapes.with_rank(input, rank).sizes or (None,) * rank
        for attr, word in (("ksizes", "ksizes"), ("strides", "stride"), ("rates", "rates")):
            given = len(op.attrs.get(attr, (1,) * rank))
            if given != rank:
                raise ValueError(
                    f"{name} requires the {word} attribute to contain {rank} values, "
                    f"but got: {given}"
                )
        ksizes, strides, _ = _steps(op, rank)
        depth = None if channels is None else channels * math.prod(ksizes)
        known = [size for size in space if size is not None]
        if len(known) < len(space):
            return shapes.of(batch, *[None] * len(space), depth)
        sizes, _ = places(known, _covered(op, rank), strides, op.attrs["padding"])
        return shapes.of(batch, *sizes, depth)

    @any_elements
    def kernel(input: torch.Tensor, *, op: Operation) -> torch.Tensor:
        if input.ndim != rank:
            raise ValueError(
                f"input must be {rank}-dimensional{shapes.text(shapes.of(*input.shape))}"
            )
        ksizes, strides, rates = _checked_steps(op, rank)
        sizes, margins = places(input.shape[1:-1], _covered(op, rank), strides, op.attrs["padding"])
        pairs = [size for pair in reversed(margins) for size in pair]
        padded = functional.pad(input, [0, 0, *pairs]).contiguous()
        batch_stride, *space_strides, channel_stride = padded.stride()
        window_steps = [step * stride for step, stride in zip(strides, space_strides)]
        element_steps = [rate * stride for rate, stride in zip(rates, space_strides)]
        channels = input.shape[-1]
        windows = padded.as_strided(
            (input.shape[0], *sizes, *ksizes, channels),
            (batch_stride, *window_steps, *element_steps, channel_stride),
        )
        return windows.reshape(input.shape[0], *sizes, math.prod(ksizes) * channels)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        """Each element of the input gets the sum over the windows that hold it.

        Windows cut out of the elements' own numbers, of which 0 is the padding, tell which hold it.
        """
        sizes = Shape(op.inputs[0])
        batch, space, channels = (
            Slice(sizes, constant([start]), constant([count]))
            for start, count in ((0, 1), (1, rank - 2), (rank - 1, 1))
        )
        one = constant([1])
        count = Add(Prod(space, constant(0)), constant(1))
        numbers = Range(constant(1), count, constant(1))
        grid = Reshape(numbers, concat([one, space, one], constant(0)))
        holders = Reshape(definition(grid, **op.attrs | {"T": grid.dtype}), constant([-1]))
        elements = Reshape(dy, concat([batch, Shape(holders), channels], constant(0)))
        order = constant([1, 0, 2])
        sums = UnsortedSegmentSum(Transpose(elements, order), holders, count)
        inside = Slice(sums, constant([1, 0, 0]), constant([-1, -1, -1]))
        return Reshape(Transpose(inside, order), sizes)

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": f"{input_name}: T",
        "outputs": "patches: T",
        "attrs": (*attrs, "T: realnumbertype", "padding: {'SAME', 'VALID'}"),
        "shape": shape,
        "kernel": kernel,
        "gradient": gradient,
        "export": export,
    }
    definition = op(type(name, (), rules))
    return definition


def _steps(op: Operation, rank: int) -> tuple[list[int], list[int], list[int]]:
    """(ksizes, strides, rates) along space."""
    given = [op.attrs[name] for name in ("ksizes", "strides")]
    ksizes, strides, rates = [*given, op.attrs.get("rates", [1] * rank)]
    return ksizes[1:-1], strides[1:-1], rates[1:-1]


def _covered(op: Operation, rank: int) -> list[int]:
    """How much of each axis of space a window covers."""
    ksizes, strides, rates = _steps(op, rank)
    for stride in strides:
        check_steps(stride)
    return [extent(size, rate) for size, rate in zip(ksizes, rates)]


def _checked_steps(op: Operation, rank: int) -> tuple[list[int], list[int], list[int]]:
    """`_steps`; UnimplementedError or OutOfRangeError for those that the kernel cannot take."""
    for name in ("ksizes", "strides", "rates"):
        steps = op.attrs.get(name, [1] * rank)
        if steps[0] != 1 or steps[-1] != 1:
            raise errors.UnimplementedError(None, None, f"Only support {name} across space.")
        if min(steps) < 1:
            raise errors.OutOfRangeError(None, None, f"{name} is out of range.")
    return _steps(op, rank)


ExtractImagePatches = _patches(
    "ExtractImagePatches",
    """Windows cut out of images.

    images [batch, height, width, channels], ksizes and strides of windows, rates between the
    elements of one -> [batch, rows, columns, k * k * channels].
    """,
    "images",
    ("ksizes: list(int) >= 4", "strides: list(int) >= 4", "rates: list(int) >= 4"),
)

ExtractVolumePatches = _patches(
    "ExtractVolumePatches",
    """Windows cut out of volumes.

    input [batch, depth, height, width, channels], ksizes and strides of windows ->
    [batch, planes, rows, columns, k * k * k * channels].
    """,
    "input",
    ("ksizes: list(int) >= 5", "strides: list(int) >= 5"),
    export=("extract_volume_patches",),
)
