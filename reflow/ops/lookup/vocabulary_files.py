"""Lookup tables from text files, one entry a line.

Source of behaviour and of messages: tensorflow/core/kernels/lookup_util.cc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from reflow.files import file_io
from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.log import warn
from reflow.ops.lookup.tables import StaticTable, invalid

LINE_NUMBER = -1
WHOLE_LINE = -2

_INTEGER = re.compile(rb"\s*[+-]?[0-9]+\s*")


def fill_from_file(
    table: StaticTable,
    filename: bytes,
    columns: tuple[int, int],
    vocab_size: int,
    delimiter: str | bytes,
) -> None:
    """Fills a table, unless it is filled already.

    Args:
      columns: where keys and values stand: a column, LINE_NUMBER or WHOLE_LINE.
      vocab_size: how many lines to read, -1: all.
      delimiter: of columns, one byte.

    Raises:
      tf.errors.NotFoundError: there is no such file.
      tf.errors.InvalidArgumentError: its lines, or the columns, are not what the table needs.
      tf.errors.FailedPreconditionError: two lines give one key different values.
    """
    separator = delimiter.encode() if isinstance(delimiter, str) else delimiter
    if len(separator) != 1:
        raise invalid(f"delimiter should be only 1 char. Received: {delimiter!r}")
    _check_columns(table, columns)
    if table.is_initialized:
        return
    path = filename.decode(errors="surrogateescape")
    rows = _rows(path, columns, vocab_size, separator)
    dtypes = table.key_dtype, table.value_dtype
    table.initialize(
        [
            tuple(_read(field, dtype, number) for field, dtype in zip(fields, dtypes))
            for number, fields in enumerate(rows)
        ]
    )


def _check_columns(table: StaticTable, columns: tuple[int, int]) -> None:
    key, value = table.key_dtype, table.value_dtype
    for column, dtype, kind in zip(columns, (key, value), ("key", "value")):
        if column == LINE_NUMBER and dtype.name != "int64":
            raise invalid(
                f"{kind.capitalize()} index for line number requires table {kind} dtype of int64, "
                f"got {dtype.name}"
            )
    if columns[0] == WHOLE_LINE and not key.is_integer and key.name != "string":
        raise invalid(
            f"Key index for whole line requires string or integer table key, got {key.name}"
        )
    if columns[1] == WHOLE_LINE and value.name != "string":
        raise invalid(
            f"Value index for whole line requires table value dtype of string, got {value.name}"
        )


def _rows(
    path: str, columns: tuple[int, int], vocab_size: int, separator: bytes
) -> Iterator[list[bytes | int]]:
    """The two fields of each line: bytes, or the line's number."""
    lines = file_io.read_file_to_string(path, binary_mode=True).split(b"\n")
    if not lines[-1]:
        lines.pop()  # behind the last end of a line
    if not lines:
        raise errors.OutOfRangeError(None, None, f"{path} is empty: it has no entries.")
    for number, content in enumerate(lines):
        if number == vocab_size:
            warn(f"Truncated {path} before its end at {vocab_size} records.")
            return
        line = content.removesuffix(b"\r")
        if not line:
            raise invalid(f"Invalid content in {path}: empty line found at line {number}.")
        fields = line.split(separator) if max(columns) >= 0 else []
        if max(columns) >= max(len(fields), 1):
            raise invalid(
                f"Invalid number of columns in {path} line {number} ({_shown(line)}) : "
                f"expected {max(columns)} got {len(fields)}"
            )
        given = {WHOLE_LINE: line, LINE_NUMBER: number}
        yield [given[c] if c < 0 else fields[c] for c in columns]
    if len(lines) < vocab_size:
        raise invalid(f"Invalid vocab_size in {path}: expected {vocab_size} but got {len(lines)}")


def _shown(content: bytes) -> str:
    return content.decode(errors="backslashreplace")


def _read(field: bytes | int, dtype: DType, line_number: int) -> Any:
    """The key or value that a field says."""
    if isinstance(field, int) or dtype.name == "string":
        return field
    try:
        if dtype.is_integer:
            return _read_integer(field, dtype)
        if dtype.is_floating:
            return np.dtype(dtype.as_numpy_dtype).type(field.decode()).item()
    except ValueError:
        raise invalid(
            f"Field {_shown(field)} in line {line_number} is not a valid {dtype.name}."
        ) from None
    raise invalid(f"Data type {dtype.name} not supported.")


def _read_integer(field: bytes, dtype: DType) -> int:
    number = int(field) if _INTEGER.fullmatch(field) else None
    limits = np.iinfo(dtype.as_numpy_dtype)
    if number is None or not limits.min <= number <= limits.max:
        raise ValueError
    return number
