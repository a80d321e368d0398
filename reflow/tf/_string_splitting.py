"""Strings split into parts: tf.string_split, and tf.strings.split."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.ops.text.splitting import StringSplit, StringSplitV2
from reflow.tf._arguments import renamed
from reflow.tf._joining import stack
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor

_RESULT_TYPES = ("SparseTensor", "RaggedTensor")


def _check_result_type(result_type: str) -> None:
    if result_type not in _RESULT_TYPES:
        raise ValueError(
            f"result_type must be 'RaggedTensor' or 'SparseTensor'. Received: {result_type!r}"
        )


def _rows(sparse: SparseTensor) -> RaggedTensor:
    """The rows of a sparse matrix."""
    return RaggedTensor.from_value_rowids(
        sparse.values, sparse.indices[:, 0], nrows=sparse.dense_shape[0], validate=False
    )


def string_split(
    source: Any,
    sep: Any = None,
    skip_empty: bool = True,
    delimiter: Any = None,
    result_type: str = "SparseTensor",
    name: str | None = None,
) -> SparseTensor | RaggedTensor:
    """The parts of every string of a vector, as the rows of a sparse or a ragged matrix.

    Args:
      source: [n].
      sep: the bytes that separate parts, a scalar; default: a space; "": all bytes are parts.
      skip_empty: leave out empty parts.
      delimiter: the earlier name of `sep`.
      result_type: "SparseTensor" or "RaggedTensor".
    """
    with name_scope(name, "StringSplit", [source]):
        sparse = sparse_split(source, sep, skip_empty, delimiter)
        _check_result_type(result_type)
        return sparse if result_type == "SparseTensor" else _rows(sparse)


def sparse_split(
    source: Any, sep: Any = None, skip_empty: bool = True, delimiter: Any = None
) -> SparseTensor:
    """`string_split` with a sparse result."""
    separator = renamed("sep", sep, "delimiter", delimiter)
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
) -> SparseTensor | RaggedTensor:
    """What Python's `split` makes of every string, along one axis more.

    Args:
      input: strings, ragged or not.
      sep: what separates parts, a scalar; default: any white space.
      maxsplit: how often to split at most, -1: always.
      result_type: "SparseTensor" or "RaggedTensor".
      source: another name of `input`.
    """
    source = renamed("input", input, "source", source)
    with name_scope(name, "StringSplit", [source]):
        strings = convert_to_tensor_or_ragged_tensor(source, dtypes.string, name="input")
        if result_type == "SparseTensor" and strings.shape.ndims == 1:
            return sparse_split_v2(strings, sep, maxsplit)
        ragged = split_v2(strings, sep, maxsplit)
        _check_result_type(result_type)
        return ragged.to_sparse() if result_type == "SparseTensor" else ragged


def split_v2(input: Any, sep: Any = None, maxsplit: int = -1, name: str | None = None) -> Any:
    """`split` with a ragged result; of a scalar, a vector."""
    with name_scope(name, "StringSplit", [input]):
        strings = convert_to_tensor_or_ragged_tensor(input, dtypes.string, name="input")
        if isinstance(strings, RaggedTensor):
            return strings.with_flat_values(split_v2(strings.flat_values, sep, maxsplit))
        rank = strings.shape.ndims
        if rank == 0:
            return split_v2(stack([strings]), sep, maxsplit)[0]
        if rank in (1, None):
            return _rows(sparse_split_v2(strings, sep, maxsplit))
        return split_v2(RaggedTensor.from_tensor(strings), sep, maxsplit)


def sparse_split_v2(source: Any, sep: Any = None, maxsplit: int = -1) -> SparseTensor:
    """`split` of a vector, with a sparse result."""
    separator = convert_to_tensor("" if sep is None else sep, dtypes.string)
    strings = convert_to_tensor(source, dtypes.string)
    return SparseTensor(*StringSplitV2(strings, separator, maxsplit=maxsplit))
