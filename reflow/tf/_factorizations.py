"""Matrices taken apart, and what follows from their parts: names of tf.linalg and of `tf`."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes, log
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import ExpandDims, Identity
from reflow.ops.linear_algebra.factorizations import Cholesky
from reflow.ops.linear_algebra.solving import MatrixTriangularSolve
from reflow.ops.linear_algebra.spectral import SelfAdjointEigV2, Svd
from reflow.ops.math import Log, Maximum
from reflow.ops.selection import SelectV2
from reflow.tf import math as math_functions
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._checks import assert_rank_at_least
from reflow.tf._diagonals import matrix_diag_part
from reflow.tf._matmul import matmul
from reflow.tf._reductions import reduce_max, reduce_sum
from reflow.tf._scopes import control_dependencies, name_scope


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """x with a @ x = rhs, where `chol` is the Cholesky factor of a.

    [..., n, n], [..., n, k] -> [..., n, k].
    """
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        y = MatrixTriangularSolve(chol, rhs, adjoint=False, lower=True)
        return MatrixTriangularSolve(chol, y, adjoint=True, lower=True)


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of positive definite matrices.  [..., n, n] -> [...]."""
    with name_scope(name, "logdet", [matrix]):
        diagonal = math_functions.real(matrix_diag_part(Cholesky(matrix)))
        return 2.0 * reduce_sum(Log(diagonal), axis=[-1])


def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues [..., n] in ascending order, and eigenvectors as the columns of [..., n, n].

    Only the lower triangles of the matrices are read.
    """
    e, v = SelfAdjointEigV2(tensor, compute_v=True, name=name)
    return e, v


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of self-adjoint matrices, in ascending order.  [..., n, n] -> [..., n].

    Where gradients are wanted, `self_adjoint_eig` is cheaper: they need the eigenvectors.
    """
    e, _ = SelfAdjointEigV2(tensor, compute_v=False, name=name)
    return e


def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    """Singular values s [..., p] in descending order, and the vectors: the columns of u and v.

    tensor = u @ diag(s) @ adjoint(v), with u [..., m, p] and v [..., n, p], p = min(m, n).

    Args:
      full_matrices: u is [..., m, m] and v [..., n, n].
      compute_uv: without it, the result is s alone.
    """
    s, u, v = Svd(tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    values = math_functions.real(s)
    return (values, u, v) if compute_uv else values


def batch_svd(
    tensor: Any, compute_uv: bool = True, full_matrices: bool = False, name: str | None = None
) -> Any:
    """tf.svd by its name of TensorFlow 0.x, which had its arguments in another order."""
    log.advise("tf.batch_svd is the name of TensorFlow 0.x: it is tf.svd now.")
    return svd(tensor, full_matrices, compute_uv, name)


# -- From singular values -------------------------------------------------------------------------


def _checked_matrix(a: Tensor, validate_args: bool) -> Tensor:
    """`a`, of floating-point matrices; checked in every run too if asked and not known before."""
    if not a.dtype.is_floating:
        raise TypeError(f"Input `a` must have `float`-like `dtype`. Received: {a.dtype.name}")
    rank = a.shape.ndims
    if rank is not None and rank < 2:
        raise ValueError(f"Input `a` must have at least 2 dimensions. Received: {rank}")
    if rank is not None or not validate_args:
        return a
    check: Operation = assert_rank_at_least(
        a, rank=2, message="Input `a` must have at least 2 dimensions."
    )
    with control_dependencies([check]):
        return Identity(a)


def matrix_rank(
    a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """How many singular values are larger than `tol`.  [..., m, n] -> [...], int32.

    Args:
      tol: by default max(m, n) times the largest singular value times the type's epsilon.
      validate_args: check the rank of `a` in every run where it is not known before.
    """
    with name_scope(name or "matrix_rank"):
        a = _checked_matrix(
            convert_to_tensor(a, name="a", preferred_dtype=dtypes.float32), validate_args
        )
        s = svd(a, compute_uv=False)
        if tol is None:
            size = a.shape[-2:]
            if size.is_fully_defined():
                larger: Any = np.max(size.as_list())
            else:
                larger = reduce_max(shape_of(a)[-2:])
            relative = np.finfo(a.dtype.as_numpy_dtype).eps * cast(larger, a.dtype)
            tol = relative * reduce_max(s, axis=-1, keepdims=True)
        return reduce_sum(cast(s > tol, dtypes.int32), axis=-1)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The Moore-Penrose pseudo-inverse.  [..., m, n] -> [..., n, m].

    Args:
      rcond: singular values below `rcond` times the largest count as 0; by default 10 max(m, n)
        times the type's epsilon.
      validate_args: check the rank of `a` in every run where it is not known before.
    """
    with name_scope(name or "pinv"):
        a = _checked_matrix(convert_to_tensor(a, name="a"), validate_args)
        dtype = a.dtype.as_numpy_dtype
        if rcond is None:
            rcond = 10.0 * _larger_size(a) * np.finfo(dtype).eps
        rcond = convert_to_tensor(rcond, dtype=dtype, name="rcond")
        s, u, v = svd(a, full_matrices=False, compute_uv=True)
        cutoff = rcond * reduce_max(s, axis=-1)
        # Dividing by infinity instead of skipping keeps the gradients finite.
        s = SelectV2(s > ExpandDims(cutoff, -1), s, np.array(np.inf, dtype))
        inverse = matmul(v / ExpandDims(s, -2), u, adjoint_b=True)
        if a.shape.sizes is not None:
            *batch, rows, columns = a.shape.sizes
            inverse.set_shape([*batch, columns, rows])
        return inverse


def _larger_size(a: Tensor) -> Any:
    """max(m, n) of a [..., m, n]: a number where it is known."""
    known = a.shape[-2:].sizes or (None, None)
    sizes = [shape_of(a)[i] if size is None else size for i, size in zip((-2, -1), known)]
    if None not in known:
        return float(max(sizes))
    return cast(Maximum(*sizes), a.dtype)
