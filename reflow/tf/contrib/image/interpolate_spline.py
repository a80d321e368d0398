"""Polyharmonic splines: smooth functions through given values at scattered points.

The function is f(x) = sum of w[i] * phi(|x - c[i]|) + v . (x, 1), for the points c.
"""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import dimension_value
from reflow.ops.functions import Sqrt
from reflow.ops.linear_algebra.solving import MatrixSolve
from reflow.tf._arrays import expand_dims, transpose
from reflow.tf._arrays import shape as shape_of
from reflow.tf._diagonals import matrix_diag_part
from reflow.tf._filling import eye, ones_like, zeros
from reflow.tf._joining import concat, unstack
from reflow.tf._matmul import matmul
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope
from reflow.tf.math import log, maximum, square
from reflow.tf.math import pow as power

# Where a distance is 0 its logarithm is none, and its root has no gradient.
_LEAST = 1e-10


def interpolate_spline(
    train_points: Any,
    train_values: Any,
    query_points: Any,
    order: int,
    regularization_weight: float = 0.0,
    name: str | None = "interpolate_spline",
) -> Tensor:
    """The values at `query_points` of the spline through `train_values` at `train_points`.

    Args:
      train_points: [batch, n, d], of floats; d is to be known.
      train_values: [batch, n, k]; k is to be known.
      query_points: [batch, m, d].
      order: of phi: r ** order, times log(r) if it is even; 2 makes a thin-plate spline.
      regularization_weight: above 0, the spline is smoother and only passes near the values.

    Returns:
      [batch, m, k]

    Raises:
      ValueError: d or k is not known.
    """
    with name_scope(name):
        train_points = convert_to_tensor(train_points)
        train_values = convert_to_tensor(train_values)
        query_points = convert_to_tensor(query_points)
        with name_scope("solve"):
            w, v = _solve_interpolation(train_points, train_values, order, regularization_weight)
        with name_scope("predict"):
            return _apply_interpolation(query_points, train_points, w, v, order)


def _solve_interpolation(
    points: Tensor, values: Tensor, order: int, regularization_weight: float
) -> tuple[Tensor, Tensor]:
    """The weights w [batch, n, k] of the points, and v [batch, d + 1, k] of the coordinates."""
    batch, count, _ = unstack(shape_of(points), num=3)
    if dimension_value(points.shape[-1]) is None:
        raise ValueError(
            "The dimensionality of the input points (d) must be statically-inferrable. "
            f"Received shape: {points.shape}"
        )
    outputs = values.shape[-1]
    if dimension_value(outputs) is None:
        raise ValueError(
            "The dimensionality of the output values (k) must be statically-inferrable. "
            f"Received shape: {values.shape}"
        )
    with name_scope("construct_linear_system"):
        kernel = _phi(_squared_distances_within(points), order)
        if regularization_weight > 0:
            kernel += regularization_weight * expand_dims(eye(count, dtype=points.dtype), 0)
        coordinates = concat([points, ones_like(points[..., :1], dtype=points.dtype)], 2)
        left = concat([kernel, transpose(coordinates, [0, 2, 1])], 1)
        width = coordinates.shape[2]
        corner = zeros([batch, width, width], points.dtype)
        lhs = concat([left, concat([coordinates, corner], 1)], 2)
        rhs = concat([values, zeros([batch, points.shape[-1] + 1, outputs], points.dtype)], 1)
    with name_scope("solve_linear_system"):
        solution = MatrixSolve(lhs, rhs)
        return solution[:, :count, :], solution[:, count:, :]


def _apply_interpolation(
    query_points: Tensor, points: Tensor, w: Tensor, v: Tensor, order: int
) -> Tensor:
    """The spline's values [batch, m, k] at points [batch, m, d]."""
    distances = _squared_distances(query_points, points)
    curved = matmul(_phi(distances, order), w)
    last = ones_like(query_points[..., :1], points.dtype)
    linear = matmul(concat([query_points, last], 2), v)
    return curved + linear


def _squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """From each row of x to each of y.  [batch, n, d], [batch, m, d] -> [batch, n, m]"""
    of_x = reduce_sum(square(x), 2)
    of_y = reduce_sum(square(y), 2)
    column, row = expand_dims(of_x, 2), expand_dims(of_y, 1)
    products = matmul(x, y, adjoint_b=True)
    return column - 2 * products + row


def _squared_distances_within(x: Tensor) -> Tensor:
    """From each row to each.  [batch, n, d] -> [batch, n, n]"""
    products = matmul(x, x, adjoint_b=True)
    column = expand_dims(matrix_diag_part(products), 2)
    return column - 2 * products + transpose(column, [0, 2, 1])


def _phi(r: Tensor, order: int) -> Any:
    """Of squared distances: distance ** order, times its logarithm if the order is even."""
    with name_scope("phi"):
        if order == 1:
            return Sqrt(maximum(r, _LEAST))
        if order == 2:
            return 0.5 * r * log(maximum(r, _LEAST))
        if order == 4:
            return 0.5 * square(r) * log(maximum(r, _LEAST))
        r = maximum(r, _LEAST)
        if order % 2 == 0:
            return 0.5 * power(r, 0.5 * order) * log(r)
        return power(r, 0.5 * order)
