"""Discrete cosine transforms, by the Fourier transform."""

from __future__ import annotations

import math
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.functions import Rsqrt, Sqrt
from reflow.ops.math import Exp
from reflow.tf import _filling as filling
from reflow.tf._arrays import expand_dims, pad, shape
from reflow.tf._casts import cast
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope
from reflow.tf.math import complex, real
from reflow.tf.signal._fourier import irfft, rfft

_INVERSE_TYPES = {1: 1, 2: 3, 3: 2}


def dct(
    input: Any,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The cosine transform of the last dimension of float32 signals, [..., samples].

    Args:
      type: 1, 2 or 3.
      n: how many samples to take; signals are cut or padded with zeros to that.
      axis: -1.
      norm: "ortho" makes the transforms of types 2 and 3 orthonormal.

    Raises:
      ValueError: a type, length or norm that is none of these.
      NotImplementedError: another axis: TensorFlow has no others either.
    """
    _check_arguments(input, type, n, axis, norm)
    with name_scope(name, "dct", [input]):
        x = convert_to_tensor(input, dtype=dtypes.float32)
        if n is not None:
            x = _of_length(x, n)
        size = _length(x)
        count = cast(size, dtypes.float32)
        if type == 1:
            return real(rfft(concat([x, x[..., -2:0:-1]], axis=-1)))
        transform = _second if type == 2 else _third
        return transform(x, size, count, norm)


def idct(
    input: Any,
    type: int = 2,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The inverse of `dct`, up to a factor 2 * samples unless `norm` is "ortho"."""
    _check_arguments(input, type, n, axis, norm)
    return dct(input, _INVERSE_TYPES[type], n, axis, norm, name)


def _check_arguments(input: Any, type: int, n: int | None, axis: int, norm: str | None) -> None:
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}")
    if n is not None and n < 1:
        raise ValueError(f"n should be a positive integer or None. Received: {n}")
    if type not in _INVERSE_TYPES:
        raise ValueError(f"Only Types I, II and III (I)DCT are supported. Received: {type}")
    if type == 1:
        if norm == "ortho":
            raise ValueError("Normalization is not supported for the Type-I DCT.")
        if input.shape[-1] is not None and input.shape[-1] < 2:
            raise ValueError(
                "Type-I DCT requires the dimension to be greater than one. "
                f"Received: {input.shape[-1]}"
            )
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")


def _length(x: Tensor) -> Any:
    """The size of the last dimension: a number, or a tensor where it is not known."""
    known = None if x.shape.sizes is None else x.shape.sizes[-1]
    return known or shape(x)[-1]


def _of_length(x: Tensor, n: int) -> Tensor:
    length = _length(x)
    if n <= length:
        return x[..., 0:n]
    batch = [[0, 0] for _ in range(len(x.shape) - 1)]
    paddings = convert_to_tensor([*batch, [0, n - length]], dtype=dtypes.int32)
    return pad(x, paddings=paddings)


def _turns(count: Tensor, sign: int) -> Tensor:
    """2 exp(sign i pi k / 2n) for k in 0..n-1."""
    angles = filling.range(count)
    angles = (-angles if sign < 0 else angles) * math.pi * 0.5 / count
    return 2.0 * Exp(complex(0.0, angles))


def _weights(first: Tensor, others: Tensor, size: Any) -> Tensor:
    """[first, others, others, ...]."""
    return pad(expand_dims(first, 0), [[0, size - 1]], constant_values=others)


def _second(x: Tensor, size: Any, count: Tensor, norm: str | None) -> Tensor:
    turns = _turns(count, -1)
    result = real(rfft(x, fft_length=[2 * size])[..., :size] * turns)
    if norm == "ortho":
        first = 0.5 * Rsqrt(count)
        result *= _weights(first, first * Sqrt(2.0), size)
    return result


def _third(x: Tensor, size: Any, count: Tensor, norm: str | None) -> Tensor:
    if norm == "ortho":
        first = Sqrt(count)
        x *= _weights(first, first * Sqrt(0.5), size)
    else:
        x *= count
    spectrum = _turns(count, 1) * complex(x, 0.0)
    return real(irfft(spectrum, fft_length=[2 * size]))[..., :size]
