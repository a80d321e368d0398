"""What waits to be recorded: a queue that the training thread never waits for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Real

from reflow.files.run_directory import Distribution, Tiles
from reflow.watch.sample import Array, Sample

__all__ = ["Feed", "Item", "Value", "Waiting", "is_small"]

# Items that are numbers and texts alone; when there are more, the oldest are dropped.
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


class _Entry:
    """An item that waits."""

    __slots__ = ("item", "time")

    def __init__(self, time: float, item: Item) -> None:
        self.time = time
        self.item = item

    def lighten(self) -> None:
        """Leaves its numbers and texts."""
        if isinstance(self.item, Sample):
            self.item = replace(self.item, arrays={}, kernels={}, maps={}, units={}, batch=None)
        else:
            small = {tag: v for tag, v in self.item.values.items() if is_small(v)}
            self.item = replace(self.item, values=small)


class Waiting:
    """Items with the times at which they came, in their order.

    Of the large parts one waits of each kind: those of a newer item take the place of an older
    one's, of which numbers and texts are left.  So memory is bounded and curves are whole.
    """

    def __init__(self) -> None:
        self._entries: deque[_Entry] = deque()
        self._large: dict[str, _Entry] = {}  # by kind, the one that waits with its large parts
        self._changed = threading.Condition()
        self._is_closed = False

    def put(self, time: float, item: Item) -> None:
        """Takes an item, unless the queue is closed."""
        entry = _Entry(time, item)
        kind = _kind(item)
        with self._changed:
            if self._is_closed:
                return
            if kind is not None:
                if kind in self._large:
                    self._large[kind].lighten()
                self._large[kind] = entry
            self._entries.append(entry)
            if len(self._entries) > _MOST:
                self._take()
            self._changed.notify()

    def take(self, timeout: float) -> tuple[float, Item] | None:
        """The item that waited longest; None if none came within `timeout` seconds."""
        with self._changed:
            if not self._entries and not self._is_closed:
                self._changed.wait(timeout)
            return self._take() if self._entries else None

    def _take(self) -> tuple[float, Item]:
        entry = self._entries.popleft()
        kind = _kind(entry.item)
        if kind is not None:
            del self._large[kind]
        return entry.time, entry.item

    def close(self) -> None:
        """Takes no more items; those that wait can still be taken."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    @property
    def is_over(self) -> bool:
        """Whether it is closed and empty."""
        return self._is_closed and not self._entries


def is_small(value: Value) -> bool:
    """Whether it is a number or a text; NumPy's numbers too."""
    return isinstance(value, Real | str)


def _kind(item: Item) -> str | None:
    """Of which one waits with its large parts; None: it has none."""
    if isinstance(item, Feed):
        return " ".join(tag for tag, value in item.values.items() if not is_small(value)) or None
    if item.batch is not None:
        return item.batch.tag
    if item.arrays or item.kernels or item.maps or item.units:
        return "arrays"
    return None
