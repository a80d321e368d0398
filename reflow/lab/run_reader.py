"""One run's directory, read as it grows."""

from __future__ import annotations

import contextlib
import glob
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from reflow.files.event_tail import EventTail, Place, read_event
from reflow.files.run_directory import RUN_FILE, RUNNING, Distribution, Run, Tiles, recorded
from reflow.lab.processes import is_alive
from reflow.lab.series import Scalars, Series

LOST = "lost"
# A run whose process wrote nothing for so long, in seconds, and is not there any more, is lost.
_SILENT = 15.0

_SCALARS = 2000
_DISTRIBUTIONS = 400
_TILES = 2000
_TEXTS = 100

# Of what is there when a run is opened, records that are larger than this are read in part, so
# that a long run opens as fast as a short one.
_SMALL = 1 << 14
_LARGE_RECORDS = 400


@dataclass(frozen=True)
class Where:
    """A record that is read again when its contents are asked for."""

    path: str
    place: Place


class _Contents:
    """By tag.  What is large stays in the file."""

    def __init__(self) -> None:
        self.scalars: dict[str, Scalars] = defaultdict(lambda: Scalars(_SCALARS))
        self.distributions: dict[str, Series[bytes]] = defaultdict(lambda: Series(_DISTRIBUTIONS))
        self.tiles: dict[str, Series[Where]] = defaultdict(lambda: Series(_TILES))
        self.texts: dict[str, Series[str]] = defaultdict(lambda: Series(_TEXTS))


class RunReader:
    """What is recorded of one run.

    Attributes:
      directory: the run's.
      id: the directory's name.
      version: grows whenever something new was read.
      problems: what went wrong with reading, a line each.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.id = os.path.basename(directory)
        self.version = 0
        self.problems: list[str] = []
        self._contents = _Contents()
        self._tails: dict[str, EventTail] = {}
        self._run = Run(self.id, program=self.id)
        self._run_time = -1
        self._lock = threading.Lock()

    # -- What there is ----------------------------------------------------------------------

    @property
    def run(self) -> Run:
        """The run as run.json had it last."""
        return self._run

    @property
    def state(self) -> str:
        """The run's state; LOST if its process ended without saying so."""
        run = self._run
        if run.state == RUNNING and time.time() - run.heartbeat > _SILENT and not _is_alive(run):
            return LOST
        return run.state

    def tags(self) -> dict[str, list[str]]:
        """The tags of what is recorded, by kind."""
        contents = self._contents
        with self._lock:
            return {
                "scalars": sorted(contents.scalars),
                "distributions": sorted(contents.distributions),
                "tiles": sorted(contents.tiles),
                "texts": sorted(contents.texts),
            }

    def scalars(self, tag: str) -> Scalars | None:
        """A tag's numbers."""
        return self._contents.scalars.get(tag)

    def all_scalars(self) -> dict[str, Scalars]:
        """The numbers of each tag."""
        with self._lock:
            return dict(self._contents.scalars)

    def distributions(self, tag: str) -> Series[bytes] | None:
        """A tag's distributions, each as `unpacked` takes it."""
        return self._contents.distributions.get(tag)

    def texts(self, tag: str) -> Series[str] | None:
        """A tag's texts."""
        return self._contents.texts.get(tag)

    def tiles(self, tag: str, step: int | None = None) -> tuple[int, list[int], Tiles] | None:
        """A tag's tiles at a step or the last ones before it (else the first; None: the latest).

        Returns:
          Their step, all steps that there are, and the tiles; None if there are none.
        """
        with self._lock:
            series = self._contents.tiles.get(tag)
            if series is None:
                return None
            steps = list(series.steps)
            at = len(steps) - 1
            if step is not None:
                at = max((i for i, known in enumerate(steps) if known <= step), default=0)
            where = series.items[at]
        tiles = _read_tiles(where, tag)
        return None if tiles is None else (steps[at], steps, tiles)

    # -- Reading ----------------------------------------------------------------------------

    def poll(self) -> bool:
        """Reads what was written since the last time; whether that was anything.

        Raises:
          FileNotFoundError: the directory is gone.
        """
        with self._lock:
            changed = self._read_run() | self._read_events()
            self.version += changed
            return changed

    def poll_state(self) -> None:
        """Reads run.json alone, if it changed and is there."""
        with self._lock, contextlib.suppress(FileNotFoundError):
            self._read_run()

    def _read_run(self) -> bool:
        path = os.path.join(self.directory, RUN_FILE)
        modified = os.stat(path).st_mtime_ns
        if modified == self._run_time:
            return False
        try:
            self._run = Run.read(self.directory)
        except ValueError as error:
            self._remark(str(error))
        self._run_time = modified
        return True

    def _read_events(self) -> bool:
        changed = False
        for path in sorted(glob.glob(os.path.join(glob.escape(self.directory), "events.*"))):
            opened = path not in self._tails
            tail = self._tails.setdefault(path, EventTail(path))
            try:
                places = list(tail.places())
                with open(path, "rb") as file:
                    for place in _opening(places) if opened else places:
                        self._take(read_event(file, place), path, place)
            except OSError as error:
                self._remark(f"{path}: {error.strerror}")
                continue
            if tail.problem is not None:
                self._remark(tail.problem)
            changed |= bool(places)
        return changed

    def _take(self, event: Any, path: str, place: Place) -> None:
        if event is None:
            self._remark(f"{path}: the record at byte {place.start} is corrupt and left out")
            return
        contents = self._contents
        for value in event.summary.value:
            try:
                item = recorded(value)
            except ValueError as error:
                self._remark(f"{path}: {error}")
                continue
            at = event.step, event.wall_time
            if isinstance(item, float):
                contents.scalars[value.tag].add(*at, item)
            elif isinstance(item, Distribution):
                contents.distributions[value.tag].add(*at, _packed(item))
            elif isinstance(item, Tiles):
                contents.tiles[value.tag].add(*at, Where(path, place))
            elif isinstance(item, str):
                contents.texts[value.tag].add(*at, item)

    def _remark(self, text: str) -> None:
        if text not in self.problems and len(self.problems) < 20:
            self.problems.append(text)


def _packed(distribution: Distribution) -> bytes:
    return np.array(distribution.numbers(), np.float32).tobytes()


def unpacked(packed: bytes) -> Distribution:
    """A distribution as it was recorded, in single precision."""
    return Distribution.of_numbers(np.frombuffer(packed, np.float32).astype(np.float64))


def _opening(places: list[Place]) -> Iterator[Place]:
    """Of the records that are there at first all small ones, and evenly some of the large."""
    large = [place for place in places if place.size > _SMALL]
    every = -(-len(large) // _LARGE_RECORDS) or 1
    chosen = {id(place) for place in [*large[::every], *large[-1:]]}
    return (place for place in places if place.size <= _SMALL or id(place) in chosen)


def _read_tiles(where: Where, tag: str) -> Tiles | None:
    try:
        with open(where.path, "rb") as file:
            event = read_event(file, where.place)
    except OSError:
        return None
    for value in () if event is None else event.summary.value:
        if value.tag == tag:
            found = recorded(value)
            return found if isinstance(found, Tiles) else None
    return None


def _is_alive(run: Run) -> bool:
    return run.host == socket.gethostname() and is_alive(run.pid)
