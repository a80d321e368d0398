"""Summaries of tensors: distributions, pictures, sound, text.

Arguments that all of them share:
  name: the name of the node, and the tag that TensorBoard shows.
  collections: what the summary is added to; default: all summaries.
  family: the tag begins with it.
They give a Summary message, a scalar string.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.event_summaries.audio import AudioSummaryV2
from reflow.ops.event_summaries.histograms import HistogramSummary
from reflow.ops.event_summaries.images import ImageSummary
from reflow.ops.event_summaries.scalars import TensorSummaryV2
from reflow.tf.summary._scopes import collect, summary_scope


def histogram(
    name: str, values: Any, collections: Sequence[str] | None = None, family: str | None = None
) -> Tensor:
    """The distribution of all elements of a real tensor; a run fails where one is not finite."""
    with summary_scope(name, family, [values], "HistogramSummary") as (tag, scope):
        summary: Tensor = HistogramSummary(tag=tag, values=values, name=scope)
        collect(summary, collections)
    return summary


def image(
    name: str,
    tensor: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Tensor:
    """The first `max_outputs` pictures of [batch, height, width, 1, 3 or 4].

    uint8 is shown as it is; of floats each picture's range is scaled to [0, 255], with 0 in the
    middle if there are negative numbers.
    """
    with summary_scope(name, family, [tensor]) as (tag, scope):
        summary: Tensor = ImageSummary(tag=tag, tensor=tensor, max_images=max_outputs, name=scope)
        collect(summary, collections)
    return summary


def audio(
    name: str,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    family: str | None = None,
) -> Tensor:
    """The first `max_outputs` sounds of [batch, frames] or [batch, frames, channels] in [-1, 1].

    sample_rate: frames a second.
    """
    with summary_scope(name, family, [tensor]) as (tag, scope):
        sample_rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        summary: Tensor = AudioSummaryV2(
            tag=tag, tensor=tensor, max_outputs=max_outputs, sample_rate=sample_rate, name=scope
        )
        collect(summary, collections)
    return summary


def text(name: str, tensor: Tensor, collections: Sequence[str] | None = None) -> Tensor:
    """Strings, which TensorBoard shows as Markdown; ValueError for what is no string tensor."""
    if tensor.dtype != dtypes.string:
        raise ValueError(f"Expected tensor {tensor.name} to have dtype string, got {tensor.dtype}")
    from tensorboard.compat.proto.summary_pb2 import SummaryMetadata

    plugin = SummaryMetadata.PluginData(plugin_name="text")
    return tensor_summary(
        name, tensor, summary_metadata=SummaryMetadata(plugin_data=plugin), collections=collections
    )


def tensor_summary(
    name: str,
    tensor: Any,
    summary_description: Any = None,
    collections: Sequence[str] | None = None,
    summary_metadata: Any = None,
    family: str | None = None,
    display_name: str | None = None,
) -> Tensor:
    """A tensor of any type as it is.

    Args:
      summary_metadata: a SummaryMetadata that names the plugin which shows it.
      summary_description, display_name: fields of that to set.
    """
    from tensorboard.compat.proto.summary_pb2 import SummaryMetadata

    metadata = SummaryMetadata()
    if summary_metadata is not None:
        metadata.CopyFrom(summary_metadata)
    if summary_description is not None:
        metadata.summary_description = summary_description
    if display_name is not None:
        metadata.display_name = display_name
    with summary_scope(name, family, [tensor]) as (tag, scope):
        summary: Tensor = TensorSummaryV2(
            tensor=tensor,
            tag=tag,
            name=scope,
            serialized_summary_metadata=metadata.SerializeToString(),
        )
        collect(summary, collections)
    return summary
