"""Convolutions of each channel with filters of its own.

A filter [height, width, inputs, multiplier] is one of as many groups as there are channels, each of
`multiplier` outputs.  The attribute `dilations` is for accelerators that TensorFlow 1 did not ship
kernels for: as there, these ops do not dilate, and tf.nn.depthwise_conv2d does by SpaceToBatchND.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.convolution import choice
from reflow.ops.convolution.geometry import Geometry, output_size, places, spatial_axes
from reflow.ops.convolution.rules import shared_attrs
from reflow.ops.kernels import Dims, Host
from reflow.ops.op import op

_ATTRS = (
    "T: {half, bfloat16, float, double}",
    "strides: list(int)",
    "padding: {'SAME', 'VALID'}",
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'",
    "dilations: list(int) = [1, 1, 1, 1]",
)


@op
class DepthwiseConv2dNative:
    """Each channel convolved with `multiplier` filters: [batch, height, width, inputs],
    [height, width, inputs, multiplier] -> [batch, height, width, inputs * multiplier]."""

    inputs = "input: T, filter: T"
    outputs = "output: T"
    attrs = _ATTRS
    export = ("nn.depthwise_conv2d_native",)
    judges_sizes = True

    def shape(input: TensorShape, filter: TensorShape, *, op: Operation) -> TensorShape:
        input, filter = shapes.with_rank(input, 4), shapes.with_rank(filter, 4)
        strides = op.attrs["strides"]
        if len(strides) != 4:
            raise ValueError(
                "DepthwiseConv2D requires the stride attribute to contain 4 values, but got: "
                f"{len(strides)}"
            )
        assert input.sizes is not None and filter.sizes is not None
        axes = spatial_axes(op.attrs["data_format"])
        channel_axis = 1 if axes[0] == 2 else 3
        channels = shapes.merge_sizes(input.sizes[channel_axis], filter.sizes[2])
        multiplier = filter.sizes[3]
        outputs = None if channels is None or multiplier is None else channels * multiplier
        sizes = [
            output_size(input.sizes[axis], filter.sizes[i], strides[axis], 1, op.attrs["padding"])
            for i, axis in enumerate(axes)
        ]
        if channel_axis == 1:
            return shapes.of(input.sizes[0], outputs, *sizes)
        return shapes.of(input.sizes[0], *sizes, outputs)

    def kernel(input: torch.Tensor, filter: torch.Tensor, *, op: Operation) -> torch.Tensor:
        for name, given in (("input", input), ("filter", filter)):
            if given.ndim != 4:
                colon = ": " if name == "filter" else ""
                shown = shapes.text(shapes.of(*given.shape))
                raise ValueError(f"{name} must be 4-dimensional{colon}{shown}")
        g = _geometry(op, input.shape, filter.shape)
        if g.inputs != filter.shape[2]:
            raise ValueError(
                f"input and filter must have the same depth: {g.inputs} vs {filter.shape[2]}"
            )
        return choice.convolution(g, input, filter.reshape(g.filter_sizes))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        input, filter = op.inputs
        attrs = shared_attrs(op)
        return (
            DepthwiseConv2dNativeBackpropInput(Shape(input), filter, dy, **attrs),
            DepthwiseConv2dNativeBackpropFilter(input, Shape(filter), dy, **attrs),
        )


@op
class DepthwiseConv2dNativeBackpropInput:
    """The gradient of DepthwiseConv2dNative by its input, whose shape is given."""

    inputs = "input_sizes: int32, filter: T, out_backprop: T"
    outputs = "output: T"
    attrs = _ATTRS
    export = (
        "nn.depthwise_conv2d_native_backprop_input",
        "nn.depthwise_conv2d_backprop_input",
    )

    def shape(input_sizes: Dims, filter: TensorShape, out_backprop: TensorShape) -> TensorShape:
        return shapes.with_rank(input_sizes, 4)

    def kernel(
        input_sizes: Host, filter: torch.Tensor, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        sizes = input_sizes.tolist()
        g = _backward_geometry(op, sizes, filter.shape, out_backprop.shape)
        return choice.input_gradient(g, filter.reshape(g.filter_sizes), out_backprop)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, Tensor]:
        _, filter, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            None,
            DepthwiseConv2dNativeBackpropFilter(dy, Shape(filter), out_backprop, **attrs),
            DepthwiseConv2dNative(dy, filter, **attrs),
        )


@op
class DepthwiseConv2dNativeBackpropFilter:
    """The gradient of DepthwiseConv2dNative by its filter, whose shape is given."""

    inputs = "input: T, filter_sizes: int32, out_backprop: T"
    outputs = "output: T"
    attrs = _ATTRS
    export = (
        "nn.depthwise_conv2d_native_backprop_filter",
        "nn.depthwise_conv2d_backprop_filter",
    )

    def shape(input: TensorShape, filter_sizes: Dims, out_backprop: TensorShape) -> TensorShape:
        return shapes.with_rank(filter_sizes, 4)

    def kernel(
        input: torch.Tensor, filter_sizes: Host, out_backprop: torch.Tensor, *, op: Operation
    ) -> torch.Tensor:
        sizes = filter_sizes.tolist()
        g = _backward_geometry(op, input.shape, sizes, out_backprop.shape)
        return choice.filter_gradient(g, input, out_backprop).reshape(sizes)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        input, _, out_backprop = op.inputs
        attrs = shared_attrs(op)
        return (
            DepthwiseConv2dNativeBackpropInput(Shape(input), dy, out_backprop, **attrs),
            None,
            DepthwiseConv2dNative(input, dy, **attrs),
        )


def _geometry(op: Operation, input: Sequence[int], filter: Sequence[int]) -> Geometry:
    """As one group for each channel; ValueError where TensorFlow's kernel fails."""
    axes = spatial_axes(op.attrs["data_format"])
    channel_axis = 1 if axes[0] == 2 else 3
    given = op.attrs["strides"]
    strides = tuple(given[i] for i in axes)
    if strides[0] != strides[1]:
        raise ValueError(
            "Current implementation only supports equal length strides in the row and column "
            "dimensions."
        )
    if given[0] != 1 or given[channel_axis] != 1:
        raise ValueError(
            "Current implementation does not yet support strides in the batch and depth dimensions."
        )
    space = tuple(input[i] for i in axes)
    window = tuple(filter[:2])
    output, margins = places(space, window, strides, op.attrs["padding"])
    channels = input[channel_axis]
    return Geometry(
        input[0],
        space,
        channels,
        window,
        channels * filter[3],
        output,
        max(channels, 1),
        strides,
        (1, 1),
        margins,
        channel_axis == 3,
    )


