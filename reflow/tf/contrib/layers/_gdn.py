"""Generalized divisive normalization.

Ballé, Laparra and Simoncelli, "Density modeling of images using a generalized normalization
transformation" (2015).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._scopes import name_scope
from reflow.tf.layers import InputSpec, Layer


class GDN(Layer):
    """inputs / sqrt(beta + gamma * inputs ** 2), where gamma mixes the channels at each place.

    Args:
      inverse: multiply instead of divide.
      beta_min: beta is at least this.
      gamma_init: gamma begins as so many times the identity.
      reparam_offset: keeps gradients of the parameters, which are roots, finite at 0.
      data_format: "channels_last" or "channels_first".
      activity_regularizer, trainable, name: see `tf.layers.Layer`.

    Attributes:
      beta: [channels].
      gamma: [channels, channels].
    """

    beta: Any
    gamma: Any

    def __init__(
        self,
        inverse: bool = False,
        beta_min: float = 1e-6,
        gamma_init: float = 0.1,
        reparam_offset: float = 2**-18,
        data_format: str = "channels_last",
        activity_regularizer: Callable[[Tensor], Any] | None = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs
        )
        if data_format not in ("channels_first", "channels_last"):
            raise ValueError(f"Unsupported `data_format` for GDN layer: {data_format}.")
        self.inverse = inverse
        self.data_format = data_format
        self._beta_min = beta_min
        self._gamma_init = gamma_init
        self._reparam_offset = reparam_offset
        self.input_spec = InputSpec(min_ndim=3, max_ndim=5)

    @property
    def _channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    def build(self, input_shape: Any) -> None:
        shape = TensorShape(input_shape)
        channels = shape.as_list()[self._channel_axis]
        if channels is None:
            raise ValueError("The channel dimension of the inputs to `GDN` must be defined.")
        self.input_spec = InputSpec(ndim=shape.ndims, axes={self._channel_axis: channels})
        offset = self._reparam_offset
        pedestal = self._constant(offset**2)
        beta_bound = self._constant((self._beta_min + offset**2) ** 0.5)
        gamma_bound = self._constant(offset)

        def beta_initializer(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
            pedestal = self._constant(offset**2)
            return tf.sqrt(tf.ones(shape, dtype=dtype) + pedestal)  # type: ignore[no-any-return]

        def gamma_initializer(shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
            eye = tf.eye(shape[0], dtype=dtype)
            pedestal = self._constant(offset**2)
            return tf.sqrt(self._gamma_init * eye + pedestal)  # type: ignore[no-any-return]

        beta = self.add_weight("reparam_beta", [channels], initializer=beta_initializer)
        self.beta = tf.square(_lower_bound(beta, beta_bound)) - pedestal
        gamma = self.add_weight(
            "reparam_gamma", [channels, channels], initializer=gamma_initializer
        )
        self.gamma = tf.square(_lower_bound(gamma, gamma_bound)) - pedestal
        self.built = True

    def _constant(self, value: float) -> Tensor:
        return tf.constant(value, dtype=self._variable_type)

    def call(self, inputs: Any) -> Tensor:
        inputs = convert_to_tensor(inputs, dtype=self._variable_type)
        rank = inputs.shape.ndims
        kernel = tf.reshape(self.gamma, [1] * (rank - 2) + self.gamma.shape.as_list())
        squares = tf.square(inputs)
        if self.data_format == "channels_last":
            pooled = tf.nn.bias_add(
                tf.nn.convolution(squares, kernel, "VALID"), self.beta, data_format="NHWC"
            )
        else:
            data_format = "NC" + "DHW"[-(rank - 2) :]
            pooled = tf.nn.convolution(squares, kernel, "VALID", data_format=data_format)
            pooled = self._with_beta(pooled, rank)
        root = tf.sqrt(pooled)
        outputs: Tensor = inputs * root if self.inverse else inputs / root
        outputs.set_shape(inputs.shape)
        return outputs

    def _with_beta(self, pooled: Tensor, rank: int) -> Tensor:
        """The sum of channels-first pictures and beta, as which other ranks are seen."""
        if rank == 3:
            summed = tf.nn.bias_add(tf.expand_dims(pooled, 2), self.beta, data_format="NCHW")
            return tf.squeeze(summed, [2])  # type: ignore[no-any-return]
        if rank == 4:
            return tf.nn.bias_add(pooled, self.beta, data_format="NCHW")  # type: ignore[no-any-return]
        shape = tf.shape(pooled)
        pictures = tf.reshape(pooled, tf.concat([shape[:3], [-1]], 0))
        return tf.reshape(tf.nn.bias_add(pictures, self.beta, data_format="NCHW"), shape)  # type: ignore[no-any-return]

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        shape = TensorShape(input_shape)
        if not 3 <= len(shape.as_list()) <= 5:
            raise ValueError("`input_shape` must be of rank 3 to 5, inclusive.")
        if shape.as_list()[self._channel_axis] is None:
            raise ValueError("The channel dimension of `input_shape` must be defined.")
        return shape


def _lower_bound(inputs: Any, bound: Any) -> Tensor:
    """max(inputs, bound), whose gradient may still raise what is below the bound."""
    with name_scope(None, "GDNLowerBound", [inputs, bound]) as scope:
        inputs = convert_to_tensor(inputs, name="inputs")
        bound = convert_to_tensor(bound, name="bound")
        with tf.get_default_graph().gradient_override_map({"Maximum": "GDNLowerBound"}):
            return tf.maximum(inputs, bound, name=scope)  # type: ignore[no-any-return]


@tf.RegisterGradient("GDNLowerBound")
def _lower_bound_gradient(op: Operation, grad: Tensor) -> list[Tensor | None]:
    inputs, bound = op.inputs
    passes = tf.logical_or(inputs >= bound, grad < 0)
    return [tf.cast(passes, grad.dtype) * grad, None]


def gdn(
    inputs: Any,
    inverse: bool = False,
    beta_min: float = 1e-6,
    gamma_init: float = 0.1,
    reparam_offset: float = 2**-18,
    data_format: str = "channels_last",
    activity_regularizer: Callable[[Tensor], Any] | None = None,
    trainable: bool = True,
    name: Any = None,
    reuse: bool | None = None,
) -> Tensor:
    """What a new `GDN` layer gives for the inputs; see there."""
    layer = GDN(
        inverse=inverse,
        beta_min=beta_min,
        gamma_init=gamma_init,
        reparam_offset=reparam_offset,
        data_format=data_format,
        activity_regularizer=activity_regularizer,
        trainable=trainable,
        name=name,
        dtype=inputs.dtype.base_dtype,
        _scope=name,
        _reuse=reuse,
    )
    return layer.apply(inputs)  # type: ignore[no-any-return]
