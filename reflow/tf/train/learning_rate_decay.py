"""Learning rates that change with the step: tf.train.exponential_decay and its like.

Each returns a scalar tensor of the type of the initial learning rate.  Numbers may be given as
Python numbers or as scalar tensors; steps may be of integer type.

While executing eagerly, each returns a function without arguments that gives the rate at the step
of that time, which optimizers take as well.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_n_to_tensor, convert_to_tensor
from reflow.graph.dtypes import int32, int64
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope


def _asked_anew(schedule: Callable[..., Tensor]) -> Any:
    """A schedule that, while executing eagerly, gives a function for the rate of each time."""

    @functools.wraps(schedule)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        if executing_eagerly():
            return functools.partial(schedule, *args, **kwargs)
        return schedule(*args, **kwargs)

    return decorated


@_asked_anew
def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * decay_rate ** (global_step / decay_steps).

    With `staircase` the exponent is rounded down, so that the rate changes at intervals.

    Raises:
      ValueError: `global_step` is None.
    """
    _require_step(global_step, "exponential_decay")
    with name_scope(name or "ExponentialDecay") as scope:
        rate = _initial(learning_rate)
        steps = tf.cast(decay_steps, rate.dtype)
        factor = tf.cast(decay_rate, rate.dtype)
        periods = _periods(global_step, steps, staircase)
        return tf.multiply(rate, tf.pow(factor, periods), name=scope)


@_asked_anew
def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * exp(-decay_rate * global_step / decay_steps); see `exponential_decay`."""
    _require_step(global_step, "natural_exp_decay")
    factor = tf.exp(tf.negative(decay_rate))
    decayed: Tensor = exponential_decay.__wrapped__(
        learning_rate, global_step, decay_steps, factor, staircase, name
    )
    return decayed


@_asked_anew
def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate / (1 + decay_rate * global_step / decay_steps); see `exponential_decay`."""
    _require_step(global_step, "inverse_time_decay")
    with name_scope(name or "InverseTimeDecay") as scope:
        rate = _initial(learning_rate)
        steps = tf.cast(decay_steps, rate.dtype)
        factor = tf.cast(decay_rate, rate.dtype)
        periods = _periods(global_step, steps, staircase)
        one = tf.cast(tf.constant(1), rate.dtype)
        return tf.divide(rate, tf.add(one, tf.multiply(factor, periods)), name=scope)


@_asked_anew
def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """From learning_rate to end_learning_rate along (1 - global_step / decay_steps) ** power.

    Afterwards the rate stays, or with `cycle` goes down again from above, in an interval that is
    longer by decay_steps each time.

    Raises:
      ValueError: `global_step` is None.
    """
    _require_step(global_step, "polynomial_decay")
    with name_scope(name or "PolynomialDecay") as scope:
        rate = _initial(learning_rate)
        end = tf.cast(end_learning_rate, rate.dtype)
        exponent = tf.cast(power, rate.dtype)
        step = tf.cast(global_step, rate.dtype)
        steps = tf.cast(decay_steps, rate.dtype)
        if cycle:
            cycles = tf.cond(tf.equal(step, 0), lambda: 1.0, lambda: tf.ceil(step / decay_steps))
            steps = tf.multiply(steps, cycles)
        else:
            step = tf.minimum(step, decay_steps)
        progress = tf.divide(step, steps)
        return tf.add(tf.multiply(rate - end, tf.pow(1 - progress, exponent)), end, name=scope)


@_asked_anew
def piecewise_constant(
    x: Any, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None
) -> Tensor:
    """values[0] while x <= boundaries[0], values[i] while boundaries[i-1] < x <= boundaries[i].

    Args:
      x: a scalar, usually the global step.
      boundaries: strictly increasing numbers of the type of `x` (int32 does for an int64 `x`).
      values: one more than `boundaries`, all of one type, which is the result's.

    Raises:
      ValueError: the types differ, or the numbers of values and boundaries do not fit.
    """
    limits, choices = convert_n_to_tensor(boundaries), convert_n_to_tensor(values)
    position = convert_to_tensor(x)
    x_type = position.dtype.base_dtype
    limits = [tf.cast(b, int64) if (b.dtype, x_type) == (int32, int64) else b for b in limits]
    for limit in limits:
        if limit.dtype.base_dtype != x_type:
            raise ValueError(
                f"Boundaries ({limit.dtype.base_dtype}) must have the same dtype as x ({x_type})."
            )
    for choice in choices[1:]:
        if choice.dtype.base_dtype != choices[0].dtype.base_dtype:
            raise ValueError(
                "Values must have elements all with the same dtype "
                f"({choices[0].dtype.base_dtype} vs {choice.dtype.base_dtype})."
            )
    if len(limits) != len(choices) - 1:
        raise ValueError(
            "The length of boundaries should be 1 less than the length of values. Received: "
            f"{len(limits)} boundaries and {len(choices)} values"
        )
    with name_scope(name or "PiecewiseConstant"):
        cases = [
            (position <= limits[0], lambda: choices[0]),
            (position > limits[-1], lambda: choices[-1]),
        ]
        for low, high, choice in zip(limits, limits[1:], choices[1:]):
            cases.append(((position > low) & (position <= high), lambda choice=choice: choice))
        return tf.case(cases, default=lambda: choices[0], exclusive=True)


