"""Bands of diagonals: matrices made of them, the bands of matrices, matrices with others.

A band is given as `k`: the number of one diagonal, or of its lowest and its highest one.  0 is the
main diagonal, 1 the one above.  A band of several diagonals is [..., count, length], the highest
first, each from its upper left end on; the shorter ones are padded at their other end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import ZerosLike
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

Size = int | None


@dataclass(frozen=True)
class Band:
    """The diagonals `lower` to `upper`."""

    lower: int
    upper: int

    @property
    def count(self) -> int:
        return self.upper - self.lower + 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """The dimension that counts the diagonals: none for a single one."""
        return (self.count,) if self.count > 1 else ()

    def length(self, rows: int, columns: int) -> int:
        """The length of the longest diagonal in a matrix of this size."""
        return min(rows + min(self.upper, 0), columns - max(self.lower, 0))

    def require_inside(self, rows: int, columns: int) -> None:
        """ValueError if a matrix of this size lacks one of the diagonals."""
        for name, k in (("lower_diag_index", self.lower), ("upper_diag_index", self.upper)):
            if k and not -rows < k < columns:
                raise ValueError(
                    f"{name} is out of bound: {k}. It must be between {-rows} and {columns}"
                )

    def matrix_size(self, length: int, rows: int, columns: int) -> tuple[int, int]:
        """The size of the matrix with this band; -1 asks for the smallest that holds it.

        ValueError if the size cannot be that of a matrix whose longest diagonal is `length`.
        """
        least_rows, least_columns = length - min(self.upper, 0), length + max(self.lower, 0)
        if rows == columns == -1:
            rows = columns = max(least_rows, least_columns)
        rows = least_rows if rows == -1 else rows
        columns = least_columns if columns == -1 else columns
        if rows < least_rows:
            raise ValueError(f"num_rows is too small: {rows} < {least_rows}")
        if columns < least_columns:
            raise ValueError(f"num_cols is too small: {columns} < {least_columns}")
        if rows != least_rows and columns != least_columns:
            raise ValueError(
                "num_rows and num_cols are not consistent with lower_diag_index, "
                f"upper_diag_index, and the length of the given diagonals: num_rows = {rows} != "
                f"{least_rows}, num_cols = {columns} != {least_columns}"
            )
        return rows, columns


def _band(k: np.ndarray[Any, Any]) -> Band:
    """ValueError for what is no band."""
    if k.ndim > 1 or k.size not in (1, 2):
        raise ValueError(
            f"diag_index must be a vector with one or two elements. It has {k.size} elements."
        )
    band = Band(int(k.flat[0]), int(k.flat[-1]))
    if band.lower > band.upper:
        raise ValueError(
            f"lower_diag_index is greater than upper_diag_index: {band.lower} > {band.upper}"
        )
    return band


def _known_band(k: Value, shape: TensorShape) -> Band | None:
    shapes.with_rank_at_most(shape, 1)
    return None if k is None else _band(k)


def _flat_band(diagonals: torch.Tensor, band: Band) -> torch.Tensor:
    """[..., count, length], of a single diagonal too."""
    return diagonals if band.sizes else diagonals.unsqueeze(-2)


def _with_band(background: torch.Tensor, diagonals: torch.Tensor, band: Band) -> torch.Tensor:
    """`background`, [..., rows, columns] or a scalar's view of it, with the band written in."""
    rows, columns = background.shape[-2:]
    i = torch.arange(rows, device=background.device)[:, None]
    j = torch.arange(columns, device=background.device)
    above = (band.upper - (j - i)).clamp(0, band.count - 1)
    along = torch.minimum(i, j).clamp(max=diagonals.shape[-1] - 1)
    inside = (j - i >= band.lower) & (j - i <= band.upper)
    return torch.where(inside, _flat_band(diagonals, band)[..., above, along], background)


# -- The ops --------------------------------------------------------------------------------------


@op
class MatrixDiagV2:
    """Matrices with the given band, and `padding_value` elsewhere."""

    inputs = "diagonal: T, k: int32, num_rows: int32, num_cols: int32, padding_value: T"
    outputs = "output: T"
    attrs = ("T: type",)

    def shape(
        diagonal: TensorShape,
        k: Value,
        num_rows: Value,
        num_cols: Value,
        padding_value: Any,
        *,
        op: Operation,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        sizes = shapes.with_rank_at_least(diagonal, 1).sizes
        for scalar in op.inputs[2:]:
            shapes.with_rank(scalar.shape, 0)
        band = _known_band(k, input_shapes[1])
        if band is None or sizes is None:
            return shapes.UNKNOWN
        batch = _without_count(sizes[:-1], band)
        if num_rows is None or num_cols is None or sizes[-1] is None:
            return shapes.of(*batch, None, None)
        return shapes.of(*batch, *band.matrix_size(sizes[-1], int(num_rows), int(num_cols)))

    @any_elements
    def kernel(
        diagonal: torch.Tensor, k: Host, num_rows: Host, num_cols: Host, padding_value: torch.Tensor
    ) -> torch.Tensor:
        band = _band(k)
        batch = _without_count(diagonal.shape[:-1], band)
        size = band.matrix_size(diagonal.shape[-1], int(num_rows), int(num_cols))
        return _with_band(padding_value.expand(*batch, *size), diagonal, band)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None, None, None]:
        return MatrixDiagPartV2(dy, op.inputs[1], _zero(dy)), None, None, None, None


