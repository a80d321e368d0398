"""Learning rates that change with the step: tf.train.exponential_decay and its like."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * decay_rate ** (global_step / decay_steps), a scalar.

    With `staircase` the exponent is rounded down, so that the rate changes at intervals.
    """
    if global_step is None:
        raise ValueError("global_step is required for exponential_decay.")
    with name_scope(name or "ExponentialDecay") as scope:
        rate = convert_to_tensor(learning_rate, name="initial_learning_rate")
        steps = tf.cast(decay_steps, rate.dtype)
        factor = tf.cast(decay_rate, rate.dtype)
        exponent = tf.cast(global_step, rate.dtype) / steps
        if staircase:
            exponent = tf.floor(exponent)
        return tf.multiply(rate, tf.pow(factor, exponent), name=scope)
