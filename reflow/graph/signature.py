"""Op signatures in TensorFlow's own notation, as its C++ `REGISTER_OP` writes them.

    inputs  = "a: T, values: N * T, ref: Ref(T), components: Ttypes, axis: int32"
    attrs   = ("T: {half, float, double}", "N: int >= 1", "transpose_a: bool = false")

Source: tensorflow/core/framework/op_def.proto and op_def_builder.h.
"""

from __future__ import annotations

import ctypes
import numbers
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_shape import TensorShape, as_shape


@dataclass(frozen=True)
class Arg:
    """One input or output: exactly one of `dtype`, `type_attr` and `type_list_attr` is set."""

    name: str
    dtype: DType | None = None
    type_attr: str = ""
    number_attr: str = ""
    type_list_attr: str = ""
    is_ref: bool = False

    @cached_property
    def is_sequence(self) -> bool:
        """Whether it is a list of tensors."""
        return bool(self.number_attr or self.type_list_attr)


@dataclass(frozen=True)
class Attr:
    """One attribute: its kind ("type", "int", "list(shape)", ...), limits and default."""

    name: str
    kind: str
    allowed: tuple[Any, ...] | None = None
    minimum: int | None = None
    default: Any = None
    has_default: bool = False

    @cached_property
    def item_kind(self) -> str:
        """The kind, of a list the kind of its items."""
        return self.kind[5:-1] if self.is_list else self.kind

    @cached_property
    def is_list(self) -> bool:
        """Whether the attribute is a list."""
        return self.kind.startswith("list(")

    def coerce(self, value: Any, op_type: str, parameter: str = "") -> Any:
        """`value` as this attribute holds it.

        Args:
          value: what a program gave.
          op_type, parameter: for messages; the latter if it is not named as the attribute.

        Raises:
          TypeError: it is not of this kind, or not a type that is allowed.
          ValueError: it is of this kind but not allowed.
        """
        if not self.is_list:
            coerced = self._coerce_one(value, op_type, parameter or self.name)
            if self.minimum is not None and coerced < self.minimum:
                raise ValueError(
                    f"Attr '{self.name}' of '{op_type}' Op passed {coerced} "
                    f"less than minimum {self.minimum}."
                )
            return coerced
        if not isinstance(value, (list, tuple, TensorShape)):
            raise TypeError(
                f"Expected list for attr {self.name} of op '{op_type}'. Received: {value!r}"
            )
        if self.minimum is not None and len(value) < self.minimum:
            raise ValueError(
                f"Attr '{self.name}' of '{op_type}' Op passed list of length {len(value)} "
                f"less than minimum {self.minimum}."
            )
        return [self._coerce_one(item, op_type, parameter or self.name) for item in value]

    def _coerce_one(self, value: Any, op_type: str, parameter: str) -> Any:
        coerced = _COERCERS[self.item_kind](value, self.name)
        if self.allowed is None or coerced in self.allowed:
            return coerced
        if self.item_kind == "type":
            raise TypeError(
                f"Value passed to parameter '{parameter}' has DataType {coerced.name} not in "
                f"list of allowed values: {', '.join(dtype.name for dtype in self.allowed)}"
            )
        listed = '", "'.join(self.allowed)
        raise ValueError(
            f"Attr '{self.name}' of '{op_type}' Op passed string '{coerced}' not in: \"{listed}\"."
        )


def _coerce_int(value: Any, name: str) -> int:
    if isinstance(value, (bytes, str)):
        raise TypeError(f"Expected int for argument '{name}' not {value!r}.")
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"Expected int for argument '{name}' not {value!r}.") from error


def _coerce_float(value: Any, name: str) -> float:
    """In single precision, as messages hold it and TensorFlow's kernels see it."""
    if not isinstance(value, (numbers.Real, np.integer, np.floating)):
        raise TypeError(f"Expected float for argument '{name}' not {value!r}.")
    return ctypes.c_float(float(value)).value


def _coerce_bool(value: Any, name: str) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"Expected bool for argument '{name}' not {value!r}.")
    return bool(value)


