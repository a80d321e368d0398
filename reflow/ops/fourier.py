"""Discrete Fourier transforms of the last one, two or three dimensions."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph import dtypes, errors
from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank, Shape
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Equal
from reflow.ops.complex_numbers import Complex, Real
from reflow.ops.constants import constant
from reflow.ops.filling import Fill, Range, ZerosLike
from reflow.ops.joining import ConcatV2, Pack
from reflow.ops.kernels import Host, Value
from reflow.ops.math import FloorMod, Mul, RealDiv, Sub
from reflow.ops.op import op
from reflow.ops.padding import Pad
from reflow.ops.reductions import Prod
from reflow.ops.slicing import StridedSlice

# The names of the dimensions in op types and public functions.
_SUFFIXES = {1: "", 2: "2D", 3: "3D"}


def _axes(rank: int) -> list[int]:
    return list(range(-rank, 0))


def _last_sizes(x: Tensor, rank: int) -> Tensor:
    """The sizes of the last `rank` dimensions."""
    return StridedSlice(Shape(x), constant([-rank]), constant([0]), constant([1]), end_mask=1)


def _last(vector: Tensor) -> Tensor:
    return StridedSlice(vector, constant([-1]), constant([0]), constant([1]), shrink_axis_mask=1)


def _count(x: Tensor, rank: int) -> Tensor:
    """How many elements one transform has, in x's own type."""
    return Cast(Prod(_last_sizes(x, rank), constant([0])), DstT=x.dtype.base_dtype)


# -- Complex numbers ------------------------------------------------------------------------------


def _complex_transform(rank: int, inverse: bool) -> OpDefinition:
    transform = torch.fft.ifftn if inverse else torch.fft.fftn

    def shape(input: TensorShape) -> TensorShape:
        return shapes.with_rank_at_least(input, rank)

    def kernel(input: torch.Tensor) -> torch.Tensor:
        return transform(input, dim=_axes(rank)) if input.numel() else input.clone()

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        other = _COMPLEX[rank, not inverse](dy)
        return RealDiv(other, _count(dy, rank)) if inverse else Mul(other, _count(dy, rank))

    name = f"{'I' if inverse else ''}FFT{_SUFFIXES[rank]}"
    public = name.lower()
    rules = {
        "__doc__": f"The {'inverse ' * inverse}Fourier transform of the last {rank} dimensions.",
        "inputs": "input: Tcomplex",
        "outputs": "output: Tcomplex",
        "attrs": ("Tcomplex: {complex64, complex128} = complex64",),
        "shape": shape,
        "kernel": kernel,
        "gradient": gradient,
        "export": (public, f"signal.{public}", f"spectral.{public}"),
    }
    return op(type(name, (), rules))


_COMPLEX = {
    (rank, inverse): _complex_transform(rank, inverse)
    for rank in _SUFFIXES
    for inverse in (False, True)
}


# -- Real numbers, and half of their spectrum ------------------------------------------------------


def _transformed_shape(
    input: TensorShape, fft_length: Value, length_shape: TensorShape, rank: int, inverse: bool
) -> TensorShape:
    sizes = shapes.with_rank_at_least(input, rank).sizes
    (count,) = shapes.with_rank(length_shape, 1).sizes or (None,)
    if count not in (None, rank):
        raise ValueError(f"Dimension must be {rank} but is {count}")
    if sizes is None:
        return shapes.UNKNOWN
    lengths: list[int | None] = [None] * rank if fft_length is None else fft_length.tolist()
    if any(length is not None and length < 0 for length in lengths):
        raise ValueError(f"Dimensions must be non-negative. Received: fft_length {lengths}")
    if not inverse:
        lengths[-1] = _half(lengths[-1])
    return shapes.of(*sizes[:-rank], *lengths)


def _half(length: int | None) -> int | None:
    """How many elements of a spectrum of `length` the others follow from."""
    return length // 2 + 1 if length else length


def _cropped(input: torch.Tensor, sizes: list[int]) -> torch.Tensor:
    """The first elements, `sizes` of them, along the last dimensions."""
    for axis, size in zip(_axes(len(sizes)), sizes):
        if input.shape[axis] < size:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Input dimension {input.ndim + axis} must have length of at least {size} but "
                f"got: {input.shape[axis]}",
            )
        input = input.narrow(axis, 0, size)
    return input


