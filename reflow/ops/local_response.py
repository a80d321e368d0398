"""Local response normalisation.  Krizhevsky, Sutskever and Hinton (2012), section 3.3."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op

_SETTINGS = (
    "depth_radius: int = 5",
    "bias: float = 1.0",
    "alpha: float = 1.0",
    "beta: float = 0.5",
    "T: {half, bfloat16, float} = float",
)


def _over_neighbours(x: torch.Tensor, radius: int) -> torch.Tensor:
    """The sums of the channels that are at most `radius` away."""
    if not x.numel():
        return x.clone()
    width = 2 * radius + 1
    flat = x.reshape(-1, 1, x.shape[-1])
    means = torch.nn.functional.avg_pool1d(flat, width, 1, radius, count_include_pad=True)
    return (means * width).view(x.shape)


def _norm(x: torch.Tensor, op: Operation) -> torch.Tensor:
    squares = _over_neighbours(x * x, op.attrs["depth_radius"])
    return squares.mul_(op.attrs["alpha"]).add_(op.attrs["bias"])


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
        x = input.float()
        return (x * _norm(x, op).pow_(-op.attrs["beta"])).to(input.dtype)

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
        dy, x, y = (t.float() for t in (input_grads, input_image, output_image))
        norm = _norm(x, op)
        shared = _over_neighbours(dy * y / norm, op.attrs["depth_radius"])
        dx = dy * norm.pow(-beta) - x * shared * (2 * alpha * beta)
        return dx.to(input_image.dtype)
