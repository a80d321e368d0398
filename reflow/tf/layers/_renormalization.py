"""Moving averages of a layer, and how batch renormalization uses them.

Source: Ioffe, "Batch renormalization: towards reducing minibatch dependence in batch-normalized
models" (2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf import nn
from reflow.tf._scopes import colocate_with, name_scope
from reflow.tf.layers._branches import training_cond

if TYPE_CHECKING:
    from reflow.tf.layers._normalization import BatchNormalization


def assign_moving_average(variable: Any, value: Any, momentum: Any) -> Any:
    """variable * momentum + value * (1 - momentum), as the update of a variable."""
    with name_scope("AssignMovingAvg") as scope, colocate_with(variable):
        dtype = variable.dtype.base_dtype
        decay = tf.cast(convert_to_tensor(1.0 - momentum, name="decay"), dtype)
        difference = (variable - tf.cast(value, dtype)) * decay
        return tf.assign_sub(variable, difference, name=scope)


class Renormalization:
    """What corrects a batch's moments toward the moving ones: x becomes x * r + d.

    Args:
      layer: whose moving_mean and moving_variance are made.
      shape: of the variables moving_stddev, renorm_mean and renorm_stddev that this adds.
    """

    def __init__(self, layer: BatchNormalization, shape: list[int]) -> None:
        self._layer = layer

        def first_stddev(*args: Any, **kwargs: Any) -> Tensor:
            return tf.sqrt(layer.moving_variance_initializer(*args, **kwargs))

        add = layer._add_average
        with colocate_with(layer.moving_variance):
            layer.moving_stddev = add("moving_stddev", shape, first_stddev)
        with colocate_with(layer.moving_mean):
            layer.renorm_mean = add("renorm_mean", shape, layer.moving_mean_initializer)
        with colocate_with(layer.moving_stddev):
            layer.renorm_stddev = add("renorm_stddev", shape, first_stddev)

    @staticmethod
    def checked_clipping(clipping: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The limits of the correction; ValueError for unknown ones."""
        known = ["rmax", "rmin", "dmax"]
        if set(clipping or {}) - set(known):
            raise ValueError(f"renorm_clipping {clipping} contains keys not in {known}")
        return clipping or {}

    def correct(
        self, mean: Tensor, variance: Tensor, training: Any
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(r, d, mean, variance): the correction, and the moments after the update of the averages.

        If `training` proves false r is 1, d is 0 and nothing is updated.
        """
        layer = self._layer
        stddev = tf.sqrt(variance + layer.epsilon)
        average_stddev = tf.maximum(layer.renorm_stddev, tf.sqrt(layer.epsilon))
        ratio = stddev / average_stddev
        distance = (mean - layer.renorm_mean) / average_stddev
        # The correction takes the averages as they are before the update.
        with tf.control_dependencies([ratio, distance]):
            mean, stddev = tf.identity(mean), tf.identity(stddev)
        ratio, distance = self._clipped(ratio, distance)
        r = training_cond(training, lambda: ratio, lambda: tf.ones_like(ratio))
        d = training_cond(training, lambda: distance, lambda: tf.zeros_like(distance))
        updates = [
            self._update(layer.renorm_mean, mean, training),
            self._update(layer.renorm_stddev, stddev, training),
        ]
        with tf.control_dependencies(updates):
            return r, d, tf.identity(mean), tf.identity(variance)

    def _clipped(self, ratio: Tensor, distance: Tensor) -> tuple[Tensor, Tensor]:
        least, most, reach = (
            self._layer.renorm_clipping.get(key) for key in ("rmin", "rmax", "dmax")
        )
        if least is not None:
            ratio = tf.maximum(ratio, least)
        if most is not None:
            ratio = tf.minimum(ratio, most)
        if reach is not None:
            distance = tf.minimum(tf.maximum(distance, -reach), reach)
        return ratio, distance

    def _update(self, variable: Any, value: Tensor, training: Any) -> Any:
        value = tf.identity(value)
        return training_cond(
            training,
            lambda: assign_moving_average(variable, value, self._layer.renorm_momentum),
            lambda: tf.identity(variable),
        )

    def assign_variance(self, variance: Tensor) -> Any:
        """The updates of moving_stddev, and of moving_variance by what that becomes."""
        layer = self._layer
        stddev = assign_moving_average(
            layer.moving_stddev, tf.sqrt(variance + layer.epsilon), layer.momentum
        )
        # Rounding may make the difference negative.
        new = nn.relu(stddev * stddev - layer.epsilon)
        with name_scope("AssignNewValue") as scope, colocate_with(layer.moving_variance):
            return tf.assign(layer.moving_variance, new, name=scope)
