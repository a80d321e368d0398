"""tf.contrib.solvers: iterative solvers that know a matrix by its products with vectors alone."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.solvers import lanczos, least_squares, linear_equations, util


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
