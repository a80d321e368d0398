"""tf.linalg: products of matrices, their factors, equations, norms."""

from __future__ import annotations

from typing import Any

from reflow.ops.exports import exported
from reflow.tf._absence import part_or_error
from reflow.tf._arrays import matrix_transpose
from reflow.tf._arrays import matrix_transpose as transpose
from reflow.tf._clip import global_norm
from reflow.tf._diagonals import matrix_diag as diag
from reflow.tf._diagonals import matrix_diag_part as diag_part
from reflow.tf._diagonals import matrix_set_diag as set_diag
from reflow.tf._diagonals import trace
from reflow.tf._einsum import einsum
from reflow.tf._factorizations import (
    batch_svd,
    cholesky_solve,
    logdet,
    matrix_rank,
    pinv,
    self_adjoint_eig,
    self_adjoint_eigvals,
    svd,
)
from reflow.tf._factorizations import self_adjoint_eig as eigh
from reflow.tf._factorizations import self_adjoint_eigvals as eigvalsh
from reflow.tf._filling import eye
from reflow.tf._least_squares import matrix_solve_ls as lstsq
from reflow.tf._matmul import adjoint, batch_matmul, matmul, matvec
from reflow.tf._matrix_exponential import matrix_exponential as expm
from reflow.tf._norm import norm, normalize
from reflow.tf._tensordot import tensordot
from reflow.tf._tridiagonal import tridiagonal_matmul, tridiagonal_solve
from reflow.tf.nn import l2_normalize

globals().update(exported("linalg"))


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
