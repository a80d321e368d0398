"""tf.train: optimizers, learning rates and the global step."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.train.adam import AdamOptimizer
from reflow.tf.train.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from reflow.tf.train.gradient_descent import GradientDescentOptimizer
from reflow.tf.train.learning_rate_decay import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    piecewise_constant_decay,
    polynomial_decay,
)
from reflow.tf.train.momentum import MomentumOptimizer
from reflow.tf.train.optimizer import Optimizer

__all__ = [
    "AdamOptimizer",
    "GradientDescentOptimizer",
    "MomentumOptimizer",
    "Optimizer",
    "assert_global_step",
    "cosine_decay",
    "cosine_decay_restarts",
    "create_global_step",
    "exponential_decay",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "inverse_time_decay",
    "linear_cosine_decay",
    "natural_exp_decay",
    "noisy_linear_cosine_decay",
    "piecewise_constant",
    "piecewise_constant_decay",
    "polynomial_decay",
]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
