"""Names of tensorflow.python.ops.ragged.ragged_string_ops for what tf.strings calls otherwise."""

from __future__ import annotations

from reflow.tf._string_splitting import split as strings_split_v1
from reflow.tf._string_splitting import split_v2 as string_split_v2
from reflow.tf._string_splitting import string_split
from reflow.tf.ragged._ngrams import reduce_join
from reflow.tf.ragged._unicode import bytes_split as string_bytes_split

__all__ = [
    "reduce_join",
    "string_bytes_split",
    "string_split",
    "string_split_v2",
    "strings_split_v1",
]
