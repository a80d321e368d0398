"""The element types of tensors: `DType`, its interned instances, and `as_dtype`.

Source: TensorFlow 1.15, `tf.dtypes`. Every type of TensorFlow's `DataType` enum is here, with its
reference twin (`float32_ref` is what a variable outputs). There is one `DType` object per type, so
types may be compared with `is`.

NumPy has no bfloat16. `bfloat16.as_numpy_dtype` is the one of the package `ml_dtypes`, imported
when it is first asked for.
"""

from __future__ import annotations

import builtins
from typing import Any, Final

import numpy as np

__all__ = [
    "QUANTIZED_DTYPES",
    "TF_VALUE_DTYPES",
    "DType",
    "as_dtype",
    "bfloat16",
    "bfloat16_ref",
    "bool",
    "bool_ref",
    "complex64",
    "complex64_ref",
    "complex128",
    "complex128_ref",
    "double",
    "double_ref",
    "float16",
    "float16_ref",
    "float32",
    "float32_ref",
    "float64",
    "float64_ref",
    "half",
    "half_ref",
    "int8",
    "int8_ref",
    "int16",
    "int16_ref",
    "int32",
    "int32_ref",
    "int64",
    "int64_ref",
    "qint8",
    "qint8_ref",
    "qint16",
    "qint16_ref",
    "qint32",
    "qint32_ref",
    "quint8",
    "quint8_ref",
    "quint16",
    "quint16_ref",
    "resource",
    "resource_ref",
    "string",
    "string_ref",
    "uint8",
    "uint8_ref",
    "uint16",
    "uint16_ref",
    "uint32",
    "uint32_ref",
    "uint64",
    "uint64_ref",
    "variant",
    "variant_ref",
]

# Where the runtime's names differ.
_CPP_NAMES = {"float16": "half", "float32": "float", "float64": "double"}

# TensorFlow numbers a reference type 100 above its base type.
_REF_OFFSET = 100

_BY_ENUM: dict[int, DType] = {}


class DType:
    """The type of the elements of a tensor.

    `DType(enum)` returns the one instance of that type, as `as_dtype` does.

    Attributes:
      name: `"float32"`, `"float32_ref"`, ...
      as_datatype_enum: the number of the type in TensorFlow's `DataType` enum.
      base_dtype: this type without its reference mark.
      real_dtype: the type of the real part; the type itself where it is not complex.
      is_numpy_compatible: False for `resource` and `variant` alone.
      is_bool, is_integer, is_floating, is_complex, is_quantized, is_unsigned: what the elements
        are. Quantized types are neither integers nor unsigned.
    """

    __slots__ = (
        "_as_ref",
        "_is_ref_dtype",
        "_numpy_type",
        "as_datatype_enum",
        "base_dtype",
        "is_bool",
        "is_complex",
        "is_floating",
        "is_integer",
        "is_numpy_compatible",
        "is_quantized",
        "is_unsigned",
        "name",
        "real_dtype",
    )

    name: str
    as_datatype_enum: int
    base_dtype: DType
    real_dtype: DType
    is_numpy_compatible: builtins.bool
    is_bool: builtins.bool
    is_integer: builtins.bool
    is_floating: builtins.bool
    is_complex: builtins.bool
    is_quantized: builtins.bool
    is_unsigned: builtins.bool
    _as_ref: DType
    _is_ref_dtype: builtins.bool
    _numpy_type: type[Any] | np.dtype[Any] | None

    def __new__(cls, type_enum: int) -> DType:
        try:
            return _BY_ENUM[int(type_enum)]
        except KeyError:
            raise TypeError(f"type_enum is not a valid types_pb2.DataType: {type_enum}") from None

    @property
    def as_numpy_dtype(self) -> Any:
        """The NumPy scalar type, or for a quantized type its structured `np.dtype`.

        Raises:
          KeyError: for `resource` and `variant`, which NumPy cannot hold.
        """
        if self._numpy_type is not None:
            return self._numpy_type
        if self.base_dtype is bfloat16:
            return _numpy_bfloat16()
        raise KeyError(f"{self} has no NumPy type.")

    @property
    def size(self) -> int:
        """Bytes that one element takes; for a string, those of the reference to it."""
        if self is resource or self is variant:
            return 1
        if self.base_dtype is bfloat16:
            return 2
        return int(np.dtype(self.as_numpy_dtype).itemsize)

    @property
    def min(self) -> Any:
        """The least value that the type can hold.

        Raises:
          TypeError: the type is not an integer or floating type.
        """
        return self._extreme("min", "minimum")

    @property
    def max(self) -> Any:
        """The greatest value that the type can hold.

        Raises:
          TypeError: the type is not an integer or floating type.
        """
        return self._extreme("max", "maximum")

    def _extreme(self, field: str, word: str) -> Any:
        if self.is_integer:
            return getattr(np.iinfo(self.as_numpy_dtype), field)
        if self.base_dtype is bfloat16:
            sign = -1.0 if field == "min" else 1.0
            return self.as_numpy_dtype(sign * float.fromhex("0x1.FEp127"))
        if self.is_floating:
            return getattr(np.finfo(self.as_numpy_dtype), field)
        raise TypeError(f"Cannot find {word} value of {self}.")

    @property
    def limits(self) -> tuple[Any, Any]:
        """`(0, max)`: the intensities of an image of this type; floating images end at 1.

        Raises:
          KeyError: the type is not an integer type, float32 or float64.
        """
        if self.is_integer:
            return 0, int(self.max)
        if self.base_dtype in (float32, float64):
            return 0, 1
        raise KeyError(f"{self} has no intensity limits.")

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """Whether a tensor of type `other` may stand where this type is expected.

        A reference may stand for its base type, not the other way round.
        """
        other = as_dtype(other)
        return self is other or self is other.base_dtype

    def __eq__(self, other: object) -> builtins.bool:
        if self is other:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return self is as_dtype(other)
        except TypeError:
            return False

    def __hash__(self) -> int:
        return self.as_datatype_enum

    def __int__(self) -> int:
        return self.as_datatype_enum

    @property
    def _cpp_name(self) -> str:
        """The name by which messages of TensorFlow's runtime call it: "float", "int32_ref"."""
        suffix = "_ref" if self._is_ref_dtype else ""
        base = self.base_dtype.name
        return _CPP_NAMES.get(base, base) + suffix

    def __repr__(self) -> str:
        return "tf." + self.name

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)


