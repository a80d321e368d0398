"""tf.contrib.deprecated: summaries of TensorFlow 0.x, whose tags are told, not made of names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.ops.event_summaries.audio import AudioSummaryV2
from reflow.ops.event_summaries.histograms import HistogramSummary
from reflow.ops.event_summaries.images import ImageSummary
from reflow.ops.event_summaries.scalars import MergeSummary, ScalarSummary
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope
from reflow.tf.summary._scopes import collect

__all__ = [
    "audio_summary",
    "histogram_summary",
    "image_summary",
    "merge_all_summaries",
    "merge_summary",
    "scalar_summary",
]


def _summary(
    default_name: str,
    name: str | None,
    inputs: Sequence[Any],
    make: Callable[[str], Tensor],
    collections: Sequence[str] | None,
) -> Tensor:
    with name_scope(name, default_name, inputs) as scope:
        summary = make(scope)
        collect(summary, collections)
    return summary


def scalar_summary(
    tags: Any, values: Any, collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """A Summary message of numbers, each with the tag in the same place."""

    def make(scope: str) -> Tensor:
        return ScalarSummary(tags=tags, values=values, name=scope)  # type: ignore[no-any-return]

    return _summary("ScalarSummary", name, [tags, values], make, collections)


def histogram_summary(
    tag: Any, values: Any, collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """A Summary message of the distribution of all elements."""

    def make(scope: str) -> Tensor:
        return HistogramSummary(tag=tag, values=values, name=scope)  # type: ignore[no-any-return]

    return _summary("HistogramSummary", name, [tag, values], make, collections)


def image_summary(
    tag: Any,
    tensor: Any,
    max_images: int = 3,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> Tensor:
    """A Summary message of the first `max_images` pictures; see tf.summary.image."""

    def make(scope: str) -> Tensor:
        return ImageSummary(tag=tag, tensor=tensor, max_images=max_images, name=scope)  # type: ignore[no-any-return]

    return _summary("ImageSummary", name, [tag, tensor], make, collections)


def audio_summary(
    tag: Any,
    tensor: Any,
    sample_rate: Any,
    max_outputs: int = 3,
    collections: Sequence[str] | None = None,
    name: str | None = None,
) -> Tensor:
    """A Summary message of the first `max_outputs` sounds; see tf.summary.audio."""

    def make(scope: str) -> Tensor:
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        return AudioSummaryV2(  # type: ignore[no-any-return]
            tag=tag, tensor=tensor, max_outputs=max_outputs, sample_rate=rate, name=scope
        )

    return _summary("AudioSummary", name, [tag, tensor], make, collections)


def merge_summary(
    inputs: Sequence[Any], collections: Sequence[str] | None = None, name: str | None = None
) -> Tensor:
    """One Summary message of all values of several."""
    with name_scope(name, "MergeSummary", inputs):
        summary: Tensor = MergeSummary(inputs=inputs, name=name)
        collect(summary, collections or [])
    return summary


def merge_all_summaries(key: str = GraphKeys.SUMMARIES) -> Tensor | None:
    """All summaries of the collection in one; None if there are none."""
    summaries = get_default_graph().get_collection(key)
    return merge_summary(summaries) if summaries else None


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
