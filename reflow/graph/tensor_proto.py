"""Arrays as `TensorProto` messages and back, with TensorFlow's choice of fields.

Source: TensorFlow 1.15, `tf.make_tensor_proto` and `tf.make_ndarray`, with whose bytes these agree.
A tensor of more than one element goes into `tensor_content` as it lies in memory; a single value,
and the types that TensorFlow leaves out there, go into a typed field such as `float_val`. There the
last value stands for all that follow, so that one value is enough for a constant array.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from tensorboard.compat.proto.tensor_pb2 import TensorProto

from reflow.graph import dtypes
from reflow.graph.array_values import Array, array_of
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_shape import TensorShape

__all__ = ["make_ndarray", "make_tensor_proto", "read_tensor_proto"]

# No message can be larger; so no tensor made of one need be.
_MOST_BYTES: Final = 1 << 31


class _Field(NamedTuple):
    """How the elements of a type lie in its field of a TensorProto.

    Attributes:
      name: of the field.
      wire: type of the field's numbers.
      storage: type of the same size as an element, or as half a complex one.
    """

    name: str
    wire: type[np.generic]
    storage: type[np.generic]


_FIELDS: Final = {
    dtypes.float16: _Field("half_val", np.int32, np.uint16),
    dtypes.bfloat16: _Field("half_val", np.int32, np.uint16),
    dtypes.float32: _Field("float_val", np.float32, np.float32),
    dtypes.float64: _Field("double_val", np.float64, np.float64),
    dtypes.int8: _Field("int_val", np.int32, np.int8),
    dtypes.int16: _Field("int_val", np.int32, np.int16),
    dtypes.int32: _Field("int_val", np.int32, np.int32),
    dtypes.int64: _Field("int64_val", np.int64, np.int64),
    dtypes.uint8: _Field("int_val", np.int32, np.uint8),
    dtypes.uint16: _Field("int_val", np.int32, np.uint16),
    dtypes.uint32: _Field("uint32_val", np.uint32, np.uint32),
    dtypes.uint64: _Field("uint64_val", np.uint64, np.uint64),
    dtypes.qint8: _Field("int_val", np.int32, np.int8),
    dtypes.qint16: _Field("int_val", np.int32, np.int16),
    dtypes.qint32: _Field("int_val", np.int32, np.int32),
    dtypes.quint8: _Field("int_val", np.int32, np.uint8),
    dtypes.quint16: _Field("int_val", np.int32, np.uint16),
    dtypes.bool: _Field("bool_val", np.bool_, np.bool_),
    dtypes.complex64: _Field("scomplex_val", np.float32, np.float32),
    dtypes.complex128: _Field("dcomplex_val", np.float64, np.float64),
}

# TensorFlow writes these types to their fields even where there are many elements.
_NEVER_IN_CONTENT: Final = frozenset(
    [
        dtypes.float16,
        dtypes.bfloat16,
        dtypes.uint16,
        dtypes.bool,
        dtypes.complex64,
        dtypes.complex128,
        dtypes.string,
    ]
)


def make_tensor_proto(
    values: Any,
    dtype: Any = None,
    shape: Any = None,
    verify_shape: bool = False,
    allow_broadcast: bool = False,
) -> TensorProto:
    """A message that holds `values`, byte for byte TensorFlow's.

    Args:
      values: a number, a string, nested lists of these, an array, or a `TensorProto`, which is
        returned as it is. Of an array that repeats one element (made by `np.broadcast_to`) that
        element alone is written.
      dtype: type of the elements; by default float32 for Python's floats, int32 for its integers
        (int64 where they need it), and the type of an array as it is.
      shape: sizes, all known; by default those of `values`. The last of too few values fills up.
      verify_shape: whether `values` must have exactly that shape.
      allow_broadcast: whether `values`, if not a single one, must have as many elements.

    Raises:
      TypeError: `values` cannot be of that type, or not of that shape under one of the flags.
      ValueError: lists of different lengths, too many values, None, or more than 2 GB.
    """
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed.")
    if isinstance(values, TensorProto):
        return values
    if shape is None and isinstance(values, np.ndarray) and _repeats_one_element(values):
        values, shape = values[(0,) * values.ndim], values.shape
    wanted = None if dtype is None else as_dtype(dtype).base_dtype
    if wanted is not None and not wanted.is_numpy_compatible:
        raise TypeError(f"A TensorProto cannot hold values of type {wanted}. Received: {values!r}")
    sizes = None if shape is None else tuple([int(size) for size in shape])
    if sizes is not None and 0 in sizes and not isinstance(values, (np.ndarray, np.generic)):
        values = np.empty(sizes, np.float32 if wanted is None else wanted.as_numpy_dtype)
    array = array_of(values, wanted)
    if sizes is not None:
        _check_shape(array, sizes, verify_shape, allow_broadcast)
    return _encode(array, wanted or as_dtype(array.dtype), array.shape if sizes is None else sizes)


def make_raw_tensor_proto(array: Array) -> TensorProto:
    """A message that holds an array as TensorFlow's ops write it: numbers as one row of bytes."""
    dtype = as_dtype(array.dtype)
    if dtype.base_dtype.name == "string":
        return make_tensor_proto(array)
    return TensorProto(
        dtype=dtype.as_datatype_enum,
        tensor_shape=TensorShape(array.shape).as_proto(),
        tensor_content=np.ascontiguousarray(array).tobytes(),
    )