def _coerce_string(value: Any, name: str) -> str | bytes:
    """Text where the bytes are text, so that kernels compare with plain literals."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        raise TypeError(f"Expected string for argument '{name}' not {value!r}.")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _coerce_type(value: Any, name: str) -> DType:
    try:
        return as_dtype(value).base_dtype
    except TypeError as error:
        raise TypeError(f"Expected DataType for argument '{name}' not {value!r}.") from error


def _coerce_shape(value: Any, name: str) -> TensorShape:
    try:
        return as_shape(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Error converting {name} to a TensorShape: {error}") from error


def _coerce_func(value: Any, name: str) -> Any:
    if not isinstance(value, str) and not hasattr(value, "name"):
        raise TypeError(f"Don't know how to convert {value!r} to a func for argument {name}")
    return value


def _keep(value: Any, name: str) -> Any:
    return value


_COERCERS = {
    "int": _coerce_int,
    "float": _coerce_float,
    "bool": _coerce_bool,
    "string": _coerce_string,
    "type": _coerce_type,
    "shape": _coerce_shape,
    "tensor": _keep,
    "func": _coerce_func,
}

# `T: numbertype` and friends: the shorthands of op_def_builder.cc.
_NAMED_SETS = {
    "numbertype": (
        "float", "double", "int64", "int32", "uint8", "uint16", "int16", "int8", "complex64",
        "complex128", "qint8", "quint8", "qint32", "half", "uint32", "uint64", "bfloat16",
    ),
    "realnumbertype": (
        "float", "double", "int64", "int32", "uint8", "uint16", "int16", "int8", "half",
        "uint32", "uint64", "bfloat16",
    ),
    "quantizedtype": ("qint8", "quint8", "qint16", "quint16", "qint32"),
}  # fmt: skip

_ATTR = re.compile(r"^(\w+)\s*:\s*(.*)$", re.S)
_REF = re.compile(r"^Ref\((.+)\)$")
_TOP_LEVEL_COMMA = re.compile(r",(?![^\[{]*[\]}])")


def parse_attr(text: str) -> Attr:
    """ "N: int >= 1 = 3" -> Attr."""
    match = _ATTR.match(text)
    if match is None:
        raise ValueError(f"Not an attribute declaration. Received: {text!r}")
    name, rest = match.group(1), match.group(2).strip()
    allowed: tuple[Any, ...] | None = None
    if rest.startswith("{") or rest.startswith("list({"):
        start, end = rest.index("{"), rest.index("}")
        items = [item.strip() for item in rest[start + 1 : end].split(",")]
        kind = "string" if items[0].startswith("'") else "type"
        allowed = tuple(i.strip("'") if kind == "string" else as_dtype(i) for i in items)
        if rest.startswith("list("):
            kind, end = f"list({kind})", end + 1
        rest = rest[end + 1 :].strip()
    else:
        kind, _, rest = rest.partition(" ")
        inner = kind[5:-1] if kind.startswith("list(") else kind
        if inner in _NAMED_SETS:
            allowed = tuple(as_dtype(i) for i in _NAMED_SETS[inner])
            kind = kind.replace(inner, "type")
        rest = rest.strip()
    minimum = None
    if rest.startswith(">="):
        limit, _, rest = rest[2:].strip().partition(" ")
        minimum = int(limit)
        rest = rest.strip()
    if not rest:
        return Attr(name, kind, allowed, minimum)
    if not rest.startswith("="):
        raise ValueError(f"Not an attribute declaration. Received: {text!r}")
    return Attr(name, kind, allowed, minimum, _parse_default(rest[1:].strip(), kind), True)


def _parse_default(text: str, kind: str) -> Any:
    if kind.startswith("list("):
        items = _TOP_LEVEL_COMMA.split(text[1:-1])
        return [_parse_default(item.strip(), kind[5:-1]) for item in items if item.strip()]
    if kind == "bool":
        return text == "true"
    if kind == "int":
        return int(text)
    if kind == "float":
        return _coerce_float(float(text), text)
    if kind == "string":
        return text.strip("'")
    if kind == "type":
        return as_dtype(text)
    if kind == "shape":
        return TensorShape(None) if text == "unknown" else TensorShape(_parse_sizes(text))
    if kind == "tensor":
        from google.protobuf import text_format
        from tensorboard.compat.proto.tensor_pb2 import TensorProto

        from reflow.graph.tensor_proto import read_tensor_proto

        return read_tensor_proto(text_format.Parse(text.strip("{}"), TensorProto()))
    raise ValueError(f"A default of kind {kind} is not supported. Received: {text!r}")


def _parse_sizes(text: str) -> list[int]:
    """ "[2, 3]" -> [2, 3]."""
    return [int(item) for item in text.strip("[]").split(",") if item.strip()]


def parse_args(text: str, attrs: dict[str, Attr]) -> tuple[Arg, ...]:
    """ "a: T, values: N * T" -> (Arg, Arg)."""
    if not text:
        return ()
    return tuple(_parse_arg(part, attrs) for part in text.split(","))


def _parse_arg(text: str, attrs: dict[str, Attr]) -> Arg:
    name, _, kind = (part.strip() for part in text.partition(":"))
    reference = _REF.match(kind)
    if reference:
        kind = reference.group(1)
    is_ref = reference is not None
    number_attr = ""
    if "*" in kind:
        number_attr, kind = (part.strip() for part in kind.split("*"))
    if kind not in attrs:
        return Arg(name, dtype=as_dtype(kind), number_attr=number_attr, is_ref=is_ref)
    if attrs[kind].kind == "list(type)":
        return Arg(name, type_list_attr=kind, is_ref=is_ref)
    return Arg(name, type_attr=kind, number_attr=number_attr, is_ref=is_ref)
