"""Fractional pooling of `tensorflow.python.ops.nn_ops` with the arguments of TensorFlow 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.tf import nn
from reflow.tf._convolution import step_sizes
from reflow.tf.random import get_seed

__all__ = ["fractional_avg_pool_v2", "fractional_max_pool_v2"]


def fractional_max_pool_v2(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> Any:
    """tf.nn.fractional_max_pool, deterministic with a seed."""
    ratio = step_sizes(pooling_ratio, 2, 3, "pooling_ratio")
    return _seeded(nn.fractional_max_pool, seed)(
        value, ratio, pseudo_random, overlapping, name=name
    )


def fractional_avg_pool_v2(
    value: Any,
    pooling_ratio: Any,
    pseudo_random: bool = False,
    overlapping: bool = False,
    seed: int = 0,
    name: str | None = None,
) -> Any:
    """tf.nn.fractional_avg_pool, deterministic with a seed."""
    return _seeded(nn.fractional_avg_pool, seed)(
        value, pooling_ratio, pseudo_random, overlapping, name=name
    )


def _seeded(pool: Callable[..., Any], seed: int) -> Callable[..., Any]:
    if seed == 0:
        return pool
    first, second = get_seed(seed)
    return lambda *args, **options: pool(
        *args, deterministic=True, seed=first, seed2=second, **options
    )
