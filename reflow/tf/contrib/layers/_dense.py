"""Fully connected layers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers._parameters import (
    apply_layer,
    finished,
    model_variable_getter,
    normalized,
)
from reflow.tf.contrib.layers.initializers import xavier_initializer
from reflow.tf.initializers import zeros

_XAVIER, _ZEROS = xavier_initializer(), zeros()


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
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
    """activation(inputs @ weights + biases), along the last dimension of the inputs.

    Args:
      inputs: [batch, ..., size].
      num_outputs: the size of the outputs' last dimension.
      normalizer_fn: what comes instead of the biases, such as `batch_norm`.
      normalizer_params: its arguments.
      biases_initializer: None for no biases.
      reuse: whether to take the variables that the scope has.
      variables_collections: collections for the variables; a dict of them by name, "weights" and
        "biases", tells these apart.
      outputs_collections: collections for the outputs.
      scope: a name for the variable scope, default "fully_connected".

    Raises:
      ValueError: `num_outputs` is no integer, or the inputs' last size is unknown.
    """
    if not isinstance(num_outputs, int):
        raise ValueError(f"num_outputs type should be one of [int], got {type(num_outputs)}.")
    getter = model_variable_getter({"bias": "biases", "kernel": "weights"})
    with variable_scope(
        scope, "fully_connected", [inputs], reuse=reuse, custom_getter=getter
    ) as current:
        inputs = convert_to_tensor(inputs)
        layer = tf.layers.Dense(
            num_outputs,
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
        parameters = {"kernel": "weights", "bias": "biases"}
        outputs = apply_layer(layer, inputs, parameters, variables_collections)
        outputs = normalized(outputs, normalizer_fn, normalizer_params)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


elu = functools.partial(fully_connected, activation_fn=tf.nn.elu)
relu = functools.partial(fully_connected, activation_fn=tf.nn.relu)
relu6 = functools.partial(fully_connected, activation_fn=tf.nn.relu6)
linear = functools.partial(fully_connected, activation_fn=None)


def legacy_fully_connected(
    x: Any,
    num_output_units: int,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    weight_init: Any = _XAVIER,
    bias_init: Any = _ZEROS,
    name: Any = None,
    weight_collections: Sequence[str] | None = (GraphKeys.WEIGHTS,),
    bias_collections: Sequence[str] | None = (GraphKeys.BIASES,),
    output_collections: Sequence[str] | None = (GraphKeys.ACTIVATIONS,),
    trainable: bool = True,
    weight_regularizer: Callable[[Any], Any] | None = None,
    bias_regularizer: Callable[[Any], Any] | None = None,
) -> Tensor:
    """activation(x @ weights + bias), along the last dimension of x; the first such function.

    Args:
      x: [batch, ..., size].
      num_output_units: the size of the result's last dimension.
      weight_init: gives the variable "weights" its value.
      bias_init: gives the variable "bias" its value; None for no bias.
      name: of the variable scope, default "fully_connected".
      weight_collections, bias_collections, output_collections: where these are added, the output
        to ACTIVATIONS besides.

    Raises:
      ValueError: x has fewer than two dimensions, or its last size is unknown.
    """
    with variable_scope(name, "fully_connected", [x]):
        x = convert_to_tensor(x)
        if x.shape.ndims is None:
            raise ValueError("dims of x must be known but is None")
        if x.shape.ndims < 2:
            raise ValueError(f"rank of x must be at least 2 not: {x.shape.ndims}")
        size = x.shape.as_list()[-1]
        if size is None:
            raise ValueError("last dimension of x must be known but is None")

        def parameter(
            name: str, shape: Any, initializer: Any, regularizer: Any, collections: Any
        ) -> Any:
            return tf.get_variable(
                name,
                shape,
                x.dtype.base_dtype,
                initializer,
                regularizer,
                trainable,
                list(dict.fromkeys([*(collections or ()), GraphKeys.GLOBAL_VARIABLES])),
            )

        weights = parameter(
            "weights",
            [size, num_output_units],
            weight_init,
            weight_regularizer,
            weight_collections,
        )
        is_matrix = x.shape.ndims == 2
        y = tf.matmul(x if is_matrix else tf.reshape(x, [-1, size]), weights)
        if bias_init is not None:
            bias = parameter(
                "bias", [num_output_units], bias_init, bias_regularizer, bias_collections
            )
            y = tf.nn.bias_add(y, bias)
        if not is_matrix:
            sizes = [*tf.unstack(tf.shape(x))[:-1], num_output_units]
            y = tf.reshape(y, tf.stack(sizes))
            y.set_shape([*x.shape.as_list()[:-1], num_output_units])
        if activation_fn is not None:
            y = activation_fn(y)
        tf.add_to_collections([*(output_collections or ()), GraphKeys.ACTIVATIONS], y)
        return y  # type: ignore[no-any-return]


legacy_linear = functools.partial(legacy_fully_connected, activation_fn=None)
legacy_relu = functools.partial(legacy_fully_connected, activation_fn=tf.nn.relu)
