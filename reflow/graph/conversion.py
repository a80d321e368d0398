"""tf.convert_to_tensor: what may stand where a tensor is expected, and what it becomes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.operation import Tensor

# (value, dtype, name, as_ref) -> a tensor, or NotImplemented to let the next function try.
ConversionFunction = Callable[..., Any]

_registered: dict[int, list[tuple[Any, ConversionFunction]]] = {}
_cache: dict[type, list[tuple[Any, ConversionFunction]]] = {}
_lock = threading.Lock()


def register_tensor_conversion_function(
    base_type: Any, conversion_func: ConversionFunction, priority: int = 100
) -> None:
    """Makes values of `base_type` (a type or a tuple of types) usable as tensors.

    `conversion_func(value, dtype=None, name=None, as_ref=False)` gives a tensor, or
    NotImplemented to leave the value to the function with the next higher `priority` number.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError(f"base_type must be a type or a tuple of types. Received: {base_type!r}")
    if not callable(conversion_func):
        raise TypeError(f"conversion_func must be callable. Received: {conversion_func!r}")
    with _lock:
        _registered.setdefault(priority, []).append((base_type, conversion_func))
        _cache.clear()


def _functions_for(value_type: type) -> list[tuple[Any, ConversionFunction]]:
    functions = _cache.get(value_type)
    if functions is None:
        with _lock:
            functions = [
                (base, function)
                for _, entries in sorted(_registered.items())
                for base, function in entries
                if issubclass(value_type, base)
            ]
            _cache[value_type] = functions
    return functions


def convert_to_tensor(
    value: Any,
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    as_ref: bool = False,
) -> Tensor:
    """`value` as a tensor of type `dtype` (or of the type that its values suggest).

    `preferred_dtype` is tried first where `dtype` is not given.  A tensor is never cast:
    ValueError when it has another type than `dtype`.  TypeError when nothing can convert it.
    """
    if dtype is not None:
        dtype = as_dtype(dtype)
    if isinstance(value, Tensor):
        return _check_type(value, dtype)
    # Compare with the base type: a constant has no reference type.
    wanted = dtype.base_dtype if dtype is not None and not as_ref else dtype
    for base, function in _functions_for(type(value)):
        result: Any = NotImplemented
        if wanted is None and preferred_dtype is not None:
            try:
                result = function(value, dtype=as_dtype(preferred_dtype), name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = NotImplemented
        if result is NotImplemented:
            result = function(value, dtype=wanted, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(
                f"Conversion function {function!r} for type {base} returned non-Tensor: {result!r}"
            )
        if wanted is not None and not wanted.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"Conversion function {function!r} for type {base} returned incompatible dtype: "
                f"requested = {wanted.name}, actual = {result.dtype.name}"
            )
        return result
    raise TypeError(
        f"Cannot convert {value!r} with type {type(value)} to Tensor: no conversion function registered."
    )


def _check_type(tensor: Tensor, dtype: DType | None) -> Tensor:
    if (
        dtype is not None
        and dtype is not tensor.dtype
        and not dtype.is_compatible_with(tensor.dtype)
    ):
        raise ValueError(
            f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
            f"{tensor.dtype.name}: {str(tensor)!r}"
        )
    return tensor


def convert_n_to_tensor(
    values: Sequence[Any],
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    as_ref: bool = False,
) -> list[Tensor]:
    """A list of tensors; the i-th constant is named NAME_i."""
    return [
        convert_to_tensor(
            value, dtype, None if name is None else f"{name}_{i}", preferred_dtype, as_ref
        )
        for i, value in enumerate(values)
    ]
