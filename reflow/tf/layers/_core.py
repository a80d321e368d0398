"""Dropout and Flatten: layers without variables."""

from __future__ import annotations

import math
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import nn
from reflow.tf.layers._branches import training_cond
from reflow.tf.layers._input_spec import InputSpec
from reflow.tf.layers._layer import Layer
from reflow.tf.layers._sizes import CHANNELS_FIRST, normalize_data_format


class Dropout(Layer):
    """In training a random part of the inputs set to 0, the others scaled up to keep the sum.

    Args:
      rate: the share of the inputs that is dropped, in [0, 1).
      noise_shape: a list or a tensor, the shape of the random mask, which broadcasts to that of the
        inputs; None for a size is that of the inputs.
      seed: of the random numbers, as `tf.set_random_seed` says.
      name: see `Layer`.

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting"
    (2014).
    """

    _config = ("rate", "noise_shape", "seed")

    def __init__(
        self,
        rate: Any = 0.5,
        noise_shape: Any = None,
        seed: int | None = None,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed

    def call(self, inputs: Any, training: Any = False) -> Any:
        def dropped() -> Tensor:
            noise_shape = self._get_noise_shape(inputs)
            return nn.dropout(inputs, noise_shape=noise_shape, seed=self.seed, rate=self.rate)

        return training_cond(training, dropped, lambda: tf.identity(inputs))

    # Classes of programs define it in this name.
    def _get_noise_shape(self, inputs: Any) -> Any:
        """The shape of the random mask; None for that of the inputs."""
        # Tensors came through in TensorFlow before 1.13.
        if self.noise_shape is None or isinstance(self.noise_shape, Tensor):
            return self.noise_shape
        shape = tf.shape(inputs)
        return convert_to_tensor(
            [shape[i] if size is None else size for i, size in enumerate(self.noise_shape)]
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


def dropout(
    inputs: Any,
    rate: Any = 0.5,
    noise_shape: Any = None,
    seed: int | None = None,
    training: Any = False,
    name: Any = None,
) -> Tensor:
    """What a new `Dropout` layer gives for `inputs`; see there.

    `training`: whether to drop anything, a bool or a boolean tensor.
    """
    layer = Dropout(rate, noise_shape=noise_shape, seed=seed, name=name)
    return layer.apply(inputs, training=training)  # type: ignore[no-any-return]


class Flatten(Layer):
    """The elements of each example in a row: [batch, ...] as [batch, elements].

    Args:
      data_format: "channels_last", or "channels_first" of inputs [batch, channels, ...], which are
        brought to the order [batch, ..., channels] first.
      name: see `Layer`.
    """

    _config = ("data_format",)

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = normalize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        rank = inputs.shape.ndims
        if self.data_format == CHANNELS_FIRST and rank is not None and rank > 1:
            inputs = tf.transpose(inputs, [0, *range(2, rank), 1])
        batch = inputs.shape.as_list()[0]
        outputs = tf.reshape(inputs, [batch or tf.shape(inputs)[0], -1])
        if not executing_eagerly():
            outputs.set_shape(self.compute_output_shape(inputs.shape))
        return outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        batch, *sizes = TensorShape(input_shape).as_list()
        return TensorShape([batch, math.prod(sizes) if all(sizes) else None])


def flatten(inputs: Any, name: Any = None, data_format: str | None = "channels_last") -> Tensor:
    """What a new `Flatten` layer gives for `inputs`; see there."""
    return Flatten(data_format, name=name).apply(inputs)  # type: ignore[no-any-return]