def _new(
    name: str, enum: int, kind: str, numpy_type: Any, base: DType | None, real: DType | None
) -> DType:
    """Makes and interns one type. `base` and `real` are None where they are the type itself."""
    dtype = object.__new__(DType)
    dtype.name = name
    dtype.as_datatype_enum = enum
    dtype.base_dtype = dtype if base is None else base
    dtype.real_dtype = dtype if real is None else real
    dtype.is_numpy_compatible = kind != "handle"
    dtype.is_bool = kind == "bool"
    dtype.is_integer = kind in ("signed", "unsigned")
    dtype.is_floating = kind == "floating"
    dtype.is_complex = kind == "complex"
    dtype.is_quantized = kind == "quantized"
    dtype.is_unsigned = kind == "unsigned"
    dtype._numpy_type = numpy_type
    dtype._is_ref_dtype = base is not None
    dtype._as_ref = dtype
    _BY_ENUM[enum] = dtype
    return dtype


def _define(
    name: str,
    enum: int,
    kind: str,
    numpy_type: type[Any] | np.dtype[Any] | None,
    real: DType | None = None,
) -> DType:
    """Makes and interns a type and its reference twin; returns the former.

    Args:
      name: TensorFlow's name.
      enum: TensorFlow's number of it.
      kind: signed, unsigned, floating, complex, bool, quantized, string or handle.
      numpy_type: None where NumPy itself offers no such type.
      real: the type of the real part of a complex type.
    """
    dtype = _new(name, enum, kind, numpy_type, None, real)
    dtype._as_ref = _new(f"{name}_ref", enum + _REF_OFFSET, kind, numpy_type, dtype, real)
    return dtype


def _quantized(name: str, storage: type[np.integer[Any]]) -> np.dtype[Any]:
    """The one-field structure by which TensorFlow marks quantized NumPy values."""
    return np.dtype([(name, storage)])


def _numpy_bfloat16() -> type[Any]:
    # Imported here because few programs need it.
    import ml_dtypes

    bfloat16_type: type[Any] = ml_dtypes.bfloat16
    return bfloat16_type


