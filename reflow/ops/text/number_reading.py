"""Numbers as strings say them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from reflow.graph.dtypes import DType
from reflow.ops.text.elements import Array

# What TensorFlow reads, between spaces: no sign "+" before an integer, hexadecimal digits only for
# floats, and no digits at all for 0.0.
_INTEGER = re.compile(rb"\s*(-?[0-9]+)\s*")
_FLOAT = re.compile(
    rb"\s+|\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    rb"|[iI][nN][fF]|[nN][aA][nN]))\s*"
)
_MOST_DIGITS = 19  # of a number that an integer type holds


def read_number(string: bytes, dtype: DType) -> float | None:
    """The number that `string` says; None if it says none, or an integer beyond the range."""
    return _integer(string, dtype) if dtype.is_integer else _float(string)


# Of the strings that have no other bytes Python reads the same numbers as TensorFlow.
_PLAIN_BYTES = {True: b"-0123456789", False: b"+-.0123456789eE"}


def read_plain_numbers(strings: Sequence[bytes], dtype: DType) -> Array | None:
    """The numbers that all strings say; None if one of them may need a closer look."""
    if b"".join(strings).translate(None, _PLAIN_BYTES[dtype.is_integer]):
        return None
    try:
        if not dtype.is_integer:
            return numbers_array([float(string) for string in strings], dtype)
        numbers = np.array([int(string) for string in strings], np.int64)
        narrow = numbers.astype(dtype.as_numpy_dtype)
        return narrow if np.array_equal(narrow, numbers) else None
    except (ValueError, OverflowError):
        return None


def _integer(string: bytes, dtype: DType) -> int | None:
    match = _INTEGER.fullmatch(string)
    if match is None or len(match[1].lstrip(b"-0")) > _MOST_DIGITS:
        return None
    number, limits = int(match[1]), np.iinfo(dtype.as_numpy_dtype)
    return number if limits.min <= number <= limits.max else None


def _float(string: bytes) -> float | None:
    match = _FLOAT.fullmatch(string)
    if match is None:
        return None
    sign, hexadecimal, decimal = match.groups()
    try:
        magnitude = float(int(hexadecimal, 16)) if hexadecimal else float(decimal or 0)
    except OverflowError:
        magnitude = float("inf")
    return -magnitude if sign == b"-" else magnitude


def numbers_array(numbers: Sequence[float] | Array, dtype: DType) -> Array:
    """The numbers as a vector of this type, in which too large floats are infinite."""
    exact = np.float64 if dtype.is_floating else dtype.as_numpy_dtype
    with np.errstate(over="ignore"):
        return np.array(numbers, exact).astype(dtype.as_numpy_dtype)
