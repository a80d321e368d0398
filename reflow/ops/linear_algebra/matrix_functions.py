"""Functions of square matrices: exponential, logarithm, square root."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.ops.constants import constant
from reflow.ops.filling import ZerosLike
from reflow.ops.joining import ConcatV2
from reflow.ops.linear_algebra.matrices import NUMBERS, adjoint, in_single, square
from reflow.ops.linear_algebra.schur import schur
from reflow.ops.op import op
from reflow.ops.splitting import Split

Array = np.ndarray[Any, Any]

_ROUNDING = 1e-6
# The logarithm: how near to 1 its quadrature begins, with how many points.
_NEAR_ONE = 0.25
_POINTS = 8
_MOST_SQUARINGS = 100


def _function_gradient(op: Operation, dy: Tensor) -> Tensor:
    """The gradient of any analytic function f of matrices.

    f of the blocks [[a, e], [0, a]] has f's derivative at a in the direction e in its corner
    (N. Higham, "Functions of matrices", theorem 3.6); the gradient is that at the adjoint of a in
    the direction dy.
    """
    a = adjoint(op.inputs[0])
    upper = ConcatV2([a, dy], constant(-1))
    lower = ConcatV2([ZerosLike(a), a], constant(-1))
    result = op.definition(ConcatV2([upper, lower], constant(-2)))
    corner, _ = Split(constant(-2), result, num_split=2)
    return Split(constant(-1), corner, num_split=2)[1]


@op
class MatrixExponential:
    """exp(a) = 1 + a + a @ a / 2 + ...  [..., n, n] -> [..., n, n]."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = (NUMBERS,)

    shape = square

    @in_single
    def kernel(input: torch.Tensor) -> torch.Tensor:
        return torch.linalg.matrix_exp(input)

    gradient = _function_gradient


# -- By Schur's triangle --------------------------------------------------------------------------


def _of_matrices(function: Callable[[Array], Array], input: torch.Tensor) -> torch.Tensor:
    """q f(t) q^H for the triangles t of the matrices; the real part for real matrices."""
    if not input.numel():
        return input.clone()
    matrices = input.cpu().reshape(-1, *input.shape[-2:]).numpy()
    joined = np.stack([_of_matrix(function, matrix) for matrix in matrices])
    joined = joined if input.is_complex() else _real(joined)
    return torch.from_numpy(joined).to(input).reshape(input.shape)


def _of_matrix(function: Callable[[Array], Array], matrix: Array) -> Array:
    q, t = schur(matrix)
    with np.errstate(all="ignore"):  # No number is an answer too.
        result: Array = q @ function(t) @ q.conj().T
    return result


def _real(results: Array) -> Array:
    """The real parts; no number in a matrix with an imaginary part beyond rounding."""
    size, imaginary = (
        np.abs(part).max((-2, -1), keepdims=True) for part in (results, results.imag)
    )
    return np.where(imaginary > _ROUNDING * size, np.nan, results.real)


def _root(t: Array) -> Array:
    """The principal square root of an upper triangle, column by column (Bjorck and Hammarling)."""
    root = np.diag(np.sqrt(np.diag(t)))
    for column in range(1, len(t)):
        for row in range(column - 1, -1, -1):
            between = root[row, row + 1 : column] @ root[row + 1 : column, column]
            divisor = root[row, row] + root[column, column]
            root[row, column] = (t[row, column] - between) / divisor
    return root


def _logarithm(t: Array) -> Array:
    """The principal logarithm of an upper triangle, by inverse scaling and squaring.

    log(t) = 2^k log(t^(1/2^k)), and near 1 log(1 + x) is the integral over s in [0, 1] of
    x (1 + s x)^-1, here by Gauss's quadrature (N. Higham, "Functions of matrices", 11.5).
    """
    identity = np.eye(len(t))
    squarings = 0
    while np.abs(t - identity).sum(0).max() > _NEAR_ONE and squarings < _MOST_SQUARINGS:
        t, squarings = _root(t), squarings + 1
    x = t - identity
    leggauss: Any = np.polynomial.legendre.leggauss
    points, weights = leggauss(_POINTS)
    total = np.zeros_like(x)
    for point, weight in zip((points + 1) / 2, weights / 2):
        total += weight * np.linalg.solve(identity + point * x, x)
    return total * 2.0**squarings


def _by_schur(
    name: str,
    doc: str,
    function: Callable[[Array], Array],
    types: str,
    **rules: Any,
) -> OpDefinition:
    @in_single
    def kernel(input: torch.Tensor) -> torch.Tensor:
        return _of_matrices(function, input)

    rules |= {
        "__doc__": doc,
        "inputs": "input: T",
        "outputs": "output: T",
        "attrs": (types,),
        "shape": square,
        "kernel": kernel,
    }
    return op(type(name, (), rules))


MatrixSquareRoot: OpDefinition = _by_schur(
    "MatrixSquareRoot",
    "The principal square root: r @ r = input.  No number where a real input has none.",
    _root,
    NUMBERS,
    export=("matrix_square_root", "linalg.sqrtm"),
    gradient=_function_gradient,
)
MatrixLogarithm: OpDefinition = _by_schur(
    "MatrixLogarithm",
    "The principal logarithm, of complex matrices: the inverse of MatrixExponential.",
    _logarithm,
    "T: {complex64, complex128}",
    export=("linalg.logm",),
)
