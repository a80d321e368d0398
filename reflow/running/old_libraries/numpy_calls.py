"""Functions that NumPy has lost."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "NINF",
    "NZERO",
    "PZERO",
    "alen",
    "asfarray",
    "asscalar",
    "cast",
    "issctype",
    "loads",
    "msort",
    "obj2sctype",
    "random_integers",
    "sctypes",
    "set_string_function",
]

NINF = -math.inf
NZERO = -0.0
PZERO = 0.0

sctypes: dict[str, list[Any]] = {
    "int": [np.int8, np.int16, np.int32, np.int64],
    "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
    "float": [np.float16, np.float32, np.float64, np.longdouble],
    "complex": [np.complex64, np.complex128, np.clongdouble],
    "others": [bool, object, bytes, str, np.void],
}


class _Cast(dict[Any, Callable[[Any], Any]]):
    """np.cast["float32"](array)."""

    def __missing__(self, dtype: Any) -> Callable[[Any], Any]:
        return lambda array: np.asarray(array).astype(dtype)


cast = _Cast()
loads = pickle.loads


def alen(array: npt.ArrayLike) -> int:
    """The size along the first axis; 1 of a scalar."""
    return len(np.atleast_1d(array))


def asfarray(array: npt.ArrayLike, dtype: Any = np.float64) -> Any:
    """`array` as floating point numbers."""
    return np.asarray(array, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def asscalar(array: Any) -> Any:
    """The one element, as a Python number."""
    return np.asarray(array).item()


def issctype(value: Any) -> bool:
    """Whether `value` is a type of array elements."""
    return isinstance(value, np.dtype) or (isinstance(value, type) and value in _scalar_types())


def _scalar_types() -> set[Any]:
    return {kind for kinds in sctypes.values() for kind in kinds} | {int, float, complex}


def msort(array: npt.ArrayLike) -> Any:
    """`array` sorted along its first axis."""
    return np.sort(array, axis=0)


def obj2sctype(value: Any, default: Any = None) -> Any:
    """The type of array elements that `value` stands for."""
    try:
        return np.dtype(value).type
    except TypeError:
        return default


def random_integers(low: int, high: int | None = None, size: Any = None) -> Any:
    """Integers from `low` to `high`, both included; from 1 to `low` without `high`."""
    low, high = (1, low) if high is None else (low, high)
    return np.random.randint(low, high + 1, size)


def set_string_function(function: Callable[..., str] | None, repr: bool = True) -> None:
    """Have arrays shown by a function."""
    options: Any = {"override_repr": function}  # of NumPy 2, where this function is gone
    np.set_printoptions(**options)
