"""Losses that are ops of their own."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.math import product
from reflow.ops.op import op


@op
class L2Loss:
    """sum(t ** 2) / 2, of all elements."""

    inputs = "t: T"
    outputs = "output: T"
    attrs = ("T: {half, bfloat16, float, double}",)
    export = ("nn.l2_loss",)

    def shape(t: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(t: torch.Tensor) -> torch.Tensor:
        return t.square().sum() / 2

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return product(op.inputs[0], dy)