def _repeats_one_element(array: Array) -> bool:
    return array.size > 1 and not any(array.strides)


def _check_shape(
    array: Array, sizes: tuple[int, ...], verify_shape: bool, allow_broadcast: bool
) -> None:
    count = math.prod(sizes)
    wrong_shape = verify_shape and array.shape != sizes
    wrong_count = allow_broadcast and array.shape not in ((), (1,)) and array.size != count
    if wrong_shape or wrong_count:
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    if not allow_broadcast and array.size > count:
        raise ValueError(
            f"Too many elements provided. Needed at most {count}, but received {array.size}"
        )


def _encode(array: Array, dtype: DType, sizes: tuple[int, ...]) -> TensorProto:
    proto = TensorProto(dtype=dtype.as_datatype_enum, tensor_shape=TensorShape(sizes).as_proto())
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if 1 < array.size == math.prod(sizes) and dtype not in _NEVER_IN_CONTENT:
        if array.nbytes >= _MOST_BYTES:
            raise ValueError("Cannot create a tensor proto whose content is larger than 2GB.")
        proto.tensor_content = array.tobytes()
    elif dtype is dtypes.string:
        proto.string_val.extend(array.ravel().tolist())
    else:
        field = _FIELDS[dtype]
        getattr(proto, field.name).extend(array.ravel().view(field.storage).tolist())
    return proto


def make_ndarray(tensor: TensorProto) -> Array:
    """The tensor that a message holds, as an array of its own.

    Args:
      tensor: a message, which need not be trusted.

    Returns:
      An array of the type and shape given there; strings are bytes, in an array of objects.

    Raises:
      TypeError: the element type is unknown, or resource or variant.
      ValueError: the values do not fit the type or the shape, or take more than 2 GB.
    """
    array = read_tensor_proto(tensor)
    _check_bytes(array.nbytes)
    return np.array(array, order="C")


def read_tensor_proto(tensor: TensorProto) -> Array:
    """The tensor that a message holds, without a copy where none is needed.

    As `make_ndarray`, but the array may be read-only, and one that repeats a single value takes no
    memory for the repetitions; `make_tensor_proto` writes it again as it was.
    """
    dtype = as_dtype(tensor.dtype)
    if dtype is not dtypes.string and dtype not in _FIELDS:
        raise TypeError(f"Unsupported tensor type: {dtype}")
    sizes = _sizes(tensor)
    count = math.prod(sizes)
    values = _content(tensor, dtype, count) if tensor.tensor_content else _values(tensor, dtype)
    if values.size > count:
        raise ValueError(
            f"A tensor of shape {sizes} has {count} elements. Received: {values.size} values"
        )
    if values.size == count:
        return values.reshape(sizes)
    if values.size == 0:
        values = np.array([b""], object) if dtype is dtypes.string else np.zeros(1, values.dtype)
    if values.size == 1:
        return np.broadcast_to(values.reshape(()), sizes)
    _check_bytes(count * values.itemsize)
    filled = np.empty(count, values.dtype)
    filled[: values.size] = values
    filled[values.size :] = values[-1]
    return filled.reshape(sizes)


def _check_bytes(count: int) -> None:
    if count > _MOST_BYTES:
        raise ValueError(f"A tensor in a message takes 2GB at most. Received: one of {count} bytes")


def _sizes(tensor: TensorProto) -> tuple[int, ...]:
    sizes = TensorShape(tensor.tensor_shape).sizes
    if sizes is None or None in sizes:
        raise ValueError(
            f"The shape of a tensor's value must be known. Received: {tensor.tensor_shape}"
        )
    return sizes  # type: ignore[return-value]


def _content(tensor: TensorProto, dtype: DType, count: int) -> Array:
    """The elements in `tensor_content`, not copied."""
    content = tensor.tensor_content
    if dtype is dtypes.string:
        raise ValueError("Strings are held in string_val. Received: tensor_content")
    if len(content) != count * dtype.size:
        raise ValueError(
            f"{count} elements of {dtype} take {count * dtype.size} bytes. "
            f"Received: tensor_content of {len(content)} bytes"
        )
    if dtype is dtypes.bool:
        return np.frombuffer(content, np.uint8).astype(np.bool_)
    return np.frombuffer(content, dtype.as_numpy_dtype)


def _values(tensor: TensorProto, dtype: DType) -> Array:
    """The elements in the field of their type."""
    if dtype is dtypes.string:
        strings = np.empty(len(tensor.string_val), object)
        strings[:] = tensor.string_val
        return strings
    field = _FIELDS[dtype]
    given = getattr(tensor, field.name)
    wire = np.fromiter(given, field.wire, count=len(given))
    if dtype.is_complex and wire.size % 2:
        raise ValueError(
            f"{field.name} holds pairs of real and imaginary parts. Received: {wire.size} values"
        )
    stored = wire.astype(field.storage)
    if field.storage is not field.wire and (stored != wire).any():
        raise ValueError(
            f"{field.name} of a tensor of {dtype} holds values of {stored.dtype}. "
            f"Received: {wire[stored != wire][0]}"
        )
    values: Array = stored.view(dtype.as_numpy_dtype)
    return values
