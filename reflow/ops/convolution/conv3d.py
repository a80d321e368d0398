"""Convolutions of volumes: [batch, depth, height, width, channels], or "NCDHW"."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.convolution import choice
from reflow.ops.convolution.gradients import FilterGradient, InputGradient
from reflow.ops.convolution.rules import (
    backward_geometry,
    convolved_shape,
    forward_geometry,
    shared_attrs,
)
from reflow.ops.kernels import Host, Known
from reflow.ops.op import op

_TYPES = "T: {half, bfloat16, float, double}"
_ATTRS = ("strides: list(int) >= 5", "padding: {'SAME', 'VALID'}")
_FORMAT = "data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'"
_DILATIONS = "dilations: list(int) = [1, 1, 1, 1, 1]"


def _vector(sizes: Host) -> list[int]:
    if sizes.ndim != 1:
        shape = shapes.text(shapes.of(*sizes.shape))
        raise ValueError(f"shape must be a vector of {{int32,int64}}, got shape {shape}")
    return sizes.tolist()


@op
class Conv3D:
    """The filter's products with the input, summed at each place that it slides to.

    input [batch, depth, height, width, inputs], filter [depth, height, width, inputs, outputs].
    """

    inputs = "input: T, filter: T"
    outputs = "output: T"
    attrs = (_TYPES, *_ATTRS, _FORMAT, _DILATIONS)
    judges_sizes = True

    shape = convolved_shape

    def kernel(input: torch.Tensor, filter: torch.Tensor, *, op: Operation) -> torch.Tensor:
        return choice.convolution(forward_geometry(op, input.shape, filter.shape), input, filter)

    def specialised(op: Operation, input: Known, filter: Known) -> Any:
        return partial(choice.convolution, forward_geometry(op, input.sizes, filter.sizes))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        input, filter = op.inputs
        attrs = shared_attrs(op)
        return (
            Conv3DBackpropInputV2(Shape(input), filter, dy, **attrs),
            Conv3DBackpropFilterV2(input, Shape(filter), dy, **attrs),
        )


@op
class Conv3DBackpropInputV2(InputGradient):
    """The gradient of Conv3D by its input, whose shape is given: a transposed convolution."""

    inputs = "input_sizes: Tshape, filter: T, out_backprop: T"
    attrs = (_TYPES, *_ATTRS, _FORMAT, _DILATIONS, "Tshape: {int32, int64} = int32")
    label = "Conv3DBackpropInputOp"
    sizes_of = _vector

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, Tensor]:
        _, filter, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            None,
            Conv3DBackpropFilterV2(dy, Shape(filter), out_backprop, **attrs),
            Conv3D(dy, filter, **attrs),
        )


@op
class Conv3DBackpropFilterV2(FilterGradient):
    """The gradient of Conv3D by its filter, whose shape is given."""

    inputs = "input: T, filter_sizes: int32, out_backprop: T"
    attrs = (_TYPES, *_ATTRS, _FORMAT, _DILATIONS)
    export = ("nn.conv3d_backprop_filter_v2", "nn.conv3d_backprop_filter")
    label = "Conv3DBackpropFilterOp"
    sizes_of = _vector

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        input, _, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            Conv3DBackpropInputV2(Shape(input), dy, out_backprop, **attrs),
            None,
            Conv3D(input, dy, **attrs),
        )


# -- As before version 0.9: graphs of that time still hold them ------------------------------------

_OLD_ATTRS = ("T: {half, float, double}", *_ATTRS, _DILATIONS)


@op
class Conv3DBackpropInput:
    """Conv3DBackpropInputV2 for an input that is given, of which only the shape counts."""

    inputs = "input: T, filter: T, out_backprop: T"
    outputs = "output: T"
    attrs = _OLD_ATTRS

    def shape(input: TensorShape, filter: TensorShape, out_backprop: TensorShape) -> TensorShape:
        return shapes.with_rank(input, 5)

    def kernel(
        input: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        g = backward_geometry(
            op, "Conv3DBackpropInputOp", input.shape, filter.shape, out_backprop.shape
        )
        return choice.input_gradient(g, filter, out_backprop)


@op
class Conv3DBackpropFilter:
    """Conv3DBackpropFilterV2 for a filter that is given, of which only the shape counts."""

    inputs = "input: T, filter: T, out_backprop: T"
    outputs = "output: T"
    attrs = _OLD_ATTRS

    def shape(input: TensorShape, filter: TensorShape, out_backprop: TensorShape) -> TensorShape:
        return shapes.with_rank(filter, 5)

    def kernel(
        input: torch.Tensor, filter: torch.Tensor, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        g = backward_geometry(
            op, "Conv3DBackpropFilterOp", input.shape, filter.shape, out_backprop.shape
        )
        return choice.filter_gradient(g, input, out_backprop)
