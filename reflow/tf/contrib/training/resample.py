"""Batches whose elements are taken several times, or not at all, by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import int32
from reflow.graph.operation import Tensor
from reflow.tf.train.moving_averages import assign_moving_average


def _repeat_range(counts: Any, name: str | None = None) -> Tensor:
    """0, 1, ..., each as often as `counts` says: [1, 2] gives [0, 1, 1]."""
    with tf.name_scope(name, "repeat_range", [counts]) as scope:
        counts = convert_to_tensor(counts, name="counts")
        size = tf.shape(counts)[0]
        array = tf.TensorArray(dtype=int32, size=size, infer_shape=False)

        def write(array: Any, i: Tensor) -> tuple[Any, Tensor]:
            return array.write(i, tf.fill(counts[i : i + 1], i)), i + 1

        array, written = tf.while_loop(lambda _, i: i < size, write, loop_vars=[array, 0])
        repeated: Tensor = tf.cond(
            written > 0, array.concat, lambda: tf.zeros(shape=[0], dtype=int32), name=scope
        )
        return repeated


def resample_at_rate(
    inputs: Sequence[Any],
    rates: Any,
    scope: str | None = None,
    seed: int | None = None,
    back_prop: bool = False,
) -> list[Tensor]:
    """Each element as often as a random number says that is `rates` on the average.

    Args:
      inputs: tensors [batch, ...].
      rates: [batch].
      scope: of the operations.
      seed: of the random numbers.
      back_prop: gradients go through the choice of elements, too.

    Returns:
      The chosen elements of each tensor, of the same ones in each.
    """
    with tf.name_scope(scope, "resample_at_rate", [*inputs, rates]):
        rates = convert_to_tensor(rates, name="rates")
        counts = tf.cast(tf.random_poisson(rates, (), rates.dtype, seed=seed), int32)
        indices = _repeat_range(counts)
        if not back_prop:
            indices = tf.stop_gradient(indices)
        return [tf.gather(each, indices) for each in inputs]


def weighted_resample(
    inputs: Sequence[Any],
    weights: Tensor,
    overall_rate: Any,
    scope: str | None = None,
    mean_decay: float = 0.999,
    seed: int | None = None,
) -> tuple[list[Tensor], Tensor]:
    """Elements taken at rates in proportion to weights.

    The mean weight is a moving average over the batches, a local variable.

    Args:
      inputs: tensors [batch, ...].
      weights: [batch].
      overall_rate: how often an element is taken on the average.
      scope: of the operations.
      mean_decay: how slowly the mean weight changes.
      seed: of the random numbers.

    Returns:
      The chosen elements of each tensor, and the rate of each of them.
    """
    with tf.name_scope(scope, "weighted_resample", inputs) as scope_of_ops:
        with tf.variable_scope(scope, "estimate_mean", inputs):
            estimated_mean = tf.get_local_variable(
                "estimated_mean", initializer=tf.cast(0, weights.dtype), dtype=weights.dtype
            )
            mean = assign_moving_average(estimated_mean, tf.reduce_mean(weights), mean_decay)
        rates = weights * overall_rate / mean
        chosen_rates, *chosen = resample_at_rate(
            [rates, *inputs], rates, scope=scope_of_ops, seed=seed, back_prop=False
        )
        return chosen, chosen_rates
