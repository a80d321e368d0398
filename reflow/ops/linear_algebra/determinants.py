"""Determinants."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import ExpandDims
from reflow.ops.constants import constant
from reflow.ops.linear_algebra.matrices import in_single, square, without_last
from reflow.ops.linear_algebra.solving import MatrixInverse
from reflow.ops.math import Mul
from reflow.ops.op import op

_NUMBERS = "T: {half, float, double, complex64, complex128}"


def _times_inverse(factors: Tensor, op: Operation) -> Tensor:
    """factors [...] times the inverses of the adjoints of the op's input [..., n, n]."""
    column = ExpandDims(ExpandDims(factors, constant(-1)), constant(-1))
    return Mul(column, MatrixInverse(op.inputs[0], adjoint=True))


@op
class MatrixDeterminant:
    """[..., n, n] -> [...]."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = (_NUMBERS,)
    export = ("matrix_determinant", "linalg.det")

    def shape(input: TensorShape) -> TensorShape:
        return without_last(square(input), 2)

    @in_single
    def kernel(input: torch.Tensor) -> torch.Tensor:
        return torch.linalg.det(input)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return _times_inverse(Mul(dy, op.outputs[0]), op)


@op
class LogMatrixDeterminant:
    """The sign of the determinant (of magnitude 1; 0 if singular) and the log of its magnitude."""

    inputs = "input: T"
    outputs = "sign: T, log_abs_determinant: T"
    attrs = (_NUMBERS,)
    export = ("linalg.slogdet",)

    def shape(input: TensorShape) -> tuple[TensorShape, TensorShape]:
        batch = without_last(square(input), 2)
        return batch, batch

    @in_single
    def kernel(input: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        sign, log_magnitude = torch.linalg.slogdet(input)
        return sign, log_magnitude.to(input.dtype)

    def gradient(op: Operation, _: Tensor, dlog: Tensor) -> Tensor:
        return _times_inverse(dlog, op)
