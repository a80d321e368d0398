"""tf.io: files, and the bytes in them as numbers."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.exports import exported
from reflow.ops.text.conversions import DecodeRaw
from reflow.tf._absence import part_or_error
from reflow.tf._arguments import renamed
from reflow.tf._decode_csv import decode_csv
from reflow.tf._matching_files import match_filenames_once
from reflow.tf._queues import (
    FIFOQueue,
    PaddingFIFOQueue,
    PriorityQueue,
    QueueBase,
    RandomShuffleQueue,
)
from reflow.tf._sparse_serialization import (
    deserialize_many_sparse,
    serialize_many_sparse,
    serialize_sparse,
)
from reflow.tf.image._coding import decode_image, is_jpeg
from reflow.tf.io._graphs import write_graph

globals().update(exported("io"))


def decode_raw(
    input_bytes: Any = None,
    out_type: Any = None,
    little_endian: bool = True,
    name: str | None = None,
    bytes: Any = None,
) -> Tensor:
    """The bytes of strings as numbers of type `out_type`, along a new last dimension.

    All strings must have one length.  `bytes` is the old name of `input_bytes`.
    """
    if out_type is None:
        raise ValueError("decode_raw() missing 1 positional argument: 'out_type'")
    strings = renamed("input_bytes", input_bytes, "bytes", bytes)
    return DecodeRaw(strings, out_type=out_type, little_endian=little_endian, name=name)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
