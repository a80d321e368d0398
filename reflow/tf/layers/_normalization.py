"""BatchNormalization: inputs shifted and scaled to mean 0 and variance 1, channel by channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.constants import constant
from reflow.tf import nn
from reflow.tf._distribution import VariableAggregation, VariableSynchronization
from reflow.tf.initializers import ones, zeros
from reflow.tf.layers._branches import known_training, training_cond
from reflow.tf.layers._constraints import constraint_of
from reflow.tf.layers._functions import function_of
from reflow.tf.layers._identifiers import initializer_of
from reflow.tf.layers._input_spec import InputSpec
from reflow.tf.layers._layer import Layer
from reflow.tf.layers._regularizers import regularizer_of
from reflow.tf.layers._renormalization import Renormalization, assign_moving_average

_ZEROS, _ONES = zeros(), ones()
#: gamma or a factor of it, beta or a term of it; None for none.
Transform = tuple[Any, Any]


class BatchNormalization(Layer):
    """gamma * (inputs - mean) / sqrt(variance + epsilon) + beta, of each channel.

    In training mean and variance are the batch's, else the moving averages of those.  The updates
    of the moving averages are in the collection UPDATE_OPS, which training is to run.

    Args:
      axis: the channels' axis, or a list of axes.
      momentum: how much of a moving average an update keeps.
      epsilon: added to the variance.
      center, scale: whether to have beta, gamma.
      beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: the
        first values.
      beta_regularizer, gamma_regularizer: functions that give losses, or their names.
      beta_constraint, gamma_constraint: functions that optimizers apply after each update, or
        their names.
      renorm: batch renormalization, which corrects a batch's moments toward the moving ones.
      renorm_clipping: limits of the correction, "rmin", "rmax" and "dmax"; default: 0, none, none.
      renorm_momentum: as `momentum`, of the averages that correct.
      fused: False never takes the op that does it all at once; else it is taken where it can be:
        for inputs of rank 4 with channels at axis 1 or 3, and none of the options around.
      trainable: whether beta and gamma are trained.
      virtual_batch_size: of the parts of the batch that are normalised each by itself.
      adjustment: a function of the inputs' shape that gives (scale, bias), applied in training
        before gamma and beta.
      name: see `Layer`.

    Attributes:
      gamma, beta, moving_mean, moving_variance: [channels]; with several axes or virtual batches
        the inputs' rank, with 1 for all other axes.

    Raises:
      TypeError: `axis` is no int or list.
      ValueError: unknown keys in renorm_clipping; when built: axes that the inputs do not have, or
        whose size is not known, or options that exclude each other.

    Sources: Ioffe and Szegedy, "Batch normalization" (2015); Ioffe, "Batch renormalization" (2017).
    """

    gamma: Any = None
    beta: Any = None
    # Whether the fused op's moving variance is that of the unbiased estimate: TensorFlow's tests
    # turn it off to compare with the op's absence.
    _bessels_correction_test_only = True

    _config = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "moving_mean_initializer",
        "moving_variance_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
    )

    def __init__(
        self,
        axis: Any = -1,
        momentum: Any = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = _ZEROS,
        gamma_initializer: Any = _ONES,
        moving_mean_initializer: Any = _ZEROS,
        moving_variance_initializer: Any = _ONES,
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, Any] | None = None,
        renorm_momentum: Any = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Callable[[Tensor], tuple[Any, Any]] | None = None,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        if not isinstance(axis, (int, list)):
            raise TypeError(f"axis must be int or list, type given: {type(axis)}")
        self.axis = axis if isinstance(axis, int) else list(axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializer_of(beta_initializer)
        self.gamma_initializer = initializer_of(gamma_initializer)
        self.moving_mean_initializer = initializer_of(moving_mean_initializer)
        self.moving_variance_initializer = initializer_of(moving_variance_initializer)
        self.beta_regularizer = regularizer_of(beta_regularizer)
        self.gamma_regularizer = regularizer_of(gamma_regularizer)
        self.beta_constraint = constraint_of(beta_constraint)
        self.gamma_constraint = constraint_of(gamma_constraint)
        self.renorm = renorm
        self.fused = True if fused is None else fused
        self.virtual_batch_size = virtual_batch_size
        self.adjustment = adjustment
        if renorm:
            self.renorm_clipping = Renormalization.checked_clipping(renorm_clipping)
            self.renorm_momentum = renorm_momentum

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.renorm:
            config["renorm"] = True
            config["renorm_clipping"] = self.renorm_clipping
            config["renorm_momentum"] = self.renorm_momentum
        return config

    # -- Variables --------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        shape = TensorShape(input_shape)
        if not shape.ndims:
            raise ValueError("Input has undefined rank:", shape)
        rank = shape.ndims
        self.axis = self._checked_axes(rank)
        self._check_virtual_batches()
        self.fused = self.fused and rank == 4 and self._can_be_fused()
        sizes = {axis: shape.as_list()[axis] for axis in self.axis}
        if None in sizes.values():
            raise ValueError("Input has undefined `axis` dimension. Input shape: ", shape)
        self.input_spec = InputSpec(ndim=rank, axes=sizes)
        if len(sizes) == 1 and self.virtual_batch_size is None:
            parameter_shape = list(sizes.values())
        else:
            parameter_shape = [sizes.get(axis, 1) for axis in range(rank)]
        if self.virtual_batch_size is not None:
            # Axis 1 becomes that of the parts of the batch.
            parameter_shape.insert(1, 1)
            self.axis = [axis + 1 for axis in self.axis]
        self._add_parameters(parameter_shape)
        self._add_moving_averages(parameter_shape)
        self.built = True

    def _checked_axes(self, rank: int) -> list[int]:
        """The channels' axes, counted from the first one."""
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        axes = [axis + rank if axis < 0 else axis for axis in given]
        for axis in axes:
            if not 0 <= axis < rank:
                raise ValueError(f"Invalid axis: {axis}")
        if len(set(axes)) < len(axes):
            raise ValueError(f"Duplicate axis: {axes}")
        return axes

    def _check_virtual_batches(self) -> None:
        if self.virtual_batch_size is None:
            return
        if self.virtual_batch_size <= 0:
            raise ValueError(
                "virtual_batch_size must be a positive integer that divides the true batch size of "
                "the input Tensor"
            )
        if 0 in self.axis:
            raise ValueError(
                "When using virtual_batch_size, the batch dimension must be 0 and thus axis cannot "
                "include 0"
            )
        if self.adjustment is not None:
            raise ValueError("When using virtual_batch_size, adjustment cannot be specified")

    def _can_be_fused(self) -> bool:
        has_options = self.renorm or self.virtual_batch_size is not None or self.adjustment
        return self.axis in ([1], [3]) and not has_options

    def _add_parameters(self, shape: list[int]) -> None:
        if self.scale:
            self.gamma = self.add_weight(
                "gamma",
                shape,
                dtype=self._parameter_type,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                trainable=True,
            )
        elif self.fused:
            self._fused_gamma = constant(1.0, self._parameter_type, shape)
        if self.center:
            self.beta = self.add_weight(
                "beta",
                shape,
                dtype=self._parameter_type,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                trainable=True,
            )
        elif self.fused:
            self._fused_beta = constant(0.0, self._parameter_type, shape)

    def _add_moving_averages(self, shape: list[int]) -> None:
        # An average is never partitioned.
        partitioner = None if self._scope is None else self._scope.partitioner
        if self._scope is not None:
            self._scope.set_partitioner(None)
        try:
            self.moving_mean = self._add_average("moving_mean", shape, self.moving_mean_initializer)
            self.moving_variance = self._add_average(
                "moving_variance", shape, self.moving_variance_initializer
            )
            if self.renorm:
                self._renormalization = Renormalization(self, shape)
        finally:
            if self._scope is not None:
                self._scope.set_partitioner(partitioner)

    def _add_average(self, name: str, shape: list[int], initializer: Any) -> Any:
        return self.add_weight(
            name,
            shape,
            dtype=self._parameter_type,
            initializer=initializer,
            synchronization=VariableSynchronization.ON_READ,
            trainable=False,
            aggregation=VariableAggregation.MEAN,
        )

    @property
    def _parameter_type(self) -> DType:
        """The type of the variables: float32 at least."""
        dtype = self._variable_type
        return dtypes.float32 if dtype in (dtypes.float16, dtypes.bfloat16) else dtype

    # -- Calling ----------------------------------------------------------------------------------

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The normalised inputs; `training` is a bool, 0 or 1, a boolean tensor or variable."""
        if self.fused:
            return self._call_fused(inputs, training)
        if self.virtual_batch_size is None:
            return self._call_unfused(inputs, training)
        shape = [-1, *inputs.shape.as_list()[1:]]
        parts = tf.reshape(inputs, [self.virtual_batch_size, -1, *shape[1:]])
        return tf.reshape(self._call_unfused(parts, training), shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def _call_fused(self, inputs: Any, training: Any) -> Tensor:
        arguments = {
            "x": inputs,
            "scale": self.gamma if self.scale else self._fused_gamma,
            "offset": self.beta if self.center else self._fused_beta,
            "epsilon": self.epsilon,
            "data_format": "NCHW" if self.axis == [1] else "NHWC",
        }
        output, mean, variance = training_cond(
            training,
            lambda: nn.fused_batch_norm(**arguments),
            lambda: nn.fused_batch_norm(
                **arguments,
                mean=self.moving_mean,
                variance=self.moving_variance,
                is_training=False,
            ),
        )
        if not self._bessels_correction_test_only:
            count = tf.cast(tf.size(inputs) / tf.size(variance), variance.dtype)
            variance *= (count - 1) / count
        known = known_training(training)
        if known is None:
            momentum = training_cond(training, lambda: self.momentum, lambda: 1.0)
        else:
            momentum = convert_to_tensor(self.momentum)
        if known is None or known:
            self.add_update(lambda: assign_moving_average(self.moving_mean, mean, momentum))
            self.add_update(lambda: assign_moving_average(self.moving_variance, variance, momentum))
        return output  # type: ignore[no-any-return]

    def _call_unfused(self, inputs: Any, training: Any) -> Tensor:
        rank = inputs.shape.ndims
        reduced = [axis for axis in range(rank) if axis not in self.axis]
        if self.virtual_batch_size is not None:
            del reduced[1]  # Each part of the batch is normalised by itself.
        broadcast_shape = [1] * rank
        broadcast_shape[self.axis[0]] = inputs.shape.as_list()[self.axis[0]]

        def broadcast(vector: Any) -> Any:
            if vector is None or len(vector.shape) == rank or reduced == list(range(rank - 1)):
                return vector
            return tf.reshape(vector, broadcast_shape)

        transform = broadcast(self.gamma), broadcast(self.beta)
        known = known_training(training)
        if not (known is None or known):
            mean, variance = self.moving_mean, self.moving_variance
        else:
            mean, variance, transform = self._train(inputs, training, reduced, broadcast, transform)
        mean, variance = tf.cast(mean, inputs.dtype), tf.cast(variance, inputs.dtype)
        scale, offset = transform
        offset = None if offset is None else tf.cast(offset, inputs.dtype)
        scale = None if scale is None else tf.cast(scale, inputs.dtype)
        outputs = nn.batch_normalization(
            inputs, broadcast(mean), broadcast(variance), offset, scale, self.epsilon
        )
        outputs.set_shape(inputs.shape)
        return outputs

    def _train(
        self,
        inputs: Tensor,
        training: Any,
        reduced: list[int],
        broadcast: Callable[[Any], Any],
        transform: Transform,
    ) -> tuple[Tensor, Tensor, Transform]:
        """(mean, variance, transform) to use, those of inference if `training` proves false.

        Adds the updates of the moving averages.
        """
        if self.adjustment is not None:
            transform = _composed(self._adjustment(inputs, training), transform)
        mean, variance = nn.moments(
            tf.cast(inputs, self._parameter_type),
            reduced,
            keep_dims=self.virtual_batch_size is not None or len(self.axis) > 1,
        )
        batch_mean, batch_variance = mean, variance
        mean = training_cond(
            training, lambda: batch_mean, lambda: convert_to_tensor(self.moving_mean)
        )
        variance = training_cond(
            training, lambda: batch_variance, lambda: convert_to_tensor(self.moving_variance)
        )
        new_mean, new_variance = mean, variance
        if self.virtual_batch_size is not None:
            new_mean = tf.reduce_mean(mean, axis=1, keepdims=True)
            new_variance = tf.reduce_mean(variance, axis=1, keepdims=True)
        if self.renorm:
            r, d, new_mean, new_variance = self._renormalization.correct(
                new_mean, new_variance, training
            )
            r = broadcast(tf.stop_gradient(r, name="renorm_r"))
            d = broadcast(tf.stop_gradient(d, name="renorm_d"))
            transform = _composed((r, d), transform)
        self._add_updates(new_mean, new_variance, training)
        return mean, variance, transform

    def _adjustment(self, inputs: Tensor, training: Any) -> Transform:
        assert self.adjustment is not None
        scale, bias = self.adjustment(tf.shape(inputs))
        adjusted_scale = training_cond(training, lambda: scale, lambda: tf.ones_like(scale))
        return adjusted_scale, training_cond(training, lambda: bias, lambda: tf.zeros_like(bias))

    def _add_updates(self, mean: Tensor, variance: Tensor, training: Any) -> None:
        def new_mean() -> Any:
            return assign_moving_average(self.moving_mean, mean, self.momentum)

        def new_variance() -> Any:
            if self.renorm:
                return self._renormalization.assign_variance(variance)
            return assign_moving_average(self.moving_variance, variance, self.momentum)

        self.add_update(lambda: training_cond(training, new_mean, lambda: self.moving_mean))
        self.add_update(lambda: training_cond(training, new_variance, lambda: self.moving_variance))


def _composed(first: Transform, second: Transform) -> Transform:
    """One transform after another."""
    (scale, offset), (then_scale, then_offset) = first, second
    if then_scale is not None:
        scale, offset = scale * then_scale, offset * then_scale
    if then_offset is not None:
        offset = offset + then_offset
    return scale, offset


batch_normalization = function_of(
    BatchNormalization,
    "batch_normalization",
    "axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer "
    "moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint "
    "gamma_constraint training trainable name reuse renorm renorm_clipping renorm_momentum fused "
    "virtual_batch_size adjustment",
)
