"""Reads an event file while another process writes it.

Whatever the file does, the reader goes on or says what happened: a record that is not whole yet is
waited for, a corrupt one ends the reading, a file that shrank is read again.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from reflow.files.crc32c import crc32c, mask

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
_HEAD = _LENGTH.size + _CHECKSUM.size

# A record that says that it is longer is taken for corrupt.
LONGEST_RECORD = 1 << 28


@dataclass(frozen=True)
class Place:
    """Where in its file a record's bytes are."""

    start: int
    size: int


class EventTail:
    """The records of an event file as they are written.

    Attributes:
      path: of the file.
      problem: why no more is read, or None.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problem: str | None = None
        self._position = 0

    def places(self) -> Iterator[Place]:
        """The records that are whole by now and were not given before; none is read yet.

        Raises:
          OSError: the file cannot be read.
        """
        if self.problem is not None:
            return
        with open(self.path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < self._position:
                self.problem = f"{self.path} was cut to {size} bytes while it was read"
                return
            while self._position + _HEAD <= size:
                file.seek(self._position)
                length = self._length(file.read(_HEAD))
                if length is None:
                    return
                end = self._position + _HEAD + length + _CHECKSUM.size
                if end > size:
                    return
                place = Place(self._position + _HEAD, length)
                self._position = end
                yield place

    def _length(self, head: bytes) -> int | None:
        (length,) = _LENGTH.unpack(head[: _LENGTH.size])
        (checksum,) = _CHECKSUM.unpack(head[_LENGTH.size :])
        if checksum != mask(crc32c(head[: _LENGTH.size])) or length > LONGEST_RECORD:
            self.problem = f"{self.path} is corrupt from byte {self._position} on"
            return None
        return int(length)


def read_event(file: IO[bytes], place: Place) -> Any | None:
    """The Event at a place of a file; None if its bytes are corrupt."""
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.event_pb2 import Event

    file.seek(place.start)
    record = file.read(place.size)
    checksum = file.read(_CHECKSUM.size)
    if checksum != _CHECKSUM.pack(mask(crc32c(record))):
        return None
    try:
        return Event.FromString(record)
    except DecodeError:
        return None
