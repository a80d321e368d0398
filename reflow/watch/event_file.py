"""The event file of a run: only whole records are in it, whatever happens to the disk."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Any

from reflow.files.records import framed

__all__ = ["EventFile"]

_VERSION = "brain.Event:2"


class EventFile:
    """Appends Events to a new file in a directory; not to be used by two threads.

    Args:
      directory: where it is made.
      time: seconds since 1970.

    Attributes:
      size: bytes that are written or wait for `flush`.
    """

    def __init__(self, directory: str, time: float) -> None:
        name = f"events.out.tfevents.{int(time):010d}.{socket.gethostname()}.{os.getpid()}"
        path = os.path.join(directory, name)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
        self._written = 0
        self._waiting: list[bytes] = []
        self.size = 0
        self._add(_event(wall_time=time, file_version=_VERSION))

    def add(self, time: float, step: int, values: list[Any]) -> None:
        """Adds Summary.Values of one step, in one record."""
        event = _event(wall_time=time, step=step)
        event.summary.value.extend(values)
        self._add(event)

    def _add(self, event: Any) -> None:
        record = framed(event.SerializeToString())
        self._waiting.append(record)
        self.size += len(record)

    @property
    def waits(self) -> bool:
        """Whether `flush` has anything to write."""
        return bool(self._waiting)

    def flush(self) -> None:
        """Writes what waits.  OSError: none of it is in the file; it is dropped."""
        data = memoryview(b"".join(self._waiting))
        self._waiting.clear()
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            self.size = self._written
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._written)
            raise
        self._written = self.size

    def close(self) -> None:
        """Closes the file without writing what waits."""
        os.close(self._descriptor)


def _event(**fields: Any) -> Any:
    from tensorboard.compat.proto.event_pb2 import Event

    return Event(**fields)
