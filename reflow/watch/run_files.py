"""The directory of a run: made, described in run.json, kept alive, ended."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Sequence
from importlib import metadata
from typing import Any, Final

from reflow.files.run_directory import RUNNING, Run

__all__ = ["RunFiles"]

_LONGEST_NAME: Final = 60
_MOST_REMARKS: Final = 50
_PACKAGES: Final = ("reflow", "torch", "numpy")


class RunFiles:
    """A new directory `runs/<id>/`, which is this run's alone.

    Args:
      root: the directory of all runs; made if it is not there.
      program: its file or module.
      arguments: what it was started with.

    Attributes:
      directory: the run's, absolute.
      run: what run.json says; change it by `note`.

    Raises:
      OSError: it cannot be made.
    """

    def __init__(self, root: str, program: str, arguments: Sequence[str] = ()) -> None:
        started = time.time()
        self.directory = _make_directory(os.path.abspath(root), program, started)
        self.run = Run(
            id=os.path.basename(self.directory),
            program=program,
            arguments=list(arguments),
            versions=_versions(),
            host=socket.gethostname(),
            pid=os.getpid(),
            started=started,
        )
        self._lock = threading.Lock()
        self.write()

    def note(self, **fields: Any) -> None:
        """Sets fields of run.json; adds to `remarks`, a list of lines, those that are new.

        Raises:
          AttributeError: there is no such field.
        """
        remarks = fields.pop("remarks", ())
        for name in fields:
            getattr(self.run, name)
        with self._lock:
            vars(self.run).update(fields)
            for remark in remarks:
                if remark not in self.run.remarks and len(self.run.remarks) < _MOST_REMARKS:
                    self.run.remarks.append(remark)

    def write(self) -> None:
        """Replaces run.json: it says that the run is alive.  OSError: it could not be written."""
        with self._lock:
            self.run.heartbeat = time.time()
            self.run.write(self.directory)

    def end(self, state: str, error: dict[str, str] | None) -> None:
        """Says how the run ended, unless that was said before.  OSError as for `write`."""
        if self.run.state == RUNNING:
            self.note(state=state, error=error, ended=time.time(), paused=False)
            self.write()


def _make_directory(root: str, program: str, started: float) -> str:
    """A directory that nobody else made: of two runs that begin together one gets a number."""
    os.makedirs(root, exist_ok=True)
    stem = os.path.splitext(os.path.basename(os.path.normpath(program)))[0]
    name = re.sub(r"[^\w.-]+", "_", stem, flags=re.ASCII).strip("._")[:_LONGEST_NAME] or "program"
    first = f"{time.strftime('%Y%m%d-%H%M%S', time.localtime(started))}-{name}"
    number = 1
    while True:
        directory = os.path.join(root, first if number == 1 else f"{first}-{number}")
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory)
            return directory
        number += 1


def _versions() -> dict[str, str]:
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return versions
