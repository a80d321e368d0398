"""Activations of integers of few bits."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.quantization import INTEGERS, Ranged, ranged
from reflow.ops.quantized.ranges import (
    Shapes,
    integer,
    ranged_shape,
)
from reflow.ops.values import torch_type


def _activation(most: float | None) -> type[Any]:
    """max(x, 0), and not above `most`."""

    class Rules:
        inputs = "features: Tinput, min_features: float, max_features: float"
        outputs = "activations: out_type, min_activations: float, max_activations: float"
        attrs = (f"Tinput: {INTEGERS}", f"out_type: {INTEGERS} = quint8")

        def shape(
            features: TensorShape, min_features: TensorShape, max_features: TensorShape
        ) -> Shapes:
            return ranged_shape(features, min_features, max_features)

        def kernel(
            features: torch.Tensor, low: Host, high: Host, *, Tinput: DType, out_type: DType
        ) -> Ranged:
            return _between_zero_and(most, features, low, high, Tinput, out_type)

    return Rules


@op
class QuantizedRelu(_activation(None)):
    """max(features, 0)"""


@op
class QuantizedRelu6(_activation(6.0)):
    """min(max(features, 0), 6)"""


@op
class QuantizedReluX:
    """min(max(features, 0), max_value)"""

    inputs = "features: Tinput, max_value: float, min_features: float, max_features: float"
    outputs = "activations: out_type, min_activations: float, max_activations: float"
    attrs = (f"Tinput: {INTEGERS}", f"out_type: {INTEGERS} = quint8")
    export = ("nn.quantized_relu_x",)

    def shape(
        features: TensorShape,
        max_value: TensorShape,
        min_features: TensorShape,
        max_features: TensorShape,
    ) -> Shapes:
        return ranged_shape(features, max_value, min_features, max_features)

    def kernel(
        features: torch.Tensor,
        max_value: Host,
        low: Host,
        high: Host,
        *,
        Tinput: DType,
        out_type: DType,
    ) -> Ranged:
        return _between_zero_and(float(max_value), features, low, high, Tinput, out_type)


def _between_zero_and(
    most: float | None,
    features: torch.Tensor,
    low: Host,
    high: Host,
    Tinput: DType,
    out_type: DType,
) -> Ranged:
    top = None if most is None else integer(most, low, high, Tinput)
    kept = features.clamp(integer(0.0, low, high, Tinput), top)
    return ranged(kept.to(torch_type(out_type)), low, high)
