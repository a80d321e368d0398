"""tf.contrib.solvers.util: matrices as operators, products and norms of vectors."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.ops.constants import constant
from reflow.tf._absence import part_or_error

__all__ = ["create_operator", "dot", "identity_operator", "l2norm", "l2norm_squared", "l2normalize"]

# What solvers ask of a matrix: its shape and type, and its products with a column, or with one on
# the left.
LinearOperator = namedtuple("LinearOperator", ["shape", "dtype", "apply", "apply_adjoint"])


def create_operator(matrix: Tensor) -> Any:
    """A matrix [m, n] as an operator."""
    return LinearOperator(
        shape=_shape(matrix),
        dtype=matrix.dtype,
        apply=lambda v: tf.matmul(matrix, v, adjoint_a=False),
        apply_adjoint=lambda v: tf.matmul(matrix, v, adjoint_a=True),
    )


def identity_operator(matrix: Tensor) -> Any:
    """The identity of a matrix's shape and type as an operator."""
    return LinearOperator(
        shape=_shape(matrix), dtype=matrix.dtype, apply=lambda v: v, apply_adjoint=lambda v: v
    )


def _shape(matrix: Tensor) -> Any:
    shape = matrix.shape
    return shape.as_list() if shape.is_fully_defined() else tf.shape(matrix)


def dot(x: Any, y: Any) -> Tensor:
    """The sum of conj(x) * y."""
    return tf.reduce_sum(tf.conj(x) * y)


def l2norm_squared(v: Tensor) -> Tensor:
    """The sum of squares."""
    two = constant(2, v.dtype.base_dtype)
    return two * tf.nn.l2_loss(v)


def l2norm(v: Tensor) -> Tensor:
    """The root of the sum of squares."""
    return tf.sqrt(l2norm_squared(v))


def l2normalize(v: Tensor) -> tuple[Tensor, Tensor]:
    """A vector divided by its norm, and the norm."""
    norm = l2norm(v)
    return v / norm, norm


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
