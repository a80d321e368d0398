"""Batch normalization.  Ioffe and Szegedy, "Batch normalization" (2015)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import initializers
from reflow.tf._variable_scope import get_variable_scope, variable_scope
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers._parameters import (
    apply_layer,
    channels_format,
    finished,
    layer_parameter,
    model_variable_getter,
)
from reflow.tf.contrib.layers.utils import constant_value, smart_cond
from reflow.tf.train.moving_averages import assign_moving_average


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Callable[[Tensor], Tensor] | None = None,
    param_initializers: Mapping[str, Any] | None = None,
    param_regularizers: Mapping[str, Any] | None = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: bool | None = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Mapping[str, Any] | None = None,
    renorm_decay: float = 0.99,
    adjustment: Callable[..., Any] | None = None,
) -> Tensor:
    """The inputs with mean 0 and variance 1 in each channel, times "gamma", plus "beta".

    In training the batch's mean and variance are used, and the variables "moving_mean" and
    "moving_variance" follow them; else these are used.

    Args:
      inputs: [batch, ..., channels]; with "NCHW" [batch, channels, ...].
      decay: how slowly the moving averages follow, close to 1.
      center, scale: whether there is a beta, and a gamma.
      epsilon: is added to the variance.
      param_initializers: for "beta", "gamma", "moving_mean" and "moving_variance".
      param_regularizers: for "beta" and "gamma".
      updates_collections: where the updates of the moving averages are added, which training has
        to run; None: they run before the outputs are there.
      is_training: may be a tensor.
      reuse: whether to take the variables that the scope has.
      variables_collections: collections for the variables; a dict of them by name tells them apart.
      outputs_collections: collections for the outputs.
      batch_weights: [batch], how much each input counts in mean and variance.
      fused: whether to use the op that does all at once where it can; default true.
      zero_debias_moving_mean: whether the moving mean, which begins as 0, is corrected for that.
      scope: a name for the variable scope, default "BatchNorm".
      renorm, renorm_clipping, renorm_decay: batch renormalization; see `tf.layers`.
      adjustment: a function of the inputs' sizes that gives a scale and a bias for training.

    Raises:
      ValueError: the format is none, the rank or the number of channels is unknown, or `renorm`
        meets arguments that it does not go with.
    """
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    settings = _Settings(
        decay,
        center,
        scale,
        epsilon,
        param_initializers or {},
        param_regularizers or {},
        updates_collections,
        is_training,
        variables_collections,
        trainable,
        data_format,
        zero_debias_moving_mean,
    )
    collects_as_layers = updates_collections is GraphKeys.UPDATE_OPS and not zero_debias_moving_mean
    can_fuse = batch_weights is None and not renorm and rank in (2, 4) and adjustment is None
    if fused is not False and can_fuse and (rank == 2 or not collects_as_layers):
        channels_format(data_format)
        with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse) as current:
            outputs = _fused(inputs, settings)
            return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]
    channels_format(data_format)
    getter = model_variable_getter()
    with variable_scope(scope, "BatchNorm", [inputs], reuse=reuse, custom_getter=getter) as current:
        if batch_weights is None and collects_as_layers:
            layer = tf.layers.BatchNormalization(
                axis=1 if data_format == "NCHW" else -1,
                momentum=decay,
                epsilon=epsilon,
                center=center,
                scale=scale,
                beta_initializer=settings.initializer("beta"),
                gamma_initializer=settings.initializer("gamma"),
                moving_mean_initializer=settings.initializer("moving_mean"),
                moving_variance_initializer=settings.initializer("moving_variance"),
                beta_regularizer=settings.param_regularizers.get("beta"),
                gamma_regularizer=settings.param_regularizers.get("gamma"),
                trainable=trainable,
                renorm=renorm,
                renorm_clipping=renorm_clipping,
                renorm_momentum=renorm_decay,
                adjustment=adjustment,
                name=current.name,
                _scope=current,
                _reuse=reuse,
                fused=True if fused is None else fused,
            )
            outputs = _applied(layer, inputs, is_training, variables_collections)
        elif renorm:
            raise ValueError(
                "renorm is not supported with batch_weights, updates_collections or "
                "zero_debias_moving_mean"
            )
        else:
            outputs = _of_moments(inputs, batch_weights, settings)
        return finished(outputs, activation_fn, outputs_collections, current.name)  # type: ignore[no-any-return]


def _applied(layer: Any, inputs: Tensor, is_training: Any, variables_collections: Any) -> Any:
    names = ("moving_mean", "moving_variance", "beta", "gamma")
    call = _CallInTraining(layer, is_training)
    return apply_layer(call, inputs, {name: name for name in names}, variables_collections)


class _CallInTraining:
    """A layer whose call is told whether it is in training."""

    def __init__(self, layer: Any, is_training: Any) -> None:
        self._layer = layer
        self._is_training = is_training

    def apply(self, inputs: Any) -> Any:
        return self._layer.apply(inputs, training=self._is_training)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._layer, name)


_INITIALIZERS = {
    "beta": initializers.Zeros(),
    "gamma": initializers.Ones(),
    "moving_mean": initializers.Zeros(),
    "moving_variance": initializers.Ones(),
}


@dataclass(frozen=True)
class _Settings:
    """Arguments of `batch_norm`, and what they make."""

    decay: float
    center: bool
    scale: bool
    epsilon: float
    param_initializers: Mapping[str, Any]
    param_regularizers: Mapping[str, Any]
    updates_collections: Any
    is_training: Any
    variables_collections: Any
    trainable: bool
    data_format: str
    zero_debias: bool

    def initializer(self, name: str) -> Any:
        return self.param_initializers.get(name, _INITIALIZERS[name])

    def parameter(
        self, name: str, shape: TensorShape, dtype: DType, regularizer: Any = None
    ) -> Any:
        """The variable "beta" or "gamma"."""
        return layer_parameter(
            name,
            self.variables_collections,
            shape=shape,
            dtype=dtype,
            initializer=self.initializer(name),
            regularizer=regularizer,
            trainable=self.trainable,
        )

    def moving_averages(self, shape: TensorShape, dtype: DType) -> tuple[Any, Any]:
        """The variables "moving_mean" and "moving_variance", never in parts."""
        with variable_scope(get_variable_scope()) as local_scope:
            local_scope.set_partitioner(None)
            mean, variance = (
                layer_parameter(
                    name,
                    self.variables_collections,
                    shape=shape,
                    dtype=dtype,
                    initializer=self.initializer(name),
                    trainable=False,
                )
                for name in ("moving_mean", "moving_variance")
            )
        return mean, variance

    def may_train(self) -> bool:
        return constant_value(self.is_training) in (None, True)

    def update(self, moving: tuple[Any, Any], batch: tuple[Tensor, Tensor]) -> tuple[Any, Any]:
        """Has the moving averages follow the mean and the variance of a batch."""
        return (
            assign_moving_average(moving[0], batch[0], self.decay, zero_debias=self.zero_debias),
            assign_moving_average(moving[1], batch[1], self.decay, zero_debias=False),
        )

    def collect_updates(self, moving: tuple[Any, Any], batch: tuple[Tensor, Tensor]) -> None:
        """Adds the updates to the collections."""
        updates = smart_cond(self.is_training, lambda: self.update(moving, batch), lambda: moving)
        for update in updates:
            tf.add_to_collections(self.updates_collections, update)


# -- In one op -----------------------------------------------------------------------------------


def _fused(inputs: Tensor, settings: _Settings) -> Tensor:
    """By the op FusedBatchNorm, of inputs of rank 2 or 4; the variables are float32."""
    is_first = settings.data_format == "NCHW"
    pictures = inputs
    if inputs.shape.ndims == 2:
        channels = inputs.shape.as_list()[-1]
        if channels is None:
            raise ValueError("`C` dimension must be known but is None")
        pictures = tf.reshape(inputs, [-1, channels, 1, 1] if is_first else [-1, 1, 1, channels])
    shape = pictures.shape[1:2] if is_first else pictures.shape[-1:]
    if not shape.is_fully_defined():
        raise ValueError(f"Inputs {pictures.name} has undefined `C` dimension {shape}.")
    beta = _fused_parameter("beta", settings.center, 0.0, shape, settings)
    gamma = _fused_parameter("gamma", settings.scale, 1.0, shape, settings)
    moving = settings.moving_averages(shape, dtypes.float32)

    def in_training() -> Any:
        return tf.nn.fused_batch_norm(
            pictures, gamma, beta, epsilon=settings.epsilon, data_format=settings.data_format
        )

    def in_inference() -> Any:
        return tf.nn.fused_batch_norm(
            pictures,
            gamma,
            beta,
            mean=moving[0],
            variance=moving[1],
            epsilon=settings.epsilon,
            is_training=False,
            data_format=settings.data_format,
        )

    outputs, mean, variance = smart_cond(settings.is_training, in_training, in_inference)

    def outputs_after_updates() -> Tensor:
        with tf.control_dependencies(settings.update(moving, (mean, variance))):
            return tf.identity(outputs)  # type: ignore[no-any-return]

    given = outputs
    if settings.may_train():
        if settings.updates_collections is None:
            outputs = smart_cond(settings.is_training, outputs_after_updates, lambda: given)
        else:
            settings.collect_updates(moving, (mean, variance))
    outputs.set_shape(pictures.shape)
    return tf.reshape(outputs, tf.shape(inputs)) if inputs.shape.ndims == 2 else outputs


def _fused_parameter(
    name: str, is_variable: bool, default: float, shape: TensorShape, settings: _Settings
) -> Any:
    """A parameter of the fused op, which must have both."""
    if not is_variable:
        return tf.constant(default, dtype=dtypes.float32, shape=shape)
    regularizer = settings.param_regularizers.get(name)
    return settings.parameter(name, shape, dtypes.float32, regularizer)


# -- By moments ----------------------------------------------------------------------------------


def _of_moments(inputs: Tensor, batch_weights: Any, settings: _Settings) -> Tensor:
    """By ops for mean and variance, which may be weighted."""
    is_first, shape = settings.data_format == "NCHW", inputs.shape
    if shape.ndims is None:
        raise ValueError(f"Inputs {inputs.name} has undefined rank.")
    dtype = inputs.dtype.base_dtype
    if batch_weights is not None:
        batch_weights = convert_to_tensor(batch_weights)
        shape[0:1].assert_is_compatible_with(batch_weights.shape)
        batch_weights = tf.reshape(batch_weights, [-1] + [1] * (shape.ndims - 1))
    channels = shape[1:2] if is_first else shape[-1:]
    if not channels.is_fully_defined():
        raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {channels}.")
    beta = settings.parameter("beta", channels, dtype) if settings.center else None
    gamma = settings.parameter("gamma", channels, dtype) if settings.scale else None
    moving = settings.moving_averages(channels, dtype)
    mean, variance = moving
    if settings.may_train():
        batch = _moments(inputs, batch_weights, is_first)
        mean, variance = _moments_in_use(moving, batch, settings)
    if is_first:
        sizes = [1, *channels.as_list()] + [1] * (shape.ndims - 2)
        mean, variance, beta, gamma = (
            None if vector is None else tf.reshape(vector, sizes)
            for vector in (mean, variance, beta, gamma)
        )
    outputs: Tensor = tf.nn.batch_normalization(
        inputs, mean, variance, beta, gamma, settings.epsilon
    )
    outputs.set_shape(shape)
    return outputs


def _moments(inputs: Tensor, batch_weights: Any, is_first: bool) -> tuple[Tensor, Tensor]:
    rank = inputs.shape.ndims
    axes = [0, *range(2, rank)] if is_first else list(range(rank - 1))
    if batch_weights is None:
        mean, variance = tf.nn.moments(inputs, axes, keep_dims=is_first)
    else:
        mean, variance = tf.nn.weighted_moments(inputs, axes, batch_weights, keepdims=is_first)
    if is_first:
        return tf.reshape(mean, [-1]), tf.reshape(variance, [-1])
    return mean, variance


def _moments_in_use(
    moving: tuple[Any, Any], batch: tuple[Tensor, Tensor], settings: _Settings
) -> tuple[Any, Any]:
    """The batch's in training, else the moving ones; the updates are made."""

    def batch_after_updates() -> tuple[Tensor, Tensor]:
        with tf.control_dependencies(settings.update(moving, batch)):
            return tf.identity(batch[0]), tf.identity(batch[1])

    if settings.updates_collections is None:
        return smart_cond(settings.is_training, batch_after_updates, lambda: moving)  # type: ignore[no-any-return]
    settings.collect_updates(moving, batch)
    return smart_cond(settings.is_training, lambda: batch, lambda: moving)  # type: ignore[no-any-return]
