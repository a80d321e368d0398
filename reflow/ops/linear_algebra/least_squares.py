"""Equations that have no solution, or many: least squares."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.casts import Cast
from reflow.ops.kernels import Host
from reflow.ops.linear_algebra.factorizations import Cholesky
from reflow.ops.linear_algebra.matrices import (
    NUMBERS,
    identity_like,
    in_single,
    product,
    require_success,
    transposed,
)
from reflow.ops.linear_algebra.solving import MatrixTriangularSolve, solution_shape
from reflow.ops.math import AddV2, Mul, Sub
from reflow.ops.op import op


@op
class MatrixSolveLs:
    """x with the least |matrix @ x - rhs|^2 + l2_regularizer |x|^2, column by column.

    With `fast` from the normal equations; without, x is the smallest of the solutions for any
    matrix, and `l2_regularizer` is ignored.  [..., m, n], [..., m, k], [] -> [..., n, k].
    """

    inputs = "matrix: T, rhs: T, l2_regularizer: double"
    outputs = "output: T"
    attrs = (NUMBERS, "fast: bool = true")

    def shape(matrix: TensorShape, rhs: TensorShape, l2_regularizer: TensorShape) -> TensorShape:
        shapes.with_rank(l2_regularizer, 0)
        return solution_shape(matrix, rhs)

    @in_single
    def kernel(
        matrix: torch.Tensor, rhs: torch.Tensor, l2_regularizer: Host, *, fast: bool
    ) -> torch.Tensor:
        if not fast:
            return torch.linalg.pinv(matrix) @ rhs
        rows, columns = matrix.shape[-2:]
        if rows >= columns:
            return _normal_solution(matrix.mH @ matrix, matrix.mH @ rhs, l2_regularizer)
        return matrix.mH @ _normal_solution(matrix @ matrix.mH, rhs, l2_regularizer)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, None]:
        if not op.attrs["fast"]:
            raise ValueError("Gradient not defined for fast=False")
        rows, columns = (op.inputs[0].shape.sizes or (None, None))[-2:]
        if rows is None or columns is None:
            raise ValueError(
                "The gradient of least squares depends on whether there are more rows or columns: "
                f"expected matrices of known size. Received: {op.inputs[0].shape}"
            )
        gradients = _overdetermined if rows >= columns else _underdetermined
        return (*gradients(op, dy), None)


def _normal_solution(gramian: torch.Tensor, rhs: torch.Tensor, l2: Host) -> torch.Tensor:
    """The solution of (gramian + l2) x = rhs."""
    gramian.diagonal(dim1=-2, dim2=-1).add_(float(l2))
    lower, failed_at = torch.linalg.cholesky_ex(gramian)
    require_success(
        failed_at,
        "Input matrix was rank deficient or ill-conditioned. Try setting fast=False or provide a "
        "larger l2_regularizer > 0.",
    )
    return torch.cholesky_solve(rhs, lower)


class _Gramian:
    """Solves a^H a + l2, or of the other kind a a^H + l2, for several right hand sides."""

    def __init__(self, op: Operation, adjoint_first: bool) -> None:
        a = op.inputs[0]
        gramian = product(a, a, adjoint_a=adjoint_first, adjoint_b=not adjoint_first)
        l2 = Cast(op.inputs[2], DstT=gramian.dtype.base_dtype)
        self._factor = Cholesky(AddV2(gramian, Mul(l2, identity_like(gramian))))

    def solve(self, rhs: Tensor) -> Tensor:
        inner = MatrixTriangularSolve(self._factor, rhs)
        return MatrixTriangularSolve(self._factor, inner, adjoint=True)


def _overdetermined(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
    """Of x = (a^H a + l2)^-1 a^H b."""
    a, b, x = op.inputs[0], op.inputs[1], op.outputs[0]
    z = _Gramian(op, adjoint_first=True).solve(dy)
    xz = product(x, z, adjoint_b=True)
    da = Sub(product(b, z, adjoint_b=True), product(a, AddV2(xz, transposed(xz))))
    return da, product(a, z)


def _underdetermined(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
    """Of x = a^H (a a^H + l2)^-1 b."""
    a, b, x = op.inputs[0], op.inputs[1], op.outputs[0]
    gramian = _Gramian(op, adjoint_first=False)
    db = gramian.solve(product(a, dy))
    y = gramian.solve(b)
    rest = Sub(dy, product(a, db, adjoint_a=True))
    return Sub(product(y, rest, adjoint_b=True), product(db, x, adjoint_b=True)), db
