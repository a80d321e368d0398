"""Strings in other encodings, and as the code points of their characters.

A character is a code point, or None where bytes are none in their encoding.
"""

from __future__ import annotations

import codecs
import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, invalid, mapped, strings_array

Character = int | None

_REPLACEMENT = 0xFFFD
_MARK = "\udfff"  # stands for bytes that are no character: text decoded strictly has none
_ERRORS = "errors: {'strict', 'replace', 'ignore'} = 'replace'"
_DECODING = (
    "input_encoding: string",
    _ERRORS,
    "replacement_char: int = 65533",
    "replace_control_characters: bool = false",
)
_OUTPUT_ENCODING = "output_encoding: {'UTF-8', 'UTF-16-BE', 'UTF-32-BE'}"


def _is_scalar(code: int) -> bool:
    """Whether it is a code point that text may have: no half of a pair."""
    return 0 <= code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF


# -- Reading -------------------------------------------------------------------------------------


# How a string may say the order of its bytes; without such a mark the high byte comes first.
_BYTE_ORDERS = {
    "utf-16": ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
    "utf-32": ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
}


def _python_encoding(name: str) -> str:
    """Python's name of an encoding; InvalidArgumentError if it knows none."""
    try:
        encoding = codecs.lookup(name).name
        "".encode(encoding)
    except (LookupError, ValueError):
        raise invalid(f"Could not create converter for input encoding: {name}") from None
    return encoding


def _with_order(string: bytes, encoding: str) -> tuple[str, int]:
    """The encoding that tells the order of bytes, and where the string starts behind the mark."""
    orders = _BYTE_ORDERS.get(encoding, ())
    for mark, ordered in orders:
        if string.startswith(mark):
            return ordered, len(mark)
    return (f"{encoding}-be", 0) if orders else (encoding, 0)


