"""Sums and products, element by element, of integers of few bits."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.bias import BiasAdd
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.quantization import INTEGERS, Ranged, as_floats, ranged
from reflow.ops.quantized.ranges import (
    Shapes,
    integers,
    of_floats,
    product_range,
    ranged_shape,
    zero_of,
)
from reflow.ops.values import torch_type


class _Elementwise:
    inputs = "x: T1, y: T2, min_x: float, max_x: float, min_y: float, max_y: float"
    outputs = "z: Toutput, min_z: float, max_z: float"
    attrs = (f"T1: {INTEGERS}", f"T2: {INTEGERS}", f"Toutput: {INTEGERS} = qint32")

    def shape(
        x: TensorShape,
        y: TensorShape,
        min_x: TensorShape,
        max_x: TensorShape,
        min_y: TensorShape,
        max_y: TensorShape,
    ) -> Shapes:
        return ranged_shape(shapes.broadcast(x, y), min_x, max_x, min_y, max_y)


@op
class QuantizedMul(_Elementwise):
    """x * y, broadcast."""

    def kernel(
        x: torch.Tensor,
        y: torch.Tensor,
        min_x: Host,
        max_x: Host,
        min_y: Host,
        max_y: Host,
        *,
        T1: DType,
        T2: DType,
        Toutput: DType,
    ) -> Ranged:
        product = (x.long() - zero_of(min_x, max_x, T1)) * (y.long() - zero_of(min_y, max_y, T2))
        low, high = product_range((min_x, max_x, T1), (min_y, max_y, T2), Toutput)
        return ranged(product.to(torch_type(Toutput)), low, high)


def _sum(terms: list[tuple[torch.Tensor, Any, Any, DType]], dtype: DType, room: int) -> Ranged:
    """The sum of integers (values, low, high, type), in a range `room` times as wide as theirs."""
    bound = room * max(abs(float(end)) for _, low, high, _ in terms for end in (low, high))
    zero = zero_of(-bound, bound, dtype)
    parts = [
        integers(as_floats(values, low, high, kind), -bound, bound, dtype).long() - zero
        for values, low, high, kind in terms
    ]
    return ranged((sum(parts[1:], parts[0]) + zero).to(torch_type(dtype)), -bound, bound)


@op
class QuantizedAdd(_Elementwise):
    """x + y, broadcast."""

    def kernel(
        x: torch.Tensor,
        y: torch.Tensor,
        min_x: Host,
        max_x: Host,
        min_y: Host,
        max_y: Host,
        *,
        T1: DType,
        T2: DType,
        Toutput: DType,
    ) -> Ranged:
        return _sum([(x, min_x, max_x, T1), (y, min_y, max_y, T2)], Toutput, 1 << 14)


@op
class QuantizedBiasAdd:
    """input + bias, where bias [channels] has one element for each of the last dimension."""

    inputs = (
        "input: T1, bias: T2, min_input: float, max_input: float, min_bias: float, max_bias: float"
    )
    outputs = "output: out_type, min_out: float, max_out: float"
    attrs = (f"T1: {INTEGERS}", f"T2: {INTEGERS}", f"out_type: {INTEGERS}")

    def shape(
        input: TensorShape,
        bias: TensorShape,
        min_input: TensorShape,
        max_input: TensorShape,
        min_bias: TensorShape,
        max_bias: TensorShape,
    ) -> Shapes:
        total = of_floats(BiasAdd).shape(input, bias, data_format="NHWC")
        return ranged_shape(total, min_input, max_input, min_bias, max_bias)

    def kernel(
        input: torch.Tensor,
        bias: torch.Tensor,
        min_input: Host,
        max_input: Host,
        min_bias: Host,
        max_bias: Host,
        *,
        T1: DType,
        T2: DType,
        out_type: DType,
    ) -> Ranged:
        terms = [(input, min_input, max_input, T1), (bias, min_bias, max_bias, T2)]
        return _sum(terms, out_type, 1 << 17)
