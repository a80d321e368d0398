"""Functions of `tensorflow.python.ops.nn_ops` and `nn_impl` with the arguments of TensorFlow 2.

Their nodes are those of the functions of TensorFlow 1.
"""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.tf import nn
from reflow.tf._atrous import Convolution
from reflow.tf._convolution import conv2d_transpose_v2, conv3d_transpose_v2

__all__ = [
    "Convolution",
    "conv1d_v2",
    "conv2d_transpose_v2",
    "conv2d_v2",
    "conv3d_transpose_v2",
    "conv3d_v2",
    "convolution_v2",
    "depthwise_conv2d_v2",
    "dilation2d_v2",
    "erosion2d_v2",
    "separable_conv2d_v2",
]


def conv1d_v2(
    input: Any,
    filters: Any,
    stride: Any,
    padding: str,
    data_format: str | None = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.conv1d."""
    return nn.conv1d(input, filters, stride, padding, True, data_format, name, dilations=dilations)


def conv2d_v2(
    input: Any,
    filters: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.conv2d."""
    return nn.conv2d(input, filters, strides, padding, True, data_format, dilations, name)


def conv3d_v2(
    input: Any,
    filters: Any,
    strides: Any,
    padding: str,
    data_format: str | None = "NDHWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.conv3d."""
    rates = [1] * 5 if dilations is None else dilations
    return nn.conv3d(input, filters, strides, padding, data_format, rates, name)


def convolution_v2(
    input: Any,
    filters: Any,
    strides: Any = None,
    padding: str = "VALID",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.convolution."""
    return nn.convolution(input, filters, padding, strides, dilations, name, data_format)


def depthwise_conv2d_v2(
    input: Any,
    filter: Any,
    strides: Any,
    padding: str,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.depthwise_conv2d."""
    return nn.depthwise_conv2d(input, filter, strides, padding, dilations, name, data_format)


def separable_conv2d_v2(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: str,
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.separable_conv2d."""
    return nn.separable_conv2d(
        input, depthwise_filter, pointwise_filter, strides, padding, dilations, name, data_format
    )


def dilation2d_v2(
    input: Any,
    filters: Any,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    """tf.nn.dilation2d."""
    _require_channels_last(data_format)
    return nn.dilation2d(input, filters, strides, dilations, padding, name)


def erosion2d_v2(
    value: Any,
    filters: Any,
    strides: Any,
    padding: str,
    data_format: str,
    dilations: Any,
    name: str | None = None,
) -> Tensor:
    """tf.nn.erosion2d."""
    _require_channels_last(data_format)
    return nn.erosion2d(value, filters, strides, dilations, padding, name)


def _require_channels_last(data_format: str) -> None:
    if data_format != "NHWC":
        raise ValueError("Data formats other than NHWC are not yet supported")
