"""`tensorflow.python.ops.stateless_random_ops`."""

from __future__ import annotations

from reflow.tf._stateless_random import (
    stateless_categorical,
    stateless_multinomial,
    stateless_truncated_normal,
)
from reflow.tf._stateless_random import stateless_normal as stateless_random_normal
from reflow.tf._stateless_random import stateless_uniform as stateless_random_uniform

__all__ = [
    "stateless_categorical",
    "stateless_multinomial",
    "stateless_random_normal",
    "stateless_random_uniform",
    "stateless_truncated_normal",
]
