"""Strings of bytes: read as numbers, made of numbers, joined."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.reductions import reduced_shape
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
                    f"{i} has size {len(string)} != {length}"
                )
        if length % dtype.itemsize:
            raise ValueError(
                f"Input to DecodeRaw has length {length} that is not a multiple of "
                f"{dtype.itemsize}, the size of {out_type.name}"
            )
        stored = dtype.newbyteorder("<" if little_endian else ">")
        numbers = np.frombuffer(b"".join(strings), stored).astype(dtype)
        count = length // dtype.itemsize
        return to_torch(numbers.reshape(*bytes.shape, count), out_type, device)


# What TensorFlow reads, between spaces: no sign "+" before an integer, hexadecimal digits only for
# floats, and no digits at all for 0.0.
_INTEGER = re.compile(rb"\s*(-?[0-9]+)\s*")
_FLOAT = re.compile(
    rb"\s+|\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    rb"|[iI][nN][fF]|[nN][aA][nN]))\s*"
)


def _read_integer(string: bytes, dtype: np.dtype[Any]) -> int | None:
    """The number that `string` says; None if it says none, or one beyond the type's range."""
    match = _INTEGER.fullmatch(string)
    if match is None:
        return None
    number, limits = int(match[1]), np.iinfo(dtype)
    return number if limits.min <= number <= limits.max else None


def _read_float(string: bytes) -> float | None:
    match = _FLOAT.fullmatch(string)
    if match is None:
        return None
    sign, hexadecimal, decimal = match.groups()
    magnitude = float(int(hexadecimal, 16)) if hexadecimal else float(decimal or 0)
    return -magnitude if sign == b"-" else magnitude


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
        dtype = np.dtype(out_type.as_numpy_dtype)
        numbers: list[float] = []
        for string in string_tensor.ravel().tolist():
            number = _read_integer(string, dtype) if out_type.is_integer else _read_float(string)
            if number is None:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    "StringToNumberOp could not correctly convert string: "
                    + string.decode(errors="backslashreplace"),
                )
            numbers.append(number)
        with np.errstate(over="ignore"):  # What float32 cannot hold is infinite.
            array = np.array(numbers, np.float64 if out_type.is_floating else dtype).astype(dtype)
        return to_torch(array.reshape(string_tensor.shape), out_type, device)


def _as_bytes(attribute: str | bytes) -> bytes:
    return attribute.encode() if isinstance(attribute, str) else attribute


# -- Made of numbers -----------------------------------------------------------------------------

_FILLS = ("", " ", "+", "-", "0", "#")


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _check_format(
    dtype: DType, precision: int, scientific: bool, shortest: bool, fill: str
) -> None:
    if scientific and shortest and (dtype.is_floating or dtype.is_complex):
        raise _invalid("Cannot select both scientific and shortest notation")
    if not (dtype.is_floating or dtype.is_complex):
        if scientific or shortest:
            raise _invalid(
                f"scientific and shortest format not supported for datatype {dtype.name}"
            )
        if precision > -1:
            raise _invalid(f"precision not supported for datatype {dtype.name}")
    if len(fill) > 1:
        raise _invalid(f"Fill string must be one or fewer characters. Received: {fill!r}")
    if fill not in _FILLS:
        raise _invalid(f'Fill argument not supported: "{fill}"')


def _formatted(number: Any, flags: str, conversion: str) -> str:
    """The number as C's printf writes it."""
    if isinstance(number, complex):
        parts = (_formatted(part, flags, conversion) for part in (number.real, number.imag))
        return f"({','.join(parts)})"
    if isinstance(number, float) and not np.isfinite(number) and flags.startswith("0"):
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
    ) -> np.ndarray[Any, Any]:
        dtype, flags = op.inputs[0].dtype.base_dtype, _as_bytes(fill).decode("latin-1")
        _check_format(dtype, precision, scientific, shortest, flags)
        strings = np.empty(input.size, object)
        if dtype.is_bool:
            strings[:] = [b"true" if value else b"false" for value in input.ravel().tolist()]
            return strings.reshape(input.shape)
        flags += str(width) if width > -1 else ""
        flags += f".{precision}" if precision > -1 else ""
        notation = "g" if shortest else "e" if scientific else "f"
        conversion = "d" if dtype.is_integer else notation
        numbers = input.ravel().tolist()
        strings[:] = [_formatted(number, flags, conversion).encode() for number in numbers]
        return strings.reshape(input.shape)


# -- Joined --------------------------------------------------------------------------------------


@op
class StringJoin:
    """The strings of several tensors joined, element by element; scalars join with every element.

    ["a", "b"] and "c" -> ["ac", "bc"]
    """

    inputs = "inputs: N * string"
    outputs = "output: string"
    attrs = ("N: int >= 1", "separator: string = ''")
    export = ("string_join", "strings.join")
    gradient = None

    def shape(inputs: list[TensorShape]) -> TensorShape:
        if all(shape.ndims == 0 for shape in inputs):
            return shapes.SCALAR
        merged = shapes.UNKNOWN
        for shape in inputs:
            if shape.ndims:  # One of unknown rank may be a scalar.
                merged = shapes.merge(merged, shape)
        return merged

    def kernel(inputs: list[Host], *, separator: str | bytes) -> np.ndarray[Any, Any]:
        sizes: tuple[int, ...] = ()
        for array in inputs:
            if array.ndim and sizes and array.shape != sizes:
                raise _invalid(
                    "Input shapes do not match: "
                    f"{shapes.text(TensorShape(sizes))} vs. {shapes.text(TensorShape(array.shape))}"
                )
            sizes = array.shape if array.ndim else sizes
        joined = np.empty(sizes, object)
        columns = [np.broadcast_to(array, sizes).ravel().tolist() for array in inputs]
        joined.ravel()[:] = [_as_bytes(separator).join(strings) for strings in zip(*columns)]
        return joined


def _axes_to_join(indices: Host, rank: int) -> list[int]:
    axes: list[int] = []
    for index in indices.ravel().tolist():
        if not -rank <= index < rank:
            raise _invalid(f"Invalid reduction dimension {index} for input with {rank} dimensions")
        if index % rank in axes:
            raise _invalid(f"Duplicate reduction dimension {index}")
        axes.append(index % rank)
    return axes


@op
class ReduceJoin:
    """The strings along axes joined to one each; the axis named last varies slowest.

    [["a", "b"], ["c", "d"]], reduction_indices [0, 1] -> "acbd"; [1, 0] -> "abcd"
    """

    inputs = "inputs: string, reduction_indices: int32"
    outputs = "output: string"
    attrs = ("keep_dims: bool = false", "separator: string = ''")
    gradient = None

    def shape(
        inputs: TensorShape, reduction_indices: Value, *, op: Operation, keep_dims: bool
    ) -> TensorShape:
        return reduced_shape(op, inputs, reduction_indices, keep_dims)

    def kernel(
        inputs: Host, reduction_indices: Host, *, keep_dims: bool, separator: str | bytes
    ) -> np.ndarray[Any, Any]:
        axes = _axes_to_join(reduction_indices, inputs.ndim)
        kept = [axis for axis in range(inputs.ndim) if axis not in axes]
        sizes = [inputs.shape[axis] for axis in kept]
        count = math.prod(inputs.shape[axis] for axis in axes)
        rows = np.transpose(inputs, (*kept, *reversed(axes))).reshape(*sizes, count)
        joined = np.empty(sizes, object)
        for index in np.ndindex(*sizes):
            joined[index] = _as_bytes(separator).join(rows[index].tolist())
        return np.expand_dims(joined, tuple(axes)) if keep_dims else joined
