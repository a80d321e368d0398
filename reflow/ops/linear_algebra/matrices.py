"""What the ops of this package share: static shapes, half precision, an error, and the
expressions that their gradients are written in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank
from reflow.ops.constants import constant
from reflow.ops.diagonals import MatrixBandPart, MatrixDiag, MatrixDiagPart, MatrixSetDiag
from reflow.ops.elementwise import conj
from reflow.ops.filling import OnesLike, Range
from reflow.ops.joining import ConcatV2, Pack
from reflow.ops.linalg import BatchMatMulV2, MatMul
from reflow.ops.math import Mul, Sub
from reflow.ops.permuting import ConjugateTranspose, Transpose

NUMBERS = "T: {double, float, half, complex64, complex128}"


# -- Static shapes --------------------------------------------------------------------------------


def square(input: TensorShape) -> TensorShape:
    """[..., n, n]; ValueError for matrices that are not square."""
    sizes = shapes.with_rank_at_least(input, 2).sizes
    if sizes is None:
        return shapes.UNKNOWN
    size = shapes.merge_sizes(*sizes[-2:])
    return shapes.of(*sizes[:-2], size, size)


def without_last(shape: TensorShape, count: int) -> TensorShape:
    """The shape but for its last `count` dimensions."""
    return shapes.UNKNOWN if shape.sizes is None else shapes.of(*shape.sizes[:-count])


# -- Kernels --------------------------------------------------------------------------------------


def in_single(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """`kernel`, in float32 for float16: torch factorizes no matrices in half precision."""

    @functools.wraps(kernel)
    def call(*inputs: Any, **keywords: Any) -> Any:
        if inputs[0].dtype is not torch.float16:
            return kernel(*inputs, **keywords)
        result = kernel(*map(_single, inputs), **keywords)
        return tuple(map(_half, result)) if isinstance(result, tuple) else _half(result)

    return call


def _single(value: Any) -> Any:
    return value.float() if isinstance(value, torch.Tensor) else value


def _half(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.dtype is torch.float32 else value


def require(condition: torch.Tensor, message: str) -> None:
    """InvalidArgumentError with `message` unless `condition` holds everywhere."""
    if not bool(condition.all()):
        raise errors.InvalidArgumentError(None, None, message)


def require_success(failed_at: torch.Tensor, message: str) -> None:
    """InvalidArgumentError with `message` unless a factorization of torch's says 0 everywhere."""
    if (failed_at.any() if failed_at.dim() else failed_at).item():
        raise errors.InvalidArgumentError(None, None, message)


# -- Expressions ----------------------------------------------------------------------------------


def product(a: Tensor, b: Tensor, adjoint_a: bool = False, adjoint_b: bool = False) -> Tensor:
    """a b, or with their adjoints: of two matrices, or of batches of them."""
    if a.shape.ndims == b.shape.ndims == 2:
        a, b = conj(a) if adjoint_a else a, conj(b) if adjoint_b else b
        return MatMul(a, b, transpose_a=adjoint_a, transpose_b=adjoint_b)
    return BatchMatMulV2(a, b, adj_x=adjoint_a, adj_y=adjoint_b)


def transposed(x: Tensor) -> Tensor:
    """[..., m, n] -> [..., n, m]."""
    return Transpose(x, _last_axes_exchanged(x))


def adjoint(x: Tensor) -> Tensor:
    """The conjugate of `transposed`."""
    if not x.dtype.is_complex:
        return transposed(x)
    return ConjugateTranspose(x, _last_axes_exchanged(x))


def _last_axes_exchanged(x: Tensor) -> Tensor:
    rank = x.shape.ndims
    if rank is not None:
        return constant([*range(rank - 2), rank - 1, rank - 2])
    count = Rank(x)
    before, last = Sub(count, constant(2)), Sub(count, constant(1))
    batch = Range(constant(0), before, constant(1))
    return ConcatV2([batch, Pack([last, before])], constant(0))


def identity_like(x: Tensor) -> Tensor:
    """The identity in the shape of the square matrices x."""
    return MatrixDiag(OnesLike(MatrixDiagPart(x)))


def lower_triangle(x: Tensor) -> Tensor:
    return MatrixBandPart(x, constant(-1), constant(0))


def lower_half(x: Tensor) -> Tensor:
    """The lower triangle of x, with half of the diagonal: x = h + adjoint(h) if x is hermitian."""
    return lower_triangle(MatrixSetDiag(x, halved(MatrixDiagPart(x))))


def halved(x: Tensor) -> Tensor:
    return Mul(x, constant(0.5, x.dtype.base_dtype))
