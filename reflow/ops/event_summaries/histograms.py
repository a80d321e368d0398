"""Summaries of how values are distributed.

Source: tensorflow/core/lib/histogram/histogram.cc: buckets that grow by a tenth each.
"""

from __future__ import annotations

import functools
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


def histogram_proto(values: Array) -> Any:
    """A HistogramProto of finite values; empty buckets side by side are one."""
    from tensorboard.compat.proto.summary_pb2 import HistogramProto

    flat = values.ravel().astype(np.float64)
    limits = bucket_limits()
    last = len(limits) - 1
    places = np.minimum(np.searchsorted(limits, flat, side="right"), last)
    counts = np.bincount(places, minlength=len(limits))
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
        for found, name in ((np.isnan(exact), "Nan"), (np.isinf(exact), "Infinity")):
            if found.any():
                raise errors.InvalidArgumentError(
                    None, None, f"{name} in summary histogram for: {op.name}"
                )
        summary = Summary()
        summary.value.add(tag=tag.item().decode(), histo=histogram_proto(exact))
        return handle(summary.SerializeToString())
