"""Ops that describe values as Summary messages, which event files hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle

Array = np.ndarray[Any, Any]


@op
class ScalarSummary:
    """A Summary message of numbers, each with the tag in the same place."""

    inputs = "tags: string, values: T"
    outputs = "summary: string"
    attrs = ("T: realnumbertype",)
    host = True
    gradient = None

    def shape(tags: TensorShape, values: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(tags: Host, values: Host) -> Array:
        from tensorboard.compat.proto.summary_pb2 import Summary

        if tags.shape != values.shape:
            only = f" (tag '{tags.item().decode()}')" if tags.size == 1 else ""
            raise errors.InvalidArgumentError(
                None,
                None,
                f"tags and values not the same shape: {list(tags.shape)} != "
                f"{list(values.shape)}{only}",
            )
        summary = Summary()
        for tag, value in zip(tags.ravel(), values.ravel()):
            summary.value.add(tag=tag.decode(), simple_value=float(value))
        return handle(summary.SerializeToString())
