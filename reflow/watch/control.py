"""What the lab asks of a program, by a file in the run's directory: to wait, and to go on."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

from reflow.files.run_directory import CONTROL_FILE, is_paused, read_json

__all__ = ["Control"]

# Beyond this the file is not what the lab writes.
_LONGEST = 1 << 16
# A thread that waits wakes so often, in seconds, that Ctrl-C is never far.
_WAIT = 0.25


class Control:
    """Reads the file when it changes, and holds threads up while it says so.

    Args:
      directory: the run's.

    Attributes:
      paused: whether they are held up.
    """

    def __init__(self, directory: str) -> None:
        self.paused = False
        self._path = os.path.join(directory, CONTROL_FILE)
        self._read: tuple[int, int] | None = None
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def poll(self) -> bool:
        """Looks whether the lab wants something new; gives whether `paused` changed."""
        try:
            status = os.stat(self._path)
            if self._read == (status.st_mtime_ns, status.st_ino):
                return False
            self._read = (status.st_mtime_ns, status.st_ino)
            found = read_json(self._path, _LONGEST)
        except (OSError, ValueError):  # there is none, or none that can be read
            return False
        return self._set(isinstance(found, Mapping) and is_paused(found))

    def release(self) -> None:
        """Lets all go on, for good: nobody will look at the file any more."""
        self._set(False)

    def _set(self, paused: bool) -> bool:
        changed = paused != self.paused
        self.paused = paused
        if paused:
            self._may_go_on.clear()
        else:
            self._may_go_on.set()
        return changed

    def wait_while_paused(self) -> None:
        """Returns when threads may go on; Ctrl-C is heard meanwhile."""
        while self.paused:
            self._may_go_on.wait(_WAIT)
