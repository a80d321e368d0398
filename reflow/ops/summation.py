"""Sums and means over axes, with the speed of memory."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import torch

# Elements; the sums of smaller tensors take no longer than a second call.
_MANY = 1 << 16
_WIDE = 512  # elements of a row that torch adds as fast as memory gives them
# Of a tensor, one after the other in memory.  Cores share parts out as they do elements where most
# tensors are made: each finds its own in its cache, not in another core's.
_PARTS = 8


def sum_over(x: torch.Tensor, axes: Sequence[int], keep: bool = False) -> torch.Tensor:
    """The sums over axes, at least one, in order and counted from the first; of the type of x."""
    grouped = _in_wide_rows(x, axes)
    if grouped is None:
        return torch.sum(x, list(axes), keep, dtype=x.dtype)
    return _added(grouped, axes, keep)


def mean_over(x: torch.Tensor, axes: Sequence[int], keep: bool = False) -> torch.Tensor:
    """The means over such axes of numbers that are not integers."""
    grouped = _in_wide_rows(x, axes)
    if grouped is None:
        return torch.mean(x, list(axes), keep)
    return _added(grouped, axes, keep).div_(math.prod(grouped.shape[:3]))


def _added(grouped: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    sums = grouped.sum(1).sum((0, 1))
    return sums.view([1] * len(axes) + [*sums.shape]) if keep else sums


def _in_wide_rows(x: torch.Tensor, axes: Sequence[int]) -> torch.Tensor | None:
    """A large tensor to be summed over its first axes: [parts, groups, rows of one, *what is kept].

    torch adds up short rows, such as the gradients of some channels' biases, five times slower than
    long ones on a CPU; and the fewer rows are added one after the other, the fewer digits are lost.
    None where that does not apply.
    """
    count = len(axes)
    if x.numel() < _MANY or axes[-1] != count - 1 or not x.is_cpu:
        return None
    if x.dtype not in (torch.float32, torch.float64) or not x.is_contiguous():
        return None
    sizes = _grouped(x.shape, count)
    return None if sizes is None else x.view(sizes)


@functools.lru_cache(maxsize=4096)
def _grouped(sizes: Sequence[int], count: int) -> Sequence[int] | None:
    """[parts, groups, rows of one, *what is kept] of the sizes of a tensor, of many elements."""
    kept = sizes[count:]
    total, columns = math.prod(sizes[:count]), math.prod(kept)
    parts = math.gcd(total, _PARTS)
    limit = min(total // parts, max(1, _WIDE // columns))
    rows = next(size for size in range(limit, 0, -1) if total // parts % size == 0)
    if columns == 1 or parts * rows == 1:
        return None
    return (parts, total // parts // rows, rows, *kept)