float32: Final = _define("float32", 1, "floating", np.float32)
float64: Final = _define("float64", 2, "floating", np.float64)
int32: Final = _define("int32", 3, "signed", np.int32)
uint8: Final = _define("uint8", 4, "unsigned", np.uint8)
int16: Final = _define("int16", 5, "signed", np.int16)
int8: Final = _define("int8", 6, "signed", np.int8)
string: Final = _define("string", 7, "string", object)
complex64: Final = _define("complex64", 8, "complex", np.complex64, real=float32)
int64: Final = _define("int64", 9, "signed", np.int64)
bool: Final = _define("bool", 10, "bool", builtins.bool)
qint8: Final = _define("qint8", 11, "quantized", _quantized("qint8", np.int8))
quint8: Final = _define("quint8", 12, "quantized", _quantized("quint8", np.uint8))
qint32: Final = _define("qint32", 13, "quantized", _quantized("qint32", np.int32))
bfloat16: Final = _define("bfloat16", 14, "floating", None)
qint16: Final = _define("qint16", 15, "quantized", _quantized("qint16", np.int16))
quint16: Final = _define("quint16", 16, "quantized", _quantized("quint16", np.uint16))
uint16: Final = _define("uint16", 17, "unsigned", np.uint16)
complex128: Final = _define("complex128", 18, "complex", np.complex128, real=float64)
float16: Final = _define("float16", 19, "floating", np.float16)
resource: Final = _define("resource", 20, "handle", None)
variant: Final = _define("variant", 21, "handle", None)
uint32: Final = _define("uint32", 22, "unsigned", np.uint32)
uint64: Final = _define("uint64", 23, "unsigned", np.uint64)

half: Final = float16
double: Final = float64

float32_ref: Final = float32._as_ref
float64_ref: Final = float64._as_ref
int32_ref: Final = int32._as_ref
uint8_ref: Final = uint8._as_ref
int16_ref: Final = int16._as_ref
int8_ref: Final = int8._as_ref
string_ref: Final = string._as_ref
complex64_ref: Final = complex64._as_ref
int64_ref: Final = int64._as_ref
bool_ref: Final = bool._as_ref
qint8_ref: Final = qint8._as_ref
quint8_ref: Final = quint8._as_ref
qint32_ref: Final = qint32._as_ref
bfloat16_ref: Final = bfloat16._as_ref
qint16_ref: Final = qint16._as_ref
quint16_ref: Final = quint16._as_ref
uint16_ref: Final = uint16._as_ref
complex128_ref: Final = complex128._as_ref
float16_ref: Final = float16._as_ref
half_ref: Final = float16_ref
double_ref: Final = float64_ref
resource_ref: Final = resource._as_ref
variant_ref: Final = variant._as_ref
uint32_ref: Final = uint32._as_ref
uint64_ref: Final = uint64._as_ref

QUANTIZED_DTYPES: Final = frozenset(dtype for dtype in _BY_ENUM.values() if dtype.is_quantized)

# The types whose values a program can feed or make a constant of.
TF_VALUE_DTYPES: Final = frozenset(
    dtype for dtype in _BY_ENUM.values() if dtype.is_numpy_compatible and not dtype._is_ref_dtype
)

# TensorFlow's names by its numbers.
TYPE_NAMES: Final = {enum: dtype.name for enum, dtype in _BY_ENUM.items()}

# Everything that `as_dtype` looks up: enum numbers, names, Python types, NumPy types. On some
# platforms NumPy has two C types of one width (int and long), hence the second row of them.
_BY_KEY: Final[dict[Any, DType]] = {
    **_BY_ENUM,
    **{dtype.name: dtype for dtype in _BY_ENUM.values()},
    "half": float16,
    "half_ref": float16_ref,
    "float": float32,
    "float_ref": float32_ref,
    "double": float64,
    "double_ref": float64_ref,
    float: float32,
    builtins.bool: bool,
    object: string,
    **{dtype._numpy_type: dtype for dtype in TF_VALUE_DTYPES if dtype._numpy_type is not None},
    np.bool_: bool,
    np.object_: string,
    np.bytes_: string,
    np.str_: string,
}
for _alias in (np.intc, np.uintc, np.int_, np.uint, np.longlong, np.ulonglong):
    _BY_KEY.setdefault(_alias, _BY_KEY[np.dtype(np.dtype(_alias).str).type])


def as_dtype(type_value: Any) -> DType:
    """The `DType` that `type_value` names.

    Args:
      type_value: a `DType`; a number of TensorFlow's `DataType` enum; a name ("float32",
        "float32_ref", and for short "half", "float", "double"); a NumPy dtype or scalar type; or
        Python's float, bool or object. As in TensorFlow 1.15, Python's int, str and bytes name no
        type.

    Raises:
      TypeError: it names none.
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, np.dtype):
        found = _BY_KEY.get(type_value.type)
        if found is not None:
            return found
    try:
        return _BY_KEY[type_value]
    except (KeyError, TypeError):  # A TypeError says that the value cannot even be hashed.
        pass
    if _is_numpy_bfloat16(type_value):
        return bfloat16
    raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.")


def _is_numpy_bfloat16(value: Any) -> builtins.bool:
    scalar_type = value.type if isinstance(value, np.dtype) else value
    return isinstance(scalar_type, type) and scalar_type.__name__ == "bfloat16"
