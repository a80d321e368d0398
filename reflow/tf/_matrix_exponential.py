"""tf.linalg.expm, by the name of the function itself."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.linear_algebra.matrix_functions import MatrixExponential
from reflow.tf._scopes import name_scope


def matrix_exponential(input: Any, name: str | None = None) -> Tensor:
    """exp(a) = 1 + a + a @ a / 2 + ...  [..., n, n] -> [..., n, n].

    Raises:
      ValueError: elements that are neither floating-point nor complex numbers.
    """
    with name_scope(name, "matrix_exponential", [input]) as scope:
        matrix = convert_to_tensor(input, name="input")
        if not (matrix.dtype.is_floating or matrix.dtype.is_complex):
            raise ValueError(
                f"tf.linalg.expm does not support matrices of type {matrix.dtype.name}"
            )
        return MatrixExponential(matrix, name=scope)
