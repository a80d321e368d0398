"""Which lowering of a convolution is the fastest for given sizes."""

from __future__ import annotations

import torch

from reflow.ops.convolution import lowerings
from reflow.ops.convolution.geometry import Geometry
from reflow.ops.convolution.lowerings import Lowering

# What processors compute in single precision, sooner and more exactly.
_WIDENED = (torch.float16, torch.bfloat16)


def convolution(g: Geometry, input: torch.Tensor, filter: torch.Tensor) -> torch.Tensor:
    """[batch, *space, inputs], [*filter space, inputs, outputs] -> [batch, *space, outputs]."""
    lowering = lowerings.convolve_direct if g.is_symmetric else lowerings.convolve_padded
    return _computed(lowering, g, g.output_sizes, input, filter)


def input_gradient(g: Geometry, filter: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
    return _computed(lowerings.input_gradient_transposed, g, g.input_sizes, filter, out_backprop)


def filter_gradient(g: Geometry, input: torch.Tensor, out_backprop: torch.Tensor) -> torch.Tensor:
    lowering = (
        lowerings.filter_gradient_direct if g.is_symmetric else lowerings.filter_gradient_padded
    )
    return _computed(lowering, g, g.filter_sizes, input, out_backprop)


def _computed(
    lowering: Lowering,
    g: Geometry,
    sizes: tuple[int, ...],
    first: torch.Tensor,
    second: torch.Tensor,
) -> torch.Tensor:
    if g.is_empty:
        return first.new_zeros(sizes)
    if first.dtype in _WIDENED and first.device.type == "cpu":
        return lowering(g, first.float(), second.float()).to(first.dtype)
    return lowering(g, first, second)
