"""Kernels that move elements about, for element types that torch cannot move.

Strings are NumPy arrays, and torch only stores uint16, uint32 and uint64.  What a kernel does
to positions it can do to any stand-in for the elements: their bits, or their numbers in a table.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

_SAME_WIDTH = {
    torch.uint16: torch.int16,
    torch.uint32: torch.int32,
    torch.uint64: torch.int64,
}


def any_elements(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """`kernel`, which computes nothing with its elements, for strings and unsigned integers too.

    The first input, or the first of a list, decides what the elements are.
    """

    @functools.wraps(kernel)
    def call(*inputs: Any, **keywords: Any) -> Any:
        first = inputs[0][0] if isinstance(inputs[0], list) else inputs[0]
        if isinstance(first, torch.Tensor):
            if first.dtype not in _SAME_WIDTH:
                return kernel(*inputs, **keywords)
            return _as_bits(kernel, first.dtype, inputs, keywords)
        return _as_numbers(kernel, inputs, keywords)

    return call


def _replace(value: Any, wanted: Callable[[Any], bool], function: Callable[[Any], Any]) -> Any:
    """`function` of all the arrays in `value` that are `wanted`."""
    if isinstance(value, (list, tuple)):
        return [_replace(item, wanted, function) for item in value]
    return function(value) if wanted(value) else value


def _as_bits(
    kernel: Callable[..., Any],
    dtype: torch.dtype,
    inputs: tuple[Any, ...],
    keywords: dict[str, Any],
) -> Any:
    stand_in = _SAME_WIDTH[dtype]

    def holds(element_type: torch.dtype) -> Callable[[Any], bool]:
        return lambda value: isinstance(value, torch.Tensor) and value.dtype is element_type

    bits = [_replace(value, holds(dtype), lambda t: t.view(stand_in)) for value in inputs]
    return _replace(kernel(*bits, **keywords), holds(stand_in), lambda t: t.view(dtype))


def _as_numbers(
    kernel: Callable[..., Any], inputs: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    table: list[Any] = []

    def is_text(value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype == object

    def number(array: Any) -> torch.Tensor:
        start = len(table)
        table.extend(array.ravel())
        return torch.arange(start, len(table)).reshape(array.shape)

    def text(numbers: torch.Tensor) -> Any:
        array = np.empty(numbers.shape, object)
        array[...] = strings[numbers.numpy()]
        return array

    numbered = [_replace(value, is_text, number) for value in inputs]
    result = kernel(*numbered, **keywords)
    strings = np.empty(len(table), object)
    strings[:] = table
    return _replace(result, lambda value: isinstance(value, torch.Tensor), text)
