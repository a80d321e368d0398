"""What waits to be recorded: a queue that the training thread never waits for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from reflow.files.run_directory import Distribution, Tiles
from reflow.watch.sample import Array, Sample

__all__ = ["Feed", "Item", "Value", "Waiting"]

# Samples and feeds that are numbers and texts alone; when there are more, the oldest are dropped.
_MOST = 10_000


# Of an array the distribution is recorded; what takes long is made by the recorder's thread.
Value = float | str | Array | Distribution | Tiles | Callable[[], Tiles]


@dataclass(frozen=True)
class Feed:
    """What somebody other than the taps records: the program's own dashboard, summaries, callbacks.

    Attributes:
      step: the number of the training run; None: of the last one.
      values: by tag.
      owned: beginnings of tags of which from now on only feeds are recorded, no samples.
    """

    step: int | None
    values: Mapping[str, Value]
    owned: tuple[str, ...] = ()


Item = Sample | Feed


class Waiting:
    """Items with the times at which they came, in their order.

    Of the large parts of samples one waits of each kind: those of a newer sample take the place of
    an older one's, of which numbers and texts are left.  So memory is bounded and curves are whole.
    """

    def __init__(self) -> None:
        self._items: deque[tuple[float, Item]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, time: float, item: Item) -> None:
        """Takes an item, unless the queue is closed."""
        with self._changed:
            if self._is_closed:
                return
            if isinstance(item, Sample) and _kind(item) is not None:
                self._lighten(_kind(item))
            self._items.append((time, item))
            if len(self._items) > _MOST:
                self._items.popleft()
            self._changed.notify()

    def _lighten(self, kind: str | None) -> None:
        for index, (time, waiting) in enumerate(self._items):
            if isinstance(waiting, Sample) and _kind(waiting) == kind:
                light = replace(waiting, arrays={}, kernels={}, maps={}, units={}, batch=None)
                self._items[index] = time, light
                return

    def take(self, timeout: float) -> tuple[float, Item] | None:
        """The item that waited longest; None if none came within `timeout` seconds."""
        with self._changed:
            if not self._items and not self._is_closed:
                self._changed.wait(timeout)
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """Takes no more items; those that wait can still be taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    @property
    def is_over(self) -> bool:
        """Whether it is closed and empty."""
        return self._is_closed and not self._items


def _kind(sample: Sample) -> str | None:
    """None: there is nothing large in it."""
    if sample.batch is not None:
        return sample.batch.tag
    if sample.arrays or sample.kernels or sample.maps or sample.units:
        return "arrays"
    return None
