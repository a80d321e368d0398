"""All runs below one directory, live and past."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict

from reflow.files.run_directory import RUN_FILE
from reflow.lab.run_reader import RunReader

# So many runs' recordings are in memory at most; the others are read when somebody looks.
_OPEN_RUNS = 12


class Library:
    """The runs of a directory.

    Args:
      directory: its subdirectories with a run.json are the runs; or it is a run itself.

    Attributes:
      directory: as given, absolute.
      version: grows whenever a run came or went.
    """

    def __init__(self, directory: str) -> None:
        self.directory = os.path.abspath(directory)
        self.version = 0
        self._readers: dict[str, RunReader] = {}
        self._opened: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def readers(self) -> list[RunReader]:
        """A reader for each run, the latest run first; their recordings need not be read yet."""
        found = self._directories()
        with self._lock:
            if found.keys() != self._readers.keys():
                self.version += 1
            for name in self._readers.keys() - found.keys():
                del self._readers[name]
                self._opened.pop(name, None)
            for name in found.keys() - self._readers.keys():
                self._readers[name] = RunReader(found[name])
            readers = list(self._readers.values())
        for reader in readers:
            reader.poll_state()
        return sorted(readers, key=lambda reader: (-reader.run.started, reader.id))

    def open(self, name: str) -> RunReader:
        """A run's reader, its recordings read.

        Raises:
          KeyError: there is no such run.
        """
        directory = None if name in self._readers else self._directories()[name]
        with self._lock:
            if directory is not None:
                self._readers.setdefault(name, RunReader(directory))
            reader = self._readers[name]
            self._opened[name] = None
            self._opened.move_to_end(name)
            if len(self._opened) > _OPEN_RUNS:
                oldest, _ = self._opened.popitem(last=False)
                self._readers.pop(oldest, None)
        try:
            reader.poll()
        except FileNotFoundError as error:
            raise KeyError(name) from error
        return reader

    def _directories(self) -> dict[str, str]:
        """The runs' directories by name."""
        if os.path.isfile(os.path.join(self.directory, RUN_FILE)):
            return {os.path.basename(self.directory): self.directory}
        try:
            entries = list(os.scandir(self.directory))
        except OSError:
            return {}
        return {
            entry.name: entry.path
            for entry in entries
            if not entry.name.startswith(".")
            and not entry.is_symlink()
            and os.path.isfile(os.path.join(entry.path, RUN_FILE))
        }
