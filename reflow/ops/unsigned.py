"""Kernels for uint16, uint32 and uint64, which torch stores but hardly computes with."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

_TORCH_CANNOT = (torch.uint16, torch.uint32, torch.uint64)
_SIGN_BIT = -(1 << 63)


def widened(kernel: Callable[..., Any], ordered: bool = False) -> Callable[..., Any]:
    """`kernel`, tried again in int64 where torch has no kernel for an unsigned type.

    The bits of a uint64 pass as those of an int64: sums and products come out right, because
    both wrap around.  `ordered` is for kernels that compare: it shifts uint64 values so that
    the order is right too (then only values that the kernel picks come out right).
    """

    @functools.wraps(kernel)
    def call(*inputs: Any, **keywords: Any) -> Any:
        try:
            return kernel(*inputs, **keywords)
        except RuntimeError:
            unsigned = next((t.dtype for t in _tensors(inputs) if t.dtype in _TORCH_CANNOT), None)
            if unsigned is None:
                raise
            wide = [_widen(value, ordered) for value in inputs]
            return _narrow(kernel(*wide, **keywords), unsigned, ordered)

    return call


def in_order(x: torch.Tensor) -> torch.Tensor:
    """`x`, or integers that torch can compare and that have the order of x's elements."""
    return _widen(x, ordered=True)


def _tensors(inputs: Any) -> list[torch.Tensor]:
    flat: list[torch.Tensor] = []
    for value in inputs:
        flat += value if isinstance(value, list) else [value]
    return [value for value in flat if isinstance(value, torch.Tensor)]


def _widen(value: Any, ordered: bool) -> Any:
    if isinstance(value, list):
        return [_widen(item, ordered) for item in value]
    if not isinstance(value, torch.Tensor) or value.dtype not in _TORCH_CANNOT:
        return value
    if value.dtype is not torch.uint64:
        return value.to(torch.int64)
    bits = value.contiguous().view(torch.int64)
    return bits ^ _SIGN_BIT if ordered else bits


def _narrow(result: Any, dtype: torch.dtype, ordered: bool) -> Any:
    """The result in the unsigned type; what has another type already (indices, truths) stays."""
    if result.dtype is not torch.int64:
        return result
    if dtype is not torch.uint64:
        return result.to(dtype)
    return (result ^ _SIGN_BIT if ordered else result).view(torch.uint64)
