"""Python values and arrays as eager tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from reflow.graph.array_values import array_of
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.eager_tensor import EagerTensor
from reflow.ops.values import HOST_TYPES, to_torch
from reflow.runtime.eager.context import context

_context = context()

# So many numbers and short vectors of integers are kept as tensors: axes, shapes, factors.
_MAX_KEPT = 4096
_MAX_LENGTH = 8
_INT64 = np.iinfo(np.int64)
#: TensorFlow's names of element types in C++, where they are not those of Python.
TYPE_NAMES = {"float16": "half", "float32": "float", "float64": "double"}
_kept: dict[Any, tuple[DType, Any, Any]] = {}


def constant(
    value: Any, dtype: Any = None, shape: Any = None, verify_shape: bool = False
) -> EagerTensor:
    """What `tf.constant` gives: see `array_of` for the element type and the errors."""
    key = constant_key(value, dtype) if shape is None else None
    if key is not None:
        kept = _kept.get(key)
        if kept is not None:
            return EagerTensor(*kept)
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    try:
        array = array_of(value, wanted, shape, verify_shape)
    except (OverflowError, TypeError, ValueError) as error:
        explained = _explained(value, wanted, error)
        if explained is None:
            raise
        raise explained from error
    tensor = constant_of_array(array, as_dtype(array.dtype) if wanted is None else wanted)
    if key is not None and len(_kept) < _MAX_KEPT:
        _kept[key] = tensor.dtype, tensor._value, tensor._array
    return tensor


def constant_key(value: Any, dtype: Any) -> Any:
    """What stands for a number or a few integers; None for anything else."""
    kind = type(value)
    if kind is float:
        return (kind, value, dtype) if value else None  # 0.0 equals -0.0
    if kind is int or kind is bool:
        return kind, value, dtype
    if (kind is list or kind is tuple) and len(value) <= _MAX_LENGTH:
        if all(map(_is_int, value)):
            return kind, tuple(value), dtype
    if kind is np.ndarray and value.size <= _MAX_LENGTH and value.dtype.kind in "iu":
        return kind, value.dtype, value.shape, value.tobytes(), dtype
    return None


def _explained(value: Any, dtype: DType | None, error: Exception) -> Exception | None:
    """What TensorFlow raises for a value that is no tensor of this type; None for that very error.

    Source: TensorFlow 1.15, `tensorflow/python/lib/core/py_seq_tensor.cc`.
    """
    if isinstance(error, OverflowError):  # an integer that no float is near to
        return ValueError("Can't convert Python sequence with out-of-range integer to Tensor.")
    if isinstance(value, (list, tuple)):
        flat = list(_flat(value))
        if not _is_rectangular(value):
            kind = "non-rectangular Python sequence"
        elif any(_is_int(item) and not _INT64.min <= item <= _INT64.max for item in flat):
            kind = "Python sequence with out-of-range integer"
        elif not isinstance(error, TypeError):
            return None
        elif any(item is None for item in flat):
            return ValueError(
                "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) "
                "to a Tensor."
            )
        elif dtype is not None and len({_kind(item) for item in flat}) == 1:
            return _cannot_convert(value, dtype)
        else:
            kind = "Python sequence with mixed types"
        return ValueError(f"Can't convert {kind} to Tensor. ({error})")
    if dtype is None or not isinstance(error, TypeError):
        return None
    return _cannot_convert(value, dtype)


def _cannot_convert(value: Any, dtype: DType) -> TypeError:
    name = TYPE_NAMES.get(dtype.name, dtype.name)
    return TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {name}")


def _kind(value: Any) -> type:
    """The one type that stands for all that may be mixed with a value: integers and floats may."""
    for kind in (bool, complex, str, bytes):
        if isinstance(value, kind):
            return str if kind is bytes else kind
    return float if isinstance(value, (int, float)) else type(value)


def _is_rectangular(value: list[Any] | tuple[Any, ...]) -> bool:
    """Whether nested lists of the same depth are of the same length."""
    lists = [item for item in value if isinstance(item, (list, tuple))]
    if not lists:
        return True
    if len(lists) < len(value) or len({len(item) for item in lists}) > 1:
        return False
    return all(map(_is_rectangular, lists))


def _flat(value: list[Any] | tuple[Any, ...]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, (list, tuple)):
            yield from _flat(item)
        else:
            yield item


def constant_of_array(array: np.ndarray[Any, Any], dtype: DType) -> EagerTensor:
    """A tensor of a copy of `array`, which has `dtype`'s NumPy type."""
    own = np.array(array, dtype.as_numpy_dtype, order="C")
    if dtype in HOST_TYPES:
        return EagerTensor(dtype, None, own)
    return EagerTensor(dtype, to_torch(own, dtype, _context.torch_device), own)


def _is_int(value: Any) -> bool:
    """Whether it is a Python integer, and no truth value."""
    return type(value) is int
