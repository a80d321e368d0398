"""Gradients against finite differences, in a graph: TensorFlow 1's `tf.test.compute_gradient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.default_session import get_default_session
from reflow.graph.dtypes import DType
from reflow.graph.gradients import gradients
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity
from reflow.ops.constants import constant
from reflow.tf._casts import cast
from reflow.tf.test._jacobians import (
    check_type,
    largest_difference,
    numeric_jacobian,
    theoretical_jacobian,
)

_Pair = tuple[np.ndarray, np.ndarray]


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Sequence[int],
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Operation] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> _Pair | list[_Pair]:
    """The Jacobian dy/dx, by TensorFlow's gradient and by finite differences.

    It runs in the default session, and adds operations to the graph.

    Args:
      x: a tensor, or a list of tensors.
      x_shape: its shape, or theirs.
      y: a tensor that depends on x.
      y_shape: its shape.
      x_init_value: the array where the Jacobian is taken, or a list of them; default: random.
      delta: how far each number of x is moved for the differences.
      init_targets: operations that are run first.
      extra_feed_dict: what else is fed.

    Returns:
      Two arrays [size of x, size of y], sizes in real numbers; a list of pairs for a list.
    """
    is_list = isinstance(x, list)
    xs, shapes = (x, x_shape) if is_list else ([x], [x_shape])
    values = x_init_value if is_list and x_init_value is not None else [x_init_value] * len(xs)
    backwards = [_gradient_nodes(one, y, y_shape) for one in xs]
    for target in init_targets or ():
        target.run()
    pairs = []
    for one, shape, (dx, dy), value in zip(xs, shapes, backwards, values):
        check_type(one.dtype, "x")
        check_type(y.dtype, "y")
        start = _start(one.dtype, shape, value)
        pairs.append(_jacobians(one, start, dx, dy, y, y_shape, delta, extra_feed_dict or {}))
    return pairs if is_list else pairs[0]


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Sequence[int],
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Sequence[Operation] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> float:
    """The largest difference between the two Jacobians of `compute_gradient`."""
    pairs = compute_gradient(
        x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict
    )
    return largest_difference(pairs if isinstance(pairs, list) else [pairs])


def _gradient_nodes(x: Tensor, y: Tensor, y_shape: Sequence[int]) -> tuple[Any, Tensor]:
    """The gradient of x, and the gradient of y that it is computed from, to be fed."""
    with x.graph.as_default():
        dy = constant(1.0, shape=y_shape, dtype=y.dtype)
        # Behind an identity, so that no gradient is the very tensor that is fed.
        [dx] = gradients(y, x, Identity(dy))
    return dx, dy


def _start(dtype: DType, shape: Sequence[int], value: np.ndarray | None) -> np.ndarray:
    if value is not None:
        given = list(value.shape)
        assert list(shape) == given, f"x_shape = {shape}, init_data shape = {given}"
        return np.asarray(value, dtype.as_numpy_dtype)
    start = np.random.random_sample(shape).astype(dtype.as_numpy_dtype)
    if dtype.is_complex:
        start.imag = np.random.random_sample(shape)
    return start


def _jacobians(
    x: Tensor,
    start: np.ndarray,
    dx: Any,
    dy: Tensor,
    y: Tensor,
    y_shape: Sequence[int],
    delta: float,
    extra_feed_dict: Mapping[Any, Any],
) -> _Pair:
    session = get_default_session()
    theoretical = theoretical_jacobian(
        lambda value: session.run(dx, {**extra_feed_dict, x: start, dy: value}),
        start,
        y_shape,
        y.dtype.base_dtype,
    )
    # Differences of bfloat16 have too few digits.
    exact = cast(y, dtypes.float32) if y.dtype.base_dtype == dtypes.bfloat16 else y
    numeric = numeric_jacobian(
        lambda value: session.run(exact, {**extra_feed_dict, x: value}),
        start,
        theoretical.shape[1],
        delta,
    )
    return theoretical, numeric
