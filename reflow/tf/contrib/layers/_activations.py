"""Layers without convolution: softmax, places of features, unit length, maxout."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Operation, Tensor
from reflow.tf import initializers
from reflow.tf._scopes import name_scope
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import add_arg_scope, model_variable
from reflow.tf.contrib.layers.utils import get_variable_collections, last_dimension


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Tensor:
    """Softmax along the last dimension, of known size, of [..., n] logits."""
    with variable_scope(scope, "softmax", [logits]):
        rows = tf.reshape(logits, [-1, last_dimension(logits.shape, min_rank=2)])
        predictions: Tensor = tf.reshape(tf.nn.softmax(rows), tf.shape(logits))
        if not executing_eagerly():
            predictions.set_shape(logits.shape)
        return predictions


@add_arg_scope
def spatial_softmax(
    features: Tensor,
    temperature: float | None = None,
    name: Any = None,
    variables_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
) -> Tensor:
    """Where each channel is large: the expected place under a softmax over all places.

    Finn et al., "Deep spatial autoencoders for visuomotor learning" (2016).

    Args:
      features: [batch, height, width, channels], or [batch, channels, height, width].
      temperature: the first value of a variable by which the features are divided; default 1.
      trainable: whether the temperature is trained.

    Returns:
      [batch, 2 * channels]: (x, y) of each channel, from -1 to 1.

    Raises:
      ValueError: the number of channels is unknown, or the format is none.
    """
    with variable_scope(name, "spatial_softmax"):
        sizes = tf.shape(features)
        if data_format == "NHWC":
            height, width, channels = sizes[1], sizes[2], features.shape[3].value
        elif data_format == "NCHW":
            channels, height, width = features.shape[1].value, sizes[2], sizes[3]
        else:
            raise ValueError("data_format has to be either NCHW or NHWC.")
        if channels is None:
            raise ValueError(
                "The num_channels dimension of the inputs to `spatial_softmax` should be defined. "
                "Found `None`."
            )
        with name_scope("spatial_softmax_op", "spatial_softmax_op", [features]):
            x, y = tf.meshgrid(
                tf.lin_space(-1.0, 1.0, num=height),
                tf.lin_space(-1.0, 1.0, num=width),
                indexing="ij",
            )
            x = tf.reshape(x, [height * width])
            y = tf.reshape(y, [height * width])
            temperature = _temperature(temperature, variables_collections, trainable)
            if data_format == "NHWC":
                features = tf.transpose(features, [0, 3, 1, 2])
            attention = tf.nn.softmax(tf.reshape(features, [-1, height * width]) / temperature)
            expected_x = tf.reduce_sum(x * attention, [1], keepdims=True)
            expected_y = tf.reduce_sum(y * attention, [1], keepdims=True)
            places = tf.concat([expected_x, expected_y], 1)
            keypoints: Tensor = tf.reshape(places, [-1, channels * 2])
            keypoints.set_shape([None, channels * 2])
    return keypoints


def _temperature(value: float | None, variables_collections: Any, trainable: bool) -> Any:
    collections = get_variable_collections(variables_collections, "temperature")
    return model_variable(
        "temperature",
        shape=(),
        dtype=dtypes.float32,
        initializer=initializers.Ones() if value is None else initializers.Constant(value),
        collections=collections if trainable else None,
        trainable=trainable,
    )


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Tensor:
    """The inputs divided by their length along a dimension.

    Args:
      epsilon: is added to the square of the length.

    Raises:
      ValueError: there is no such dimension, or the rank is unknown.
    """
    with variable_scope(scope, "UnitNorm", [inputs]):
        if not inputs.shape:
            raise ValueError("The input rank must be known.")
        rank = inputs.shape.ndims
        if not 0 <= dim < rank:
            raise ValueError("dim must be positive but smaller than the input rank.")
        lengths = tf.sqrt(epsilon + tf.reduce_sum(tf.square(inputs), dim, keepdims=True))
        multiples = []
        if dim > 0:
            multiples.append(tf.ones([dim], dtypes.int32))
        multiples.append(tf.strided_slice(tf.shape(inputs), [dim], [dim + 1]))
        if dim < rank - 1:
            multiples.append(tf.ones([rank - 1 - dim], dtypes.int32))
        return tf.div(inputs, tf.tile(lengths, tf.concat(multiples, 0)))  # type: ignore[no-any-return]


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Tensor:
    """The largest of each group of features.  Goodfellow et al., "Maxout networks" (2013).

    Args:
      inputs: with a known size along `axis`.
      num_units: how many groups there are: the result's size along `axis`.

    Raises:
      ValueError: the features do not divide into so many groups.
    """
    with variable_scope(scope, "MaxOut", [inputs]):
        inputs = convert_to_tensor(inputs)
        sizes: list[Any] = inputs.shape.as_list()
        features = sizes[axis]
        if features % num_units:
            raise ValueError(
                f"number of features({features}) is not a multiple of num_units({num_units})"
            )
        sizes[axis] = num_units
        sizes.append(features // num_units)
        for i, size in enumerate(sizes):
            if size is None:
                sizes[i] = tf.shape(inputs)[i]
        return tf.reduce_max(tf.reshape(inputs, sizes), -1, keepdims=False)  # type: ignore[no-any-return]


def poincare_normalize(
    x: Any, axis: Any = 1, epsilon: float = 1e-5, name: str | None = None
) -> Tensor:
    """x, its vectors along `axis` shortened to a length of 1 - epsilon where they are longer.

    Nickel and Kiela, "Poincaré embeddings" (2017).
    """
    with name_scope(name, "poincare_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        square_sum = tf.reduce_sum(tf.square(x), axis, keepdims=True)
        factor = tf.minimum((1.0 - epsilon) * tf.rsqrt(square_sum), 1.0)
        return tf.multiply(x, factor, name=scope)  # type: ignore[no-any-return]
