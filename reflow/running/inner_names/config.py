"""`tensorflow.python.framework.config`: tf.config, with the names of its parts in its names."""

from __future__ import annotations

from reflow.tf.config.optimizer import (
    get_experimental_options as get_optimizer_experimental_options,
)
from reflow.tf.config.optimizer import get_jit as get_optimizer_jit
from reflow.tf.config.optimizer import (
    set_experimental_options as set_optimizer_experimental_options,
)
from reflow.tf.config.optimizer import set_jit as set_optimizer_jit

__all__ = [
    "get_optimizer_experimental_options",
    "get_optimizer_jit",
    "set_optimizer_experimental_options",
    "set_optimizer_jit",
]
