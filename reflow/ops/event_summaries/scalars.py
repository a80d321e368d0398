"""Summaries of numbers and of tensors as they are, and of several summaries in one."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation
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


@op
class TensorSummaryV2:
    """A Summary message of a tensor, with metadata that names the plugin to show it."""

    inputs = "tag: string, tensor: T, serialized_summary_metadata: string"
    outputs = "summary: string"
    attrs = ("T: type",)
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(
        tag: Host, tensor: Host, serialized_summary_metadata: Host, *, op: Operation
    ) -> Array:
        from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata

        summary = Summary()
        metadata = SummaryMetadata.FromString(serialized_summary_metadata.item())
        value = summary.value.add(tag=tag.item().decode(), metadata=metadata)
        value.tensor.ParseFromString(_tensor_bytes(tensor, op))
        return handle(summary.SerializeToString())


@op
class TensorSummary:
    """A Summary message of a tensor, tagged with the name of the node."""

    inputs = "tensor: T"
    outputs = "summary: string"
    attrs = (
        "T: type",
        "description: string = ''",
        "labels: list(string) = []",
        "display_name: string = ''",
    )
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(tensor: Host, *, op: Operation) -> Array:
        from tensorboard.compat.proto.summary_pb2 import Summary

        summary = Summary()
        value = summary.value.add(node_name=op.name)
        value.tensor.ParseFromString(_tensor_bytes(tensor, op))
        return handle(summary.SerializeToString())


def _tensor_bytes(tensor: Array, op: Operation) -> bytes:
    # Messages are imported when one is made: that takes longer than a small program runs.
    from reflow.graph.tensor_proto import make_tensor_proto

    proto = make_tensor_proto(tensor, dtype=op.attrs["T"])
    serialized: bytes = proto.SerializeToString()
    return serialized


@op
class MergeSummary:
    """One Summary message of all values of several; InvalidArgumentError for a tag met twice."""

    inputs = "inputs: N * string"
    outputs = "summary: string"
    attrs = ("N: int >= 1",)
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(inputs: list[Host]) -> Array:
        from tensorboard.compat.proto.summary_pb2 import Summary

        merged, tags = Summary(), set[str]()
        for text in (item for texts in inputs for item in texts.ravel()):
            for value in parsed_summary(text).value:
                if value.tag and value.tag in tags:
                    raise errors.InvalidArgumentError(
                        None, None, f"Duplicate tag {value.tag} found in summary inputs"
                    )
                tags.add(value.tag)
                merged.value.add().CopyFrom(value)
        return handle(merged.SerializeToString())


def parsed_summary(text: bytes) -> Any:
    """The Summary message; InvalidArgumentError for bytes that are none."""
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.summary_pb2 import Summary

    try:
        return Summary.FromString(text)
    except DecodeError as error:
        raise errors.InvalidArgumentError(
            None, None, "Could not parse one of the summary inputs"
        ) from error
