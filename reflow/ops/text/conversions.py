"""Strings of bytes read as numbers, and numbers written as strings."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, as_bytes, invalid, mapped, text
from reflow.ops.text.number_reading import numbers_array, read_number, read_plain_numbers
from reflow.ops.values import to_torch

# -- Read as numbers -----------------------------------------------------------------------------


@op
class DecodeRaw:
    """The bytes of every string as numbers: a last dimension is added.  Strings of one length.

    [n] strings of 4 bytes, out_type int16 -> [n, 2].
    """

    inputs = "bytes: string"
    outputs = "output: out_type"
    attrs = (
        "out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, "
        "complex128, bool}",
        "little_endian: bool = true",
    )
    gradient = None

    def shape(bytes: TensorShape) -> TensorShape:
        return shapes.UNKNOWN if bytes.sizes is None else shapes.of(*bytes.sizes, None)

    def kernel(
        bytes: Host, *, out_type: DType, little_endian: bool, device: torch.device
    ) -> torch.Tensor:
        dtype = np.dtype(out_type.as_numpy_dtype)
        strings = bytes.ravel().tolist()
        length = len(strings[0]) if strings else 0
        for i, string in enumerate(strings):
            if len(string) != length:
                raise ValueError(
                    "DecodeRaw requires input strings to all be the same size, but element "
                    f"{i} has size {length} != {len(string)}"
                )
        if length % dtype.itemsize:
            raise ValueError(
                f"Input to DecodeRaw has length {length} that is not a multiple of "
                f"{dtype.itemsize}, the size of {out_type.name}"
            )
        # As in TensorFlow, which so swaps the parts of complex numbers too.
        order = 1 if little_endian == (sys.byteorder == "little") else -1
        data = np.frombuffer(b"".join(strings), np.uint8).reshape(-1, dtype.itemsize)[:, ::order]
        numbers = data.copy().view(dtype)
        count = length // dtype.itemsize
        return to_torch(numbers.reshape(*bytes.shape, count), out_type, device)


@op
class StringToNumber:
    """The number that every string says: "-1.5", " 20 ", "1e3", "inf".

    Too large a float is infinite, too large an integer an error.
    """

    inputs = "string_tensor: string"
    outputs = "output: out_type"
    attrs = ("out_type: {float, double, int32, int64} = float",)
    shape = shapes.same
    gradient = None

    def kernel(string_tensor: Host, *, out_type: DType, device: torch.device) -> torch.Tensor:
        strings = string_tensor.ravel().tolist()
        numbers = read_plain_numbers(strings, out_type)
        if numbers is None:
            numbers = numbers_array([_number(string, out_type) for string in strings], out_type)
        return to_torch(numbers.reshape(string_tensor.shape), out_type, device)


def _number(string: bytes, dtype: DType) -> float:
    number = read_number(string, dtype)
    if number is None:
        raise invalid(f"StringToNumberOp could not correctly convert string: {text(string)}")
    return number


# -- Made of numbers -----------------------------------------------------------------------------

_FILLS = ("", " ", "+", "-", "0", "#")


def _check_format(
    dtype: DType, precision: int, scientific: bool, shortest: bool, fill: str
) -> None:
    if scientific and shortest and (dtype.is_floating or dtype.is_complex):
        raise invalid("Cannot select both scientific and shortest notation")
    if not (dtype.is_floating or dtype.is_complex):
        if scientific or shortest:
            raise invalid(f"scientific and shortest format not supported for datatype {dtype.name}")
        if precision > -1:
            raise invalid(f"precision not supported for datatype {dtype.name}")
    if len(fill) > 1:
        raise invalid(f"Fill string must be one or fewer characters. Received: {fill!r}")
    if fill not in _FILLS:
        raise invalid(f'Fill argument not supported: "{fill}"')


def _formatted(number: Any, flags: str, conversion: str) -> str:
    """The number as C's printf writes it."""
    if isinstance(number, complex):
        parts = (_formatted(part, flags, conversion) for part in (number.real, number.imag))
        return f"({','.join(parts)})"
    if flags.startswith("0") and isinstance(number, float) and not math.isfinite(number):
        flags = flags[1:]  # Zeros are filled in before digits only.
    text: str = f"%{flags}{conversion}" % number
    return text


@op
class AsString:
    """Every number as text, in the decimal notation of C's printf; "true" and "false".

    precision: digits after the point (of `shortest`: all digits); width: filled up with spaces in
    front, or as `fill` says: "0", "-" (behind), "+" (with a sign), " " or "#".
    """

    inputs = "input: T"
    outputs = "output: string"
    attrs = (
        "T: {int8, int16, int32, int64, complex64, complex128, float, double, bool}",
        "precision: int = -1",
        "scientific: bool = false",
        "shortest: bool = false",
        "width: int = -1",
        "fill: string = ''",
    )
    export = ("as_string", "strings.as_string", "dtypes.as_string")
    shape = shapes.same
    gradient = None

    def kernel(
        input: Host,
        *,
        op: Operation,
        precision: int,
        scientific: bool,
        shortest: bool,
        width: int,
        fill: str | bytes,
    ) -> Array:
        dtype, flags = op.inputs[0].dtype.base_dtype, as_bytes(fill).decode("latin-1")
        _check_format(dtype, precision, scientific, shortest, flags)
        if dtype.is_bool:
            return mapped(lambda value: b"true" if value else b"false", input)
        flags += str(width) if width > -1 else ""
        flags += f".{precision}" if precision > -1 else ""
        notation = "g" if shortest else "e" if scientific else "f"
        conversion = "d" if dtype.is_integer else notation
        if not dtype.is_complex and not flags.startswith("0"):
            template = f"%{flags}{conversion}".encode()
            return mapped(lambda number: template % number, input)
        return mapped(lambda number: _formatted(number, flags, conversion).encode(), input)
