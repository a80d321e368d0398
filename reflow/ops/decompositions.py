"""Matrices as products of simpler ones."""

from __future__ import annotations

import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op

# Types that LAPACK does not compute with, and what stands in for them.
_COMPUTED_IN = {torch.float16: torch.float32}


@op
class Qr:
    """Orthonormal columns times an upper triangle: q @ r is the input, matrix by matrix.

    [..., m, n] -> [..., m, k], [..., k, n], where k is min(m, n), or m with `full_matrices`.
    """

    inputs = "input: T"
    outputs = "q: T, r: T"
    attrs = ("full_matrices: bool = false", "T: {double, float, half, complex64, complex128}")
    export = ("qr", "linalg.qr")

    def shape(input: TensorShape, *, full_matrices: bool) -> tuple[TensorShape, TensorShape]:
        sizes = shapes.with_rank_at_least(input, 2).sizes
        if sizes is None:
            return shapes.UNKNOWN, shapes.UNKNOWN
        *batch, rows, columns = sizes
        inner = rows if full_matrices else _smaller(rows, columns)
        return shapes.of(*batch, rows, inner), shapes.of(*batch, inner, columns)

    def kernel(input: torch.Tensor, *, full_matrices: bool) -> tuple[torch.Tensor, torch.Tensor]:
        matrix = input.to(_COMPUTED_IN.get(input.dtype, input.dtype))
        q, r = torch.linalg.qr(matrix, "complete" if full_matrices else "reduced")
        return q.to(input.dtype), r.to(input.dtype)


def _smaller(rows: int | None, columns: int | None) -> int | None:
    return None if rows is None or columns is None else min(rows, columns)
