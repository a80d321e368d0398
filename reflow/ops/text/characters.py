"""Strings as bytes or as UTF-8 characters: letters of one case, lengths, parts."""

from __future__ import annotations

from operator import itemgetter

import numpy as np
import torch

from reflow.graph.dtypes import int32
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, invalid, mapped, strings_array
from reflow.ops.values import to_torch


def _check_encoding(encoding: str | bytes) -> None:
    if encoding not in ("", "utf-8"):
        raise invalid(f"only utf-8 or '' (no encoding) is supported, received {encoding!r}")


@op
class StringLower:
    """Every string in lower case: of ASCII letters only, unless `encoding` is "utf-8"."""

    inputs = "input: string"
    outputs = "output: string"
    attrs = ("encoding: string = ''",)
    export = ("strings.lower",)
    shape = shapes.same
    gradient = None

    def kernel(input: Host, *, encoding: str | bytes) -> Array:
        _check_encoding(encoding)
        if not encoding:
            return mapped(bytes.lower, input)
        return mapped(lambda string: string.decode(errors="replace").lower().encode(), input)


@op
class StringUpper:
    """Every string in upper case: of ASCII letters only, unless `encoding` is "utf-8"."""

    inputs = "input: string"
    outputs = "output: string"
    attrs = ("encoding: string = ''",)
    export = ("strings.upper",)
    shape = shapes.same
    gradient = None

    def kernel(input: Host, *, encoding: str | bytes) -> Array:
        _check_encoding(encoding)
        if not encoding:
            return mapped(bytes.upper, input)
        return mapped(lambda string: string.decode(errors="replace").upper().encode(), input)


@op
class StringStrip:
    """Every string without white space at its ends."""

    inputs = "input: string"
    outputs = "output: string"
    export = ("string_strip", "strings.strip")
    shape = shapes.same
    gradient = None

    def kernel(input: Host) -> Array:
        return mapped(bytes.strip, input)


def _starts(string: bytes) -> list[int]:
    """Where UTF-8 characters start: at every byte that does not go on with one."""
    return [i for i, byte in enumerate(string) if byte & 0xC0 != 0x80]


def _bounds(string: bytes) -> list[int]:
    """Where characters start and end; bytes that go on with none, in front, are one as well."""
    return [0, *(start for start in _starts(string) if start), len(string)] if string else [0]


@op
class StringLength:
    """How many bytes, or UTF-8 characters, each string has."""

    inputs = "input: string"
    outputs = "output: int32"
    attrs = ("unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'",)
    shape = shapes.same
    gradient = None

    def kernel(input: Host, *, unit: str, device: torch.device) -> torch.Tensor:
        count = len if unit == "BYTE" else lambda string: len(_starts(string))
        lengths = np.array([count(string) for string in input.ravel().tolist()], np.int32)
        return to_torch(lengths.reshape(input.shape), int32, device)


@op
class Substr:
    """The part of every string that starts at `pos` (from the end, if negative) and has `len` bytes
    or UTF-8 characters, fewer at the end of the string.  `pos` and `len` have one shape, which
    broadcasts with that of the strings.

    "hello", 1, 3 -> "ell"
    """

    inputs = "input: string, pos: T, len: T"
    outputs = "output: string"
    attrs = ("T: {int32, int64}", "unit: {'BYTE', 'UTF8_CHAR'} = 'BYTE'")
    gradient = None

    def shape(input: TensorShape, pos: TensorShape, len: TensorShape) -> TensorShape:
        if pos.sizes is None or len.sizes is None:
            return shapes.broadcast(input, pos)
        if pos.ndims != len.ndims:
            raise ValueError(f"Shape must be rank {len.ndims} but is rank {pos.ndims}")
        if pos.sizes != len.sizes:
            raise ValueError(
                f"pos and len shapes must match: {shapes.text(pos)} vs. {shapes.text(len)}"
            )
        return shapes.broadcast(input, pos)

    def kernel(input: Host, pos: Host, len: Host, *, unit: str) -> Array:
        if pos.shape != len.shape:
            raise invalid(f"pos and len should have the same shape, got: {pos.shape}, {len.shape}")
        if unit == "BYTE" and not pos.ndim and pos >= 0:
            start, end = int(pos), int(pos) + int(len) if len >= 0 else None
            if min(map(_size, input.ravel().tolist()), default=start) >= start:
                return mapped(itemgetter(slice(start, end)), input)
        part = _bytes_part if unit == "BYTE" else _characters_part
        arrays = np.broadcast_arrays(input, pos, len)
        found = []
        for index, arguments in enumerate(zip(*(array.ravel().tolist() for array in arrays))):
            substring = part(*arguments)
            if substring is None:
                shown = f" {arguments[0]!r}" if unit == "BYTE" else ""
                raise invalid(f"pos {arguments[1]} out of range for string{shown} at index {index}")
            found.append(substring)
        return strings_array(found).reshape(arrays[0].shape)


_size = len  # which is the name of an input of Substr


def _bytes_part(string: bytes, start: int, count: int) -> bytes | None:
    """`count` bytes from `start` on; all if it is negative.  None: there is no such start."""
    size = len(string)
    if not -size <= start <= size:
        return None
    start += size if start < 0 else 0
    return string[start:] if count < 0 else string[start : start + count]


def _characters_part(string: bytes, start: int, count: int) -> bytes | None:
    """`count` characters from `start` on.  None: there is no such start."""
    bounds = _bounds(string)
    size = len(bounds) - 1
    if not -size <= start <= size:
        return None
    first = start + size if start < 0 else start
    last = min(first + max(count, 0), size)
    return string[bounds[first] : bounds[last]]
