"""tf.matrix_solve_ls, in tf.linalg called lstsq."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.linear_algebra.factorizations import Cholesky
from reflow.ops.linear_algebra.least_squares import MatrixSolveLs
from reflow.tf._arrays import shape as shape_of
from reflow.tf._cond import cond
from reflow.tf._factorizations import cholesky_solve
from reflow.tf._filling import eye
from reflow.tf._matmul import matmul
from reflow.tf._scopes import name_scope

# Many small matrices, together beyond this size, are solved one after the other by an op.
_CACHE_BYTES = 256000


def matrix_solve_ls(
    matrix: Any,
    rhs: Any,
    l2_regularizer: Any = 0.0,
    fast: bool = True,
    name: str | None = None,
) -> Tensor:
    """x with the least |matrix @ x - rhs|^2 + l2_regularizer |x|^2, column by column.

    [..., m, n], [..., m, k] -> [..., n, k].

    Args:
      fast: by the normal equations, for matrices that are well conditioned.  Without, any matrix
        will do, the smallest x is taken, and `l2_regularizer` is ignored.

    Raises:
      NotImplementedError: complex128 with an l2_regularizer: TensorFlow has none either.
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    regularized = isinstance(l2_regularizer, Tensor) or l2_regularizer != 0
    if matrix.dtype.base_dtype is dtypes.complex128 and regularized:
        raise NotImplementedError(
            "matrix_solve_ls is currently disabled for complex128 and l2_regularizer != 0 due to "
            "poor accuracy."
        )
    if not fast or _is_large(matrix):
        return MatrixSolveLs(matrix, rhs, l2_regularizer, fast=fast, name=name)

    def overdetermined() -> Tensor:
        factor = _gramian_factor(matrix, l2_regularizer, regularized, adjoint_first=True)
        return cholesky_solve(factor, matmul(matrix, rhs, adjoint_a=True))

    def underdetermined() -> Tensor:
        factor = _gramian_factor(matrix, l2_regularizer, regularized, adjoint_first=False)
        return matmul(matrix, cholesky_solve(factor, rhs), adjoint_a=True)

    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        rows, columns = (matrix.shape.sizes or (None, None))[-2:]
        if rows is not None and columns is not None:
            return overdetermined() if rows >= columns else underdetermined()
        size = shape_of(matrix)[-2:]
        solution: Tensor = cond(size[-2] >= size[-1], overdetermined, underdetermined)
        return solution


def _is_large(matrix: Tensor) -> bool:
    """Whether a single op, matrix by matrix, is faster."""
    shape = matrix.shape
    if not shape.is_fully_defined():
        return False
    sizes = shape.as_list()
    matrices = TensorShape(sizes[:-2]).num_elements() or 0
    size = (shape.num_elements() or 0) * matrix.dtype.size
    return size > _CACHE_BYTES and matrices > min(sizes[-2:])


def _gramian_factor(
    matrix: Tensor, l2_regularizer: Any, regularized: bool, adjoint_first: bool
) -> Tensor:
    """The Cholesky factor of a^H a + l2, or without `adjoint_first` of a a^H + l2."""
    gramian = matmul(matrix, matrix, adjoint_a=adjoint_first, adjoint_b=not adjoint_first)
    if regularized:
        shape = shape_of(matrix)
        batch, size = shape[:-2], shape[-1 if adjoint_first else -2]
        identity = eye(size, batch_shape=batch, dtype=matrix.dtype)
        if matrix.shape.sizes is not None:
            known = matrix.shape.sizes[-1 if adjoint_first else -2]
            identity.set_shape(matrix.shape[:-2].concatenate([known, known]))
        gramian += l2_regularizer * identity
    return Cholesky(gramian)
