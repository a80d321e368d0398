"""Pooling of integers of few bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.pooling.averages import AvgPool
from reflow.ops.pooling.maxima import MaxPool
from reflow.ops.pooling.windows import pooled_shape
from reflow.ops.quantization import INTEGERS, Ranged, ranged
from reflow.ops.quantized.ranges import (
    Shapes,
    of_floats,
    ranged_shape,
)


def _pooling(pool: Callable[..., torch.Tensor]) -> type[Any]:
    """Pooling of images [batch, height, width, channels], computed exactly in float64."""

    class Rules:
        inputs = "input: T, min_input: float, max_input: float"
        outputs = "output: T, min_output: float, max_output: float"
        attrs = (
            f"T: {INTEGERS}",
            "ksize: list(int)",
            "strides: list(int)",
            "padding: {'SAME', 'VALID'}",
        )

        def shape(
            input: TensorShape, min_input: TensorShape, max_input: TensorShape, *, op: Operation
        ) -> Shapes:
            windows = {name: op.attrs[name] for name in ("ksize", "strides", "padding")}
            pooled = pooled_shape(input, **windows, data_format="NHWC", op_type=op.type)
            return ranged_shape(pooled, min_input, max_input)

        def kernel(input: torch.Tensor, low: Host, high: Host, *, op: Operation) -> Ranged:
            return ranged(pool(input.double(), op=op).to(input.dtype), low, high)

    return Rules


def _truncated_mean(input: torch.Tensor, *, op: Operation) -> torch.Tensor:
    means = of_floats(AvgPool).kernel(input, op=op)
    # What rounding left just below an integer is that integer.
    return torch.trunc(means + torch.sign(means) * 1e-6)


@op
class QuantizedMaxPool(_pooling(of_floats(MaxPool).kernel)):
    """The largest element of each window."""

    export = ("nn.quantized_max_pool",)


@op
class QuantizedAvgPool(_pooling(_truncated_mean)):
    """The mean of each window, cut to an integer."""

    export = ("nn.quantized_avg_pool",)
