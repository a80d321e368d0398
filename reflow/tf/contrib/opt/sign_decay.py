"""How much signs count in AddSign and PowerSign as training goes on: functions of functions.

Each `get_*_decay_fn` gives a function of the global step, which raises ValueError without one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor

DecayFunction = Callable[[Any], Tensor]


def _at_most(global_step: Any, decay_steps: Any, what: str) -> Tensor:
    if global_step is None:
        raise ValueError(f"global_step is required for {what}.")
    step: Tensor = tf.minimum(global_step, decay_steps)
    return step


def _half_wave(fraction: Tensor) -> Tensor:
    """1 where the fraction is even, 0 where it is odd."""
    wave: Tensor = 0.5 * (1.0 + tf.cos(tf.constant(math.pi) * fraction))
    return wave


def get_linear_decay_fn(decay_steps: Any) -> DecayFunction:
    """max(0, (decay_steps - global_step) / decay_steps)"""

    def linear_decay_fn(global_step: Any) -> Tensor:
        step = _at_most(global_step, decay_steps, "linear_decay")
        remaining = tf.cast(decay_steps, dtypes.int32) - tf.cast(step, dtypes.int32)
        decayed = tf.cast(remaining, dtypes.float32) / tf.cast(decay_steps, dtypes.float32)
        not_negative: Tensor = tf.maximum(0.0, decayed)
        return not_negative

    return linear_decay_fn


def get_cosine_decay_fn(
    decay_steps: Any, num_periods: float = 0.5, zero_after: float | None = None
) -> DecayFunction:
    """(1 + cos(2 * pi * num_periods * global_step / decay_steps)) / 2

    Args:
      zero_after: 0 after so many periods.
    """

    def cosine_decay_fn(global_step: Any) -> Tensor:
        step = _at_most(global_step, decay_steps, "cosine_decay")
        completed = tf.cast(step, dtypes.float32) / tf.cast(decay_steps, dtypes.float32)
        fraction = 2.0 * num_periods * completed
        decayed = _half_wave(fraction)
        if zero_after is not None:
            decayed = tf.where(tf.greater_equal(fraction, 2 * zero_after), 0.0, decayed)
        return decayed

    return cosine_decay_fn


def get_restart_decay_fn(
    decay_steps: Any, num_periods: float = 1, zero_after: float | None = None
) -> DecayFunction:
    """Falls from 1 to 0 like a cosine, `num_periods` times.

    Args:
      zero_after: 0 after so many periods.
    """

    def restart_decay_fn(global_step: Any) -> Tensor:
        step = _at_most(global_step, decay_steps, "cosine_decay")
        since_restart = tf.mod(num_periods * tf.cast(step, dtypes.float32), decay_steps)
        decayed = _half_wave(since_restart / tf.cast(decay_steps, dtypes.float32))
        if zero_after is not None:
            periods = tf.cast(num_periods * step, dtypes.float32) / tf.cast(
                decay_steps, dtypes.float32
            )
            decayed = tf.where(tf.greater_equal(periods, zero_after), 0.0, decayed)
        return decayed

    return restart_decay_fn
