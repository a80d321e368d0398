"""tf.contrib.stateless: random numbers of a given seed, under their names before tf.random's."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf._stateless_random import stateless_multinomial, stateless_truncated_normal
from reflow.tf._stateless_random import stateless_normal as stateless_random_normal
from reflow.tf._stateless_random import stateless_uniform as stateless_random_uniform


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
