"""Convolutions of images: [batch, height, width, channels], or "NCHW"."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape, ShapeN
from reflow.ops.convolution import choice
from reflow.ops.convolution.rules import (
    backward_geometry,
    convolved_shape,
    forward_geometry,
    shared_attrs,
)
from reflow.ops.kernels import Dims, Host, Known
from reflow.ops.op import op

_ATTRS = (
    "T: {half, bfloat16, float, double}",
    "strides: list(int)",
    "use_cudnn_on_gpu: bool = true",
    "padding: {'SAME', 'VALID', 'EXPLICIT'}",
    "explicit_paddings: list(int) = []",
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'",
    "dilations: list(int) = [1, 1, 1, 1]",
)


@op
class Conv2D:
    """The filter's products with the input, summed at each place that it slides to.

    input [batch, height, width, inputs], filter [height, width, inputs, outputs].  A filter with
    fewer inputs than there are is one of groups: each group of channels has its own outputs.
    """

    inputs = "input: T, filter: T"
    outputs = "output: T"
    attrs = _ATTRS

    shape = convolved_shape

    def kernel(input: torch.Tensor, filter: torch.Tensor, *, op: Operation) -> torch.Tensor:
        return choice.convolution(forward_geometry(op, input.shape, filter.shape), input, filter)

    def specialised(op: Operation, input: Known, filter: Known) -> Any:
        return partial(choice.convolution, forward_geometry(op, input.sizes, filter.sizes))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        input, filter = op.inputs
        attrs = shared_attrs(op)
        input_sizes, filter_sizes = ShapeN([input, filter])
        return (
            Conv2DBackpropInput(input_sizes, filter, dy, **attrs),
            Conv2DBackpropFilter(input, filter_sizes, dy, **attrs),
        )


@op
class Conv2DBackpropInput:
    """The gradient of Conv2D by its input, whose shape is given: a transposed convolution."""

    inputs = "input_sizes: int32, filter: T, out_backprop: T"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(input_sizes: Dims, filter: TensorShape, out_backprop: TensorShape) -> TensorShape:
        return shapes.with_rank(input_sizes, 4)

    def kernel(
        input_sizes: Host, filter: torch.Tensor, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        sizes = _vector("Conv2DBackpropInput", "input_sizes", input_sizes)
        label = "Conv2DCustomBackpropInput"
        g = backward_geometry(op, label, sizes, filter.shape, out_backprop.shape)
        return choice.input_gradient(g, filter, out_backprop)

    def specialised(op: Operation, input_sizes: Known, filter: Known, out_backprop: Known) -> Any:
        if input_sizes.value is None:
            return None
        g = backward_geometry(
            op,
            "Conv2DCustomBackpropInput",
            input_sizes.value.tolist(),
            filter.sizes,
            out_backprop.sizes,
        )
        return lambda _, filter, out_backprop: choice.input_gradient(g, filter, out_backprop)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, Tensor]:
        _, filter, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            None,
            Conv2DBackpropFilter(dy, Shape(filter), out_backprop, **attrs),
            Conv2D(dy, filter, **attrs),
        )


@op
class Conv2DBackpropFilter:
    """The gradient of Conv2D by its filter, whose shape is given."""

    inputs = "input: T, filter_sizes: int32, out_backprop: T"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(input: TensorShape, filter_sizes: Dims, out_backprop: TensorShape) -> TensorShape:
        return shapes.with_rank(filter_sizes, 4)

    def kernel(
        input: torch.Tensor, filter_sizes: Host, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        sizes = _vector("Conv2DCustomBackpropFilter", "filter_sizes", filter_sizes)
        label = "Conv2DCustomBackpropFilter"
        g = backward_geometry(op, label, input.shape, sizes, out_backprop.shape)
        return choice.filter_gradient(g, input, out_backprop)

    def specialised(op: Operation, input: Known, filter_sizes: Known, out_backprop: Known) -> Any:
        if filter_sizes.value is None:
            return None
        g = backward_geometry(
            op,
            "Conv2DCustomBackpropFilter",
            input.sizes,
            filter_sizes.value.tolist(),
            out_backprop.sizes,
        )
        return lambda input, _, out_backprop: choice.filter_gradient(g, input, out_backprop)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        input, _, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            Conv2DBackpropInput(Shape(input), dy, out_backprop, **attrs),
            None,
            Conv2D(input, dy, **attrs),
        )


def _vector(label: str, name: str, sizes: Host) -> list[int]:
    if sizes.ndim != 1:
        raise ValueError(f"{label}: {name} input must be 1-dim, not {sizes.ndim}")
    return sizes.tolist()
