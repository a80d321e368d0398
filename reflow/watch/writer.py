"""Makes the records of what is observed: numbers, distributions, pictures and texts."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from time import thread_time
from typing import Any

import numpy as np

from reflow.files.run_directory import (
    Distribution,
    Tags,
    Tiles,
    distribution_value,
    text_value,
    tiles_value,
)
from reflow.watch import tiles
from reflow.watch.event_file import EventFile
from reflow.watch.sample import Array, Sample
from reflow.watch.statistics import Elements, distribution, histogram_value
from reflow.watch.waiting import Feed, Item, Value, is_small

__all__ = ["HISTOGRAM_TAG", "Writer"]

# A run's file may have so many bytes, and more with each second; beyond that it gets numbers and
# texts alone until it may have more again.  That is some 400 MB an hour at most.
_BYTES = 1 << 26
_BYTES_PER_SECOND = 100_000

# TensorBoard keeps 500 histograms of a tag: it needs no more than one in so many seconds, and in a
# long run in this fraction of the time that has passed.
_SECONDS_BETWEEN_HISTOGRAMS = 5.0
_FRACTION_BETWEEN_HISTOGRAMS = 0.01

# TensorBoard knows one kind of value under a tag, so its histograms have tags of their own.
HISTOGRAM_TAG = "{}/histogram"

# What is large and fed may cost this part of the time, each tag; it is not needed within so many
# seconds after the taps have recorded the tag.
_BUDGET_OF_FEEDS = 0.002
_SECONDS_OF_SAMPLES = 2.0

# How the training went.
_TELLING = (
    Tags.TRAINING_LOSS,
    Tags.TEST_LOSS,
    Tags.TRAINING_ACCURACY,
    Tags.TEST_ACCURACY,
)


class Writer:
    """Puts records into an event file.

    What is small and what is large are records of their own, since readers skip large ones.

    Args:
      file: the event file.
      started: when the run began, in the seconds that items have.
      remark: told of what cannot be recorded.

    Attributes:
      step: of the last sample.
      numbers: by tag, the last that was recorded.
      figures: of those that say how the training went, the last, the least and the greatest.
      cost_of_pictures, cost_of_distributions: the CPU seconds that those of samples took.
      in_haste: whether these are left out, since the program waits for its end.
    """

    def __init__(self, file: EventFile, started: float, remark: Callable[[str], None]) -> None:
        self.step = 0
        self.numbers: dict[str, float] = {}
        self.figures: dict[str, dict[str, float]] = {}
        self.cost_of_pictures = 0.0
        self.cost_of_distributions = 0.0
        self.in_haste = False
        self._file = file
        self._started = started
        self._remark = remark
        self._owned: tuple[str, ...] = ()
        self._sampled_at: defaultdict[str, float] = defaultdict(float)
        self._next_fed: defaultdict[str, float] = defaultdict(float)
        self._held: dict[str, tuple[int, Value]] = {}
        self._next_histogram: defaultdict[str, float] = defaultdict(float)

    def write(self, time: float, item: Item) -> None:
        """Makes the records of an item; they wait in the file for its `flush`."""
        if isinstance(item, Feed):
            self._owned = tuple({*self._owned, *item.owned})
            step = self.step if item.step is None else item.step
            given = dict(item.values)
        else:
            step = item.step
            given = {tag: v for tag, v in _values(item) if not tag.startswith(self._owned)}
        self.step = max(self.step, step)
        small = {tag: value for tag, value in given.items() if is_small(value)}
        large = {tag: value for tag, value in given.items() if tag not in small}
        self._record(time, step, small)
        if self._file.size > _BYTES + _BYTES_PER_SECOND * (time - self._started):
            return
        if isinstance(item, Feed):
            self._held.update((tag, (step, value)) for tag, value in large.items())
            self.write_held(time)
        else:
            self._sampled_at.update(dict.fromkeys(large, time))
            start = thread_time()
            self._record(time, step, {t: v for t, v in large.items() if not callable(v)})
            self.cost_of_distributions += thread_time() - start
            self._record_pictures(time, step, {t: v for t, v in large.items() if callable(v)})

    def _record_pictures(self, time: float, step: int, pictures: Mapping[str, Value]) -> None:
        for tag, value in pictures.items():
            if self.in_haste:
                return
            start = thread_time()
            self._record(time, step, {tag: value})
            self.cost_of_pictures += thread_time() - start

    def write_held(self, time: float, is_last: bool = False) -> None:
        """Makes the records of what was fed and is due.

        The taps keep to a budget; what is large and fed is held back so that it keeps to one, too,
        and where the taps have just recorded the same it is not needed.

        Args:
          is_last: the run has ended.
        """
        for tag, (step, value) in list(self._held.items()):
            if time < self._sampled_at[tag] + _SECONDS_OF_SAMPLES:
                del self._held[tag]
            elif is_last or time >= self._next_fed[tag]:
                del self._held[tag]
                start = thread_time()
                self._record(time, step, {tag: value})
                self._next_fed[tag] = time + (thread_time() - start) / _BUDGET_OF_FEEDS

    def _record(self, time: float, step: int, given: Mapping[str, Value]) -> None:
        records: defaultdict[str, list[Any]] = defaultdict(list)
        for tag, value in given.items():
            for record, made in self._made(tag, value, time):
                records[record].append(made)
        for values in records.values():
            self._file.add(time, step, values)

    def _made(self, tag: str, value: Value, time: float) -> Iterator[tuple[str, Any]]:
        """Summary.Values, each with a name that it shares with those of the same record."""
        try:
            if isinstance(value, Distribution):
                yield "distributions", distribution_value(tag, value)
            elif isinstance(value, np.ndarray):
                for made in self._of_array(tag, value, time):
                    yield "distributions", made
            elif isinstance(value, Tiles):
                yield tag, tiles_value(tag, value)
            elif callable(value):
                yield tag, tiles_value(tag, value())
            else:
                yield "small", self._small(tag, value)
        except Exception as error:  # Whatever a program's arrays are, it is not to hear of it.
            self._remark(f"{tag} cannot be recorded: {type(error).__name__}: {error}")

    def _small(self, tag: str, value: float | str) -> Any:
        from tensorboard.compat.proto.summary_pb2 import Summary

        if isinstance(value, str):
            return text_value(tag, value)
        number = self.numbers[tag] = float(value)
        if tag.startswith(_TELLING) and math.isfinite(number):
            known = self.figures.setdefault(tag, {"least": number, "greatest": number})
            known["last"] = number
            known["least"] = min(known["least"], number)
            known["greatest"] = max(known["greatest"], number)
        return Summary.Value(tag=tag, simple_value=number)

    def _of_array(self, tag: str, array: Array, time: float) -> Iterator[Any]:
        elements = Elements.of(array)
        yield distribution_value(tag, distribution(elements))
        if time >= self._next_histogram[tag]:
            pause = _FRACTION_BETWEEN_HISTOGRAMS * (time - self._started)
            self._next_histogram[tag] = time + max(_SECONDS_BETWEEN_HISTOGRAMS, pause)
            yield histogram_value(HISTOGRAM_TAG.format(tag), elements)


def _values(sample: Sample) -> Iterator[tuple[str, Value]]:
    """What is recorded of a sample, by tag; pictures are made when it is certain that they are."""
    yield from sample.scalars.items()
    yield from sample.texts.items()
    yield from sample.arrays.items()
    batch = sample.batch
    if batch is not None:
        yield batch.tag, partial(tiles.of_batch, batch)
        for tag, activations in sample.units.items():
            yield tag, partial(tiles.strongest, activations, batch)
    for tag, kernels in sample.kernels.items():
        yield tag, partial(tiles.filters, kernels)
    for tag, maps in sample.maps.items():
        yield tag, partial(tiles.feature_maps, maps)
