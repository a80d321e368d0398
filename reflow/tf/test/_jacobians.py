"""Jacobians of a function of arrays: as its gradient says, and as finite differences say.

A Jacobian is [size of x, size of y].  A complex number counts as two real ones, its real and its
imaginary part: functions of complex numbers need not have a complex derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.dtypes import DType
from reflow.graph.indexed_slices import IndexedSlicesValue

DIFFERENTIABLE = (
    dtypes.float16,
    dtypes.bfloat16,
    dtypes.float32,
    dtypes.float64,
    dtypes.complex64,
    dtypes.complex128,
)


def check_type(dtype: DType, what: str) -> None:
    """Raises AssertionError for a type that has no gradients."""
    assert dtype.base_dtype in DIFFERENTIABLE, f"Don't support type {dtype.name} for {what}"


def theoretical_jacobian(
    backpropagate: Callable[[np.ndarray], Any],
    x: np.ndarray,
    y_shape: Sequence[int],
    y_dtype: DType,
) -> np.ndarray:
    """The Jacobian that a gradient amounts to.

    Args:
      backpropagate: gives the gradient of x (an array, or an IndexedSlicesValue) for one of y.
      x: where the Jacobian is taken.
      y_shape, y_dtype: what the function gives there.

    Raises:
      ValueError: y is empty, but the gradient of x is not zeros in the shape of x.
    """
    dy = np.zeros(y_shape, y_dtype.as_numpy_dtype)
    dy_numbers = _numbers(dy)
    columns = []
    for position in range(dy_numbers.size):
        dy_numbers[position] = 1
        columns.append(_numbers(_dense(backpropagate(dy), x)).copy())
        dy_numbers[position] = 0
    if columns:
        return np.stack(columns, axis=1)
    dx = _dense(backpropagate(dy), x)
    if dx.shape != x.shape:
        raise ValueError(f"Empty gradient has wrong shape: expected {x.shape}, got {dx.shape}")
    if np.any(dx):
        raise ValueError("Empty tensor with nonzero gradients")
    numbers = _numbers(x)
    return np.zeros((numbers.size, 0), numbers.dtype)


def numeric_jacobian(
    function: Callable[[np.ndarray], np.ndarray], x: np.ndarray, y_size: int, delta: float
) -> np.ndarray:
    """The Jacobian by central differences.

    Args:
      function: gives y for x.
      x: where the Jacobian is taken.
      y_size: how many real numbers y has.
      delta: how far each number of x is moved, up and down.
    """
    rows = []
    for position in range(_numbers(x).size):
        above, below = x.copy(), x.copy()
        _numbers(above)[position] += delta
        _numbers(below)[position] -= delta
        difference = np.asarray(function(above)) - np.asarray(function(below))
        rows.append(_numbers(difference) / (2 * delta))
    jacobian = np.stack(rows) if rows else np.zeros((0, y_size))
    return jacobian.astype(_numbers(x).dtype)


def largest_difference(jacobians: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """The largest difference between the two Jacobians of a pair."""
    found = [np.abs(one - other).max() for one, other in jacobians if one.size or other.size]
    return float(np.max([0, *found]))


def _numbers(array: np.ndarray) -> np.ndarray:
    """The real numbers of an array, in one dimension; a view if it is contiguous."""
    flat = np.asarray(array).ravel()
    return flat.view(flat.real.dtype) if np.iscomplexobj(flat) else flat


def _dense(gradient: Any, x: np.ndarray) -> np.ndarray:
    if not isinstance(gradient, IndexedSlicesValue):
        return np.asarray(gradient)
    dense = np.zeros_like(x)
    np.add.at(dense, gradient.indices, gradient.values)
    return dense
