"""Systems of linear equations."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.constants import constant
from reflow.ops.diagonals import MatrixBandPart
from reflow.ops.linear_algebra.matrices import (
    NUMBERS,
    adjoint,
    in_single,
    product,
    require,
    require_success,
    square,
)
from reflow.ops.math import Neg
from reflow.ops.op import op

NOT_INVERTIBLE = "Input matrix is not invertible."


@op
class MatrixInverse:
    """The inverses of matrices, or of their adjoints; InvalidArgumentError if there is none."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("adjoint: bool = false", NUMBERS)
    export = ("matrix_inverse", "linalg.inv")

    def shape(input: TensorShape) -> TensorShape:
        return square(input)

    @in_single
    def kernel(input: torch.Tensor, *, adjoint: bool) -> torch.Tensor:
        inverse, failed_at = torch.linalg.inv_ex(input.mH if adjoint else input)
        require_success(failed_at, "Input is not invertible.")
        return inverse

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        # TensorFlow passes over `adjoint` here: its second derivatives of determinants are wrong.
        inverse = op.outputs[0]
        inner = product(dy, inverse, adjoint_b=True)
        da = Neg(product(inverse, inner, adjoint_a=True))
        return adjoint(da) if op.attrs["adjoint"] else da


def solution_shape(matrix: TensorShape, rhs: TensorShape) -> TensorShape:
    """[..., m, n], [..., m, k] -> [..., n, k]."""
    matrix, rhs = shapes.with_rank_at_least(matrix, 2), shapes.with_rank_at_least(rhs, 2)
    if matrix.sizes is None or rhs.sizes is None:
        return shapes.UNKNOWN
    batch = shapes.merge(shapes.of(*matrix.sizes[:-2]), shapes.of(*rhs.sizes[:-2]))
    rows = shapes.merge_sizes(matrix.sizes[-2], rhs.sizes[-2])
    is_square = matrix.sizes[-2] is not None and matrix.sizes[-2] == matrix.sizes[-1]
    columns = rows if is_square else matrix.sizes[-1]
    return shapes.of(*(batch.sizes or ()), columns, rhs.sizes[-1])


def _square_solution_shape(matrix: TensorShape, rhs: TensorShape) -> TensorShape:
    """[..., n, n], [..., n, k] -> [..., n, k]."""
    return solution_shape(square(matrix), rhs)


def _matrix_gradient(op: Operation, db: Tensor) -> Tensor:
    """The gradient by the matrix, of an op that solves for op.outputs[0]; db: that by `rhs`."""
    x = op.outputs[0]
    if op.attrs["adjoint"]:
        return Neg(product(x, db, adjoint_b=True))
    return Neg(product(db, x, adjoint_b=True))


@op
class MatrixSolve:
    """x with matrix @ x = rhs (or of the adjoint).  [..., n, n], [..., n, k] -> [..., n, k]."""

    inputs = "matrix: T, rhs: T"
    outputs = "output: T"
    attrs = ("adjoint: bool = false", NUMBERS)
    export = ("matrix_solve", "linalg.solve")

    def shape(matrix: TensorShape, rhs: TensorShape) -> TensorShape:
        return _square_solution_shape(matrix, rhs)

    @in_single
    def kernel(matrix: torch.Tensor, rhs: torch.Tensor, *, adjoint: bool) -> torch.Tensor:
        solution, failed_at = torch.linalg.solve_ex(matrix.mH if adjoint else matrix, rhs)
        require_success(failed_at, NOT_INVERTIBLE)
        return solution

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        db = MatrixSolve(op.inputs[0], dy, adjoint=not op.attrs["adjoint"])
        return _matrix_gradient(op, db), db


@op
class MatrixTriangularSolve:
    """x with matrix @ x = rhs, where only one triangle of the matrix is read."""

    inputs = "matrix: T, rhs: T"
    outputs = "output: T"
    attrs = ("lower: bool = true", "adjoint: bool = false", NUMBERS)
    export = ("matrix_triangular_solve", "linalg.triangular_solve")

    def shape(matrix: TensorShape, rhs: TensorShape) -> TensorShape:
        return _square_solution_shape(matrix, rhs)

    @in_single
    def kernel(
        matrix: torch.Tensor, rhs: torch.Tensor, *, lower: bool, adjoint: bool
    ) -> torch.Tensor:
        require(matrix.diagonal(dim1=-2, dim2=-1) != 0, NOT_INVERTIBLE)
        triangle = matrix.mH if adjoint else matrix
        return torch.linalg.solve_triangular(triangle, rhs, upper=lower == adjoint)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        lower = op.attrs["lower"]
        db = MatrixTriangularSolve(op.inputs[0], dy, lower=lower, adjoint=not op.attrs["adjoint"])
        below, above = (-1, 0) if lower else (0, -1)
        da = MatrixBandPart(_matrix_gradient(op, db), constant(below), constant(above))
        return da, db
