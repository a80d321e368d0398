"""Strings split into parts: tf.string_split, and tf.strings.split."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.ops.text.splitting import StringSplit, StringSplitV2
from reflow.tf._arguments import renamed
from reflow.tf._scopes import name_scope

_RESULT_TYPES = ("SparseTensor", "RaggedTensor")


def _check_result_type(result_type: str) -> None:
    if result_type not in _RESULT_TYPES:
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")
    if result_type == "RaggedTensor":
        raise AttributeError(
            "reflow has no RaggedTensor yet: ask for result_type='SparseTensor', the default."
        )


def string_split(
    source: Any,
    sep: Any = None,
    skip_empty: bool = True,
    delimiter: Any = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> SparseTensor:
    """The parts of every string of a vector, as the rows of a sparse matrix.

    Args:
      source: [n].
      sep: the bytes that separate parts, a scalar; default: a space; "": all bytes are parts.
      skip_empty: leave out empty parts.
      delimiter: the earlier name of `sep`.
    """
    _check_result_type(result_type)
    separator = renamed("sep", sep, "delimiter", delimiter)
    with name_scope(name, "StringSplit", [source]):
        separator = convert_to_tensor(" " if separator is None else separator, dtypes.string)
        strings = convert_to_tensor(source, dtypes.string)
        return SparseTensor(*StringSplit(strings, separator, skip_empty=skip_empty))


def split(
    input: Any = None,
    sep: Any = None,
    maxsplit: int = -1,
    result_type: str = "SparseTensor",
    source: Any = None,
    name: str | None = None,
) -> SparseTensor:
    """What Python's `split` makes of every string of a vector, as the rows of a sparse matrix.

    Args:
      input: [n].
      sep: what separates parts, a scalar; default: any white space.
      maxsplit: how often to split at most, -1: always.
      source: another name of `input`.
    """
    _check_result_type(result_type)
    source = renamed("input", input, "source", source)
    with name_scope(name, "StringSplit", [source]):
        strings = convert_to_tensor(source, dtypes.string, "input")
        separator = convert_to_tensor("" if sep is None else sep, dtypes.string)
        return SparseTensor(*StringSplitV2(strings, separator, maxsplit=maxsplit))
