"""Convolutions of images: [batch, height, width, channels], or "NCHW"."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Shape, ShapeN
from reflow.ops.convolution import choice
from reflow.ops.convolution.gradients import FilterGradient, InputGradient
from reflow.ops.convolution.rules import convolved_shape, forward_geometry, shared_attrs
from reflow.ops.kernels import Host, Known
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


def _vector(label: str, name: str, sizes: Host) -> list[int]:
    if sizes.ndim != 1:
        raise ValueError(f"{label}: {name} input must be 1-dim, not {sizes.ndim}")
    return sizes.tolist()


@op
class Conv2D:
    """The filter's products with the input, summed at each place that it slides to.

    input [batch, height, width, inputs], filter [height, width, inputs, outputs].  A filter with
    fewer inputs than there are is one of groups: each group of channels has its own outputs.
    """

    inputs = "input: T, filter: T"
    outputs = "output: T"
    attrs = _ATTRS
    judges_sizes = True

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
class Conv2DBackpropInput(InputGradient):
    """The gradient of Conv2D by its input, whose shape is given: a transposed convolution."""

    inputs = "input_sizes: int32, filter: T, out_backprop: T"
    attrs = _ATTRS
    label = "Conv2DCustomBackpropInput"
    sizes_of = partial(_vector, "Conv2DCustomBackpropInput", "input_sizes")

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, Tensor]:
        _, filter, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            None,
            Conv2DBackpropFilter(dy, Shape(filter), out_backprop, **attrs),
            Conv2D(dy, filter, **attrs),
        )


@op
class Conv2DBackpropFilter(FilterGradient):
    """The gradient of Conv2D by its filter, whose shape is given."""

    inputs = "input: T, filter_sizes: int32, out_backprop: T"
    attrs = _ATTRS
    label = "Conv2DCustomBackpropFilter"
    sizes_of = partial(_vector, "Conv2DCustomBackpropFilter", "filter_sizes")

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        input, _, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            Conv2DBackpropInput(Shape(input), dy, out_backprop, **attrs),
            None,
            Conv2D(input, dy, **attrs),
        )
