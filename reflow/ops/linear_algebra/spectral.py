"""Eigenvalues of self-adjoint matrices, and singular values."""

from __future__ import annotations

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims
from reflow.ops.constants import constant
from reflow.ops.diagonals import MatrixDiag, MatrixSetDiag
from reflow.ops.filling import ZerosLike
from reflow.ops.linear_algebra.matrices import (
    NUMBERS,
    adjoint,
    identity_like,
    in_single,
    lower_half,
    product,
    require,
    square,
    transposed,
    without_last,
)
from reflow.ops.math import AddV2, Mul, Reciprocal, Square, Sub
from reflow.ops.op import op
from reflow.ops.slicing import StridedSlice


def _inverse_differences(values: Tensor) -> Tensor:
    """f[i, j] = 1 / (values[j] - values[i]), and 0 on the diagonal."""
    differences = Sub(ExpandDims(values, constant(-2)), ExpandDims(values, constant(-1)))
    # Ones on the diagonal, since a second derivative would meet an infinity there.
    safe = AddV2(differences, identity_like(differences))
    return MatrixSetDiag(Reciprocal(safe), ZerosLike(values))


# -- Eigenvalues ----------------------------------------------------------------------------------


_EIGEN_FAILED = "Self-adjoint eigen decomposition was not successful. The input might not be valid."


