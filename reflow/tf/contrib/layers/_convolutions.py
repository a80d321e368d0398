"""Convolutions with their biases, normalizers and activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers._parameters import (
    CHANNELS_FORMATS,
    VOLUME_FORMATS,
    apply_layer,
    channels_format,
    finished,
    layer_parameter,
    model_variable_getter,
    normalized,
)
from reflow.tf.contrib.layers.initializers import xavier_initializer
from reflow.tf.contrib.layers.utils import last_dimension, two_element_tuple
from reflow.tf.initializers import zeros

_XAVIER, _ZEROS = xavier_initializer(), zeros()
_NAMES = {"bias": "biases", "kernel": "weights"}
_FORMATS = (None, "NWC", "NCW", "NHWC", "NCHW", "NDHWC", "NCDHW")


def _convolution_of(dimensions: int | None, name: str) -> Callable[..., Tensor]:
    """The function that convolves over so many dimensions; None: as many as the inputs have."""

    def function(
        inputs: Any,
        num_outputs: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str | None = None,
        rate: Any = 1,
        activation_fn: Callable[[Tensor], Tensor] | None = tf.nn.relu,
        normalizer_fn: Callable[..., Tensor] | None = None,
        normalizer_params: dict[str, Any] | None = None,
        weights_initializer: Any = _XAVIER,
        weights_regularizer: Callable[[Any], Any] | None = None,
        biases_initializer: Any = _ZEROS,
        biases_regularizer: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        variables_collections: Any = None,
        outputs_collections: Any = None,
        trainable: bool = True,
        scope: Any = None,
        conv_dims: int | None = dimensions,
    ) -> Tensor:
        """A convolution with the variable "weights", then biases or a normalizer, and activation.

        Args:
          inputs: [batch, sizes..., channels], or [batch, channels, sizes...].
          num_outputs: how many channels the outputs have.
          kernel_size, stride, rate: a number, or one for each dimension.
          padding: "VALID" or "SAME".
          data_format: such as "NHWC" (default) or "NCHW".
          activation_fn: default ReLU; None for none.
          normalizer_fn: what comes instead of the biases, such as `batch_norm`.
          normalizer_params: its arguments.
          biases_initializer: None for no biases.
          reuse: whether to take the variables that the scope has.
          variables_collections: collections for the variables; a dict of them by name, "weights"
            and "biases", tells these apart.
          outputs_collections: collections for the outputs.
          scope: a name for the variable scope, default "Conv".
          conv_dims: over how many dimensions to convolve.

        Raises:
          ValueError: the inputs have not so many dimensions, or the format is none.
        """
        if data_format not in _FORMATS:
            raise ValueError(f"Invalid data_format: {data_format!r}")
        getter = model_variable_getter(_NAMES)
        with variable_scope(scope, "Conv", [inputs], reuse=reuse, custom_getter=getter) as current:
            inputs = convert_to_tensor(inputs)
            layer = _layer_class(inputs.shape.ndims, conv_dims)(
                filters=num_outputs,
                kernel_size=kernel_size,
                strides=stride,
                padding=padding,
                data_format=_channels_place(data_format),
                dilation_rate=rate,
                use_bias=not normalizer_fn and biases_initializer,
                kernel_initializer=weights_initializer,
                bias_initializer=biases_initializer,
                kernel_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=current.name,
                dtype=inputs.dtype.base_dtype,
                _scope=current,
                _reuse=reuse,
            )
            outputs = apply_layer(layer, inputs, _NAMES_OF_VARIABLES, variables_collections)
            outputs = normalized(outputs, normalizer_fn, normalizer_params)
            return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]

    function.__name__ = function.__qualname__ = name
    return add_arg_scope(function)


_NAMES_OF_VARIABLES = {"kernel": "weights", "bias": "biases"}


def _channels_place(data_format: str | None) -> str:
    return "channels_first" if data_format and data_format.startswith("NC") else "channels_last"


def _layer_class(rank: int | None, dimensions: int | None) -> Any:
    if dimensions is not None and rank != dimensions + 2:
        raise ValueError(f"Convolution expects input with rank {dimensions + 2}, got {rank}")
    classes = {3: tf.layers.Conv1D, 4: tf.layers.Conv2D, 5: tf.layers.Conv3D}
    if rank not in classes:
        raise ValueError("Convolution not supported for input with rank", rank)
    return classes[rank]


convolution = _convolution_of(None, "convolution")
conv1d = convolution1d = _convolution_of(1, "convolution1d")
conv2d = convolution2d = _convolution_of(2, "convolution2d")
conv3d = convolution3d = _convolution_of(3, "convolution3d")


def _transposed_convolution_of(dimensions: int, name: str) -> Callable[..., Tensor]:
    formats = CHANNELS_FORMATS if dimensions == 2 else VOLUME_FORMATS

    def function(
        inputs: Any,
        num_outputs: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: str = "SAME",
        data_format: str = next(iter(formats)),
        activation_fn: Callable[[Tensor], Tensor] | None = tf.nn.relu,
        normalizer_fn: Callable[..., Tensor] | None = None,
        normalizer_params: dict[str, Any] | None = None,
        weights_initializer: Any = _XAVIER,
        weights_regularizer: Callable[[Any], Any] | None = None,
        biases_initializer: Any = _ZEROS,
        biases_regularizer: Callable[[Any], Any] | None = None,
        reuse: bool | None = None,
        variables_collections: Any = None,
        outputs_collections: Any = None,
        trainable: bool = True,
        scope: Any = None,
    ) -> Tensor:
        """A transposed convolution (the gradient of a convolution), then biases or a normalizer,
        and activation; see `convolution` for the arguments.

        Raises:
          ValueError: the format is none, or the number of channels unknown.
        """
        getter = model_variable_getter(_NAMES)
        with variable_scope(
            scope,
            f"Conv{dimensions}d_transpose",
            [inputs],
            reuse=reuse,
            custom_getter=getter,
        ) as current:
            channels = channels_format(data_format, formats)
            inputs = convert_to_tensor(inputs)
            classes = {2: tf.layers.Conv2DTranspose, 3: tf.layers.Conv3DTranspose}
            layer = classes[dimensions](
                filters=num_outputs,
                kernel_size=kernel_size,
                strides=stride,
                padding=padding,
                data_format=channels,
                use_bias=not normalizer_fn and biases_initializer,
                kernel_initializer=weights_initializer,
                bias_initializer=biases_initializer,
                kernel_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=current.name,
                dtype=inputs.dtype.base_dtype,
                _scope=current,
                _reuse=reuse,
            )
            outputs = apply_layer(layer, inputs, _NAMES_OF_VARIABLES, variables_collections)
            outputs = normalized(outputs, normalizer_fn, normalizer_params)
            return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]

    function.__name__ = function.__qualname__ = name
    return add_arg_scope(function)


conv2d_transpose = convolution2d_transpose = _transposed_convolution_of(
    2, "convolution2d_transpose"
)
conv3d_transpose = convolution3d_transpose = _transposed_convolution_of(
    3, "convolution3d_transpose"
)


@add_arg_scope
def convolution2d_in_plane(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    activation_fn: Callable[[Tensor], Tensor] | None = tf.nn.relu,
    normalizer_fn: Callable[..., Tensor] | None = None,
    normalizer_params: dict[str, Any] | None = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Callable[[Any], Any] | None = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Callable[[Any], Any] | None = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """Each channel convolved with one and the same kernel; see `convolution` for the arguments.

    Args:
      inputs: [batch, height, width, channels].
      scope: a name for the variable scope, default "ConvInPlane".
    """
    with variable_scope(scope, "ConvInPlane", [inputs], reuse=reuse) as current:
        dtype = inputs.dtype.base_dtype
        channels = last_dimension(inputs.shape, min_rank=4)
        weights = layer_parameter(
            "weights",
            variables_collections,
            shape=[*two_element_tuple(kernel_size), 1, 1],
            dtype=dtype,
            initializer=weights_initializer,
            regularizer=weights_regularizer,
            trainable=trainable,
        )
        outputs = tf.nn.depthwise_conv2d(
            inputs,
            tf.tile(weights, [1, 1, channels, 1]),
            [1, *two_element_tuple(stride), 1],
            padding,
        )
        if normalizer_fn is None and biases_initializer is not None:
            biases = layer_parameter(
                "biases",
                variables_collections,
                shape=[channels],
                dtype=dtype,
                initializer=biases_initializer,
                regularizer=biases_regularizer,
                trainable=trainable,
            )
            outputs = tf.nn.bias_add(outputs, biases)
        outputs = normalized(outputs, normalizer_fn, normalizer_params)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


conv2d_in_plane = convolution2d_in_plane


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    initializer: Any = _ZEROS,
    regularizer: Callable[[Any], Any] | None = None,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """The inputs plus the variable "biases", one for each channel.

    Args:
      inputs: [..., channels]; with "NCHW" [batch, channels, height, width].
      scope: a name for the variable scope, default "BiasAdd".

    Raises:
      ValueError: the rank or the number of channels is unknown; the format is none, or not for
        this rank.
    """
    place = channels_format(data_format)
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as current:
        inputs = convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError("Dims of shape must be known but is None")
        if rank != 4 and place == "channels_first":
            raise ValueError("Data format NCHW only supports 4D Tensor")
        channels = inputs.shape.as_list()[1 if place == "channels_first" else -1]
        if channels is None:
            raise ValueError("`C` dimension must be known but is None")
        biases = layer_parameter(
            "biases",
            variables_collections,
            shape=[channels],
            dtype=inputs.dtype.base_dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
        )
        outputs = tf.nn.bias_add(inputs, biases, data_format=data_format)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]