def _backward_geometry(
    op: Operation, input: Sequence[int], filter: Sequence[int], out_backprop: Sequence[int]
) -> Geometry:
    label = op.type.replace("Conv2dNative", "Conv2D")
    for name, sizes in (("input", input), ("filter", filter), ("out_backprop", out_backprop)):
        if len(sizes) != 4:
            raise ValueError(f"{label}: {name} must be 4-dimensional")
        for i, size in enumerate(sizes):
            if size < 0:
                raise ValueError(f"Dimension {i} of {name}_sizes must be >= 0")
    g = _geometry(op, input, filter)
    if input[0] != out_backprop[0]:
        raise ValueError(f"{label}: input and out_backprop must have the same batch size")
    if g.inputs != filter[2]:
        raise ValueError(f"{label}: input and filter must have the same in_depth")
    axes = spatial_axes(op.attrs["data_format"])
    if out_backprop[6 - sum(axes)] != g.outputs:
        raise ValueError(f"{label}: depth_multiplier * in_depth not equal to out_depth")
    for what, axis, expected in zip(("rows", "cols"), axes, g.output):
        if out_backprop[axis] != expected:
            raise ValueError(
                f"{label}: Number of {what} of out_backprop doesn't match computed: "
                f"actual = {out_backprop[axis]}, computed = {expected}"
            )
    return g
