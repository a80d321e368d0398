"""tf.linalg's functions of tridiagonal matrices, whose diagonals come in three formats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.arrays import ExpandDims, Squeeze
from reflow.ops.linear_algebra.tridiagonal import TridiagonalMatMul, TridiagonalSolve
from reflow.tf import math as math_functions
from reflow.tf._arrays import matrix_transpose, pad, transpose
from reflow.tf._diagonals import matrix_diag_part
from reflow.tf._gathering import gather_nd
from reflow.tf._joining import stack


def tridiagonal_solve(
    diagonals: Any,
    rhs: Tensor,
    diagonals_format: str = "compact",
    transpose_rhs: bool = False,
    conjugate_rhs: bool = False,
    name: str | None = None,
    partial_pivoting: bool = True,
) -> Tensor:
    """x with a @ x = rhs for tridiagonal matrices a.

    Args:
      diagonals: "compact": [..., 3, m], the diagonals above, on and below the main one, of which
        the last and the first element, respectively, are ignored.  "sequence": the three of
        them, each [..., m], the outer ones also [..., m - 1].  "matrix": a, [..., m, m].
      rhs: [..., m] or [..., m, k]; with `transpose_rhs` [..., k, m].
      conjugate_rhs: take the conjugate of `rhs`.
      partial_pivoting: exchange rows where that makes the result more accurate.

    Raises:
      ValueError: shapes that do not fit, or an unknown format.
    """
    match diagonals_format:
        case "compact":
            compact = diagonals
        case "sequence":
            compact = _compact(diagonals)
        case "matrix":
            compact = _compact_of_matrix(diagonals)
        case _:
            raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    is_vector = _check_solvable(compact, rhs)
    if transpose_rhs and not is_vector:
        rhs = matrix_transpose(rhs, conjugate=conjugate_rhs)
    elif conjugate_rhs:
        rhs = math_functions.conj(rhs)
    rhs = ExpandDims(rhs, -1) if is_vector else rhs
    if not _fit(compact.shape[-1], rhs.shape[-2]):
        raise ValueError(
            "Expected number of left-hand sided and right-hand sides to be equal, got "
            f"{compact.shape[-1]} and {rhs.shape[-2]}"
        )
    x = TridiagonalSolve(compact, rhs, partial_pivoting=partial_pivoting, name=name)
    if is_vector:
        return Squeeze(x, squeeze_dims=[-1])
    return matrix_transpose(x) if transpose_rhs else x


def _check_solvable(diagonals: Tensor, rhs: Tensor) -> bool:
    """Whether rhs is vectors, [..., m]; ValueError if it does not fit [..., 3, m]."""
    rank, rank_rhs = len(diagonals.shape), len(rhs.shape)
    if rank < 2:
        raise ValueError(f"Expected diagonals to have rank at least 2, got {rank}")
    if rank_rhs not in (rank - 1, rank):
        raise ValueError(f"Expected the rank of rhs to be {rank - 1} or {rank}, got {rank_rhs}")
    if not _fit(diagonals.shape[-2], 3):
        raise ValueError(f"Expected 3 diagonals got {diagonals.shape[-2]}")
    batch, batch_rhs = diagonals.shape[:-2], rhs.shape[: rank - 2]
    if not batch.is_compatible_with(batch_rhs):
        raise ValueError(f"Batch shapes {batch} and {batch_rhs} are incompatible")
    return rank_rhs == rank - 1


def _fit(a: Any, b: Any) -> bool:
    """Whether two dimensions may be equal."""
    sizes = [getattr(dimension, "value", dimension) for dimension in (a, b)]
    return None in sizes or sizes[0] == sizes[1]


def _compact(diagonals: Sequence[Tensor]) -> Tensor:
    """[..., 3, m] of the three diagonals."""
    if not isinstance(diagonals, (tuple, list)) or len(diagonals) != 3:
        raise ValueError("Expected diagonals to be a sequence of length 3.")
    above, main, below = diagonals
    for other in (below, above):
        if not other.shape[:-1].is_compatible_with(main.shape[:-1]):
            raise ValueError(
                "Tensors representing the three diagonals must have the same shape, except for "
                f"the last dimension, got {below.shape}, {main.shape}, {above.shape}"
            )
    size = main.shape.as_list()[-1]
    below = _lengthened(below, "subdiagonal", size, [1, 0])
    above = _lengthened(above, "superdiagonal", size, [0, 1])
    return stack((above, main, below), axis=-2)


def _lengthened(diagonal: Tensor, name: str, size: int | None, padding: list[int]) -> Tensor:
    *batch, length = diagonal.shape.as_list()
    if not length or length == size:
        return diagonal
    if size is None or length != size - 1:
        smaller = None if size is None else size - 1
        raise ValueError(f"Expected {name} to be have length {size} or {smaller}, got {length}.")
    return pad(diagonal, [[0, 0] for _ in batch] + [padding])


def _matrix_size(matrix: Tensor) -> int:
    """m of [..., m, m]."""
    *_, rows, columns = matrix.shape.as_list()
    if rows and columns and rows != columns:
        raise ValueError(
            f"Expected last two dimensions of diagonals to be same, got {columns} and {rows}"
        )
    size = columns or rows
    if not size:
        raise ValueError('The size of the matrix needs to be known for diagonals_format="matrix"')
    return int(size)


def _compact_of_matrix(matrix: Tensor) -> Tensor:
    """[..., 3, m] of matrices [..., m, m], with element [0, 0] where nothing is read."""
    last = _matrix_size(matrix) - 1
    # Of the transpose, since gather_nd picks along the first dimensions.
    picked = [
        [
            [i + 1, i] if i < last else [0, 0],
            [i, i],
            [i - 1, i] if i else [0, 0],
        ]
        for i in range(last + 1)
    ]
    return transpose(gather_nd(transpose(matrix), picked))


def tridiagonal_matmul(
    diagonals: Any, rhs: Any, diagonals_format: str = "compact", name: str | None = None
) -> Tensor:
    """The product of tridiagonal matrices and matrices [..., m, n].

    Args:
      diagonals: as `tridiagonal_solve` takes them.

    Raises:
      ValueError: shapes that do not fit, or an unknown format.
    """
    match diagonals_format:
        case "compact":
            rows = [diagonals[..., i, :] for i in range(3)]
        case "sequence":
            rows = list(diagonals)
        case "matrix":
            rows = _rows_of_matrix(diagonals)
        case _:
            raise ValueError(f"Unrecognized diagonals_format: {diagonals_format}")
    return TridiagonalMatMul(*(ExpandDims(row, -2) for row in rows), rhs, name=name)


def _rows_of_matrix(matrix: Tensor) -> list[Tensor]:
    """The three diagonals, each [..., m]."""
    size = _matrix_size(matrix)
    main = matrix_diag_part(matrix)
    transposed = transpose(matrix)
    above = [[i + 1, i] for i in range(size - 1)] + [[0, 0]]
    below = [[0, 0]] + [[i - 1, i] for i in range(1, size)]
    above, below = (transpose(gather_nd(transposed, picked)) for picked in (above, below))
    return [above, main, below]
