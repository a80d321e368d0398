"""Convolutions and their transposes, of one to three dimensions."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.arrays import ExpandDims, Squeeze
from reflow.ops.convolution.conv2d import Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput
from reflow.ops.convolution.conv3d import Conv3D, Conv3DBackpropInputV2
from reflow.tf._arguments import renamed
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope

_NO_DILATIONS_2D = (1, 1, 1, 1)
_NO_DILATIONS_3D = (1, 1, 1, 1, 1)


def step_sizes(value: Any, dimensions: int, channel_axis: int, name: str) -> list[int]:
    """Strides or dilations for every axis, given for all, for those of space, or one for these."""
    given = [1] if value is None else list(value) if isinstance(value, Sized) else [value]
    if len(given) == dimensions + 2:
        return given
    if len(given) == 1:
        given *= dimensions
    elif len(given) != dimensions:
        raise ValueError(
            f"{name} should be of length 1, {dimensions} or {dimensions + 2} but was {len(given)}"
        )
    return [1, 1, *given] if channel_axis == 1 else [1, *given, 1]


def _channel_axis(data_format: str, dimensions: int) -> int:
    return 1 if data_format.startswith("NC") else dimensions + 1


def _split_padding(padding: Any) -> tuple[Any, list[int]]:
    """(padding, explicit_paddings) as the ops have them, of a name or of a list of pairs."""
    if padding == "EXPLICIT":
        raise ValueError(
            '"EXPLICIT" is not a valid value for the padding parameter. To use explicit padding, '
            "the padding parameter must be a list."
        )
    if not isinstance(padding, (list, tuple)):
        return padding, []
    flat: list[int] = []
    for i, pair in enumerate(padding):
        expected = "When padding is a list, each element of padding must be a list/tuple of size 2."
        if not isinstance(pair, (list, tuple)):
            raise ValueError(f"{expected} Element with index {i} of padding is not a list/tuple")
        if len(pair) != 2:
            raise ValueError(f"{expected} Element with index {i} of padding has size {len(pair)}")
        flat += pair
    if len(padding) != 4:
        raise ValueError(
            f"When padding is a list, it must be of size 4. Got padding of size: {len(padding)}"
        )
    return "EXPLICIT", flat


# -- One dimension ---------------------------------------------------------------------------------


def _as_images(data_format: str | None, old_names: bool) -> tuple[str, int, int]:
    """(format of images, axis of their height, axis of the channels) for a format of sequences."""
    if data_format in (None, "NWC") or (old_names and data_format == "NHWC"):
        return "NHWC", 1, 2
    if data_format == "NCW" or (old_names and data_format == "NCHW"):
        return "NCHW", 2, 1
    raise ValueError('data_format must be "NWC" or "NCW".')


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The convolution of sequences: that of images of one row.

    value [batch, width, inputs], or "NCW"; filters [width, inputs, outputs].
    """
    value = renamed("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as scope:
        image_format, row_axis, channel_axis = _as_images(data_format, old_names=True)
        strides = [1, *step_sizes(stride, 1, channel_axis, "stride")]
        dilations = [1, *step_sizes(dilations, 1, channel_axis, "dilations")]
        result = Conv2D(
            ExpandDims(value, row_axis),
            ExpandDims(filters, 0),
            strides=strides,
            padding=padding,
            use_cudnn_on_gpu=use_cudnn_on_gpu,
            data_format=image_format,
            dilations=dilations,
            name=scope,
        )
        return Squeeze(result, [row_axis])


def conv1d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The gradient of conv1d by its input, as an op of its own.

    input [batch, width, inputs], or "NCW"; filters [width, outputs, inputs]; output_shape: of the
    result.
    """
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as scope:
        image_format, row_axis, channel_axis = _as_images(data_format, old_names=False)
        strides = [1, *step_sizes(strides, 1, channel_axis, "stride")]
        dilations = [1, *step_sizes(dilations, 1, channel_axis, "dilations")]
        input, filters = ExpandDims(input, row_axis), ExpandDims(filters, 0)
        if not isinstance(output_shape, Tensor):
            output_shape = list(output_shape)
        image_shape = concat([output_shape[:row_axis], [1], output_shape[row_axis:]], 0)
        result = Conv2DBackpropInput(
            image_shape,
            filters,
            input,
            strides=strides,
            padding=padding,
            data_format=image_format,
            dilations=dilations,
            name=scope,
        )
        return Squeeze(result, [row_axis])


# -- Two dimensions --------------------------------------------------------------------------------


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations: Any = _NO_DILATIONS_2D,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The filter's products with the input, summed at each place that it slides to.

    Args:
      input: [batch, height, width, inputs], or "NCHW".
      filter: [height, width, inputs, outputs]; `filters` is another name.
      strides, dilations: numbers for all axes, for those of space, or one for both of these.
      padding: "SAME", "VALID", or for each axis a pair of zeros added (before, after).
    """
    filter = renamed("filters", filters, "filter", filter)
    padding, explicit_paddings = _split_padding(padding)
    data_format = "NHWC" if data_format is None else data_format
    channel_axis = _channel_axis(data_format, 2)
    return Conv2D(
        input,
        filter,
        strides=step_sizes(strides, 2, channel_axis, "strides"),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=step_sizes(dilations, 2, channel_axis, "dilations"),
        name=name,
    )


def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Sequence[int] = _NO_DILATIONS_2D,
    name: str | None = None,
) -> Tensor:
    """The gradient of conv2d by a filter of shape `filter_sizes`."""
    padding, explicit_paddings = _split_padding(padding)
    return Conv2DBackpropFilter(
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Sequence[int] = _NO_DILATIONS_2D,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The gradient of conv2d by an input of shape `input_sizes`."""
    filter = renamed("filters", filters, "filter", filter)
    padding, explicit_paddings = _split_padding(padding)
    return Conv2DBackpropInput(
        input_sizes,
        filter,
        out_backprop,
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: str = "SAME",
    data_format: str | None = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The gradient of conv2d by its input, as an op of its own: it enlarges by the strides.

    value [batch, height, width, inputs], or "NCHW"; filter [height, width, outputs, inputs];
    output_shape: of the result.
    """
    value = renamed("input", input, "value", value)
    filter = renamed("filters", filters, "filter", filter)
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        return conv2d_transpose_v2(
            value, filter, output_shape, strides, padding, data_format, dilations, scope
        )


def conv2d_transpose_v2(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """conv2d_transpose with the arguments of TensorFlow 2."""
    with name_scope(name, "conv2d_transpose", [input, filters, output_shape]) as scope:
        data_format = "NHWC" if data_format is None else data_format
        channel_axis = _channel_axis(data_format, 2)
        return Conv2DBackpropInput(
            output_shape,
            filters,
            input,
            strides=step_sizes(strides, 2, channel_axis, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=step_sizes(dilations, 2, channel_axis, "dilations"),
            name=scope,
        )


# -- Three dimensions ------------------------------------------------------------------------------


def conv3d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = "NDHWC",
    dilations: Sequence[int] = _NO_DILATIONS_3D,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The convolution of volumes.

    input [batch, depth, height, width, inputs], or "NCDHW"; filter [depth, height, width, inputs,
    outputs]; strides and dilations for all five axes.
    """
    filter = renamed("filters", filters, "filter", filter)
    return Conv3D(
        input,
        filter,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


def conv3d_transpose(
    value: Any,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: str = "SAME",
    data_format: str | None = "NDHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The gradient of conv3d by its input, as an op of its own.

    value [batch, depth, height, width, inputs], or "NCDHW"; filter [depth, height, width, outputs,
    inputs]; output_shape: of the result.
    """
    filter = renamed("filters", filters, "filter", filter)
    value = renamed("input", input, "value", value)
    return conv3d_transpose_v2(
        value, filter, output_shape, strides, padding, data_format, dilations, name
    )


def conv3d_transpose_v2(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """conv3d_transpose with the arguments of TensorFlow 2."""
    with name_scope(name, "conv3d_transpose", [input, filters, output_shape]) as scope:
        data_format = "NDHWC" if data_format is None else data_format
        channel_axis = _channel_axis(data_format, 3)
        return Conv3DBackpropInputV2(
            output_shape,
            filters,
            input,
            strides=step_sizes(strides, 3, channel_axis, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=step_sizes(dilations, 3, channel_axis, "dilations"),
            name=scope,
        )


# -- Any number of them ----------------------------------------------------------------------------

_TRANSPOSED = (conv1d_transpose, conv2d_transpose_v2, conv3d_transpose_v2)


def conv_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: str = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transposed convolution of as many dimensions as `output_shape` has."""
    with name_scope(name, "conv_transpose", [input, filters, output_shape]) as scope:
        if isinstance(output_shape, Tensor):
            dimensions = output_shape.shape[0] - 2
        elif isinstance(output_shape, Sized):
            dimensions = len(output_shape) - 2
        else:
            raise ValueError("output_shape must be a tensor or sized collection.")
        if not 1 <= dimensions <= 3:
            raise ValueError(f"output_shape must be of length 3, 4 or 5 but was {dimensions + 2}.")
        transposed = _TRANSPOSED[int(dimensions) - 1]
        return transposed(
            input, filters, output_shape, strides, padding, data_format, dilations, scope
        )