def _without_count(sizes: Any, band: Band) -> Any:
    """The batch dimensions of a band [..., count, length] without its last one."""
    if not band.sizes:
        return sizes
    if not sizes or sizes[-1] not in (None, band.count):
        raise ValueError(
            "The number of rows of `diagonal` doesn't match the number of diagonals implied from "
            f"`d_lower` and `d_upper`: num_diags = {sizes[-1] if sizes else None}, "
            f"d_lower = {band.lower}, d_upper = {band.upper}"
        )
    return sizes[:-1]


def _zero(x: Tensor) -> Tensor:
    return constant(0, x.dtype.base_dtype)


@op
class MatrixDiagPartV2:
    """The band of matrices.  [..., m, n] -> [..., count, length] or [..., length]."""

    inputs = "input: T, k: int32, padding_value: T"
    outputs = "diagonal: T"
    attrs = ("T: type",)

    def shape(
        input: TensorShape, k: Value, padding_value: TensorShape, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        sizes = shapes.with_rank_at_least(input, 2).sizes
        shapes.with_rank(padding_value, 0)
        band = _known_band(k, input_shapes[1])
        if band is None or sizes is None:
            return shapes.UNKNOWN
        *batch, rows, columns = sizes
        if rows is None or columns is None:
            return shapes.of(*batch, *band.sizes, None)
        band.require_inside(rows, columns)
        return shapes.of(*batch, *band.sizes, band.length(rows, columns))

    @any_elements
    def kernel(input: torch.Tensor, k: Host, padding_value: torch.Tensor) -> torch.Tensor:
        band = _band(k)
        rows, columns = input.shape[-2:]
        band.require_inside(rows, columns)
        number = torch.arange(band.upper, band.lower - 1, -1, device=input.device)[:, None]
        along = torch.arange(band.length(rows, columns), device=input.device)
        i, j = along - number.clamp(max=0), along + number.clamp(min=0)
        inside = (i < rows) & (j < columns)
        found = input[..., i.clamp(max=rows - 1), j.clamp(max=columns - 1)]
        diagonals = torch.where(inside, found, padding_value)
        return diagonals if band.sizes else diagonals.squeeze(-2)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        matrix, k = op.inputs[0], op.inputs[1]
        rows, columns = (matrix.shape.sizes or (None, None))[-2:]
        if rows is None or columns is None:
            return MatrixSetDiagV2(ZerosLike(matrix), dy, k), None, None
        size = constant(rows), constant(columns)
        return MatrixDiagV2(dy, k, *size, _zero(dy)), None, None


@op
class MatrixSetDiagV2:
    """The matrices of the input with another band.  [..., m, n], [..., count, length]."""

    inputs = "input: T, diagonal: T, k: int32"
    outputs = "output: T"
    attrs = ("T: type",)

    def shape(
        input: TensorShape, diagonal: TensorShape, k: Value, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        sizes = shapes.with_rank_at_least(input, 2).sizes
        shapes.with_rank_at_least(diagonal, 1)
        band = _known_band(k, input_shapes[2])
        if sizes is None or band is None:
            return input
        diagonal = shapes.with_rank(diagonal, len(sizes) - (0 if band.sizes else 1))
        rows, columns = sizes[-2:]
        if rows is not None and columns is not None:
            band.require_inside(rows, columns)
        batch = (diagonal.sizes or ())[: len(sizes) - 2]
        return shapes.merge(input, shapes.of(*batch, None, None))

    @any_elements
    def kernel(input: torch.Tensor, diagonal: torch.Tensor, k: Host) -> torch.Tensor:
        band = _band(k)
        band.require_inside(*input.shape[-2:])
        expected = (*input.shape[:-2], *band.sizes, band.length(*input.shape[-2:]))
        if tuple(diagonal.shape) != expected:
            raise ValueError(
                f"the diagonals must have the shape {list(expected)}: the first dimensions of the "
                "input, the number of diagonals, the length of the longest. Received: "
                f"{list(diagonal.shape)}"
            )
        return _with_band(input, diagonal, band)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, None]:
        k = op.inputs[2]
        diagonal = MatrixDiagPartV2(dy, k, _zero(dy))
        return MatrixSetDiagV2(dy, ZerosLike(diagonal), k), diagonal, None
