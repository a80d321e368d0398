"""What the convolutions of two and of three dimensions have in common: shapes and checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.convolution.geometry import Geometry, Sliding, data_format

# The attributes that a convolution shares with its gradients.
_SHARED = (
    "strides",
    "use_cudnn_on_gpu",
    "padding",
    "explicit_paddings",
    "data_format",
    "dilations",
)


def shared_attrs(op: Operation) -> dict[str, Any]:
    """The attributes that an op's gradients take over."""
    return {name: op.attrs[name] for name in _SHARED if name in op.attrs}


# -- Static shapes ---------------------------------------------------------------------------------


def convolved_shape(input: TensorShape, filter: TensorShape, *, op: Operation) -> TensorShape:
    """Of Conv2D and Conv3D."""
    rank = len(data_format(op.attrs))
    input, filter = shapes.with_rank(input, rank), shapes.with_rank(filter, rank)
    assert input.sizes is not None and filter.sizes is not None
    sliding = _checked_sliding(op, rank)
    channels, (*filter_space, filter_inputs, outputs) = (
        input.sizes[sliding.channel_axis],
        filter.sizes,
    )
    if channels is not None and filter_inputs:
        if channels % filter_inputs:
            raise ValueError(
                f"Depth of input ({channels}) is not a multiple of input depth of filter "
                f"({filter_inputs})"
            )
        groups = channels // filter_inputs
        if groups and outputs is not None and outputs % groups:
            raise ValueError(
                f"Depth of output ({outputs}) is not a multiple of the number of groups ({groups})"
            )
    sizes = sliding.output_sizes([input.sizes[i] for i in sliding.axes], filter_space)
    return laid_out(sliding, input.sizes[0], sizes, outputs)


def _checked_sliding(op: Operation, rank: int) -> Sliding:
    on_format = f" on data format {data_format(op.attrs)}" if op.type == "Conv2D" else ""
    for name, attr, on in (("dilation", "dilations", ""), ("stride", "strides", on_format)):
        given = len(op.attrs[attr])
        if given != rank:
            raise ValueError(
                f"{op.type}{on} requires the {name} attribute to contain {rank} values, "
                f"but got: {given}"
            )
    return Sliding.of(op.attrs)


def laid_out(
    sliding: Sliding, batch: int | None, sizes: Sequence[int | None], channels: int | None
) -> TensorShape:
    """The shape with the channels where the format has them."""
    if sliding.channel_axis == 1:
        return shapes.of(batch, channels, *sizes)
    return shapes.of(batch, *sizes, channels)


# -- Kernels ---------------------------------------------------------------------------------------


def forward_geometry(op: Operation, input: Sequence[int], filter: Sequence[int]) -> Geometry:
    """Of Conv2D and Conv3D, for these sizes; ValueError where TensorFlow's kernel fails."""
    rank = len(data_format(op.attrs))
    if len(input) != rank:
        shown = shapes.text(shapes.of(*input)) if rank == 4 else ""
        raise ValueError(f"input must be {rank}-dimensional{shown}")
    if len(filter) != rank:
        shown = f": {shapes.text(shapes.of(*filter))}" if rank == 4 else ""
        raise ValueError(f"filter must be {rank}-dimensional{shown}")
    sliding = running_sliding(op, rank)
    channels, filter_inputs = input[sliding.channel_axis], filter[-2]
    if channels != filter_inputs and (filter_inputs == 0 or channels % filter_inputs):
        word = "input" if rank == 4 else "Input"
        raise ValueError(
            f"{word} depth must be evenly divisible by filter depth: {channels} vs {filter_inputs}"
        )
    return _geometry(sliding, input, filter)


def backward_geometry(
    op: Operation,
    label: str,
    input: Sequence[int],
    filter: Sequence[int],
    out_backprop: Sequence[int],
) -> Geometry:
    """Of a convolution whose output has the gradient `out_backprop`; `label` begins its errors."""
    rank = len(data_format(op.attrs))
    for name, sizes in (("input", input), ("filter", filter), ("out_backprop", out_backprop)):
        if len(sizes) != rank:
            raise ValueError(f"{label}: {name} must be {rank}-dimensional")
        for size in sizes:
            if size < 0:
                raise ValueError(f"Dimension {size} must be >= 0")
    sliding = running_sliding(op, rank)
    if input[0] != out_backprop[0]:
        raise ValueError(
            f"{label}: input and out_backprop must have the same batch size"
            f"input batch: {input[0]}outbackprop batch: {out_backprop[0]} batch_dim: 0"
        )
    channels = input[sliding.channel_axis]
    if channels != filter[-2] and (filter[-2] == 0 or channels % filter[-2]):
        raise ValueError(f"{label}: input depth must be evenly divisible by filter depth")
    if filter[-1] != out_backprop[sliding.channel_axis]:
        raise ValueError(f"{label}: filter and out_backprop must have the same out_depth")
    geometry = _geometry(sliding, input, filter)
    for i, (axis, expected) in enumerate(zip(sliding.axes, geometry.output)):
        if out_backprop[axis] != expected:
            raise ValueError(
                f"{label}: Size of out_backprop doesn't match computed: "
                f"actual = {out_backprop[axis]}, computed = {expected} spatial_dim: {axis} "
                f"input: {input[axis]} filter: {filter[i]} output: {out_backprop[axis]} "
                f"stride: {sliding.strides[i]} dilation: {sliding.dilations[i]}"
            )
    return geometry


def running_sliding(op: Operation, rank: int) -> Sliding:
    """What the attributes say, checked as kernels do; ValueError for what they cannot."""
    strides, dilations = op.attrs["strides"], op.attrs["dilations"]
    if len(strides) != rank:
        raise ValueError(f"Sliding window strides field must specify {rank} dimensions")
    if len(dilations) != rank:
        what = "Sliding window dilations" if rank == 4 else "Dilation rates"
        raise ValueError(f"{what} field must specify {rank} dimensions")
    sliding = Sliding.of(op.attrs)
    outside = (0, sliding.channel_axis)
    if any(strides[i] != 1 for i in outside):
        raise ValueError(
            "Current implementation does not yet support strides in the batch and depth dimensions."
        )
    if any(dilations[i] != 1 for i in outside):
        rates = "dilations" if rank == 4 else "dilation rates"
        raise ValueError(
            f"Current implementation does not yet support {rates} in the batch and depth "
            "dimensions."
        )
    return sliding


def _geometry(sliding: Sliding, input: Sequence[int], filter: Sequence[int]) -> Geometry:
    *filter_space, filter_inputs, outputs = filter
    channels = input[sliding.channel_axis]
    groups = max(channels // filter_inputs, 1) if filter_inputs else 1
    if outputs % groups:
        raise ValueError(
            f"Depth of output ({outputs}) is not a multiple of the number of groups ({groups})"
        )
    space = tuple(input[i] for i in sliding.axes)
    output, margins = sliding.placed(space, filter_space)
    return Geometry(
        input[0],
        space,
        channels,
        tuple(filter_space),
        outputs,
        output,
        groups,
        sliding.strides,
        sliding.dilations,
        margins,
        sliding.channel_axis != 1,
    )
