"""Summaries of how values are distributed.

Source: tensorflow/core/lib/histogram/histogram.cc: buckets that grow by a tenth each.
"""

from __future__ import annotations

import functools
import math
import sys
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle

Array = np.ndarray[Any, Any]

# Of so many values at most each is searched for.
_FEW = 2000

# Of each float64, as four numbers of 16 bits.
_UPPER_BITS = slice(3 if sys.byteorder == "little" else 0, None, 4)


@functools.cache
def bucket_limits() -> Array:
    """The upper limits of all buckets, ascending."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(sys.float_info.max)
    return np.array([*(-limit for limit in reversed(positive)), 0.0, *positive])


@functools.cache
def _cells() -> tuple[Array, Array]:
    """Where numbers are whose upper 16 bits are 0, 1, ...: in a bucket, or in the next from a limit
    on.  Such numbers differ by a sixteenth at most, so no more than one limit is among them."""
    limits = bucket_limits()
    upper = np.arange(1 << 16, dtype=np.uint64) << np.uint64(48)
    ends = np.stack([upper, upper | np.uint64((1 << 48) - 1)]).view(np.float64)
    buckets = np.searchsorted(limits, np.minimum(*ends), side="right")
    highest = np.maximum(*ends)
    next_limits = np.append(limits, np.inf)[buckets]
    return buckets, np.where(next_limits <= highest, next_limits, np.inf)


def _counts(values: Array) -> Array:
    """How many of the float64 values are in each bucket."""
    limits = bucket_limits()
    last = len(limits) - 1
    if values.size <= _FEW:
        places = np.searchsorted(limits, values, side="right")
    else:
        buckets, next_limits = _cells()
        cells = values.view(np.uint16)[_UPPER_BITS].astype(np.intp)
        places = buckets.take(cells, mode="clip")
        places += values >= next_limits.take(cells, mode="clip")
    return np.bincount(np.minimum(places, last), minlength=len(limits))


def histogram_proto(values: Array) -> Any:
    """A HistogramProto of finite values; empty buckets side by side are one."""
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

    flat = values.ravel().astype(np.float64, copy=False)
    limits = bucket_limits()
    counts = _counts(flat)
    filled = counts > 0
    # Kept are the filled buckets, and the last one of each run of empty ones.
    kept = filled | np.append(filled[1:], True)
    return HistogramProto(
        min=flat.min() if flat.size else limits[-1],
        max=flat.max() if flat.size else -limits[-1],
        num=flat.size,
        sum=flat.sum(),
        sum_squares=np.square(flat).sum(),
        bucket_limit=limits[kept],
        bucket=counts[kept],
    )


@op
class HistogramSummary:
    """A Summary message of the distribution of all elements."""

    inputs = "tag: string, values: T"
    outputs = "summary: string"
    attrs = ("T: realnumbertype = float",)
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(tag: Host, values: Host, *, op: Operation) -> Array:
        from tensorboard.compat.proto.summary_pb2 import Summary

        if tag.ndim:
            raise errors.InvalidArgumentError(None, None, "tag must be scalar")
        exact = values.astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            total = exact.sum()
        if not math.isfinite(total):
            for found, name in ((np.isnan(exact), "Nan"), (np.isinf(exact), "Infinity")):
                if found.any():
                    raise errors.InvalidArgumentError(
                        None, None, f"{name} in summary histogram for: {op.name}"
                    )
        summary = Summary()
        summary.value.add(tag=tag.item().decode(), histo=histogram_proto(exact))
        return handle(summary.SerializeToString())
