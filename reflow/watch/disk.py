"""What becomes of a recording when the disk fails: it goes on when it can, and says so."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

from reflow.watch.run_files import RunFiles

__all__ = ["Disk"]


class Disk:
    """Runs what writes to a run's directory.

    Args:
      files: the run's; remarks go there.
      step: gives the number of the last training run.

    Attributes:
      is_gone: whether nothing is written any more, since the directory is not there, say.
    """

    def __init__(self, files: RunFiles, step: Callable[[], int]) -> None:
        self.is_gone = False
        self._files = files
        self._step = step
        self._fails = False

    def tries(self, write: Callable[[], object]) -> None:
        """Calls `write`, unless there is no directory; what fails is said once."""
        if self.is_gone:
            return
        try:
            write()
        except (OSError, ValueError) as error:  # ValueError: what JSON cannot hold
            self._failed(error)
        else:
            self._succeeded()

    def _failed(self, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or str(error)
        if not os.path.isdir(self._files.directory):
            self.gives_up(f"{self._files.directory} is gone")
        elif not self._fails:
            self._fails = True
            self._say(f"recording stops: {reason}")

    def gives_up(self, reason: str) -> None:
        """Says that nothing will be recorded any more."""
        self.is_gone = True
        self._say(f"recording ends: {reason}")

    def _say(self, what: str) -> None:
        self._files.note(remarks=[f"step {self._step()}: {what}"])
        with contextlib.suppress(Exception):  # stderr may be closed, or on the same disk
            print(f"reflow: {what}", file=sys.stderr)

    def _succeeded(self) -> None:
        if self._fails:
            self._fails = False
            self._files.note(remarks=[f"step {self._step()}: recording goes on"])
