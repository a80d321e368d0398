"""Products of matrices and convolutions on integers of few bits."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.convolution.geometry import places
from reflow.ops.convolution.rules import convolved_shape
from reflow.ops.kernels import Host
from reflow.ops.linalg import MatMul
from reflow.ops.op import op
from reflow.ops.quantization import INTEGERS, Ranged, ranged
from reflow.ops.quantized.ranges import (
    Shapes,
    of_floats,
    product_range,
    ranged_shape,
    zero_of,
)
from reflow.ops.values import torch_type


@op
class QuantizedMatMul:
    """The product of two matrices."""

    inputs = "a: T1, b: T2, min_a: float, max_a: float, min_b: float, max_b: float"
    outputs = "out: Toutput, min_out: float, max_out: float"
    attrs = (
        f"T1: {INTEGERS}",
        f"T2: {INTEGERS}",
        f"Toutput: {INTEGERS} = qint32",
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        f"Tactivation: {INTEGERS} = quint8",
    )

    def shape(
        a: TensorShape,
        b: TensorShape,
        min_a: TensorShape,
        max_a: TensorShape,
        min_b: TensorShape,
        max_b: TensorShape,
        *,
        transpose_a: bool,
        transpose_b: bool,
    ) -> Shapes:
        product = of_floats(MatMul).shape(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
        return ranged_shape(product, min_a, max_a, min_b, max_b)

    def kernel(
        a: torch.Tensor,
        b: torch.Tensor,
        min_a: Host,
        max_a: Host,
        min_b: Host,
        max_b: Host,
        *,
        op: Operation,
    ) -> Ranged:
        attrs = op.attrs
        for name, low, high in (("a", min_a, max_a), ("b", min_b, max_b)):
            if not high > low:
                raise ValueError(f"max_{name} must be larger than min_{name}.")
        product = of_floats(MatMul).kernel(
            a.double() - zero_of(min_a, max_a, attrs["T1"]),
            b.double() - zero_of(min_b, max_b, attrs["T2"]),
            transpose_a=attrs["transpose_a"],
            transpose_b=attrs["transpose_b"],
        )
        first, last = product_range(
            (min_a, max_a, attrs["T1"]), (min_b, max_b, attrs["T2"]), attrs["Toutput"]
        )
        return ranged(product.to(torch_type(attrs["Toutput"])), first, last)


@op
class QuantizedConv2D:
    """The convolution of images [batch, height, width, inputs] with a filter [height, width,
    inputs, outputs]; the same stride for rows and columns."""

    inputs = (
        "input: Tinput, filter: Tfilter, min_input: float, max_input: float, min_filter: float, "
        "max_filter: float"
    )
    outputs = "output: out_type, min_output: float, max_output: float"
    attrs = (
        f"Tinput: {INTEGERS}",
        f"Tfilter: {INTEGERS}",
        f"out_type: {INTEGERS} = qint32",
        "strides: list(int)",
        "padding: {'SAME', 'VALID'}",
        "dilations: list(int) = [1, 1, 1, 1]",
    )
    export = ("nn.quantized_conv2d",)

    def shape(
        input: TensorShape,
        filter: TensorShape,
        min_input: TensorShape,
        max_input: TensorShape,
        min_filter: TensorShape,
        max_filter: TensorShape,
        *,
        op: Operation,
    ) -> Shapes:
        convolved = convolved_shape(input, filter, op=op)
        bounds = (min_input, max_input, min_filter, max_filter)
        return ranged_shape(convolved, *bounds)

    def kernel(
        input: torch.Tensor,
        filter: torch.Tensor,
        min_input: Host,
        max_input: Host,
        min_filter: Host,
        max_filter: Host,
        *,
        op: Operation,
    ) -> Ranged:
        attrs = op.attrs
        _check_steps(attrs["strides"], attrs["dilations"])
        if input.shape[3] != filter.shape[2]:
            raise ValueError(
                f"input and filter must have the same depth: {input.shape[3]} vs {filter.shape[2]}"
            )
        x = input.double() - zero_of(min_input, max_input, attrs["Tinput"])
        w = filter.double() - zero_of(min_filter, max_filter, attrs["Tfilter"])
        strides = attrs["strides"][1:3]
        _, margins = places(x.shape[1:3], w.shape[:2], strides, attrs["padding"])
        (above, below), (left, right) = margins
        padded = torch.nn.functional.pad(x.permute(0, 3, 1, 2), (left, right, above, below))
        sums = torch.nn.functional.conv2d(padded, w.permute(3, 2, 0, 1), stride=strides)
        first, last = product_range(
            (min_input, max_input, attrs["Tinput"]),
            (min_filter, max_filter, attrs["Tfilter"]),
            attrs["out_type"],
        )
        output = sums.permute(0, 2, 3, 1).to(torch_type(attrs["out_type"])).contiguous()
        return ranged(output, first, last)


def _check_steps(strides: list[int], dilations: list[int]) -> None:
    if strides[1] != strides[2]:
        raise ValueError(
            "Current implementation only supports equal length strides in the row and column "
            "dimensions."
        )
    if strides[0] != 1 or strides[3] != 1:
        raise ValueError(
            "Current implementation does not yet support strides in the batch and depth dimensions."
        )
    if dilations[1:3] != [1, 1]:
        raise ValueError(
            "Current implementation only supports dilated rate as 1 in the row and column "
            "dimensions."
        )
    if dilations[0] != 1 or dilations[3] != 1:
        raise ValueError(
            "Current implementation does not yet support dilations in the batch and depth "
            "dimensions."
        )
