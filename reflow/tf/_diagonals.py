"""Matrices and their diagonals: top-level names of `tf`, and names of tf.linalg."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops import bands, diagonals
from reflow.ops.constants import constant
from reflow.ops.reductions import Sum
from reflow.tf._scopes import name_scope


def matrix_diag(
    diagonal: Any,
    name: str | None = "diag",
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
) -> Tensor:
    """Square matrices with the given diagonals.  [..., n] -> [..., n, n].

    TensorFlow 1.15 passes over the arguments after `name`, which are those of 2.0: here they say
    which diagonals of matrices of which size these are (see reflow/ops/bands.py).

    Args:
      k: the number of the diagonal, or of the lowest and the highest of a band [..., count, n].
      num_rows, num_cols: the size of the matrices; by default the smallest.
      padding_value: what is elsewhere.
    """
    if _are_defaults(k, padding_value) and _are_defaults(num_rows, num_cols, default=-1):
        return diagonals.MatrixDiag(diagonal, name=name)
    diagonal = convert_to_tensor(diagonal, name="diagonal")
    padding = constant(padding_value, diagonal.dtype.base_dtype)
    return bands.MatrixDiagV2(diagonal, k, num_rows, num_cols, padding, name=name)


def matrix_diag_part(
    input: Any, name: str | None = "diag_part", k: Any = 0, padding_value: Any = 0
) -> Tensor:
    """The diagonals of matrices, or a band of them.  [..., m, n] -> [..., min(m, n)].

    Args:
      k, padding_value: as of `matrix_diag`.
    """
    if _are_defaults(k, padding_value):
        return diagonals.MatrixDiagPart(input, name=name)
    input = convert_to_tensor(input, name="input")
    padding = constant(padding_value, input.dtype.base_dtype)
    return bands.MatrixDiagPartV2(input, k, padding, name=name)


def matrix_set_diag(input: Any, diagonal: Any, name: str | None = "set_diag", k: Any = 0) -> Tensor:
    """The matrices of `input` with other diagonals, or with another band (`k`)."""
    if _are_defaults(k):
        return diagonals.MatrixSetDiag(input, diagonal, name=name)
    return bands.MatrixSetDiagV2(input, diagonal, k, name=name)


def _are_defaults(*values: Any, default: int = 0) -> bool:
    """Whether all are the number `default`."""
    return all(isinstance(value, (int, float)) and value == default for value in values)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sums of the diagonals.  [..., m, n] -> [...]."""
    with name_scope(name, "Trace", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return Sum(matrix_diag_part(x), [-1], name=scope)
