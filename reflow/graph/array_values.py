"""Python values as arrays, with TensorFlow's choice of element type."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_shape import Dimension, TensorShape

Array = np.ndarray[Any, Any]


def array_of(
    value: Any, dtype: DType | None = None, shape: Any = None, verify_shape: bool = False
) -> Array:
    """`value` as the array that `tf.constant(value, dtype, shape)` holds.

    Python floats become float32 and integers int32 (int64 where they do not fit); NumPy values
    keep their type.  With `shape`, a single value (or the last of too few) fills the rest.
    Raises TypeError for values that `dtype` cannot hold, ValueError for ragged lists and for
    more values than `shape` has room for.
    """
    if dtype is not None and dtype.base_dtype is not dtype:
        dtype = dtype.base_dtype
    sizes = None if shape is None else _sizes(shape)
    if sizes is not None and 0 in sizes and not isinstance(value, (np.ndarray, np.generic)):
        # Whatever is given, there is no room for it.
        return np.empty(sizes, np.float32 if dtype is None else dtype.as_numpy_dtype)
    array = _array(value, dtype)
    if sizes is None:
        return array
    if verify_shape and array.shape != sizes:
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    return _fill(array, sizes)


def _sizes(shape: Any) -> tuple[int, ...]:
    if isinstance(shape, TensorShape):
        shape = shape.as_list()
    if not isinstance(shape, (list, tuple)):
        shape = np.atleast_1d(shape)
    return tuple([int(size) for size in shape])


def _fill(array: Array, sizes: tuple[int, ...]) -> Array:
    if array.shape == sizes:
        return array
    count = int(np.prod(sizes, dtype=np.int64))
    if array.size == count:
        return array.reshape(sizes)
    if array.size == 1:
        return np.broadcast_to(array.reshape(()), sizes)
    if array.size > count:
        raise ValueError(
            f"Too many elements provided. Needed at most {count}, but received {array.size}"
        )
    if not array.size:
        return np.full(sizes, b"") if array.dtype == object else np.zeros(sizes, array.dtype)
    filled = np.empty(count, array.dtype)
    filled[: array.size] = array.ravel()
    filled[array.size :] = array.flat[array.size - 1]
    return filled.reshape(sizes)


def _array(value: Any, dtype: DType | None) -> Array:
    if callable(getattr(value, "__array__", None)) and not isinstance(value, type):
        value = np.asarray(value)
    if isinstance(value, (np.ndarray, np.generic)):
        if dtype is dtypes.string or (dtype is None and value.dtype.kind in "SUO"):
            return _strings(np.asarray(value, dtype=object))
        as_dtype(value.dtype)  # TypeError for what TensorFlow has no type for
        if dtype is None:
            return np.asarray(value)
        return np.asarray(value).astype(dtype.as_numpy_dtype)
    if value is None:
        raise ValueError("None values not supported.")
    if isinstance(value, range):
        value = list(value)
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
        value = value.as_list()
        dtype = dtype or dtypes.int32
    if dtype is not None and dtype.is_quantized:
        _check_quantized(value, dtype)
        return np.array(value, dtype.as_numpy_dtype)
    array = _numbers(value, dtype)
    if array is None:
        value = _without_dimensions(value)
        if dtype is not None:
            _check_types(value, dtype)
        try:
            array = np.array(value, object if dtype is dtypes.string else None)
        except NotImplementedError as error:  # a symbolic tensor, asked for its elements
            raise TypeError(
                f"List of Tensors when single Tensor expected. Received: {value!r}"
            ) from error
        except ValueError as error:
            _explain_ragged(value, error)
            raise
    if isinstance(value, (list, tuple)) and array.shape != _sizes_by_first_items(value):
        _refuse_arrays_in_list(value, array.shape, dtype)
    if dtype is None:
        return _preferred_type(array, value)
    if dtype is dtypes.string:
        return _strings(array)
    return _cast(array, dtype)


def _numbers(value: Any, dtype: DType | None) -> Array | None:
    """Lists of plain numbers as NumPy sees them, if `dtype` can hold such; None for the rest.

    Large lists are common, and to look at their items one by one takes long.
    """
    try:
        array = np.array(value)
    except (ValueError, TypeError, OverflowError, NotImplementedError):
        return None
    kinds = "biufc" if dtype is None else _KINDS_HELD.get(np.dtype(dtype.as_numpy_dtype).kind, "")
    return array if array.dtype.kind in kinds else None


# Which kinds of NumPy's numbers an element type takes: a float is never cut to an integer.
_KINDS_HELD = {"b": "b", "i": "biu", "u": "biu", "f": "biuf", "c": "biufc"}


def _cast(array: Array, dtype: DType) -> Array:
    """Numbers beyond a type's range wrap around or become infinite: of -1, uint8 holds 255."""
    too_large = array.dtype.kind == "O" or (array.dtype == np.uint64 and dtype is not dtypes.uint64)
    if dtype.is_integer and too_large:
        raise OverflowError(f"Python int too large to convert to {dtype.name}: {array}")
    with np.errstate(over="ignore"):
        return array.astype(dtype.as_numpy_dtype, copy=False)


