"""tf.convert_to_tensor: what may stand where a tensor is expected, and what it becomes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Operation, Tensor

# (value, dtype, name, as_ref) -> a tensor, or NotImplemented to let the next function try.
ConversionFunction = Callable[..., Any]

_registered: dict[int, list[tuple[Any, ConversionFunction]]] = {}
_cache: dict[type, list[tuple[Any, ConversionFunction]]] = {}
_lock = threading.Lock()

# What these become is not for programs to change.
_NUMBERS = (int, float, np.generic, np.ndarray)


def register_tensor_conversion_function(
    base_type: Any, conversion_func: ConversionFunction, priority: int = 100
) -> None:
    """Makes values of `base_type` usable as tensors.

    Args:
      base_type: a type or a tuple of types.
      conversion_func: `conversion_func(value, dtype=None, name=None, as_ref=False)` gives a
        tensor, or NotImplemented to leave the value to the next function.
      priority: the function with the lowest number is asked first, then the one registered
        first.

    Raises:
      TypeError: an argument is not of the type described, or `base_type` is a number's.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError(f"base_type must be a type or a tuple of types. Received: {base_type!r}")
    if any(issubclass(t, _NUMBERS) for t in types):
        raise TypeError(
            "Cannot register conversions for Python numeric types and NumPy scalars and arrays. "
            f"Received: {base_type!r}"
        )
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
    dtype_hint: Any = None,
    as_ref: bool = False,
) -> Tensor:
    """`value` as a tensor.

    Args:
      value: a tensor, which is never cast, or what a registered function converts: numbers,
        text, lists, arrays, variables, ...
      dtype: the element type; by default the one that the value suggests.
      name: of a node that may have to be made.
      preferred_dtype, dtype_hint: tried first where `dtype` is not given; two names of the same.
      as_ref: whether a variable becomes a reference to it.

    Raises:
      TypeError: nothing converts it.
      ValueError: it is a tensor of another type than `dtype`.
      RuntimeError: a registered function gave something else than a tensor of the type asked for.
    """
    if isinstance(value, Tensor):
        if isinstance(value, EagerTensor) and not executing_eagerly():
            value = _captured(value)
        return value if dtype is None else _checked(value, as_dtype(dtype))
    prefix = "" if name is None else f"{name}: "
    wanted = None if dtype is None else as_dtype(dtype)
    hint = preferred_dtype if dtype_hint is None else dtype_hint
    preferred = None if hint is None else as_dtype(hint)
    for base, function in _functions_for(type(value)):
        result: Any = None
        if wanted is None and preferred is not None:
            result = _preferably(function, value, preferred, name, as_ref)
        if result is None:
            # A constant has no reference type.
            asked = wanted if wanted is None or as_ref else wanted.base_dtype
            result = function(value, dtype=asked, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(
                f"{prefix}Conversion function {function!r} for type {base} returned non-Tensor: "
                f"{result!r}"
            )
        if wanted is not None and not wanted.base_dtype.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"{prefix}Conversion function {function!r} for type {base} returned incompatible "
                f"dtype: requested = {wanted.name}, actual = {result.dtype.name}"
            )
        return result
    raise TypeError(
        f"{prefix}Cannot convert {value!r} with type {type(value)} to Tensor: no conversion "
        "function registered."
    )


def _preferably(
    function: ConversionFunction, value: Any, preferred: DType, name: str | None, as_ref: bool
) -> Any:
    """What the function gives for the preferred type; None if it cannot give that."""
    try:
        result = function(value, dtype=preferred, name=name, as_ref=as_ref)
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(result, Tensor) and result.dtype.base_dtype is not preferred.base_dtype:
        raise TypeError(
            f"convert_to_tensor did not convert to the preferred dtype: {result.dtype.base_dtype} "
            f"vs {preferred.base_dtype}"
        )
    return result


def _captured(tensor: EagerTensor) -> Tensor:
    """What the default graph uses for a tensor that was computed at once."""
    from reflow.graph.graph import get_default_graph

    return get_default_graph().capture(tensor)


def _checked(tensor: Tensor, dtype: DType) -> Tensor:
    if dtype is tensor.dtype or dtype.is_compatible_with(tensor.dtype):
        return tensor
    raise ValueError(
        f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
        f"{tensor.dtype.name}: {tensor!r}"
    )


def convert_n_to_tensor(
    values: Sequence[Any],
    dtype: Any = None,
    name: str | None = None,
    preferred_dtype: Any = None,
    as_ref: bool = False,
) -> list[Tensor]:
    """A list of tensors; a node for the i-th value is named NAME_i.

    Raises:
      TypeError: `values` is no sequence.
      TypeError, ValueError, RuntimeError: as `convert_to_tensor`.
    """
    if not isinstance(values, Sequence):
        raise TypeError(f"values must be a sequence. Received: {values!r}")
    return [
        convert_to_tensor(
            value,
            dtype,
            None if name is None else f"{name}_{i}",
            preferred_dtype,
            as_ref=as_ref,
        )
        for i, value in enumerate(values)
    ]


def _refuse_operation(
    value: Operation, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Any:
    raise TypeError(
        f"Can't convert Operation '{value.name}' to Tensor (target dtype={dtype!r}, "
        f"name={name!r}, as_ref={as_ref!r})"
    )


register_tensor_conversion_function(Operation, _refuse_operation, 0)
