"""Names of tensorflow.python.ops.string_ops for what tf.strings calls otherwise."""

from __future__ import annotations

from typing import Any

from reflow.tf import strings
from reflow.tf._string_splitting import sparse_split as string_split
from reflow.tf._string_splitting import sparse_split_v2 as string_split_v2

__all__ = [
    "reduce_join_v2",
    "string_format",
    "string_join",
    "string_length",
    "string_length_v2",
    "string_lower",
    "string_split",
    "string_split_v2",
    "string_strip",
    "string_to_hash_bucket",
    "string_to_hash_bucket_fast",
    "string_to_hash_bucket_strong",
    "string_to_number",
    "string_upper",
    "substr_v2",
    "unsorted_segment_join",
]

string_format = strings.format
string_join = strings.join
string_length = strings.length
string_lower = strings.lower
string_strip = strings.strip
string_to_hash_bucket = strings.to_hash_bucket
string_to_hash_bucket_fast = strings.to_hash_bucket_fast
string_to_hash_bucket_strong = strings.to_hash_bucket_strong
string_to_number = strings.to_number
string_upper = strings.upper
unsorted_segment_join = strings.unsorted_segment_join


def reduce_join_v2(
    inputs: Any,
    axis: Any = None,
    keepdims: bool = False,
    separator: str = "",
    name: str | None = None,
) -> Any:
    """tf.strings.reduce_join, with the arguments in another order."""
    return strings.reduce_join(inputs, axis, separator=separator, name=name, keepdims=keepdims)


def string_length_v2(input: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """tf.strings.length, with the name last."""
    return strings.length(input, name, unit)


def substr_v2(input: Any, pos: Any, len: Any, unit: str = "BYTE", name: str | None = None) -> Any:
    """tf.strings.substr, with the name last."""
    return strings.substr(input, pos, len, name, unit)
