"""Matrices with three diagonals: the products with them, and equations."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims, Squeeze
from reflow.ops.constants import constant
from reflow.ops.elementwise import conj
from reflow.ops.filling import OnesLike, ZerosLike
from reflow.ops.joining import Pack, Unpack
from reflow.ops.linear_algebra.matrices import require, transposed
from reflow.ops.math import Mul, Neg
from reflow.ops.op import op
from reflow.ops.reductions import Sum

_NUMBERS = "T: {double, float, complex64, complex128}"


def _batch(shape: TensorShape) -> TensorShape:
    sizes = shapes.with_rank_at_least(shape, 2).sizes
    return shapes.UNKNOWN if sizes is None else shapes.of(*sizes[:-2])


def _right_hand_side(rhs: TensorShape, batch: TensorShape, rows: int | None) -> TensorShape:
    """`rhs`, [..., m, k], of the given batch and number of rows."""
    merged = shapes.merge(batch, _batch(rhs))
    if rhs.sizes is not None and merged.sizes is not None:
        shapes.merge_sizes(rows, rhs.sizes[-2])
    return rhs


@op
class TridiagonalMatMul:
    """The product of tridiagonal matrices, given by rows [..., 1, m], and matrices [..., m, k]."""

    inputs = "superdiag: T, maindiag: T, subdiag: T, rhs: T"
    outputs = "output: T"
    attrs = (_NUMBERS,)

    def shape(
        superdiag: TensorShape, maindiag: TensorShape, subdiag: TensorShape, rhs: TensorShape
    ) -> TensorShape:
        for diagonal in (superdiag, maindiag, subdiag):
            shapes.with_rank_at_least(diagonal, 2)
        diagonals = shapes.merge(shapes.merge(superdiag, maindiag), subdiag)
        if diagonals.sizes is not None and diagonals.sizes[-2] not in (None, 1):
            raise ValueError(f"Dimension must be 1 but is {diagonals.sizes[-2]}")
        return _right_hand_side(rhs, _batch(diagonals), (diagonals.sizes or (None,))[-1])

    def kernel(
        superdiag: torch.Tensor, maindiag: torch.Tensor, subdiag: torch.Tensor, rhs: torch.Tensor
    ) -> torch.Tensor:
        result = maindiag.mT * rhs
        result[..., :-1, :] += superdiag.mT[..., :-1, :] * rhs[..., 1:, :]
        result[..., 1:, :] += subdiag.mT[..., 1:, :] * rhs[..., :-1, :]
        return result

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        above, main, below, rhs = (conj(tensor) for tensor in op.inputs)
        products = (_next_row(rhs, main), rhs, _previous_row(rhs, main))
        by_diagonal = (ExpandDims(Sum(Mul(x, dy), [-1]), constant(-2)) for x in products)
        # The adjoint's rows, [..., 1, m]: what was right of the diagonal is below it.
        above_it, below_it = _shifted_left(below), _shifted_right(above)
        return (*by_diagonal, TridiagonalMatMul(above_it, main, below_it, dy))


def _next_row(x: Tensor, row: Tensor) -> Tensor:
    """x[i + 1] in row i of [..., m, k], and 0 in the last; `row` is any tensor [..., 1, m]."""
    zeros = ZerosLike(row)
    return TridiagonalMatMul(OnesLike(row), zeros, zeros, x)


def _previous_row(x: Tensor, row: Tensor) -> Tensor:
    zeros = ZerosLike(row)
    return TridiagonalMatMul(zeros, zeros, OnesLike(row), x)


def _shifted_left(row: Tensor) -> Tensor:
    """[..., 1, m] with every element one place further left, and 0 in the last."""
    return transposed(_next_row(transposed(row), row))


def _shifted_right(row: Tensor) -> Tensor:
    return transposed(_previous_row(transposed(row), row))


# -- Equations ------------------------------------------------------------------------------------


@op
class TridiagonalSolve:
    """x with a @ x = rhs, where a has the rows of `diagonals` above, on and below its diagonal.

    Elements [0, m - 1] and [2, 0] of `diagonals` are not read.  [..., 3, m], [..., m, k] ->
    [..., m, k].
    """

    inputs = "diagonals: T, rhs: T"
    outputs = "output: T"
    attrs = ("partial_pivoting: bool = true", _NUMBERS)

    def shape(diagonals: TensorShape, rhs: TensorShape) -> TensorShape:
        sizes = shapes.with_rank_at_least(diagonals, 2).sizes
        if sizes is not None and sizes[-2] not in (None, 3):
            raise ValueError(f"Dimension must be 3 but is {sizes[-2]}")
        return _right_hand_side(rhs, _batch(diagonals), (sizes or (None,))[-1])

    def kernel(
        diagonals: torch.Tensor, rhs: torch.Tensor, *, partial_pivoting: bool
    ) -> torch.Tensor:
        if not rhs.numel():
            return rhs.clone()
        return _back_substituted(_eliminated(diagonals, rhs, partial_pivoting), rhs)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        above, main, below = Unpack(op.inputs[0], num=3, axis=-2)
        row = ExpandDims(main, constant(-2))
        above_it = Squeeze(_shifted_left(ExpandDims(below, constant(-2))), squeeze_dims=[-2])
        below_it = Squeeze(_shifted_right(ExpandDims(above, constant(-2))), squeeze_dims=[-2])
        transpose = Pack([above_it, main, below_it], axis=-2)
        db = TridiagonalSolve(transpose, dy, partial_pivoting=op.attrs["partial_pivoting"])
        x = op.outputs[0]
        products = (_next_row(x, row), x, _previous_row(x, row))
        return Neg(Pack([Sum(Mul(db, y), [-1]) for y in products], axis=-2)), db


_NO_PIVOT = {
    True: "The matrix is not invertible.",
    False: "The matrix is either not invertible, or requires pivoting. Try setting "
    "partial_pivoting = True.",
}


def _eliminated(
    diagonals: torch.Tensor, rhs: torch.Tensor, partial_pivoting: bool
) -> list[torch.Tensor]:
    """The same system as equations [..., 3 + k]: number i has the coefficients of the unknowns
    i, i + 1 and i + 2, then the right hand sides.  InvalidArgumentError for a pivot of 0."""
    coefficients = diagonals.flip(-2).mT.clone()  # of the unknowns i - 1, i, i + 1
    coefficients[..., -1:, 2] = 0
    first, *others = torch.cat([coefficients, rhs], -1).unbind(-2)
    equations = [_from_next_unknown(first)]
    for following in others:
        current = equations[-1]
        if partial_pivoting:
            swap = following[..., :1].abs() > current[..., :1].abs()
            equations[-1] = torch.where(swap, following, current)
            current, following = equations[-1], torch.where(swap, current, following)
        factor = following[..., :1] / current[..., :1]
        equations.append(_from_next_unknown(following - factor * current))
    require(torch.stack(equations)[..., 0] != 0, _NO_PIVOT[partial_pivoting])
    return equations


def _from_next_unknown(equation: torch.Tensor) -> torch.Tensor:
    """The equation without its first coefficient."""
    none = torch.zeros_like(equation[..., :1])
    return torch.cat([equation[..., 1:3], none, equation[..., 3:]], -1)


def _back_substituted(equations: list[torch.Tensor], rhs: torch.Tensor) -> torch.Tensor:
    after = following = torch.zeros_like(rhs[..., 0, :])
    solution = []
    for equation in reversed(equations):
        pivot, right, far = equation[..., :3].unsqueeze(-1).unbind(-2)
        x = (equation[..., 3:] - right * following - far * after) / pivot
        solution.append(x)
        following, after = x, following
    return torch.stack(solution[::-1], -2)
