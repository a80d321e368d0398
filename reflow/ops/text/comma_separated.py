"""Records of comma-separated values (RFC 4180), as one tensor for each field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from reflow.graph.dtypes import DType, string
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.text.elements import as_bytes, invalid, strings_array, text
from reflow.ops.text.number_reading import numbers_array, read_number, read_plain_numbers
from reflow.ops.values import to_torch


@op
class DecodeCSV:
    """The fields of records, each as a tensor of the records' shape.

    record_defaults: for each field the value of those that are empty or `na_value`; an empty
      vector: there must be none.
    use_quote_delim: fields may stand in quotes, and contain commas then.
    select_cols: which fields to take; default: all.
    """

    inputs = "records: string, record_defaults: OUT_TYPE"
    outputs = "output: OUT_TYPE"
    attrs = (
        "OUT_TYPE: list({float, double, int32, int64, string}) >= 1",
        "field_delim: string = ','",
        "use_quote_delim: bool = true",
        "na_value: string = ''",
        "select_cols: list(int) = []",
    )
    gradient = None

    def shape(records: TensorShape, record_defaults: list[TensorShape]) -> list[TensorShape]:
        for default in record_defaults:
            sizes = shapes.with_rank_at_most(default, 1).sizes
            if sizes and (sizes[0] or 0) > 1:
                raise ValueError(
                    "Shape of a default must be a length-0 or length-1 vector, or a scalar."
                )
        return [records] * len(record_defaults)

    def kernel(
        records: Host,
        record_defaults: list[Host],
        *,
        OUT_TYPE: list[DType],
        field_delim: str | bytes,
        use_quote_delim: bool,
        na_value: str | bytes,
        select_cols: list[int],
        device: torch.device,
    ) -> list[Any]:
        delimiter = as_bytes(field_delim)
        if len(delimiter) != 1:
            raise invalid(f"field_delim should be only 1 char. Received: {field_delim!r}")
        quote = b'"' if use_quote_delim else None
        count, lines = len(OUT_TYPE), records.ravel().tolist()
        fields = None if select_cols else _plain_fields(lines, count, delimiter, quote)
        if fields is None:
            fields = []
            for number, line in enumerate(lines):
                row = _selected(_Record(line, delimiter, quote, select_cols).fields(), select_cols)
                if len(row) != count:
                    raise invalid(f"Expect {count} fields but have {len(row)} in record {number}")
                fields += row
        missing = b"", as_bytes(na_value)
        columns = []
        for index, (default, dtype) in enumerate(zip(record_defaults, OUT_TYPE)):
            values = _column(fields[index::count], index, default, dtype, missing)
            array = strings_array(values) if dtype is string else numbers_array(values, dtype)
            array = array.reshape(records.shape)
            columns.append(array if dtype is string else to_torch(array, dtype, device))
        return columns


def _plain_fields(
    records: list[bytes], count: int, delimiter: bytes, quote: bytes | None
) -> list[bytes] | None:
    """The fields of all records, one after the other; None if some need a closer look: for quotes,
    ends of lines, or another number of fields."""
    together = delimiter.join(records)
    marks = b"\n\r" + (quote or b"")
    if len(together.translate(None, marks)) != len(together) or not all(records):
        return None
    delimiters = count - 1
    if any(record.count(delimiter) != delimiters for record in records):
        return None
    return together.split(delimiter) if records else []


def _selected(fields: list[bytes], select_cols: Sequence[int]) -> list[bytes]:
    return [fields[i] for i in select_cols if i < len(fields)] if select_cols else fields


class _Record:
    """One record, read from left to right.

    Args:
      quote: what fields may stand in; None: nothing.
      select_cols: the fields that are needed: what follows the last one is not looked at.
    """

    def __init__(
        self, record: bytes, delimiter: bytes, quote: bytes | None, select_cols: Sequence[int]
    ) -> None:
        self._record = record
        self._delimiter = delimiter
        self._quote = quote
        self._most = max(select_cols) + 1 if select_cols else None
        self._at = 0

    def fields(self) -> list[bytes]:
        """The fields; InvalidArgumentError where the quotes are wrong."""
        record = self._record
        plain = self._quote is None or self._quote not in record
        if plain and b"\n" not in record and b"\r" not in record:
            return record.split(self._delimiter) if record else []
        found: list[bytes] = []
        while self._at < len(record) and len(found) != self._most:
            if record[self._at : self._at + 1] in (b"\n", b"\r"):
                self._at += 1
            else:
                found.append(self._field())
        if len(found) != self._most and record.endswith(self._delimiter):
            found.append(b"")
        return found

    def _field(self) -> bytes:
        if self._quote is not None and self._record.startswith(self._quote, self._at):
            return self._quoted()
        end = self._record.find(self._delimiter, self._at)
        end = len(self._record) if end < 0 else end
        field = self._record[self._at : end]
        if any(mark in field for mark in (self._quote, b"\n", b"\r") if mark):
            raise invalid("Unquoted fields cannot have quotes/CRLFs inside")
        self._at = end + 1
        return field

    def _quoted(self) -> bytes:
        record, quote = self._record, self._quote
        assert quote is not None
        parts = []
        start = self._at + 1
        while True:
            end = record.find(quote, start)
            if end < 0:
                raise invalid("Quoted field has to end with quote followed by delim or end")
            parts.append(record[start:end])
            behind = record[end + 1 : end + 2]
            if behind in (b"", self._delimiter):
                self._at = end + 2
                return b"".join(parts)
            if behind != quote:
                raise invalid("Quote inside a string has to be escaped by another quote")
            parts.append(quote)
            start = end + 2


def _column(
    fields: Sequence[bytes], index: int, default: Host, dtype: DType, missing: Sequence[bytes]
) -> Any:
    """The values of one field of all records, in a list or a vector."""
    plain = None if dtype is string else read_plain_numbers(fields, dtype)
    if plain is not None and not any(absent in fields for absent in missing):
        return plain
    values: list[Any] = []
    for number, field in enumerate(fields):
        value: Any = field
        if field in missing:
            if default.size != 1:
                raise invalid(f"Field {index} is required but missing in record {number}!")
            value = default.item()
        elif dtype is not string:
            value = read_number(field, dtype)
            if value is None:
                kind = {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)
                raise invalid(
                    f"Field {index} in record {number} is not a valid {kind}: {text(field)}"
                )
        values.append(value)
    return values