def _real_transform(rank: int) -> OpDefinition:
    def shape(
        input: TensorShape, fft_length: Value, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        return _transformed_shape(input, fft_length, input_shapes[1], rank, inverse=False)

    def kernel(input: torch.Tensor, fft_length: Host) -> torch.Tensor:
        sizes = fft_length.tolist()
        if not input.numel() or 0 in sizes:
            shape = (*input.shape[:-rank], *sizes[:-1], _half(sizes[-1]))
            return input.new_zeros(shape, dtype=torch.complex64)
        return torch.fft.rfftn(_cropped(input, sizes), dim=_axes(rank))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        """The real part of the transform's adjoint, of the half spectrum and zeros."""
        x, length = op.inputs
        whole = _COMPLEX[rank, True](_padded_to(dy, length, rank))
        part = x.dtype.base_dtype
        scale = Cast(Prod(length, constant([0])), DstT=part)
        dx = Mul(Real(whole, Tout=part), scale)
        return _padded_to(dx, _last_sizes(x, rank), rank), None

    return _half_spectrum_op(
        f"RFFT{_SUFFIXES[rank]}", "float", "complex64", shape, kernel, gradient
    )


def _inverse_real_transform(rank: int) -> OpDefinition:
    def shape(
        input: TensorShape, fft_length: Value, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        return _transformed_shape(input, fft_length, input_shapes[1], rank, inverse=True)

    def kernel(input: torch.Tensor, fft_length: Host) -> torch.Tensor:
        sizes = fft_length.tolist()
        if not input.numel() or 0 in sizes:
            return input.new_zeros((*input.shape[:-rank], *sizes), dtype=torch.float32)
        half = _cropped(input, [*sizes[:-1], sizes[-1] // 2 + 1])
        return torch.fft.irfftn(half, sizes, dim=_axes(rank))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        """What the half spectrum stands for twice, its mirror image too, counts twice."""
        spectrum, length = op.inputs
        half = REAL[rank](dy, length)
        weights = RealDiv(_weights(_last(Shape(half)), length), _count(dy, rank))
        dx = Mul(half, Complex(weights, ZerosLike(weights)))
        return _padded_to(dx, _last_sizes(spectrum, rank), rank), None

    return _half_spectrum_op(
        f"IRFFT{_SUFFIXES[rank]}", "complex64", "float", shape, kernel, gradient
    )


def _weights(frequencies: Tensor, fft_length: Tensor) -> Tensor:
    """1 for each frequency that is its own mirror image in the whole spectrum, 2 for others."""
    twice = Mul(Range(constant(0), frequencies, constant(1)), constant(2))
    own_image = Equal(FloorMod(twice, _last(fft_length)), constant(0))
    return Sub(constant(2.0), Cast(own_image, DstT=dtypes.float32))


def _padded_to(x: Tensor, sizes: Tensor, rank: int) -> Tensor:
    """x with zeros behind its elements, so that its last `rank` dimensions have these sizes."""
    wanted = constant_value_as_shape(sizes).sizes
    if x.shape.sizes is not None and x.shape.sizes[-rank:] == wanted:
        return x
    batch = Fill(Pack([Sub(Rank(x), constant(rank))]), constant(0))
    after = ConcatV2([batch, Sub(sizes, _last_sizes(x, rank))], constant(0))
    return Pad(x, Pack([ZerosLike(after), after], axis=1))


def _half_spectrum_op(
    name: str, input: str, output: str, shape: Any, kernel: Any, gradient: Any
) -> OpDefinition:
    inverse, rank = name[0] == "I", name.partition("FFT")[2] or "1D"
    rules = {
        "__doc__": f"The Fourier transform of {rank} real signals{' undone' * inverse}, of which "
        "half the spectrum tells all.",
        "inputs": f"input: {input}, fft_length: int32",
        "outputs": f"output: {output}",
        "shape": shape,
        "kernel": kernel,
        "gradient": gradient,
    }
    return op(type(name, (), rules))


REAL = {rank: _real_transform(rank) for rank in _SUFFIXES}
INVERSE_REAL = {rank: _inverse_real_transform(rank) for rank in _SUFFIXES}
