"""Separable convolutions: each channel by itself, then all channels at each place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import add_arg_scope, model_variable
from reflow.tf.contrib.layers._parameters import (
    apply_layer,
    channels_format,
    finished,
    layer_parameter,
    model_variable_getter,
    normalized,
)
from reflow.tf.contrib.layers.initializers import xavier_initializer
from reflow.tf.contrib.layers.utils import (
    channel_dimension,
    get_variable_collections,
    two_element_tuple,
)
from reflow.tf.initializers import zeros

_XAVIER, _ZEROS = xavier_initializer(), zeros()


@add_arg_scope
def separable_convolution2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Callable[[Tensor], Tensor] | None = tf.nn.relu,
    normalizer_fn: Callable[..., Tensor] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Callable[[Any], Any] | None = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Callable[[Any], Any] | None = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A depthwise convolution, a 1x1 one, then biases or a normalizer, and activation.

    See `convolution` for the other arguments.

    Args:
      inputs: [batch, height, width, channels], or [batch, channels, height, width].
      num_outputs: how many channels the outputs have; None leaves the 1x1 convolution out.
      depth_multiplier: how many channels the depthwise convolution makes of each.
      pointwise_initializer: for "pointwise_weights"; default `weights_initializer`, which is for
        "depthwise_weights".
      scope: a name for the variable scope, default "SeparableConv2d".
    """
    channels = channels_format(data_format)
    getter = model_variable_getter(
        {
            "bias": "biases",
            "depthwise_kernel": "depthwise_weights",
            "pointwise_kernel": "pointwise_weights",
        }
    )
    with variable_scope(
        scope, "SeparableConv2d", [inputs], reuse=reuse, custom_getter=getter
    ) as current:
        inputs = convert_to_tensor(inputs)
        if num_outputs is not None:
            layer = tf.layers.SeparableConv2D(
                filters=num_outputs,
                kernel_size=kernel_size,
                strides=stride,
                padding=padding,
                data_format=channels,
                dilation_rate=two_element_tuple(rate),
                depth_multiplier=depth_multiplier,
                use_bias=not normalizer_fn and biases_initializer,
                depthwise_initializer=weights_initializer,
                pointwise_initializer=(
                    weights_initializer if pointwise_initializer is None else pointwise_initializer
                ),
                bias_initializer=biases_initializer,
                depthwise_regularizer=weights_regularizer,
                pointwise_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=current.name,
                dtype=inputs.dtype.base_dtype,
                _scope=current,
                _reuse=reuse,
            )
            parameters = {
                "depthwise_kernel": "weights",
                "pointwise_kernel": "weights",
                "bias": "biases",
            }
            outputs = apply_layer(layer, inputs, parameters, variables_collections)
        else:
            outputs = _depthwise(
                inputs,
                model_variable(
                    "depthwise_weights",
                    shape=[
                        *two_element_tuple(kernel_size),
                        channel_dimension(inputs.shape, channels, min_rank=4),
                        depth_multiplier,
                    ],
                    dtype=inputs.dtype.base_dtype,
                    initializer=weights_initializer,
                    regularizer=weights_regularizer,
                    trainable=trainable,
                    collections=get_variable_collections(variables_collections, "weights"),
                ),
                two_element_tuple(stride),
                padding,
                two_element_tuple(rate),
                data_format,
            )
            if normalizer_fn is None and biases_initializer is not None:
                biases = layer_parameter(
                    "biases",
                    variables_collections,
                    shape=[channel_dimension(outputs.shape, channels)],
                    dtype=inputs.dtype.base_dtype,
                    initializer=biases_initializer,
                    regularizer=biases_regularizer,
                    trainable=trainable,
                )
                outputs = tf.nn.bias_add(outputs, biases, data_format=data_format)
        outputs = normalized(outputs, normalizer_fn, normalizer_params)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


def _depthwise(
    inputs: Tensor,
    weights: Any,
    stride: tuple[int, int],
    padding: str,
    rate: tuple[int, int],
    data_format: str,
) -> Tensor:
    strides = [1, 1, *stride] if data_format == "NCHW" else [1, *stride, 1]
    return tf.nn.depthwise_conv2d(  # type: ignore[no-any-return]
        inputs, weights, strides, padding, rate=rate, data_format=data_format
    )


separable_conv2d = separable_convolution2d
