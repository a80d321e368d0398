"""Products of matrices."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op


@op
class MatMul:
    """The product of two matrices, each transposed first if asked.  [m, k], [k, n] -> [m, n]."""

    inputs = "a: T, b: T"
    outputs = "product: T"
    attrs = (
        "transpose_a: bool = false",
        "transpose_b: bool = false",
        "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    )

    def shape(a: TensorShape, b: TensorShape, *, transpose_a: bool, transpose_b: bool) -> TensorShape:
        rows, inner_a = shapes.with_rank(a, 2).sizes[:: -1 if transpose_a else 1]
        inner_b, columns = shapes.with_rank(b, 2).sizes[:: -1 if transpose_b else 1]
        shapes.merge_sizes(inner_a, inner_b)
        return shapes.of(rows, columns)

    def kernel(a: torch.Tensor, b: torch.Tensor, *, transpose_a: bool, transpose_b: bool) -> torch.Tensor:
        return torch.mm(a.t() if transpose_a else a, b.t() if transpose_b else b)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        a, b = op.inputs
        match op.attrs["transpose_a"], op.attrs["transpose_b"]:
            case False, False:
                return MatMul(dy, b, transpose_b=True), MatMul(a, dy, transpose_a=True)
            case False, True:
                return MatMul(dy, b), MatMul(dy, a, transpose_a=True)
            case True, False:
                return MatMul(b, dy, transpose_b=True), MatMul(a, dy)
            case _:
                return (
                    MatMul(b, dy, transpose_a=True, transpose_b=True),
                    MatMul(dy, a, transpose_a=True, transpose_b=True),
                )
