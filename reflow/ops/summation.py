"""Sums and means over axes, with the speed of memory."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import torch

# Elements; the sums of smaller tensors take no longer than a second call.
_MANY = 1 << 17
_WIDE = 2048  # elements of a row that torch adds as fast as memory gives them


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
    return _added(grouped, axes, keep).div_(math.prod(grouped.shape[:2]))


def _added(grouped: torch.Tensor, axes: Sequence[int], keep: bool) -> torch.Tensor:
    sums = grouped.sum(0).sum(0)
    return sums.view([1] * len(axes) + [*sums.shape]) if keep else sums


def _in_wide_rows(x: torch.Tensor, axes: Sequence[int]) -> torch.Tensor | None:
    """A large tensor to be summed over its first axes, [groups, rows of one, *what is kept].

    torch adds up short rows, such as the gradients of some channels' biases, five times slower than
    long ones on a CPU; and the fewer rows are added one after the other, the fewer digits are lost.
    None where that does not apply.
    """
    count = len(axes)
    if x.numel() < _MANY or axes[-1] != count - 1 or not x.is_cpu:
        return None
    if x.dtype not in (torch.float32, torch.float64) or not x.is_contiguous():
        return None
    kept = x.shape[count:]
    columns = math.prod(kept)
    rows = _largest_divisor(x.numel() // columns, _WIDE // columns)
    return x.view(-1, rows, *kept) if kept and rows > 1 else None


@functools.lru_cache(maxsize=4096)
def _largest_divisor(number: int, limit: int) -> int:
    """The largest one that is not above a limit; 0 if there is none."""
    return next((part for part in range(min(number, limit), 0, -1) if number % part == 0), 0)
