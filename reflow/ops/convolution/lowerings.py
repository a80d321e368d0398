"""How torch computes a convolution and its two gradients.

Each lowering is a function of (geometry, tensors) that gives a tensor laid out as TensorFlow's.
torch wants channels second: for a tensor with channels last that is a view, whose memory order it
knows as `channels_last`, so nothing is copied.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import torch
from torch.nn import functional

from reflow.ops.convolution.geometry import Geometry, Margins

# Of (geometry, tensor, tensor); of a convolution also (..., bias of the outputs or None).
Lowering = Callable[..., torch.Tensor]

_CONVOLUTIONS = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}
_TRANSPOSED = {1: torch.conv_transpose1d, 2: torch.conv_transpose2d, 3: torch.conv_transpose3d}

# Elements of a vector, of the processors on which blocks of the output's columns are worth it, and
# how many of them a block's channels fill at most.
_VECTOR = 16
_MOST_VECTORS = 3


# -- The convolution itself: (input, filter, bias) -> output --------------------------------------


def convolve_direct(
    g: Geometry, input: torch.Tensor, filter: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """torch's convolution, which pads as much after as before."""
    output = _CONVOLUTIONS[len(g.space)](
        channels_second(g, input),
        outputs_first(filter),
        bias,
        g.strides,
        [pair[0] for pair in g.margins],
        g.dilations,
        g.groups,
    )
    return as_laid_out(g, output)


