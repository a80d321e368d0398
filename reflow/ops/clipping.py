"""Clipping as one op; tf.clip_by_value is made of Minimum and Maximum."""

from __future__ import annotations

import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops.op import op
from reflow.ops.unsigned import widened


@op
class ClipByValue:
    """t with smaller elements raised to clip_value_min, larger ones cut to clip_value_max.

    The bounds are scalars or of t's shape.
    """

    inputs = "t: T, clip_value_min: T, clip_value_max: T"
    outputs = "output: T"
    attrs = ("T: numbertype",)

    def shape(t: TensorShape, low: TensorShape, high: TensorShape) -> TensorShape:
        return t

    def kernel(t: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
        if any(bound.dim() and bound.shape != t.shape for bound in (low, high)):
            raise ValueError(
                "clip_value_min and clip_value_max must be either of the same shape as input, or a "
                f"scalar. input shape: {list(t.shape)}, clip_value_min shape: {list(low.shape)}, "
                f"clip_value_max shape: {list(high.shape)}"
            )
        return widened(_clipped, ordered=True)(t, low, high)


def _clipped(t: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    return torch.maximum(torch.minimum(t, high), low)
