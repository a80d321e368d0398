"""Fourier transforms of real signals, and spectra with their zero in the middle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops import fourier
from reflow.ops.math import Maximum
from reflow.ops.permuting import Roll
from reflow.tf._arrays import pad, shape
from reflow.tf._arrays import rank as rank_of
from reflow.tf._filling import zeros, zeros_like
from reflow.tf._joining import concat, stack, unstack
from reflow.tf._scopes import name_scope


def _transform(
    definition: OpDefinition, rank: int, input_type: DType, inverse: bool, doc: str
) -> Callable[..., Tensor]:
    """The public function of an op: it finds the length of the transform and pads the input."""
    public = definition.name.lower()

    def function(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        with name_scope(name, public, [input_tensor, fft_length]) as scope:
            x = convert_to_tensor(input_tensor, input_type)
            x.shape.with_rank_at_least(rank)
            if fft_length is None:
                length = _length_of(x, rank, inverse)
            else:
                length = convert_to_tensor(fft_length, dtypes.int32)
                length.shape.with_rank(1)
            return definition(_padded(x, rank, length, inverse), length, name=scope)

    function.__name__ = function.__qualname__ = public
    function.__doc__ = doc
    return function


def _length_of(x: Tensor, rank: int, inverse: bool) -> Tensor:
    """The length of the signal: of half a spectrum, the even number that fits."""
    known = x.shape[-rank:]
    sizes: Any
    if known.is_fully_defined():
        sizes = known.as_list()
        if inverse:
            sizes[-1] = max(0, 2 * (sizes[-1] - 1))
        return convert_to_tensor(sizes, dtypes.int32)
    length = shape(x)[-rank:]
    if not inverse:
        return length
    sizes = unstack(length)
    sizes[-1] = Maximum(0, 2 * (sizes[-1] - 1))
    return stack(sizes)


def _padded(x: Tensor, rank: int, length: Tensor, inverse: bool) -> Tensor:
    """x with zeros behind its last dimensions where these are shorter than the transform."""
    if x.shape.sizes is not None and 0 in x.shape.sizes:
        return x
    wanted = constant_value_as_shape(length)
    if wanted.is_fully_defined() and x.shape.ndims is not None:
        sizes = wanted.as_list()
        known = x.shape[-len(sizes) :]
        if known.is_fully_defined():
            if inverse:
                sizes[-1] = sizes[-1] // 2 + 1
            after = [max(size - old, 0) for size, old in zip(sizes, known.as_list())]
            if not any(after):
                return x
            batch = [[0, 0]] * max(x.shape.ndims - len(sizes), 0)
            return pad(x, batch + [[0, count] for count in after])
    rank_of_x = rank_of(x)
    last = shape(x)[-rank:]
    batch = zeros([Maximum(0, rank_of_x - rank)], length.dtype)
    if inverse:
        length = concat([length[:-1], length[-1:] // 2 + 1], 0)
    paddings = concat([batch, Maximum(0, length - last)], 0)
    return pad(x, stack([zeros_like(paddings), paddings], axis=1))


_FORWARD = """The Fourier transform of real float32 signals: the half of it that tells all.

[..., n] -> [..., n // 2 + 1], complex64 (of several dimensions, the last one is halved).

Args:
  fft_length: [rank], the sizes of the signals, which are cut or padded with zeros to that.
"""
_BACKWARD = """The real float32 signals whose half spectra these are.

[..., n // 2 + 1], complex64 -> [..., n] (of several dimensions, the last one was halved).

Args:
  fft_length: [rank], the sizes of the signals; by default the last one is taken to be even.
"""


def _forward(rank: int) -> Callable[..., Tensor]:
    return _transform(fourier.REAL[rank], rank, dtypes.float32, inverse=False, doc=_FORWARD)


def _backward(rank: int) -> Callable[..., Tensor]:
    return _transform(
        fourier.INVERSE_REAL[rank], rank, dtypes.complex64, inverse=True, doc=_BACKWARD
    )


rfft, rfft2d, rfft3d = _forward(1), _forward(2), _forward(3)
irfft, irfft2d, irfft3d = _backward(1), _backward(2), _backward(3)


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The two halves of x along `axes` (default: all) exchanged: frequency 0 in the middle."""
    return _shifted(x, axes, name, "fftshift", 1)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """The inverse of `fftshift`."""
    return _shifted(x, axes, name, "ifftshift", -1)


def _shifted(x: Any, axes: Any, name: str | None, default_name: str, sign: int) -> Tensor:
    with name_scope(name, default_name) as scope:
        x = convert_to_tensor(x)
        sizes = x.shape.as_list()
        if isinstance(axes, int):
            return Roll(x, sign * (sizes[axes] // 2), axes, name=scope)
        axes = tuple(range(len(sizes))) if axes is None else axes
        return Roll(x, [sign * (sizes[axis] // 2) for axis in axes], axes, name=scope)
