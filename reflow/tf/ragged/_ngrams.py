"""tf.strings.ngrams, and strings joined along the axes of ragged tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.ops.arrays import Reshape
from reflow.ops.text.joining import UnsortedSegmentJoin
from reflow.ops.text.splitting import StringNGrams
from reflow.tf._arrays import shape as shape_of
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._math import reduce_aggregate
from reflow.tf.ragged._tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor


def ngrams(
    data: Any,
    ngram_width: int | Sequence[int],
    separator: str = " ",
    pad_values: Any = None,
    padding_width: int | None = None,
    preserve_short_sequences: bool = False,
    name: str | None = None,
) -> Any:
    """The n-grams of each row along the last axis: `n` neighbours joined.

    Args:
      data: strings, ragged or not, with at least one axis.
      ngram_width: n, or a list of several.
      separator: stands between the joined.
      pad_values: a string to stand before and behind each row, or a pair of them.
      padding_width: how often they stand there, at most n - 1 times, which is the default.
      preserve_short_sequences: a row too short for any n-gram is one as a whole.

    Raises:
      TypeError: `pad_values` are no strings.
      ValueError: a width is less than 1, there are no values to pad with, or the rank of `data` is
        not known, or 0.
    """
    with name_scope(name, "StringNGrams", [data]):
        left_pad, right_pad = _pads(pad_values)
        if padding_width is not None and padding_width < 1:
            raise ValueError(f"padding_width must be greater than 0. Received: {padding_width}")
        if padding_width is not None and pad_values is None:
            raise ValueError("pad_values must be provided if padding_width is set.")
        strings = convert_to_tensor_or_ragged_tensor(data, dtypes.string, name="data")
        more = ngram_width, separator, pad_values, padding_width, preserve_short_sequences, name
        dense_shape = None
        if not isinstance(strings, RaggedTensor):
            # The result is a tensor again.
            dense_shape = concat([shape_of(strings)[:-1], [-1]], axis=0)
            rank = strings.shape.ndims
            if rank is None:
                raise ValueError("Rank of data must be known.")
            if rank == 0:
                raise ValueError("Data must have rank>0")
            if rank == 1:
                row = RaggedTensor.from_row_starts(strings, [0], validate=False)
                return ngrams(row, *more)[0]
            strings = RaggedTensor.from_tensor(strings, ragged_rank=rank - 1)
        if strings.ragged_rank > 1:
            output = strings.with_values(ngrams(strings.values, *more))
        else:
            grams, splits = StringNGrams(
                strings.flat_values,
                strings.row_splits,
                separator=separator,
                ngram_widths=_widths(ngram_width),
                left_pad=left_pad,
                right_pad=right_pad,
                pad_width=_pad_width(pad_values, padding_width),
                preserve_short_sequences=preserve_short_sequences,
            )
            output = RaggedTensor.from_row_splits(grams, splits, validate=False)
        return output if dense_shape is None else Reshape(output.flat_values, dense_shape)


def _pads(pad_values: Any) -> tuple[str | bytes, str | bytes]:
    """What stands before, and what behind each row."""
    if pad_values is None:
        return "", ""
    pair = pad_values if isinstance(pad_values, (list, tuple)) else (pad_values, pad_values)
    if not all(isinstance(pad, (str, bytes)) for pad in pair[:2]):
        raise TypeError(
            f"pad_values must be a string, tuple of strings, or None. Received: {pad_values!r}"
        )
    return pair[0], pair[1]


def _pad_width(pad_values: Any, padding_width: int | None) -> int:
    """As the op takes it: -1 for as often as n-grams need."""
    if pad_values is None:
        return 0
    return -1 if padding_width is None else padding_width


def _widths(ngram_width: int | Sequence[int]) -> list[int]:
    widths = list(ngram_width) if isinstance(ngram_width, (list, tuple)) else [ngram_width]
    if any(width < 1 for width in widths):
        raise ValueError(f"All ngram_widths must be greater than 0. Got {ngram_width}")
    return widths


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    separator: str = "",
    name: str | None = None,
) -> Any:
    """The strings along axes of a ragged tensor joined to one each, with `separator` between."""
    from reflow.tf.strings import reduce_join as join_tensor  # which takes `ngrams` from here

    return reduce_aggregate(
        join_tensor,
        UnsortedSegmentJoin,
        inputs,
        axis,
        keepdims,
        separator,
        name or "RaggedSegmentJoin",
    )
