"""Strings split into parts, which make the rows of a sparse matrix; and parts as n-grams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import Array, as_bytes, invalid, strings_array

Sparse = tuple[Array, Array, Array]
Counts = np.ndarray[Any, np.dtype[np.int64]]


def _shape_of_parts(input: TensorShape, sep: TensorShape) -> tuple[TensorShape, ...]:
    shapes.with_rank(input, 1)
    shapes.with_rank(sep, 0)
    return shapes.of(None, 2), shapes.of(None), shapes.of(2)


def _sparse_rows(rows: Sequence[Sequence[bytes]]) -> Sparse:
    """The indices, values and shape of the sparse matrix with these rows."""
    counts = np.fromiter(map(len, rows), np.int64, len(rows))
    return _sparse(strings_array(list(chain.from_iterable(rows))), counts)


def _sparse(values: Array, counts: Counts) -> Sparse:
    """The same of the values of all rows, and how many each row has."""
    starts = np.cumsum(counts) - counts
    columns = np.arange(len(values)) - np.repeat(starts, counts)
    indices = np.stack([np.repeat(np.arange(len(counts)), counts), columns], axis=1)
    return indices, values, np.array([len(counts), counts.max(initial=0)], np.int64)


def _parts_of_all(strings: list[bytes], byte: bytes) -> tuple[Array, Counts]:
    """The parts of all strings between these bytes, and how many each string has."""
    counts = np.fromiter((string.count(byte) for string in strings), np.int64, len(strings)) + 1
    parts = byte.join(strings).split(byte) if strings else []
    return strings_array(parts), counts


def _without_empty(parts: Array, counts: Counts) -> tuple[Array, Counts]:
    kept = parts.astype(bool)
    rows = np.repeat(np.arange(len(counts)), counts)
    return parts[kept], np.bincount(rows[kept], minlength=len(counts))


def _check(input: Host, separator: Host) -> None:
    if input.ndim != 1:
        raise invalid(f"input must be a vector, got shape: {list(input.shape)}")
    if separator.ndim:
        raise invalid(f"delimiter must be a scalar, got shape: {list(separator.shape)}")


@op
class StringSplit:
    """The parts of every string between bytes of `delimiter`; its single bytes if that is empty.

    ["a b", "c"] -> the sparse matrix [["a", "b"], ["c"]]
    """

    inputs = "input: string, delimiter: string"
    outputs = "indices: int64, values: string, shape: int64"
    attrs = ("skip_empty: bool = true",)
    host = True
    gradient = None

    def shape(input: TensorShape, delimiter: TensorShape) -> tuple[TensorShape, ...]:
        return _shape_of_parts(input, delimiter)

    def kernel(input: Host, delimiter: Host, *, skip_empty: bool) -> Sparse:
        _check(input, delimiter)
        strings = input.tolist()
        if skip_empty and len(delimiter.item()) == 1:
            return _sparse(*_without_empty(*_parts_of_all(strings, delimiter.item())))
        rows = [_parts(string, delimiter.item()) for string in strings]
        if skip_empty:
            rows = [[part for part in row if part] for row in rows]
        return _sparse_rows(rows)


def _parts(string: bytes, delimiters: bytes) -> list[bytes]:
    if not delimiters:
        return [bytes([byte]) for byte in string]
    if not string:
        return []
    if len(delimiters) == 1:
        return string.split(delimiters)
    return re.split(b"[" + re.escape(delimiters) + b"]", string)


@op
class StringSplitV2:
    """The parts of every string between `sep`; between white space if that is empty.

    maxsplit: how often to split at most, -1: always.
    """

    inputs = "input: string, sep: string"
    outputs = "indices: int64, values: string, shape: int64"
    attrs = ("maxsplit: int = -1",)
    host = True
    gradient = None

    def shape(input: TensorShape, sep: TensorShape) -> tuple[TensorShape, ...]:
        return _shape_of_parts(input, sep)

    def kernel(input: Host, sep: Host, *, maxsplit: int) -> Sparse:
        _check(input, sep)
        strings, separator = input.tolist(), sep.item()
        if maxsplit == 0:
            return _sparse(input.copy(), np.ones(len(strings), np.int64))
        if len(separator) == 1 and maxsplit < 0:
            return _sparse(*_parts_of_all(strings, separator))
        if separator:
            return _sparse_rows([string.split(separator, maxsplit) for string in strings])
        return _sparse_rows([_words(string, maxsplit) for string in strings])


def _words(string: bytes, maxsplit: int) -> list[bytes]:
    """As `split` of bytes, but what is left after the last split is kept also if it is empty."""
    words = string.split(None, maxsplit)
    if len(words) == maxsplit and string:
        words.append(b"")
    return words


@op
class StringNGrams:
    """The n-grams of each row of a ragged matrix: `n` neighbours joined, for every `n` of
    `ngram_widths`.

    Args:
      data: the strings of all rows; row i are those from data_splits[i] to data_splits[i + 1].
      left_pad, right_pad: stand before and behind a row, as often as `pad_width` says, at most
        n - 1 times; -1: n - 1 times.
      preserve_short_sequences: a row too short for any n-gram is one as a whole.
    """

    inputs = "data: string, data_splits: Tsplits"
    outputs = "ngrams: string, ngrams_splits: Tsplits"
    attrs = (
        "separator: string",
        "ngram_widths: list(int) >= 0",
        "left_pad: string",
        "right_pad: string",
        "pad_width: int",
        "preserve_short_sequences: bool",
        "Tsplits: {int32, int64} = int64",
    )
    host = True
    gradient = None

    def shape(data: TensorShape, data_splits: TensorShape) -> tuple[TensorShape, TensorShape]:
        shapes.with_rank(data, 1)
        return shapes.of(None), shapes.with_rank(data_splits, 1)

    def kernel(
        data: Host,
        data_splits: Host,
        *,
        separator: str | bytes,
        ngram_widths: list[int],
        left_pad: str | bytes,
        right_pad: str | bytes,
        pad_width: int,
        preserve_short_sequences: bool,
    ) -> tuple[Array, Array]:
        pads = as_bytes(left_pad), as_bytes(right_pad)
        grams: list[bytes] = []
        splits = [0] * min(1, len(data_splits))
        for row in _rows(data, data_splits):
            found = [
                as_bytes(separator).join(gram)
                for width in ngram_widths
                for gram in _windows(row, width, pads, pad_width)
            ]
            if not found and row and preserve_short_sequences:
                found = [as_bytes(separator).join(_padded(row, *pads, max(pad_width, 0)))]
            grams += found
            splits.append(len(grams))
        return strings_array(grams), np.array(splits, data_splits.dtype)


def _rows(data: Host, splits: Host) -> Iterator[list[bytes]]:
    """The rows of a ragged matrix; InvalidArgumentError unless `splits` part all of its values."""
    if len(splits) and (splits[0] != 0 or splits[-1] != len(data) or (np.diff(splits) < 0).any()):
        raise invalid(
            f"Invalid split values: expected to rise from 0 to {len(data)}. Received: {splits}"
        )
    strings = data.tolist()
    for start, end in zip(splits[:-1].tolist(), splits[1:].tolist()):
        yield strings[start:end]


def _padded(row: list[bytes], left: bytes, right: bytes, count: int) -> list[bytes]:
    return [left] * count + row + [right] * count


def _windows(
    row: list[bytes], width: int, pads: tuple[bytes, bytes], pad_width: int
) -> Iterator[list[bytes]]:
    count = width - 1 if pad_width < 0 else min(pad_width, width - 1)
    padded = _padded(row, *pads, count)
    for start in range(len(padded) - width + 1):
        yield padded[start : start + width]