def _without_dimensions(value: Any) -> Any:
    if isinstance(value, Dimension):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_without_dimensions(item) for item in value]
    return value


def _preferred_type(array: Array, value: Any) -> Array:
    """TensorFlow prefers 32 bits where NumPy's default has 64."""
    kind = array.dtype.kind
    if kind == "f" and array.dtype == np.float64:
        with np.errstate(over="ignore"):  # 1e300 is infinite in 32 bits, without a word.
            return array.astype(np.float32)
    if array.dtype == np.int64:
        small = array.astype(np.int32)
        return small if np.array_equal(small, array) else array
    if kind in "SUO":
        if array.size and not all(
            isinstance(item, (str, bytes)) for item in np.array(value, dtype=object).flat
        ):
            _explain_ragged(value, None)
            raise TypeError(
                f"Failed to convert object of type {type(value)} to Tensor. Contents: {value!r}. "
                "Consider casting elements to a supported type."
            )
        return _strings(np.array(value, dtype=object))
    return array


def _strings(array: Array) -> Array:
    """Text as UTF-8 bytes, in an object array."""
    items = array.ravel().tolist()
    if not set(map(type, items)) <= {bytes}:
        for item in items:
            if not isinstance(item, (str, bytes)):
                raise TypeError(f"Expected binary or unicode string, got {item!r}")
        items = [item.encode() if isinstance(item, str) else item for item in items]
    encoded = np.empty(len(items), dtype=object)
    encoded[:] = items
    return encoded.reshape(array.shape)


# Which Python values an element type takes: a float is never cut to an integer.
_KINDS: dict[str, tuple[type, ...]] = {
    "i": (int, np.integer),
    "u": (int, np.integer),
    "f": (int, float, np.integer, np.floating),
    "c": (int, float, complex, np.number),
    "b": (bool, np.bool_),
}


def _check_types(value: Any, dtype: DType) -> None:
    if isinstance(value, (list, tuple)):
        for item in value:
            _check_types(item, dtype)
        return
    if dtype is dtypes.string:
        if not isinstance(value, (str, bytes)):
            raise TypeError(
                f"Expected string, got {value!r} of type '{type(value).__name__}' instead."
            )
        return
    if isinstance(value, np.ndarray) and value.ndim:
        return
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.item()
    types = _KINDS.get(np.dtype(dtype.as_numpy_dtype).kind, (object,))
    if not isinstance(value, types):
        if value is None:
            raise TypeError(f"Expected {dtype.name}, got None of type 'NoneType' instead.")
        raise TypeError(
            f"Expected {dtype.name}, got {value!r} of type '{type(value).__name__}' instead."
        )


def _check_quantized(value: Any, dtype: DType) -> None:
    """Quantized elements are given as tuples of one integer, in lists."""
    if isinstance(value, list):
        for item in value:
            _check_quantized(item, dtype)
    elif not isinstance(value, tuple):
        raise TypeError(
            f"Expected {dtype.name}, got {value!r} of type '{type(value).__name__}' instead."
        )


def _explain_ragged(value: Any, cause: Exception | None) -> None:
    """Raises what TensorFlow raises when nested lists do not form a rectangle.

    A TypeError if, judging by the first items, there are lists among the elements; else a
    ValueError.
    """

    def sizes(item: Any) -> tuple[int, ...] | None:
        if isinstance(item, np.ndarray):
            return tuple(item.shape)
        if not isinstance(item, (list, tuple)):
            return ()
        inner = {sizes(sub) for sub in item} or {()}
        first = inner.pop()
        return None if inner or first is None else (len(item), *first)

    if sizes(value) is not None:
        return
    elements = np.array(value, dtype=object)
    if elements.shape == _sizes_by_first_items(value):
        raise TypeError(
            f"Failed to convert object of type {type(value)} to Tensor. Contents: {value!r}. "
            "Consider casting elements to a supported type."
        ) from cause
    raise ValueError(
        f"Argument must be a dense tensor: {value!r} - its nested lists have different lengths "
        "(setting an array element with a sequence)."
    ) from cause


def _refuse_arrays_in_list(value: Any, sizes: tuple[int, ...], dtype: DType | None) -> None:
    """Raises what TensorFlow raises for a list of arrays.

    That lists of arrays are no constants shows in graphs: tf.stack makes a node for each array.
    """
    if dtype is not None:
        raise TypeError(
            f"Expected {dtype.name}, got a list of arrays instead: give one array. "
            f"Received: {value!r}"
        )
    raise ValueError(
        f"Argument must be a dense tensor: {value!r} - got shape {list(sizes)}, but wanted "
        f"{list(_sizes_by_first_items(value))}: give one array, not a list of arrays."
    )


def _sizes_by_first_items(value: Any) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)):
        return ()
    return (len(value), *(_sizes_by_first_items(value[0]) if value else ()))
