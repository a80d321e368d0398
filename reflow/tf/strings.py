"""tf.strings, and the source of those of its names that `tf` itself has too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.operation import Tensor
from reflow.ops.constants import const
from reflow.ops.exports import exported
from reflow.ops.math import Sub
from reflow.ops.text.characters import StringLength, Substr
from reflow.ops.text.conversions import StringToNumber
from reflow.ops.text.formatting import StringFormat
from reflow.ops.text.hashing import StringToHashBucket
from reflow.ops.text.joining import ReduceJoin
from reflow.ops.text.patterns import (
    RegexFullMatch,
    RegexReplace,
    StaticRegexFullMatch,
    StaticRegexReplace,
)
from reflow.tf import _filling as filling
from reflow.tf._absence import part_or_error
from reflow.tf._arguments import renamed
from reflow.tf._arrays import rank
from reflow.tf._scopes import name_scope
from reflow.tf._string_splitting import split
from reflow.tf._tensor_like import is_tensor
from reflow.tf.ragged._ngrams import ngrams
from reflow.tf.ragged._unicode import (
    bytes_split,
    unicode_decode,
    unicode_decode_with_offsets,
    unicode_encode,
    unicode_split,
    unicode_split_with_offsets,
)

globals().update(exported("strings"))


# -- Joined ---------------------------------------------------------------------------------------


def _axes_from_last(strings: Tensor, axis: Any) -> Any:
    """`axis`, or all axes, the last first, where it is None."""
    if axis is not None:
        return axis
    ndims = strings.shape.ndims
    if ndims is not None:
        return const(np.arange(ndims - 1, -1, -1, dtype=np.int32), dtypes.int32)
    return filling.range(Sub(rank(strings), 1, name="sub"), -1, -1)


@add_dispatch_support
def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The strings along axes joined to one each, with `separator` between them.

    Args:
      axis: an axis, or a list of them in the order in which they are joined; by default all,
        from the last to the first, which joins the elements in the order of rows.
      keepdims: keep the reduced dimensions, with size 1.
      reduction_indices, keep_dims: earlier names of `axis` and `keepdims`.

    Raises:
      ValueError: an axis that the tensor does not have, or an argument given under both names.
    """
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
    axis = renamed("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        strings = convert_to_tensor(inputs)
        joined: Tensor = ReduceJoin(
            strings,
            _axes_from_last(strings, axis),
            keep_dims=bool(keepdims),
            separator=separator,
            name=name,
        )
        return joined


# -- Patterns --------------------------------------------------------------------------------------


@add_dispatch_support
def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Tensor:
    """Whether each string as a whole matches a regular expression of RE2.

    Raises:
      InvalidArgumentError: (at run time) the pattern is not one.
    """
    matches: Tensor
    if isinstance(pattern, (str, bytes)):
        matches = StaticRegexFullMatch(input, pattern=pattern, name=name)
    else:
        matches = RegexFullMatch(input, pattern, name=name)
    return matches


@add_dispatch_support
def regex_replace(
    input: Any, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Tensor:
    """Every string with what matches a regular expression of RE2 replaced.

    Args:
      rewrite: what takes its place; \\\\1 to \\\\9 stand for groups, \\\\0 for the whole match.
      replace_global: replace all matches, not only the first.

    Raises:
      InvalidArgumentError: (at run time) the pattern is not one.
    """
    replaced: Tensor
    if isinstance(pattern, (str, bytes)) and isinstance(rewrite, (str, bytes)):
        replaced = StaticRegexReplace(
            input, pattern=pattern, rewrite=rewrite, replace_global=replace_global, name=name
        )
    else:
        replaced = RegexReplace(input, pattern, rewrite, replace_global=replace_global, name=name)
    return replaced


# -- Elements --------------------------------------------------------------------------------------


@add_dispatch_support
def length(input: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """How many bytes, or characters (unit "UTF8_CHAR"), each string has."""
    lengths: Tensor = StringLength(input, unit=unit, name=name)
    return lengths


@add_dispatch_support
def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """The part of each string that starts at `pos` and has `len` bytes or characters.

    Args:
      pos, len: of one shape, which broadcasts with that of the strings; a negative `pos` counts
        from the end.
      unit: "BYTE" or "UTF8_CHAR".

    Raises:
      InvalidArgumentError: (at run time) `pos` is outside of a string.
    """
    parts: Tensor = Substr(input, pos, len, unit=unit, name=name)
    return parts


@add_dispatch_support
def to_hash_bucket(
    string_tensor: Any = None, num_buckets: Any = None, name: str | None = None, input: Any = None
) -> Tensor:
    """A number in [0, num_buckets) for each string, by its hash.  `input`: another name."""
    strings = renamed("input", input, "string_tensor", string_tensor)
    buckets: Tensor = StringToHashBucket(strings, num_buckets=num_buckets, name=name)
    return buckets


@add_dispatch_support
def to_number(
    string_tensor: Any = None,
    out_type: Any = dtypes.float32,
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The number that every string says.

    Args:
      out_type: float32, float64, int32 or int64.
      input: another name of `string_tensor`.

    Raises:
      InvalidArgumentError: (at run time) a string says no number of that type.
    """
    strings = renamed("input", input, "string_tensor", string_tensor)
    number: Tensor = StringToNumber(strings, out_type=out_type, name=name)
    return number


def format(
    template: str,
    inputs: Any,
    placeholder: str = "{}",
    summarize: int = 3,
    name: str | None = None,
) -> Tensor:
    """`template` with a tensor in the place of each placeholder.

    Args:
      inputs: a tensor, or a list of them.
      summarize: how many elements are shown at either end of each axis (-1: all).

    Raises:
      ValueError: there are not as many placeholders as tensors.
    """
    tensors: Sequence[Any] = [inputs] if is_tensor(inputs) else inputs
    count = template.count(placeholder)
    if count != len(tensors):
        raise ValueError(
            f"{count} placeholder(s) in template does not match {len(tensors)} tensor(s) provided "
            "as input"
        )
    formatted: Tensor = StringFormat(
        list(tensors), template=template, placeholder=placeholder, summarize=summarize, name=name
    )
    return formatted


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
