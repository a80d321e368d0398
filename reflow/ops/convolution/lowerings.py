"""How torch computes a convolution and its two gradients.

Each lowering is a function of (geometry, tensors) that gives a tensor laid out as TensorFlow's.
torch wants channels second: for a tensor with channels last that is a view, whose memory order it
knows as `channels_last`, so nothing is copied.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn import functional

from reflow.ops.convolution.geometry import Geometry

Lowering = Callable[[Geometry, torch.Tensor, torch.Tensor], torch.Tensor]

_CONVOLUTIONS = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}
_TRANSPOSED = {1: torch.conv_transpose1d, 2: torch.conv_transpose2d, 3: torch.conv_transpose3d}


# -- The convolution itself: (input, filter) -> output ---------------------------------------------


def convolve_direct(g: Geometry, input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
    """torch's convolution, which pads as much after as before."""
    before = [pair[0] for pair in g.margins]
    return _convolve(g, channels_second(g, input), filter, before)


def convolve_padded(g: Geometry, input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
    """torch's convolution of an input that is padded first."""
    return _convolve(g, channels_second(g, padded(g, input)), filter, [0] * len(g.space))


def _convolve(
    g: Geometry, input: torch.Tensor, filter: torch.Tensor, margins: list[int]
) -> torch.Tensor:
    weights = outputs_first(filter)
    output = _CONVOLUTIONS[len(g.space)](
        input, weights, None, g.strides, margins, g.dilations, g.groups
    )
    return as_laid_out(g, output)


# -- Its gradient by the input: (filter, gradient of the output) -> gradient -----------------------


def input_gradient_transposed(
    g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """torch's transposed convolution, of which rows that were padding are cut off."""
    # Of the padding what is the same on both sides is left to torch.
    common = [min(pair) for pair in g.margins]
    sizes = [
        (count - 1) * stride + covered - 2 * margin
        for count, stride, covered, margin in zip(g.output, g.strides, g.extents, common)
    ]
    starts = [before - margin for (before, _), margin in zip(g.margins, common)]
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


# -- Its gradient by the filter: (input, gradient of the output) -> gradient -----------------------


def filter_gradient_direct(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """torch's gradient, with torch's padding."""
    return _filter_gradient(g, input, out_backprop, [pair[0] for pair in g.margins])


def filter_gradient_padded(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor
) -> torch.Tensor:
    """torch's gradient, of an input that is padded first."""
    return _filter_gradient(g, padded(g, input), out_backprop, [0] * len(g.space))


def _filter_gradient(
    g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor, margins: list[int]
) -> torch.Tensor:
    like = outputs_first(input.new_empty(g.filter_sizes))
    gradient = torch.ops.aten.convolution_backward(
        channels_second(g, out_backprop),
        channels_second(g, input),
        like,  # of which only the shape counts
        None,
        g.strides,
        margins,
        g.dilations,
        False,
        [0] * len(g.space),
        g.groups,
        [False, True, False],
    )[1]
    return gradient.permute(*range(2, gradient.ndim), 1, 0).contiguous()


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


def padded(g: Geometry, input: torch.Tensor) -> torch.Tensor:
    """The input with its margins of zeros."""
    pairs = [size for pair in reversed(g.margins) for size in pair]
    if not any(pairs):
        return input
    return functional.pad(input, [0, 0, *pairs] if g.channels_last else pairs)