def convolve_padded(
    g: Geometry, input: torch.Tensor, filter: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """torch's convolution of an input that is padded first, where there is more to pad."""
    return convolve_direct(g.evened, padded(g, input, g.excess), filter, bias)


def convolve_columns(
    g: Geometry, input: torch.Tensor, filter: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """The product of all windows, one in each row, and the filter.  Channels last, one group."""
    rows, columns = windows(g, input), filter.reshape(-1, g.outputs)
    product = torch.mm(rows, columns) if bias is None else torch.addmm(bias, rows, columns)
    return product.view(g.output_sizes)


def convolve_column_blocks(
    g: Geometry, input: torch.Tensor, filter: torch.Tensor, bias: torch.Tensor | None = None
) -> torch.Tensor:
    """Several columns of the output at a time, whose channels together fill a vector better.

    In memory they lie side by side.  Two dimensions, channels last, one group, no dilations.
    """
    blocked = of_output_blocks(g)
    count, (_, width), stride = blocked.outputs // g.outputs, g.filter, g.strides[1]
    block_filter = filter.new_zeros(*blocked.filter, g.inputs, count, g.outputs)
    for column in range(count):
        start = column * stride
        block_filter[:, start : start + width, :, column] = filter
    if bias is not None:
        bias = bias.repeat(count)
    convolve = convolve_direct if g.is_symmetric else convolve_padded
    output = convolve(blocked, input, block_filter.view(blocked.filter_sizes), bias)
    return output.view(g.output_sizes)


@functools.lru_cache(maxsize=4096)
def of_output_blocks(g: Geometry) -> Geometry:
    """The convolution to an image whose columns are blocks, of the size that computes least.

    As vectors are filled, that is: a larger block fills them better, but its filter has more zeros.
    """
    columns, (height, width), (down, across) = g.output[1], g.filter, g.strides

    def computed(count: int) -> float:
        vectors = -(-g.outputs * count // _VECTOR)
        return vectors * (width + (count - 1) * across) / count

    most = max(1, min(columns, _MOST_VECTORS * _VECTOR // g.outputs))
    sizes = (size for size in range(1, most + 1) if columns % size == 0)
    count = min(sizes, key=computed)
    return replace(
        g,
        filter=(height, width + (count - 1) * across),
        outputs=g.outputs * count,
        output=(g.output[0], columns // count),
        strides=(down, across * count),
    )


# -- Its gradient by the input: (filter, gradient of the output) -> gradient -----------------------


def input_gradient_transposed(
    g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """torch's transposed convolution, of which rows that were padding are cut off."""
    # Of the padding what is the same on both sides is left to torch.
    common = [pair[0] for pair in g.evened.margins]
    sizes = [
        (count - 1) * stride + covered - 2 * margin
        for count, stride, covered, margin in zip(g.output, g.strides, g.extents, common)
    ]
    starts = [before for before, _ in g.excess]
    # What no filter reached has the gradient 0.
    missing = [max(0, start + size - given) for start, size, given in zip(starts, g.space, sizes)]
    gradient = _TRANSPOSED[len(g.space)](
        channels_second(g, out_backprop),
        outputs_first(filter),
        None,
        g.strides,
        common,
        missing,
        g.groups,
        g.dilations,
    )
    for axis, (start, size) in enumerate(zip(starts, g.space)):
        if gradient.shape[axis + 2] != size:
            gradient = gradient.narrow(axis + 2, start, size)
    return as_laid_out(g, gradient)


def input_gradient_blocks(
    g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """Without strides: the input's blocks of `strides` places are channels of one place.

    Two dimensions, channels last, one group, no dilations.
    """
    (rows, columns), channels = g.strides, g.inputs
    axes = blocks(g)
    gradient = torch.conv_transpose2d(
        channels_second(g, out_backprop),
        outputs_first(_block_filter(g, filter)),
        padding=[axis.cut for axis in axes],
    )
    height, width = gradient.shape[2:]
    image = (
        gradient.permute(0, 2, 3, 1)
        .reshape(g.batch, height, width, rows, columns, channels)
        .transpose(2, 3)
        .reshape(g.batch, height * rows, width * columns, channels)
    )
    top, left = (axis.start for axis in axes)
    return _cut_out(g, image, top, left)


def _cut_out(g: Geometry, image: torch.Tensor, top: int, left: int) -> torch.Tensor:
    """The input's places of an image that begins before it; 0 where the image ends too soon."""
    inside = image[:, top : top + g.space[0], left : left + g.space[1]]
    beyond = [g.space[0] - inside.shape[1], g.space[1] - inside.shape[2]]
    if any(beyond):
        # What no filter reached has the gradient 0.
        inside = functional.pad(inside, (0, 0, 0, beyond[1], 0, beyond[0]))
    return inside.contiguous()


def _block_filter(g: Geometry, filter: torch.Tensor) -> torch.Tensor:
    """[rows, columns, inputs, outputs] as a filter of blocks: of fewer places with more inputs."""
    (rows, columns), (vertical, horizontal) = g.strides, blocks(g)
    down, across = vertical.span, horizontal.span
    missing = (0, 0, 0, 0, horizontal.lead, horizontal.trail, vertical.lead, vertical.trail)
    return (
        functional.pad(filter, missing)
        .view(down, rows, across, columns, g.inputs, g.outputs)
        .transpose(1, 2)
        .reshape(down, across, rows * columns * g.inputs, g.outputs)
    )


def input_gradient_column_blocks(
    g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """With strides down, but without strides across: the blocks are of columns alone.

    In memory the columns of a block lie where they belong.  Two dimensions, channels last, one
    group, no dilations.
    """
    _, axis = blocks(g)
    blocked = _of_column_blocks(g)
    block_filter = functional.pad(filter, (0, 0, 0, 0, axis.lead, axis.trail))
    gradient = input_gradient_transposed(
        blocked, block_filter.view(blocked.filter_sizes), out_backprop
    )
    image = gradient.view(g.batch, g.space[0], axis.kept * g.strides[1], g.inputs)
    return _cut_out(g, image, 0, axis.start)


@functools.lru_cache(maxsize=4096)
def _of_column_blocks(g: Geometry) -> Geometry:
    """The convolution of an image whose columns are blocks."""
    _, axis = blocks(g)
    return replace(
        g,
        space=(g.space[0], axis.kept),
        inputs=g.inputs * g.strides[1],
        filter=(g.filter[0], axis.span),
        strides=(g.strides[0], 1),
        margins=(g.margins[0], (axis.cut, axis.cut)),
    )


class Blocks(NamedTuple):
    """How blocks of `stride` places lie on an axis of space.

    Attributes:
      lead: how many places the first block that a filter touches begins before the filter.
      span: how many blocks the filter touches.
      trail: how many places the last of them ends after the filter.
      cut: how many blocks, on either side, are nothing but padding.
      start: where the input begins in the blocks that are left.
      kept: how many blocks are left.
    """

    lead: int
    span: int
    trail: int
    cut: int
    start: int
    kept: int


@functools.lru_cache(maxsize=4096)
def blocks(g: Geometry) -> tuple[Blocks, ...]:
    """For each axis, with the fewest products."""
    axes = zip(g.space, g.filter, g.strides, g.margins, g.output)
    return tuple(
        min(
            (_blocks(lead, *axis) for lead in range(axis[2])),
            key=lambda axis: axis.span * axis.kept,
        )
        for axis in axes
    )


def _blocks(
    lead: int, size: int, filter: int, stride: int, margins: tuple[int, int], output: int
) -> Blocks:
    span = -(-(lead + filter) // stride)
    before = lead + margins[0]  # places of the blocks before the input
    whole = output + span - 1
    after = max(0, whole * stride - before - size)
    cut = min(before // stride, after // stride, span - 1)
    trail = span * stride - lead - filter
    return Blocks(lead, span, trail, cut, before - cut * stride, whole - 2 * cut)


def input_gradient_columns(
    g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """The gradients of all windows by one product, added where the windows lie.

    Two dimensions, channels last, one group.
    """
    product = torch.mm(out_backprop.reshape(-1, g.outputs), filter.reshape(-1, g.outputs).t())
    if g.covers_each_place_once:
        return product.view(g.input_sizes)
    parts = product.view(g.batch, *g.output, *g.filter, g.inputs)
    (top, bottom), (left, right) = g.margins
    height, width = g.space[0] + top + bottom, g.space[1] + left + right
    gradient = product.new_zeros(g.batch, height, width, g.inputs)
    for row in range(g.filter[0]):
        for column in range(g.filter[1]):
            starts = (row * g.dilations[0], column * g.dilations[1])
            down, across = (
                slice(start, start + (count - 1) * stride + 1, stride)
                for start, count, stride in zip(starts, g.output, g.strides)
            )
            gradient[:, down, across] += parts[:, :, :, row, column]
    return gradient[:, top : top + g.space[0], left : left + g.space[1]].contiguous()


# -- Its gradient by the filter: (input, gradient of the output) -> gradient -----------------------


def filter_gradient_direct(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """torch's gradient, with torch's padding."""
    like = input.new_empty((g.outputs, g.inputs // g.groups, *g.filter))
    gradient = torch.ops.aten.convolution_backward(
        channels_second(g, out_backprop),
        channels_second(g, input),
        like,  # of which only the shape counts
        None,
        g.strides,
        [pair[0] for pair in g.margins],
        g.dilations,
        False,
        [0] * len(g.space),
        g.groups,
        [False, True, False],
    )[1]
    return gradient.permute(*range(2, gradient.ndim), 1, 0).contiguous()


def filter_gradient_padded(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """torch's gradient, of an input that is padded first, where there is more to pad."""
    return filter_gradient_direct(g.evened, padded(g, input, g.excess), out_backprop)


def filter_gradient_columns(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """The product of all windows, transposed, and the gradients.  Channels last, one group."""
    product = torch.mm(windows(g, input).t(), out_backprop.reshape(-1, g.outputs))
    return product.view(g.filter_sizes)


def filter_gradient_column_blocks(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """Several columns of the output at a time, as in the convolution by such blocks."""
    blocked = of_output_blocks(g)
    count, (_, width), stride = blocked.outputs // g.outputs, g.filter, g.strides[1]
    own = filter_gradient_direct if g.is_symmetric else filter_gradient_padded
    gradient = own(blocked, input, out_backprop.reshape(blocked.output_sizes))
    parts = gradient.view(*blocked.filter, g.inputs, count, g.outputs)
    total = parts[:, :width, :, 0].clone(memory_format=torch.contiguous_format)
    for column in range(1, count):
        start = column * stride
        total += parts[:, start : start + width, :, column]
    return total


# -- Layouts ---------------------------------------------------------------------------------------


def channels_second(g: Geometry, x: torch.Tensor) -> torch.Tensor:
    """A view as torch wants it."""
    return x.movedim(-1, 1) if g.channels_last else x


def as_laid_out(g: Geometry, x: torch.Tensor) -> torch.Tensor:
    """What torch computed, with the channels where they belong, without gaps in memory."""
    return (x.movedim(1, -1) if g.channels_last else x).contiguous()


def outputs_first(filter: torch.Tensor) -> torch.Tensor:
    """A filter [*space, inputs, outputs] as torch wants it: [outputs, inputs, *space]."""
    rank = filter.ndim
    return filter.permute(rank - 1, rank - 2, *range(rank - 2))


# Elements; what is larger is not in the cache when it is written again.
_LARGE = 1 << 18


def padded(g: Geometry, input: torch.Tensor, margins: Margins) -> torch.Tensor:
    """The input with margins of zeros."""
    if not any(map(any, margins)):
        return input
    if input.numel() < _LARGE or not input.is_cpu:
        pairs = [size for pair in reversed(margins) for size in pair]
        return functional.pad(input, [0, 0, *pairs] if g.channels_last else pairs)
    first = 1 if g.channels_last else 2
    sizes = list(input.shape)
    for axis, pair in enumerate(margins, first):
        sizes[axis] += sum(pair)
    whole = inside = input.new_empty(sizes)
    for axis, (before, after) in enumerate(margins, first):
        size = input.shape[axis]
        inside.narrow(axis, 0, before).zero_()
        inside.narrow(axis, before + size, after).zero_()
        inside = inside.narrow(axis, before, size)
    inside.copy_(input)
    return whole


def windows(g: Geometry, input: torch.Tensor) -> torch.Tensor:
    """What the filter covers at each place, a row for each: [batch * places, elements * inputs]."""
    whole = padded(g, input, g.margins).contiguous()
    batch_step, *steps, channel_step = whole.stride()
    view = whole.as_strided(
        (g.batch, *g.output, *g.filter, g.inputs),
        (
            batch_step,
            *(step * stride for step, stride in zip(steps, g.strides)),
            *(step * dilation for step, dilation in zip(steps, g.dilations)),
            channel_step,
        ),
    )
    return view.reshape(g.batch * math.prod(g.output), math.prod(g.filter) * g.inputs)
