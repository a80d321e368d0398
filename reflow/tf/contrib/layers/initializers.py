"""Initializers that keep the variance of signals from layer to layer."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.dtypes import DType, float32
from reflow.graph.operation import Tensor

Initializer = Callable[..., Tensor]


def xavier_initializer(
    uniform: bool = True, seed: int | None = None, dtype: DType = float32
) -> Initializer:
    """Draws with the variance 2 / (fan_in + fan_out).

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks"
    (2010).

    Args:
      uniform: from a uniform distribution; else from a normal one, truncated.
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer


def variance_scaling_initializer(
    factor: float = 2.0,
    mode: str = "FAN_IN",
    uniform: bool = False,
    seed: int | None = None,
    dtype: DType = float32,
) -> Initializer:
    """Draws with a variance of factor / n, of a truncated normal distribution 1.3 * factor / n.

    The default is He et al., "Delving deep into rectifiers" (2015).

    Args:
      mode: what n is: the number of inputs to a unit ("FAN_IN"), of outputs ("FAN_OUT"), or their
        mean ("FAN_AVG").
      uniform: from a uniform distribution; else from a normal one, truncated.

    Raises:
      TypeError: the mode is none of these, or the type is not floating.
    """
    _check_floating(dtype)
    if mode not in _FANS:
        raise TypeError("Unknown mode %s [FAN_IN, FAN_OUT, FAN_AVG]", mode)

    def _initializer(shape: Any, dtype: DType = dtype, partition_info: Any = None) -> Tensor:
        _check_floating(dtype)
        n = _FANS[mode](*_fans(shape))
        if uniform:
            limit = math.sqrt(3.0 * factor / n)
            return tf.random_uniform(shape, -limit, limit, dtype, seed=seed)  # type: ignore[no-any-return]
        # Cut at two deviations, the distribution has about 1 / 1.3 of its variance left.
        deviation = math.sqrt(1.3 * factor / n)
        return tf.truncated_normal(shape, 0.0, deviation, dtype, seed=seed)  # type: ignore[no-any-return]

    return _initializer


_FANS: dict[str, Callable[[float, float], float]] = {
    "FAN_IN": lambda fan_in, fan_out: fan_in,
    "FAN_OUT": lambda fan_in, fan_out: fan_out,
    "FAN_AVG": lambda fan_in, fan_out: (fan_in + fan_out) / 2.0,
}


def _check_floating(dtype: DType) -> None:
    if not dtype.is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")


def _fans(shape: Any) -> tuple[float, float]:
    """How many inputs and outputs a unit has: the last two sizes, times those of the window."""
    sizes = [float(size) for size in shape]
    if not sizes:
        return 1.0, 1.0
    window = math.prod(sizes[:-2])
    return window * sizes[max(-2, -len(sizes))], window * sizes[-1]