def _characters(string: bytes, encoding: str) -> tuple[list[Character], list[int]]:
    """The characters of a string, and at which byte each starts."""
    spans = []

    def note(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        spans.append((error.start, error.end))
        return _MARK, error.end

    codecs.register_error("reflow.mark", note)
    characters: list[Character] = []
    starts: list[int] = []
    encoding, first = _with_order(string, encoding)
    position, noted = first, iter(spans)
    for character in string[first:].decode(encoding, "reflow.mark"):
        if character == _MARK:
            start, end = next(noted)
            starts.append(first + start)
            characters.append(None)
            position = first + end
        else:
            starts.append(position)
            characters.append(ord(character))
            position += len(character.encode(encoding))
    return characters, starts


@dataclass(frozen=True)
class _Policy:
    """What becomes of bytes that are no characters, and perhaps of control characters."""

    errors: str
    replacement: int
    replaces_controls: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.replacement <= sys.maxunicode:
            raise invalid("replacement_char out of unicode codepoint range")

    def apply(
        self, characters: Iterable[Character], starts: Iterable[int]
    ) -> tuple[list[int], list[int]]:
        """The code points that are kept, and where they start."""
        kept: list[tuple[int, int]] = []
        for character, start in zip(characters, starts):
            if character is None and self.errors == "strict":
                raise invalid("Invalid formatting on input string")
            is_control = self.replaces_controls and character is not None and character <= 0x1F
            if character is not None and not is_control:
                kept.append((character, start))
            elif self.errors != "ignore":
                kept.append((self.replacement, start))
        return [code for code, _ in kept], [start for _, start in kept]


def _decoded(
    strings: Iterable[bytes], encoding: str, policy: _Policy
) -> tuple[list[int], list[int], list[int]]:
    """The code points of all strings, where each starts in its string, and where strings end."""
    name = _python_encoding(encoding)
    codes: list[int] = []
    starts: list[int] = []
    splits = [0]
    for string in strings:
        found = policy.apply(*_characters(string, name))
        codes += found[0]
        starts += found[1]
        splits.append(len(codes))
    return codes, starts, splits


# -- Writing -------------------------------------------------------------------------------------


def _encoded(codes: Iterable[int], encoding: str) -> bytes:
    text = "".join(chr(code if _is_scalar(code) else _REPLACEMENT) for code in codes)
    return text.encode(encoding.lower())


@op
class UnicodeTranscode:
    """Every string in another encoding.

    errors: what is no character is replaced by `replacement_char`, ignored, or an error ("strict");
      so are control characters up to U+001F, if `replace_control_characters`.
    """

    inputs = "input: string"
    outputs = "output: string"
    attrs = (_DECODING[0], _OUTPUT_ENCODING, *_DECODING[1:])
    export = ("strings.unicode_transcode",)
    shape = shapes.same
    gradient = None

    def kernel(
        input: Host,
        *,
        input_encoding: str,
        output_encoding: str,
        errors: str,
        replacement_char: int,
        replace_control_characters: bool,
    ) -> Array:
        policy = _Policy(errors, replacement_char, replace_control_characters)
        name = _python_encoding(input_encoding)

        def transcoded(string: bytes) -> bytes:
            return _encoded(policy.apply(*_characters(string, name))[0], output_encoding)

        return mapped(transcoded, input)


@op
class UnicodeEncode:
    """The strings with the code points of each row of a ragged matrix: row i are the values from
    input_splits[i] to input_splits[i + 1]."""

    inputs = "input_values: int32, input_splits: Tsplits"
    outputs = "output: string"
    attrs = (
        "errors: {'ignore', 'replace', 'strict'} = 'replace'",
        _OUTPUT_ENCODING,
        "replacement_char: int = 65533",
        "Tsplits: {int32, int64} = int64",
    )
    gradient = None

    def shape(input_values: TensorShape, input_splits: TensorShape) -> TensorShape:
        shapes.with_rank(input_values, 1)
        (size,) = shapes.with_rank(input_splits, 1).sizes or (None,)
        if size == 0:
            raise ValueError("Negative dimension size caused by subtracting 1 from 0")
        return shapes.of(None if size is None else size - 1)

    def kernel(
        input_values: Host,
        input_splits: Host,
        *,
        errors: str,
        output_encoding: str,
        replacement_char: int,
    ) -> Array:
        policy = _Policy(errors, replacement_char)
        splits = input_splits.tolist()
        if splits != sorted(splits) or splits[0] < 0 or splits[-1] > len(input_values):
            raise invalid(f"Invalid splits of {len(input_values)} values. Received: {splits}")
        rows = (input_values[a:b].tolist() for a, b in itertools.pairwise(splits))
        return strings_array([_encoded(_valid(row, policy), output_encoding) for row in rows])


def _valid(codes: Sequence[int], policy: _Policy) -> list[int]:
    if policy.errors == "strict" and not all(map(_is_scalar, codes)):
        raise invalid("Code point value out of valid Unicode range.")
    characters = (code if _is_scalar(code) else None for code in codes)
    return policy.apply(characters, range(len(codes)))[0]


# -- Code points ---------------------------------------------------------------------------------


def _shape_of_rows(input: TensorShape) -> tuple[TensorShape, TensorShape]:
    count = input.num_elements()
    return shapes.of(None if count is None else count + 1), shapes.of(None)


@op
class UnicodeDecode:
    """The code points of all strings, as the values of a ragged matrix and the splits of its rows;
    for the attributes see UnicodeTranscode."""

    inputs = "input: string"
    outputs = "row_splits: Tsplits, char_values: int32"
    attrs = (*_DECODING, "Tsplits: {int32, int64} = int64")
    host = True
    gradient = None

    def shape(input: TensorShape) -> tuple[TensorShape, ...]:
        return _shape_of_rows(input)

    def kernel(
        input: Host,
        *,
        input_encoding: str,
        errors: str,
        replacement_char: int,
        replace_control_characters: bool,
        Tsplits: DType,
    ) -> tuple[Array, ...]:
        policy = _Policy(errors, replacement_char, replace_control_characters)
        codes, _, splits = _decoded(input.ravel().tolist(), input_encoding, policy)
        return np.array(splits, Tsplits.as_numpy_dtype), np.array(codes, np.int32)


@op
class UnicodeDecodeWithOffsets:
    """As UnicodeDecode, and at which byte of its string each character starts."""

    inputs = "input: string"
    outputs = "row_splits: Tsplits, char_values: int32, char_to_byte_starts: int64"
    attrs = (*_DECODING, "Tsplits: {int32, int64} = int64")
    host = True
    gradient = None

    def shape(input: TensorShape) -> tuple[TensorShape, ...]:
        return *_shape_of_rows(input), shapes.of(None)

    def kernel(
        input: Host,
        *,
        input_encoding: str,
        errors: str,
        replacement_char: int,
        replace_control_characters: bool,
        Tsplits: DType,
    ) -> tuple[Array, ...]:
        policy = _Policy(errors, replacement_char, replace_control_characters)
        codes, starts, splits = _decoded(input.ravel().tolist(), input_encoding, policy)
        return (
            np.array(splits, Tsplits.as_numpy_dtype),
            np.array(codes, np.int32),
            np.array(starts, np.int64),
        )
