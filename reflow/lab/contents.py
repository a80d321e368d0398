"""What a run's records hold, by tag."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reflow.files.event_tail import Place, read_event
from reflow.files.run_directory import Distribution, Tiles, recorded
from reflow.lab.series import Scalars, Series

_SCALARS = 2000
_DISTRIBUTIONS = 400
_TILES = 2000
_TEXTS = 100


@dataclass(frozen=True)
class Record:
    """Where an event is."""

    path: str
    place: Place


class Contents:
    """Series by tag.  What is large stays in the file, and is a Record here.

    Args:
      serial: where the series begin to count their points.
    """

    def __init__(self, serial: int = 0) -> None:
        self.scalars: dict[str, Scalars] = defaultdict(lambda: Scalars(_SCALARS, serial))
        self.distributions: dict[str, Series[bytes]] = defaultdict(
            lambda: Series(_DISTRIBUTIONS, serial)
        )
        self.tiles: dict[str, Series[Record]] = defaultdict(lambda: Series(_TILES, serial))
        self.texts: dict[str, Series[str]] = defaultdict(lambda: Series(_TEXTS, serial))

    def take(self, record: Record) -> Iterator[str]:
        """Reads a record; gives what is wrong with it, a line each.

        OSError: its file cannot be read.
        """
        with open(record.path, "rb") as file:
            event = read_event(file, record.place)
        if event is None:
            yield (
                f"{record.path}: the record at byte {record.place.start} is corrupt and left out"
            )
            return
        at = event.step, event.wall_time
        for value in event.summary.value:
            try:
                item = recorded(value)
            except ValueError as error:
                yield f"{record.path}: {error}"
                continue
            if isinstance(item, float):
                self.scalars[value.tag].add(*at, item)
            elif isinstance(item, Distribution):
                self.distributions[value.tag].add(*at, _packed(item))
            elif isinstance(item, Tiles):
                self.tiles[value.tag].add(*at, record)
            elif isinstance(item, str):
                self.texts[value.tag].add(*at, item)


def _packed(distribution: Distribution) -> bytes:
    return array("f", distribution.numbers()).tobytes()


def unpacked(packed: bytes) -> Distribution:
    """A distribution as it was recorded, in single precision."""
    return Distribution.of_numbers(array("f", packed).tolist())


def read_tiles(record: Record, tag: str) -> Tiles | None:
    """The tiles of a tag; None if they cannot be read any more."""
    try:
        with open(record.path, "rb") as file:
            event = read_event(file, record.place)
    except OSError:
        return None
    for value in () if event is None else event.summary.value:
        if value.tag == tag:
            found = recorded(value)
            return found if isinstance(found, Tiles) else None
    return None
