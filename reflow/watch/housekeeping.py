"""What the recorder's thread does besides records: it keeps the files of the run up to date."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

from reflow.files.run_directory import write_json
from reflow.graph.graph import get_default_graph
from reflow.watch.disk import Disk
from reflow.watch.epochs import examples_in_an_epoch
from reflow.watch.hyperparameters import hyperparameters
from reflow.watch.output import Output
from reflow.watch.run_files import RunFiles
from reflow.watch.sources import Sources

__all__ = ["Housekeeping"]

_BETWEEN_HEARTBEATS: Final = 2.0
_BETWEEN_OUTPUTS: Final = 1.0
# What a program imports and sets later is found when it ends.
_BETWEEN_PORTRAITS: Final = 60.0


class Housekeeping:
    """Writes run.json, output.txt, the copies of sources, and what the taps want written.

    Args:
      files: the run's.
      program: the program's file, if there is one.
      output: what it prints.
      disk: what runs writes.

    Attributes:
      codes: of the module and functions of the program that led to its training, once known.
      jobs: JSON files to write: the name, and what makes the value.
    """

    def __init__(self, files: RunFiles, program: str | None, output: Output, disk: Disk) -> None:
        self.codes: list[CodeType] = []
        self.jobs: deque[tuple[str, Callable[[], Any]]] = deque()
        self._files = files
        self._output = output
        self._disk = disk
        self._sources = Sources(files.directory, program)
        self._next_heartbeat = self._next_output = self._next_portrait = 0.0

    def work(self, now: float) -> None:
        """Does what is due.

        Args:
          now: seconds of a clock that only goes forward.
        """
        while self.jobs:
            self._write_json(*self.jobs.popleft())
        if now >= self._next_output:
            self._next_output = now + _BETWEEN_OUTPUTS
            self._disk.tries(self._output.write)
        if self.codes and now >= self._next_portrait:
            self._next_portrait = now + _BETWEEN_PORTRAITS
            self._portray()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + _BETWEEN_HEARTBEATS
            self._disk.tries(self._files.write)

    def finish(self) -> None:
        """Does all once more."""
        self._portray()
        self._next_output = self._next_heartbeat = 0.0
        self.work(0.0)

    def _portray(self) -> None:
        """Notes of the program what can be known by now."""
        main = vars(sys.modules["__main__"])
        self._files.note(
            hyperparameters=hyperparameters(main, self.codes), seed=get_default_graph().seed
        )
        if self._files.run.epoch_size is None:
            self._files.note(epoch_size=examples_in_an_epoch(main))
        self._disk.tries(self._sources.copy)
        self._files.note(sources=list(self._sources.names))

    def _write_json(self, name: str, make: Callable[[], Any]) -> None:
        try:
            value = make()
        except Exception as error:  # What cannot be told of a graph is not to end the recording.
            self._files.note(remarks=[f"{name}: {type(error).__name__}: {error}"])
        else:
            self._disk.tries(lambda: write_json(os.path.join(self._files.directory, name), value))
