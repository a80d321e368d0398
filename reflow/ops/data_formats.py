"""Dimensions named by letters, from one order (NHWC) to another (NCHW)."""

from __future__ import annotations

import numpy as np

from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op

_ATTRS = (
    "T: {int32, int64} = int32",
    "src_format: string = 'NHWC'",
    "dst_format: string = 'NCHW'",
)


def _order(src_format: str, dst_format: str) -> list[int]:
    """For each letter of dst_format its place in src_format."""
    for name, letters in (("Source", src_format), ("Destination", dst_format)):
        if len(letters) not in (4, 5):
            raise ValueError(f"{name} format must be of length 4 or 5. Received: {letters}")
    if sorted(src_format) != sorted(dst_format) or len(set(src_format)) != len(src_format):
        raise ValueError(
            "Destination and source format must determine a permutation, got "
            f"{src_format} and {dst_format}"
        )
    return [src_format.index(letter) for letter in dst_format]


@op
class DataFormatDimMap:
    """For numbers of dimensions in src_format their numbers in dst_format."""

    inputs = "x: T"
    outputs = "y: T"
    attrs = _ATTRS
    host = True
    gradient = None
    shape = shapes.same

    def kernel(x: Host, *, src_format: str, dst_format: str) -> Host:
        order = _order(src_format, dst_format)
        rank = len(order)
        if ((x < -rank) | (x >= rank)).any():
            raise ValueError(f"Dimensions must be in [{-rank}, {rank}). Received: {x.tolist()}")
        return np.argsort(order).astype(x.dtype)[x]


@op
class DataFormatVecPermute:
    """Sizes [n] or pairs [n, 2] of dimensions in the order src_format, put in dst_format's."""

    inputs = "x: T"
    outputs = "y: T"
    attrs = _ATTRS
    host = True
    gradient = None

    shape = shapes.same

    def kernel(x: Host, *, src_format: str, dst_format: str) -> Host:
        order = _order(src_format, dst_format)
        if x.ndim not in (1, 2):
            raise ValueError(f"input must be a vector or 2D tensor, but got shape {list(x.shape)}")
        if x.ndim == 2 and x.shape[1] != 2:
            raise ValueError(
                f"Second dimension of 2D input must be of size 2, but got shape {list(x.shape)}"
            )
        if len(x) != len(src_format):
            raise ValueError(
                f"{x.ndim}D input must be of size {len(src_format)}, but got shape {list(x.shape)}"
            )
        return x[order]