piecewise_constant_decay = piecewise_constant


@_asked_anew
def cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    alpha: Any = 0.0,
    name: str | None = None,
) -> Tensor:
    """From learning_rate to alpha * learning_rate along half a cosine, within decay_steps.

    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts" (2016).

    Raises:
      ValueError: `global_step` is None.
    """
    _require_step(global_step, "cosine_decay")
    with name_scope(name or "CosineDecay"):
        rate = _initial(learning_rate)
        steps = tf.cast(decay_steps, rate.dtype)
        step = tf.minimum(tf.cast(global_step, rate.dtype), steps)
        cosine = 0.5 * (1.0 + _cosine_of_half_turns(step / steps))
        return tf.multiply(rate, (1 - alpha) * cosine + alpha)


@_asked_anew
def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: Any = 2.0,
    m_mul: Any = 1.0,
    alpha: Any = 0.0,
    name: str | None = None,
) -> Tensor:
    """`cosine_decay` again and again.

    Each period is `t_mul` times as long as the one before and starts at `m_mul` times its rate.
    """
    _require_step(global_step, "cosine_decay_restarts")
    with name_scope(name or "SGDRDecay") as scope:
        rate = _initial(learning_rate)
        steps = tf.cast(first_decay_steps, rate.dtype)
        floor = tf.cast(alpha, rate.dtype)
        growth = tf.cast(t_mul, rate.dtype)
        shrinkage = tf.cast(m_mul, rate.dtype)
        progress = tf.cast(global_step, rate.dtype) / steps

        def equal_periods() -> tuple[Tensor, Tensor]:
            restarts = tf.floor(progress)
            return restarts, progress - restarts

        def geometric_periods() -> tuple[Tensor, Tensor]:
            restarts = tf.floor(tf.log(1.0 - progress * (1.0 - growth)) / tf.log(growth))
            before = (1.0 - growth**restarts) / (1.0 - growth)
            return restarts, (progress - before) / growth**restarts

        restarts, fraction = tf.cond(tf.equal(growth, 1.0), equal_periods, geometric_periods)
        cosine = 0.5 * shrinkage**restarts * (1.0 + _cosine_of_half_turns(fraction))
        return tf.multiply(rate, (1 - floor) * cosine + floor, name=scope)


@_asked_anew
def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """learning_rate * ((alpha + linear) * cosine + beta), both of which go from 1 to 0.

    Bello et al., "Neural optimizer search with reinforcement learning" (2017).

    Args:
      num_periods: turns of the cosine in decay_steps.

    Raises:
      ValueError: `global_step` is None.
    """
    _require_step(global_step, "linear_cosine_decay")
    with name_scope(name or "LinearCosineDecay") as scope:
        rate = _initial(learning_rate)
        steps, periods, raised, shifted = (
            tf.cast(value, rate.dtype) for value in (decay_steps, num_periods, alpha, beta)
        )
        step = tf.minimum(tf.cast(global_step, rate.dtype), steps)
        linear, progress = (steps - step) / steps, step / steps
        cosine = 0.5 * (1.0 + _cosine_of_half_turns(2.0 * periods * progress))
        return tf.multiply(rate, (raised + linear) * cosine + shifted, name=scope)


@_asked_anew
def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: Any = 1.0,
    variance_decay: Any = 0.55,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """`linear_cosine_decay` with normal noise added to the linear part.

    The noise has the variance initial_variance / (1 + global_step) ** variance_decay.
    """
    _require_step(global_step, "noisy_linear_cosine_decay")
    with name_scope(name or "NoisyLinearCosineDecay") as scope:
        rate = _initial(learning_rate)
        steps, noise, noise_decay, periods, raised, shifted = (
            tf.cast(value, rate.dtype)
            for value in (decay_steps, initial_variance, variance_decay, num_periods, alpha, beta)
        )
        step = tf.minimum(tf.cast(global_step, rate.dtype), steps)
        linear = (steps - step) / steps
        deviation = tf.sqrt(noise / tf.pow(1.0 + step, noise_decay))
        noisy = linear + tf.random_normal(linear.shape, stddev=deviation, dtype=rate.dtype)
        progress = step / steps
        cosine = 0.5 * (1.0 + _cosine_of_half_turns(2.0 * periods * progress))
        return tf.multiply(rate, (raised + noisy) * cosine + shifted, name=scope)


def _require_step(global_step: Any, function: str) -> None:
    if global_step is None:
        raise ValueError(f"global_step is required for {function}. Received: None")


def _initial(learning_rate: Any) -> Tensor:
    return convert_to_tensor(learning_rate, name="initial_learning_rate")


def _periods(global_step: Any, decay_steps: Tensor, staircase: bool) -> Tensor:
    """How many times decay_steps have passed."""
    periods = tf.cast(global_step, decay_steps.dtype) / decay_steps
    return tf.floor(periods) if staircase else periods


def _cosine_of_half_turns(turns: Tensor) -> Tensor:
    """cos(pi * turns)"""
    return tf.cos(tf.constant(math.pi, turns.dtype) * turns)
