"""From blocks of random bits to numbers, a fixed count of numbers to a block.

Source: tensorflow/core/lib/random/random_distributions.h of TensorFlow 1.15.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from reflow.ops.philox.generator import Blocks, Offsets, consecutive

Shape = tuple[int, ...]
Draw = Callable[[Offsets], Blocks]

# Of each word, as many low bits as the type's mantissa has become a uniform number.
_MANTISSA_BITS = {torch.float16: 10, torch.bfloat16: 7, torch.float32: 23}
_SMALLEST_UNIFORM = 1e-7  # what Box-Muller takes the logarithm of instead of anything smaller

_MANTISSA = np.array(0x007FFFFF_007FFFFF, np.uint64)  # of two float32 at once
_ONE = np.array(0x3F800000_3F800000, np.uint64)  # two times 1.0
_FLOAT_ONE = np.array(1, np.float32)


def numbers_per_block(dtype: torch.dtype) -> int:
    """How many numbers of this type are made of a block, in every distribution here."""
    return 2 if dtype in (torch.float64, torch.int64) else 4


class Runs:
    """Runs of an op: where each starts in the stream, which they all move on by as much."""

    def __init__(self, draw: Draw, count: int = 1, apart: int = 0) -> None:
        """Args: draw: gives the blocks at offsets from where the first of the runs starts."""
        self.draw = draw
        self.starts = consecutive(count) * np.uint64(apart)

    def blocks(self, used: int) -> Blocks:
        """The first blocks of each run, for the caller to overwrite."""
        if len(self.starts) == 1:
            return self.draw(consecutive(used))
        return self.draw((self.starts[:, None] + consecutive(used)).reshape(-1))


# (runs, numbers in each, their type, bounds if it has any) -> of shape [runs, numbers].
Distribution = Callable[..., torch.Tensor]


def _of_blocks(numbers_of: Callable[..., torch.Tensor]) -> Distribution:
    """The distribution whose numbers are made of blocks, each of as many as its type takes."""

    def distribution(runs: Runs, count: int, dtype: torch.dtype, *bounds: int) -> torch.Tensor:
        per_block = numbers_per_block(dtype)
        used = -(-count // per_block)
        numbers = numbers_of(runs.blocks(used), dtype, *bounds)
        return numbers.view(len(runs.starts), used * per_block)[:, :count]

    return distribution


def uniforms_of(blocks: Blocks, dtype: torch.dtype) -> torch.Tensor:
    """Floats in [0, 1). Overwrites `blocks`."""
    if dtype == torch.float64:
        return torch.from_numpy(uniform_pairs(blocks))
    bits = _MANTISSA_BITS[dtype]
    if bits != 23:
        np.left_shift(blocks, np.uint32(23 - bits), out=blocks)
    return torch.from_numpy(_uniform32(blocks)).to(dtype)


def integers_of(blocks: Blocks, dtype: torch.dtype, minval: int, maxval: int) -> torch.Tensor:
    """Integers in [minval, maxval): minval + bits mod (maxval - minval)."""
    if dtype == torch.int32:
        numbers = blocks % np.uint32(maxval - minval) + np.uint32(minval % (1 << 32))
        return torch.from_numpy(numbers.view(np.int32))
    wide = blocks.view(np.uint64) % np.uint64(maxval - minval) + np.uint64(minval % (1 << 64))
    return torch.from_numpy(wide.view(np.int64))


def normals_of(blocks: Blocks, dtype: torch.dtype) -> torch.Tensor:
    """Normal numbers of mean 0 and standard deviation 1. Overwrites `blocks`.

    Box-Muller: of uniform u and v, sqrt(-2 log u) times the sine and the cosine of 2 pi v.
    float16 and bfloat16 are rounded from float32.
    """
    numbers = _normal64(blocks) if dtype == torch.float64 else _normal32(blocks)
    return numbers.to(dtype)


uniform = _of_blocks(uniforms_of)
uniform_int = _of_blocks(integers_of)
normal = _of_blocks(normals_of)


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
