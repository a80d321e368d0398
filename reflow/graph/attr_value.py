"""Attributes of nodes: AttrValue messages, and the plain values that stand for them here.

    message field   plain value
    s               str where the bytes are UTF-8, else bytes
    i, f, b         int, float, bool
    type            DType
    shape           TensorShape
    tensor          NumPy array, perhaps read-only
    func            the function itself, from the library; its name if it is not there
    list            list of these

Source: tensorflow/core/framework/attr_value.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from tensorboard.compat.proto.attr_value_pb2 import AttrValue, NameAttrList

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_proto import make_tensor_proto, read_tensor_proto
from reflow.graph.tensor_shape import TensorShape

_LIST_FIELDS = ("s", "i", "f", "b", "type", "shape", "tensor", "func")


def plain_attr(value: Any, library: Mapping[str, Any] | None = None) -> Any:
    """The plain value of an AttrValue message; what is no message is plain already.

    Args:
      value: a message, which need not be trusted.
      library: functions by name.

    Raises:
      TypeError, ValueError: the message contradicts itself, or stands for a parameter of a
        function.
    """
    if not hasattr(value, "WhichOneof"):
        return value
    field = value.WhichOneof("value")
    if field is None:
        return None
    if field == "list":
        items = value.list
        for name in _LIST_FIELDS:
            given = getattr(items, name)
            if given:
                return [_plain(name, item, library or {}) for item in given]
        return []
    return _plain(field, getattr(value, field), library or {})


def _plain(field: str, value: Any, library: Mapping[str, Any]) -> Any:
    if field == "s":
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if field == "type":
        return as_dtype(value)
    if field == "shape":
        return TensorShape(value)
    if field == "tensor":
        return read_tensor_proto(value)
    if field == "func":
        return library.get(value.name, value.name)
    if field == "placeholder":
        raise ValueError(f"An attribute that is a parameter has no value. Received: ${value}")
    return value


def set_attr_value(message: AttrValue, value: Any, kind: str = "") -> None:
    """Writes a plain value into a message.

    Args:
      message: an empty one.
      value: plain, or an AttrValue message.
      kind: as a signature has it, such as "list(type)"; if it is not given, the value tells.

    Raises:
      TypeError: the value is of no such kind.
    """
    if isinstance(value, AttrValue):
        message.CopyFrom(value)
    elif kind.startswith("list(") or (not kind and isinstance(value, (list, tuple))):
        message.list.SetInParent()
        for item in value:
            field = _FIELDS.get(kind[5:-1]) or _field_of(item)
            getattr(message.list, field).append(_ENCODERS[field](item))
    elif value is not None:
        field = _FIELDS.get(kind) or _field_of(value)
        if field in ("shape", "tensor", "func"):
            getattr(message, field).CopyFrom(_ENCODERS[field](value))
        else:
            setattr(message, field, _ENCODERS[field](value))


def attr_value(value: Any, kind: str = "") -> AttrValue:
    """The message for a plain value: see `set_attr_value`."""
    message = AttrValue()
    set_attr_value(message, value, kind)
    return message


def public_attr(value: Any) -> Any:
    """A plain value as `Operation.get_attr` gives it: bytes, messages, types, lists of these."""
    if isinstance(value, list):
        return [public_attr(item) for item in value]
    if value is None:
        return []
    field = _field_of(value)
    if field in ("s", "shape", "tensor", "func"):
        return _ENCODERS[field](value)
    return value


def _field_of(value: Any) -> str:
    """The field for a value of which no signature tells the kind."""
    for types, field in _FIELD_OF_TYPE:
        if isinstance(value, types):
            return field
    if hasattr(value, "function_def"):
        return "func"
    raise TypeError(f"No attribute has a value of this type. Received: {value!r}")


def _encode_text(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _encode_function(value: Any) -> NameAttrList:
    return NameAttrList(name=value if isinstance(value, str) else value.name)


_ENCODERS: Mapping[str, Callable[[Any], Any]] = {
    "s": _encode_text,
    "i": int,
    "f": float,
    "b": bool,
    "type": lambda value: value.as_datatype_enum,
    "shape": lambda value: value.as_proto(),
    "tensor": make_tensor_proto,
    "func": _encode_function,
}

_FIELDS = {
    "string": "s",
    "int": "i",
    "float": "f",
    "bool": "b",
    "type": "type",
    "shape": "shape",
    "tensor": "tensor",
    "func": "func",
}

# In this order: True is an int too.
_FIELD_OF_TYPE: tuple[tuple[Any, str], ...] = (
    ((str, bytes), "s"),
    ((bool, np.bool_), "b"),
    ((int, np.integer), "i"),
    ((float, np.floating), "f"),
    (DType, "type"),
    (TensorShape, "shape"),
    (np.ndarray, "tensor"),
)
