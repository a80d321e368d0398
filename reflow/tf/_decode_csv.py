"""tf.decode_csv."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.text.comma_separated import DecodeCSV


def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols: Sequence[int] | None = None,
) -> list[Tensor]:
    """The fields of comma-separated records, each as a tensor of the records' shape.

    Args:
      record_defaults: a list with, for each field, the value of those that are missing, whose type
        is that of the field: float32, float64, int32, int64 or string; an empty vector of that
        type: none may be missing.
      field_delim: what separates fields, one byte.
      use_quote_delim: fields may stand in quotes, and contain separators and ends of lines then.
      na_value: what stands for a missing field, besides nothing.
      select_cols: which fields to take, rising; by default all.

    Raises:
      ValueError: `select_cols` are not as said.
      InvalidArgumentError: (at run time) a record is not as said.
    """
    if select_cols is not None:
        if any(here >= following for here, following in itertools.pairwise(select_cols)):
            raise ValueError("select_cols is not strictly increasing.")
        if select_cols[0] < 0:
            raise ValueError("select_cols contains negative values.")
        if len(select_cols) != len(record_defaults):
            raise ValueError("Length of select_cols and record_defaults do not match.")
    fields: list[Tensor] = DecodeCSV(
        records,
        record_defaults,
        field_delim=field_delim,
        use_quote_delim=use_quote_delim,
        na_value=na_value,
        select_cols=select_cols,
        name=name,
    )
    return fields
