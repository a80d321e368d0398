"""What a program hands to its own tf.summary writers, as the lab shows it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from reflow.files.run_directory import BASIS_FRACTIONS, EDGE_FRACTIONS, Distribution, Tags, Tiles
from reflow.watch.recorder import Recorder
from reflow.watch.waiting import Value

__all__ = ["record"]

_PNG = b"\x89PNG"


def record(recorder: Recorder, event: Any) -> None:
    """Feeds the numbers, histograms, pictures and texts of an Event.

    An event that tells no step is one of the last step.
    """
    if event.HasField("summary"):
        values = {f"{Tags.SUMMARY}{v.tag}": made for v in event.summary.value for made in _made(v)}
        recorder.feed(values, event.step or None)


def _made(value: Any) -> Iterator[Value]:
    if value.HasField("simple_value"):
        yield float(value.simple_value)
    elif value.HasField("histo") and value.histo.num > 0:
        yield _distribution(value.histo)
    elif value.HasField("image") and value.image.encoded_image_string.startswith(_PNG):
        image = value.image
        yield Tiles(image.encoded_image_string, image.height, image.width, columns=1, count=1)
    elif value.HasField("tensor") and value.tensor.string_val:
        yield "\n".join(str(text, "utf-8", "replace") for text in value.tensor.string_val)


def _distribution(histogram: Any) -> Distribution:
    """As exact as the buckets are."""
    least, greatest, count = histogram.min, histogram.max, histogram.num
    bounds = np.clip([least, *histogram.bucket_limit], least, greatest)
    reached = np.cumsum([0.0, *histogram.bucket])
    mean = histogram.sum / count
    return Distribution(
        tuple(np.interp(np.multiply(EDGE_FRACTIONS, reached[-1]), reached, bounds).tolist()),
        tuple(np.interp(np.multiply(BASIS_FRACTIONS, reached[-1]), reached, bounds).tolist()),
        count,
        mean,
        math.sqrt(max(0.0, histogram.sum_squares / count - mean * mean)),
        math.sqrt(max(0.0, histogram.sum_squares)),
        zeros=0.0,
        not_finite=0.0,
    )
