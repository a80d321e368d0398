"""Matrices as products of triangular and orthonormal ones: Cholesky, Qr, Lu."""

from __future__ import annotations

import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.linear_algebra.matrices import (
    NUMBERS,
    adjoint,
    halved,
    identity_like,
    in_single,
    lower_half,
    lower_triangle,
    product,
    require_success,
    square,
    without_last,
)
from reflow.ops.linear_algebra.solving import MatrixTriangularSolve
from reflow.ops.math import AddV2, Sub
from reflow.ops.op import op
from reflow.ops.values import torch_type

CHOLESKY_FAILED = "Cholesky decomposition was not successful. The input might not be valid."


@op
class Cholesky:
    """The lower triangle l of positive definite matrices with l @ adjoint(l) = input.

    Only the lower triangle of the input is read.  InvalidArgumentError if there is no such l.
    """

    inputs = "input: T"
    outputs = "output: T"
    attrs = (NUMBERS,)
    export = ("cholesky", "linalg.cholesky")

    shape = square

    @in_single
    def kernel(input: torch.Tensor) -> torch.Tensor:
        lower, failed_at = torch.linalg.cholesky_ex(input)
        require_success(failed_at, CHOLESKY_FAILED)
        return lower

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        lower = op.outputs[0]
        inverse = MatrixTriangularSolve(lower, identity_like(lower))
        middle = lower_half(product(lower, dy, adjoint_a=True))
        da = product(product(inverse, middle, adjoint_a=True), inverse)
        return halved(AddV2(da, adjoint(da)))


@op
class CholeskyGrad:
    """The gradient of Cholesky as TensorFlow once computed it: symmetric, of the factor l."""

    inputs = "l: T, grad: T"
    outputs = "output: T"
    attrs = ("T: {half, float, double}",)

    def shape(l: TensorShape, grad: TensorShape) -> TensorShape:  # noqa: E741
        return square(l)

    @in_single
    def kernel(l: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:  # noqa: E741
        lower = l.tril()
        middle = (lower.mT @ grad.tril()).tril()
        middle.diagonal(dim1=-2, dim2=-1).mul_(0.5)
        left = torch.linalg.solve_triangular(lower.mT, middle, upper=True)
        gradient = torch.linalg.solve_triangular(lower, left, upper=False, left=False)
        return (gradient + gradient.mT) / 2


@op
class Qr:
    """Orthonormal columns times an upper triangle: q @ r is the input, matrix by matrix.

    [..., m, n] -> [..., m, k], [..., k, n], where k is min(m, n), or m with `full_matrices`.
    """

    inputs = "input: T"
    outputs = "q: T, r: T"
    attrs = ("full_matrices: bool = false", NUMBERS)
    export = ("qr", "linalg.qr")

    def shape(input: TensorShape, *, full_matrices: bool) -> tuple[TensorShape, TensorShape]:
        sizes = shapes.with_rank_at_least(input, 2).sizes
        if sizes is None:
            return shapes.UNKNOWN, shapes.UNKNOWN
        *batch, rows, columns = sizes
        inner = rows if full_matrices else shapes.smaller(rows, columns)
        return shapes.of(*batch, rows, inner), shapes.of(*batch, inner, columns)

    @in_single
    def kernel(input: torch.Tensor, *, full_matrices: bool) -> tuple[torch.Tensor, torch.Tensor]:
        q, r = torch.linalg.qr(input, "complete" if full_matrices else "reduced")
        return q, r

    def gradient(op: Operation, dq: Tensor, dr: Tensor) -> Tensor:
        q, r = op.outputs
        _require_square(r)
        q_dq = product(q, dq, adjoint_a=True)
        r_dr = product(r, dr, adjoint_b=True)
        skew = AddV2(Sub(q_dq, adjoint(q_dq)), Sub(r_dr, adjoint(r_dr)))
        inside = product(q, AddV2(dr, _times_inverse_adjoint(lower_triangle(skew), r)))
        outside = _times_inverse_adjoint(Sub(dq, product(q, q_dq)), r)
        return AddV2(inside, outside)


def _require_square(r: Tensor) -> None:
    """NotImplementedError where TensorFlow has no gradient of Qr either."""
    if r.dtype.is_complex:
        raise NotImplementedError(f"QrGrad not implemented for dtype: {r.dtype.name}")
    rows, columns = (r.shape.sizes or (None, None))[-2:]
    if rows is None or columns is None:
        raise NotImplementedError("QrGrad not implemented with dynamic shapes.")
    if rows != columns:
        raise NotImplementedError(
            "QrGrad not implemented when ncols > nrows or full_matrices is true and ncols != nrows."
        )


def _times_inverse_adjoint(x: Tensor, r: Tensor) -> Tensor:
    """x times the adjoint of the inverse of the upper triangle r."""
    return adjoint(MatrixTriangularSolve(r, adjoint(x), lower=False))


@op
class Lu:
    """Triangles l and u, in one matrix, of the input with its rows in another order.

    With l = tril(lu, -1) + 1 and u = triu(lu), l @ u is the rows p of the input.
    InvalidArgumentError if a matrix is not invertible.

    [..., n, n] -> [..., n, n], [..., n].
    """

    inputs = "input: T"
    outputs = "lu: T, p: output_idx_type"
    attrs = (NUMBERS, "output_idx_type: {int32, int64} = int32")
    export = ("linalg.lu",)

    def shape(input: TensorShape) -> tuple[TensorShape, TensorShape]:
        matrices = square(input)
        return matrices, without_last(matrices, 1)

    @in_single
    def kernel(input: torch.Tensor, *, output_idx_type: DType) -> tuple[torch.Tensor, torch.Tensor]:
        lu, pivots, failed_at = torch.linalg.lu_factor_ex(input)
        require_success(failed_at, "Input is not invertible.")
        permutation, _, _ = torch.lu_unpack(lu, pivots, unpack_data=False)
        rows = torch.arange(input.shape[-1], device=input.device, dtype=torch.float64)
        order = permutation.mT.abs().to(torch.float64) @ rows
        return lu, order.to(torch_type(output_idx_type))
