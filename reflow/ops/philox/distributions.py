"""From blocks of random bits to numbers, a fixed count of numbers to a block.

Source: tensorflow/core/lib/random/random_distributions.h of TensorFlow 1.15.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

from reflow.ops.philox.generator import Blocks

Shape = tuple[int, ...]
_Number = TypeVar("_Number", bound=np.generic)

# Of each word, as many low bits as the type's mantissa has become a uniform number.
_MANTISSA_BITS = {torch.float16: 10, torch.bfloat16: 7, torch.float32: 23}
_SMALLEST_UNIFORM = 1e-7  # what Box-Muller takes the logarithm of instead of anything smaller

_MANTISSA = np.array(0x007FFFFF_007FFFFF, np.uint64)  # of two float32 at once
_ONE = np.array(0x3F800000_3F800000, np.uint64)  # two times 1.0
_FLOAT_ONE = np.array(1, np.float32)


def numbers_per_block(dtype: torch.dtype) -> int:
    """How many numbers of this type are made of a block, in every distribution here."""
    return 2 if dtype in (torch.float64, torch.int64) else 4


def uniform(blocks: Blocks, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
    """Floats in [0, 1). Overwrites `blocks`."""
    if dtype == torch.float64:
        return torch.from_numpy(_first(uniform_pairs(blocks), shape))
    bits = _MANTISSA_BITS[dtype]
    if bits == 23:
        return torch.from_numpy(_first(_uniform32(blocks), shape))
    np.left_shift(blocks, np.uint32(23 - bits), out=blocks)
    return torch.from_numpy(_first(_uniform32(blocks), shape)).to(dtype)


def uniform_int(
    blocks: Blocks, shape: Shape, minval: int, maxval: int, dtype: torch.dtype
) -> torch.Tensor:
    """Integers in [minval, maxval): minval + bits mod (maxval - minval)."""
    if dtype == torch.int32:
        numbers = blocks % np.uint32(maxval - minval) + np.uint32(minval % (1 << 32))
        return torch.from_numpy(_first(numbers.view(np.int32), shape))
    wide = blocks.view(np.uint64) % np.uint64(maxval - minval) + np.uint64(minval % (1 << 64))
    return torch.from_numpy(_first(wide.view(np.int64), shape))


def normal(blocks: Blocks, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
    """Normal numbers of mean 0 and standard deviation 1. Overwrites `blocks`.

    Box-Muller: of uniform u and v, sqrt(-2 log u) times the sine and the cosine of 2 pi v.
    float16 and bfloat16 are rounded from float32.
    """
    numbers = _normal64(blocks) if dtype == torch.float64 else _normal32(blocks)
    return numbers.view(-1)[: math.prod(shape)].view(shape).to(dtype)


def uniform_pairs(blocks: Blocks) -> npt.NDArray[np.float64]:
    """Uniform float64 numbers, of shape [blocks, 2].

    The mantissa is the low 20 bits of one word, then all of the next.
    """
    mantissa = (blocks[:, ::2] & np.uint32(0xFFFFF)).astype(np.uint64)
    mantissa <<= np.uint64(32)
    mantissa |= blocks[:, 1::2]
    return np.multiply(mantissa, 2.0**-52, dtype=np.float64)


def normal_pairs(blocks: Blocks) -> npt.NDArray[np.float64]:
    """Normal float64 numbers, of shape [blocks, 2]."""
    pairs: npt.NDArray[np.float64] = _normal64(blocks).numpy()
    return pairs


def _first(numbers: npt.NDArray[_Number], shape: Shape) -> npt.NDArray[_Number]:
    """As many of the numbers as the shape holds: a last block is seldom used up."""
    return numbers.reshape(-1)[: math.prod(shape)].reshape(shape)


def _uniform32(blocks: Blocks) -> npt.NDArray[np.float32]:
    """The low 23 bits as the mantissa of a number in [1, 2), less 1; in place."""
    words = blocks.view(np.uint64)
    np.bitwise_and(words, _MANTISSA, out=words)
    np.bitwise_or(words, _ONE, out=words)
    floats = blocks.view(np.float32)
    return np.subtract(floats, _FLOAT_ONE, out=floats)


def _normal32(blocks: Blocks) -> torch.Tensor:
    # Each function in double precision, rounded to single: the closest to the C library's
    # logf and sincosf, whose last bits differ from one library to the next.
    pairs = torch.from_numpy(_uniform32(blocks)).view(-1, 2)
    radius = _root(pairs[:, 0].clamp_min(_SMALLEST_UNIFORM).double().log_().float().mul_(-2))
    angle = pairs[:, 1].double().mul_(2 * math.pi).float().double()
    result = torch.empty_like(pairs)
    torch.mul(angle.sin().float(), radius, out=result[:, 0])
    torch.mul(angle.cos().float(), radius, out=result[:, 1])
    return result


def _normal64(blocks: Blocks) -> torch.Tensor:
    pairs = torch.from_numpy(uniform_pairs(blocks))
    radius = _root(pairs[:, 0].clamp_min(_SMALLEST_UNIFORM).log_().mul_(-2))
    angle = pairs[:, 1] * (2 * math.pi)
    return torch.stack([angle.sin() * radius, angle.cos() * radius], dim=1)


def _root(numbers: torch.Tensor) -> torch.Tensor:
    """The square root in place, correctly rounded, as torch's own need not be."""
    array = numbers.numpy()
    np.sqrt(array, out=array)
    return numbers
