"""Convolutions of each channel by itself."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.convolution.depthwise import DepthwiseConv2dNative
from reflow.tf._arguments import renamed
from reflow.tf._arrays import shape as shape_of
from reflow.tf._atrous import with_space_to_batch
from reflow.tf._convolution import conv2d
from reflow.tf._scopes import name_scope


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: str,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Each channel convolved with filters of its own.

    Args:
      input: [batch, height, width, inputs], or "NCHW".
      filter: [height, width, inputs, multiplier]; there are inputs * multiplier outputs.
      strides: for all four axes, the same for both of space.
      rate: for both axes of space; above 1 only with strides 1.  `dilations` is another name.
    """
    rate = renamed("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        filter = convert_to_tensor(filter, name="filter_in")
        return _depthwise(input, filter, strides, padding, rate, data_format, scope)


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: str,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """depthwise_conv2d, and then a convolution that mixes the channels.

    Args:
      depthwise_filter: [height, width, inputs, multiplier].
      pointwise_filter: [1, 1, inputs * multiplier, outputs].
    """
    rate = renamed("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        for size in pointwise_filter.shape.with_rank(4).dims[:2]:
            size.assert_is_compatible_with(1)
        by_channel = _depthwise(
            input, depthwise_filter, strides, padding, rate, data_format, "depthwise"
        )
        return conv2d(
            by_channel,
            pointwise_filter,
            [1, 1, 1, 1],
            padding="VALID",
            data_format=data_format,
            name=scope,
        )


def _depthwise(
    input: Tensor,
    filter: Tensor,
    strides: Any,
    padding: str,
    rate: Any,
    data_format: str | None,
    name: str,
) -> Tensor:
    def convolve(converted: Tensor, _: int, padding: str) -> Tensor:
        return DepthwiseConv2dNative(
            converted,
            filter,
            strides=strides,
            padding=padding,
            data_format=data_format,
            name=name,
        )

    return with_space_to_batch(
        input,
        [1, 1] if rate is None else rate,
        padding,
        convolve,
        filter_shape=shape_of(filter),
        data_format=data_format,
    )
