"""One run's directory, read as it grows."""

from __future__ import annotations

import contextlib
import glob
import math
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence

from reflow.files.event_tail import EventTail
from reflow.files.run_directory import RUN_FILE, RUNNING, Run, Tiles
from reflow.lab import past
from reflow.lab.contents import Contents, Record, read_tiles
from reflow.lab.processes import is_alive
from reflow.lab.series import Scalars, Series

LOST = "lost"
# A run whose process wrote nothing for so long, in seconds, and is not there any more, is lost.
_SILENT = 15.0

# Series of what is read after an overview count from here on: who has points of the overview then
# takes them all anew.
_AFTER_OVERVIEW = 1 << 32


class RunReader:
    """What is recorded of one run.

    Attributes:
      directory: the run's.
      id: the directory's name.
      version: grows whenever something new was read; another reader of the run begins with another.
      problems: what went wrong with reading, a line each.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.id = os.path.basename(directory)
        self.version = time.time_ns() // 1_000_000
        self.problems: list[str] = []
        self._contents = Contents()
        # While the contents are an overview: what comes after it, and what it still lacks.
        self._whole: Contents | None = None
        self._unread: deque[Record] = deque()
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
            record = series.items[at]
        tiles = read_tiles(record, tag)
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

    def read_on(self, seconds: float = math.inf) -> None:
        """Reads for so long what an overview left out."""
        end = time.monotonic() + seconds
        with self._lock:
            whole = self._whole
            if whole is None:
                return
            while self._unread and time.monotonic() < end:
                self._take(self._unread.popleft(), whole)
            if not self._unread:
                self._contents, self._whole = whole, None
                self.version += 1

    def _read_events(self) -> bool:
        opening = not self._tails
        new = [record for path in self._event_files() for record in self._new_records(path)]
        now: Sequence[Record] = new
        if opening and past.is_long(new):
            now, worth_reading = past.chosen(new)
            self._whole = Contents(_AFTER_OVERVIEW)
            self._unread.extend(worth_reading)
        elif self._whole is not None:
            self._unread.extend(new)
        for record in now:
            self._take(record, self._contents)
        return bool(new)

    def _event_files(self) -> list[str]:
        return sorted(glob.glob(os.path.join(glob.escape(self.directory), "events.*")))

    def _new_records(self, path: str) -> list[Record]:
        tail = self._tails.setdefault(path, EventTail(path))
        try:
            records = [Record(path, place) for place in tail.places()]
        except OSError as error:
            self._remark(f"{path}: {error.strerror}")
            return []
        if tail.problem is not None:
            self._remark(tail.problem)
        return records

    def _take(self, record: Record, contents: Contents) -> None:
        try:
            for problem in contents.take(record):
                self._remark(problem)
        except OSError as error:
            self._remark(f"{record.path}: {error.strerror}")

    def _remark(self, text: str) -> None:
        if text not in self.problems and len(self.problems) < 20:
            self.problems.append(text)


def _is_alive(run: Run) -> bool:
    return run.host == socket.gethostname() and is_alive(run.pid)
