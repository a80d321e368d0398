"""Local response normalisation.  Krizhevsky, Sutskever and Hinton (2012), section 3.3."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.pieces import in_pieces

_SETTINGS = (
    "depth_radius: int = 5",
    "bias: float = 1.0",
    "alpha: float = 1.0",
    "beta: float = 0.5",
    "T: {half, bfloat16, float} = float",
)


# With more channels than these their sums are not taken as a product of matrices.
_MANY_CHANNELS = 384


@functools.lru_cache(maxsize=16)
def _band(channels: int, radius: int) -> torch.Tensor:
    """1 for channels at most `radius` away from each other, else 0.  [channels, channels]"""
    places = torch.arange(channels)
    return (places - places.unsqueeze(1)).abs().le(radius).float()


def _over_neighbours(x: torch.Tensor, radius: int) -> torch.Tensor:
    """The sums of the channels that are at most `radius` away.  [pixels, channels]"""
    if not x.numel():
        return x.clone()
    if x.is_cpu and x.shape[1] <= _MANY_CHANNELS and math.isfinite(x.sum().item()):
        return x @ _band(x.shape[1], radius)
    width = 2 * radius + 1
    means = torch.nn.functional.avg_pool1d(x.unsqueeze(1), width, 1, radius, count_include_pad=True)
    return means.squeeze(1).mul_(width)


def _norm(x: torch.Tensor, op: Operation) -> torch.Tensor:
    squares = _over_neighbours(x * x, op.attrs["depth_radius"])
    return squares.mul_(op.attrs["alpha"]).add_(op.attrs["bias"])


def _factors(norm: torch.Tensor, beta: float) -> torch.Tensor:
    """norm ** -beta, as TensorFlow computes it."""
    if beta == 1:
        return norm.reciprocal()
    return norm.rsqrt() if beta == 0.5 else norm.log_().mul_(-beta).exp_()


def _by_pixels(compute: Callable[..., torch.Tensor], *inputs: torch.Tensor) -> torch.Tensor:
    """`compute` of the inputs as [pixels, channels], and of their shape and type."""
    shape, dtype = inputs[0].shape, inputs[0].dtype
    pixels = (math.prod(shape[:-1]), shape[-1])
    return in_pieces(compute, *(t.float().reshape(pixels) for t in inputs)).view(shape).to(dtype)


@op
class LRN:
    """input / (bias + alpha * sum of squares of the channels within depth_radius) ** beta."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = _SETTINGS
    export = ("nn.local_response_normalization", "nn.lrn")

    def shape(input: TensorShape) -> TensorShape:
        return shapes.with_rank(input, 4)

    def kernel(input: torch.Tensor, *, op: Operation) -> torch.Tensor:
        def normalised(x: torch.Tensor) -> torch.Tensor:
            return _factors(_norm(x, op), op.attrs["beta"]).mul_(x)

        return _by_pixels(normalised, input)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        settings = {name: op.attrs[name] for name in ("depth_radius", "bias", "alpha", "beta")}
        return LRNGrad(dy, op.inputs[0], op.outputs[0], **settings)


@op
class LRNGrad:
    """The gradient of LRN."""

    inputs = "input_grads: T, input_image: T, output_image: T"
    outputs = "output: T"
    attrs = _SETTINGS

    def shape(
        input_grads: TensorShape, input_image: TensorShape, output_image: TensorShape
    ) -> TensorShape:
        return shapes.merge(
            shapes.merge(shapes.with_rank(input_grads, 4), input_image), output_image
        )

    def kernel(
        input_grads: torch.Tensor,
        input_image: torch.Tensor,
        output_image: torch.Tensor,
        *,
        op: Operation,
    ) -> torch.Tensor:
        alpha, beta = op.attrs["alpha"], op.attrs["beta"]

        def gradient(x: torch.Tensor, dy: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            norm = _norm(x, op)
            shared = _over_neighbours(dy * y / norm, op.attrs["depth_radius"])
            return norm.pow_(-beta).mul_(dy).sub_(shared.mul_(x).mul_(2 * alpha * beta))

        return _by_pixels(gradient, input_image, input_grads, output_image)