def _eigen(input: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    require(torch.isfinite(input.tril()), _EIGEN_FAILED)
    try:
        values, vectors = torch.linalg.eigh(input)
    except RuntimeError:
        raise errors.InvalidArgumentError(None, None, _EIGEN_FAILED) from None
    return values.to(input.dtype), vectors


@op
class SelfAdjointEigV2:
    """Eigenvalues e in ascending order, and unit eigenvectors as the columns of v.

    Only the lower triangle of the input is read.  [..., n, n] -> [..., n], [..., n, n], the
    second [0] without `compute_v`.
    """

    inputs = "input: T"
    outputs = "e: T, v: T"
    attrs = ("compute_v: bool = true", NUMBERS)

    def shape(input: TensorShape, *, compute_v: bool) -> tuple[TensorShape, TensorShape]:
        matrices = square(input)
        return without_last(matrices, 1), matrices if compute_v else shapes.of(0)

    @in_single
    def kernel(input: torch.Tensor, *, compute_v: bool) -> tuple[torch.Tensor, torch.Tensor]:
        values, vectors = _eigen(input)
        return values, vectors if compute_v else input.new_empty(0)

    def gradient(op: Operation, de: Tensor, dv: Tensor) -> Tensor:
        e, v = op.outputs
        middle = MatrixDiag(de)
        if op.attrs["compute_v"]:
            rotation = Mul(_inverse_differences(e), product(v, dv, adjoint_a=True))
            middle = AddV2(middle, rotation)
        else:
            _, v = SelfAdjointEigV2(op.inputs[0])
        da = product(v, product(middle, v, adjoint_b=True))
        return lower_half(AddV2(da, adjoint(da)))


@op
class SelfAdjointEig:
    """Eigenvalues as the first row, eigenvectors as columns below: [..., n + 1, n]."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: {double, float, half}",)

    def shape(input: TensorShape) -> TensorShape:
        sizes = square(input).sizes
        if sizes is None:
            return shapes.UNKNOWN
        size = sizes[-1]
        return shapes.of(*sizes[:-2], None if size is None else size + 1, size)

    @in_single
    def kernel(input: torch.Tensor) -> torch.Tensor:
        values, vectors = _eigen(input)
        return torch.cat([values.unsqueeze(-2), vectors], -2)


# -- Singular values ------------------------------------------------------------------------------


@op
class Svd:
    """Singular values s in descending order, and u, v with input = u @ diag(s) @ adjoint(v).

    [..., m, n] -> [..., p], [..., m, p], [..., n, p] with p = min(m, n); with `full_matrices` u
    is [..., m, m] and v [..., n, n]; without `compute_uv` they are [0].
    """

    inputs = "input: T"
    outputs = "s: T, u: T, v: T"
    attrs = ("compute_uv: bool = true", "full_matrices: bool = false", NUMBERS)

    def shape(
        input: TensorShape, *, compute_uv: bool, full_matrices: bool
    ) -> tuple[TensorShape, TensorShape, TensorShape]:
        sizes = shapes.with_rank_at_least(input, 2).sizes
        if sizes is None:
            factor = shapes.UNKNOWN if compute_uv else shapes.of(0)
            return shapes.UNKNOWN, factor, factor
        *batch, rows, columns = sizes
        inner = shapes.smaller(rows, columns)
        if not compute_uv:
            return shapes.of(*batch, inner), shapes.of(0), shapes.of(0)
        return (
            shapes.of(*batch, inner),
            shapes.of(*batch, rows, rows if full_matrices else inner),
            shapes.of(*batch, columns, columns if full_matrices else inner),
        )

    @in_single
    def kernel(
        input: torch.Tensor, *, compute_uv: bool, full_matrices: bool
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        # Where there is no number, TensorFlow says so in s, and u and v are identities.
        finite = torch.isfinite(input).all(-1).all(-1)
        u, s, vh = torch.linalg.svd(
            torch.where(finite[..., None, None], input, 0), full_matrices=full_matrices
        )
        s = torch.where(finite[..., None], s, torch.nan).to(input.dtype)
        return (s, u, vh.mH) if compute_uv else (s, input.new_empty(0), input.new_empty(0))

    def gradient(op: Operation, ds: Tensor, du: Tensor, dv: Tensor) -> Tensor:
        if not op.attrs["compute_uv"]:
            _, u, v = Svd(op.inputs[0])
            return product(u, product(MatrixDiag(ds), v, adjoint_b=True))
        return _svd_gradient(op, ds, du, dv)


def _svd_gradient(op: Operation, ds: Tensor, du: Tensor, dv: Tensor) -> Tensor:
    """NotImplementedError where TensorFlow has no gradient by u and v either."""
    a = op.inputs[0]
    if a.dtype.is_complex:
        raise NotImplementedError(
            "SVD gradient is not implemented for complex types and compute_uv=True."
        )
    rows, columns = (a.shape.sizes or (None, None))[-2:]
    if rows is None or columns is None:
        raise NotImplementedError(
            "SVD gradient has not been implemented for input with unknown inner matrix shape."
        )
    if op.attrs["full_matrices"] and abs(rows - columns) > 1:
        raise NotImplementedError(
            "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True"
        )
    s, u, v = op.outputs
    if rows > columns:
        return transposed(_wide_gradient((s, v, u), (ds, dv, du), columns, rows))
    return _wide_gradient((s, u, v), (ds, du, dv), rows, columns)


def _wide_gradient(
    factors: tuple[Tensor, Tensor, Tensor],
    gradients: tuple[Tensor, Tensor, Tensor],
    rows: int,
    columns: int,
) -> Tensor:
    """The gradient of s, u, v by matrices with at least as many columns as rows.

    Of J. Townsend, "Differentiating the singular value decomposition".  Not a number where two
    singular values are equal: the vectors are not unique there.
    """
    (s, u, v), (ds, du, dv) = factors, gradients
    v1, dv1 = _columns(v, 0, rows), _columns(dv, 0, rows)
    f = _inverse_differences(Square(s))
    turn_u = Mul(f, product(u, du, adjoint_a=True))
    turn_v = Mul(f, product(v1, dv1, adjoint_a=True))
    stretch = MatrixDiag(s)
    middle = AddV2(
        AddV2(MatrixDiag(ds), product(AddV2(turn_u, adjoint(turn_u)), stretch)),
        product(stretch, AddV2(turn_v, adjoint(turn_v))),
    )
    within = product(u, product(middle, v1, adjoint_b=True))
    if rows == columns:
        return within
    # What lies in none of the right singular vectors v1.
    dv1_t = transposed(dv1)
    rest = Sub(dv1_t, product(product(dv1_t, v1), v1, adjoint_b=True))
    if v.shape.sizes is not None and v.shape.sizes[-1] == columns:
        v2, dv2 = _columns(v, rows, columns), _columns(dv, rows, columns)
        rest = Sub(rest, product(product(v1, dv2, adjoint_a=True), v2, adjoint_b=True))
    return AddV2(within, product(product(u, MatrixDiag(Reciprocal(s))), rest))


def _columns(x: Tensor, begin: int, end: int) -> Tensor:
    """x[..., begin:end]"""
    first, limit, step = constant([0, begin]), constant([0, end]), constant([1, 1])
    return StridedSlice(x, first, limit, step, ellipsis_mask=1)
