"""Tensors with values on a diagonal, and the diagonals of tensors."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements
from reflow.ops.filling import ZerosLike
from reflow.ops.kernels import Host, Known
from reflow.ops.op import op
from reflow.ops.unsigned import widened

_NUMBERS = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


@op
class Diag:
    """A tensor of twice the rank, with the input on its diagonal: out[i, j, i, j] = in[i, j]."""

    inputs = "diagonal: T"
    outputs = "output: T"
    attrs = (_NUMBERS,)
    export = ("diag", "linalg.tensor_diag")

    def shape(diagonal: TensorShape) -> TensorShape:
        diagonal = shapes.with_rank_at_least(diagonal, 1)
        return diagonal.concatenate(diagonal)

    def kernel(diagonal: torch.Tensor) -> torch.Tensor:
        return diagonal.reshape(-1).diag().reshape(*diagonal.shape, *diagonal.shape)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return DiagPart(dy)


@op
class DiagPart:
    """The inverse of Diag: out[i, j] = in[i, j, i, j]."""

    inputs = "input: T"
    outputs = "diagonal: T"
    attrs = (_NUMBERS,)
    export = ("diag_part", "linalg.tensor_diag_part")
    view = True

    def shape(input: TensorShape) -> TensorShape:
        if input.sizes is None:
            return shapes.UNKNOWN
        rank = len(input.sizes)
        if rank % 2 or not rank:
            raise ValueError(f"Input must have even and non-zero rank, input rank is {rank}")
        return shapes.merge(
            shapes.of(*input.sizes[: rank // 2]), shapes.of(*input.sizes[rank // 2 :])
        )

    def kernel(input: torch.Tensor) -> torch.Tensor:
        half = input.shape[: input.ndim // 2]
        count = half.numel()
        return input.reshape(count, count).diagonal().reshape(half)

    def specialised(op: Operation, input: Known) -> Any:
        return torch.Tensor.diagonal if len(input.sizes) == 2 else None

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return Diag(dy)


# -- Batches of matrices ------------------------------------------------------------------------


def _with_rank_at_least(shape: TensorShape, rank: int, name: str) -> TensorShape:
    """As shapes.with_rank_at_least; the error says it in the words of TensorFlow's kernels too."""
    try:
        return shapes.with_rank_at_least(shape, rank)
    except ValueError as error:
        raise ValueError(f"{error}: {name} must be at least {rank}-dim") from None


@op
class MatrixDiag:
    """Square matrices with the given diagonals.  [..., n] -> [..., n, n]."""

    inputs = "diagonal: T"
    outputs = "output: T"
    attrs = ("T: type",)

    def shape(diagonal: TensorShape) -> TensorShape:
        sizes = _with_rank_at_least(diagonal, 1, "diagonal").sizes
        return shapes.UNKNOWN if sizes is None else shapes.of(*sizes, sizes[-1])

    def kernel(diagonal: torch.Tensor) -> torch.Tensor:
        _with_rank_at_least(shapes.of(*diagonal.shape), 1, "diagonal")
        count = diagonal.shape[-1]
        matrices = diagonal.new_zeros((*diagonal.shape, count))
        matrices.diagonal(dim1=-2, dim2=-1).copy_(diagonal)
        return matrices

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return MatrixDiagPart(dy)


@op
class MatrixDiagPart:
    """The diagonals of matrices.  [..., m, n] -> [..., min(m, n)]."""

    inputs = "input: T"
    outputs = "diagonal: T"
    attrs = ("T: type",)
    view = True

    def shape(input: TensorShape) -> TensorShape:
        sizes = _with_rank_at_least(input, 2, "input").sizes
        return shapes.UNKNOWN if sizes is None else shapes.of(*sizes[:-2], _length(sizes))

    @any_elements
    def kernel(input: torch.Tensor) -> torch.Tensor:
        _with_rank_at_least(shapes.of(*input.shape), 2, "input")
        return input.diagonal(dim1=-2, dim2=-1)

    def specialised(op: Operation, input: Known) -> Any:
        return lambda input: torch.diagonal(input, 0, -2, -1)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        matrix = op.inputs[0]
        rows, columns = (matrix.shape.sizes or (None, None))[-2:]
        if rows is not None and rows == columns:
            return MatrixDiag(dy)
        return MatrixSetDiag(ZerosLike(matrix), dy)


def _length(sizes: tuple[int | None, ...]) -> int | None:
    """The length of the diagonals of matrices [..., m, n]."""
    rows, columns = sizes[-2:]
    return None if rows is None or columns is None else min(rows, columns)


@op
class MatrixSetDiag:
    """The matrices of the input with other diagonals.  [..., m, n], [..., min(m, n)]."""

    inputs = "input: T, diagonal: T"
    outputs = "output: T"
    attrs = ("T: type",)

    def shape(input: TensorShape, diagonal: TensorShape) -> TensorShape:
        sizes = _with_rank_at_least(input, 2, "input").sizes
        _with_rank_at_least(diagonal, 1, "diagonal")
        if sizes is None:
            return shapes.UNKNOWN
        expected = shapes.of(*sizes[:-2], _length(sizes))
        batch = shapes.merge(expected, diagonal).sizes or ()
        return shapes.of(*batch[:-1], *sizes[-2:])

    @any_elements
    def kernel(input: torch.Tensor, diagonal: torch.Tensor) -> torch.Tensor:
        _with_rank_at_least(shapes.of(*input.shape), 2, "input")
        _with_rank_at_least(shapes.of(*diagonal.shape), 1, "diagonal")
        expected = (*input.shape[:-2], min(input.shape[-2:]))
        if tuple(diagonal.shape) != expected:
            raise ValueError(
                f"must have diagonal.shape == input.shape[:-2] + min(input.shape[-2:]), but "
                f"received input shape: {list(input.shape)} and diagonal shape: "
                f"{list(diagonal.shape)}"
            )
        matrices = input.clone(memory_format=torch.contiguous_format)
        matrices.diagonal(dim1=-2, dim2=-1).copy_(diagonal)
        return matrices

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        diagonal = MatrixDiagPart(dy)
        return MatrixSetDiag(dy, ZerosLike(diagonal)), diagonal


@op
class MatrixBandPart:
    """The matrices of the input with zeros outside a band around the diagonal.

    The band has `num_lower` diagonals below the main one and `num_upper` above it; a negative
    number means all.
    """

    inputs = "input: T, num_lower: Tindex, num_upper: Tindex"
    outputs = "band: T"
    attrs = ("T: type", "Tindex: {int32, int64} = int64")
    export = ("matrix_band_part", "linalg.band_part")

    def shape(input: TensorShape, num_lower: TensorShape, num_upper: TensorShape) -> TensorShape:
        shapes.with_rank(num_lower, 0)
        shapes.with_rank(num_upper, 0)
        return shapes.with_rank_at_least(input, 2)

    @widened
    def kernel(input: torch.Tensor, num_lower: Host, num_upper: Host) -> torch.Tensor:
        rows, columns = input.shape[-2:]
        lower, upper = int(num_lower), int(num_upper)
        for name, count, limit in (("num_lower", lower, rows), ("num_upper", upper, columns)):
            if count > limit:
                raise ValueError(
                    f"{name} must be negative or less or equal to number of "
                    f"{'rows' if name == 'num_lower' else 'columns'} ({limit}) got: {count}"
                )
        if lower < 0 and upper < 0:
            return input.clone()
        band = input if lower < 0 else torch.triu(input, -lower)
        return band if upper < 0 else torch.tril(band, upper)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        return MatrixBandPart(dy, op.inputs[1], op.inputs[2]), None, None
