"""Times of a run that only grow, whatever is done to the computer's clock."""

from __future__ import annotations

import time
from typing import Final

__all__ = ["Clock"]

# That of Linux which goes on while the computer sleeps; elsewhere the monotonic one does, or not.
_SOURCE: Final = getattr(time, "CLOCK_BOOTTIME", None)


def _seconds() -> float:
    return time.monotonic() if _SOURCE is None else time.clock_gettime(_SOURCE)


class Clock:
    """Seconds since 1970, as the computer's clock had them when the run began and as they passed.

    Args:
      started: when it began.
    """

    def __init__(self, started: float) -> None:
        self._offset = started - _seconds()

    def now(self) -> float:
        """The time."""
        return self._offset + _seconds()
