"""Matrices and their diagonals: top-level names of `tf`, and names of tf.linalg."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops import diagonals
from reflow.ops.reductions import Sum
from reflow.tf._scopes import name_scope


def matrix_diag(diagonal: Any, name: str | None = "diag") -> Tensor:
    """Square matrices with the given diagonals.  [..., n] -> [..., n, n]."""
    return diagonals.MatrixDiag(diagonal, name=name)


def matrix_diag_part(input: Any, name: str | None = "diag_part") -> Tensor:
    """The diagonals of matrices.  [..., m, n] -> [..., min(m, n)]."""
    return diagonals.MatrixDiagPart(input, name=name)


def matrix_set_diag(input: Any, diagonal: Any, name: str | None = "set_diag") -> Tensor:
    """The matrices of `input` with other diagonals."""
    return diagonals.MatrixSetDiag(input, diagonal, name=name)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sums of the diagonals.  [..., m, n] -> [...]."""
    with name_scope(name, "Trace", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Sum(matrix_diag_part(x), [-1], name=scope)
