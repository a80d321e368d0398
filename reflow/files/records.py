"""TFRecord files: byte strings one after the other, each with its length and checksums.

A record is its length (8 bytes, little-endian), the masked CRC-32C of these, the bytes, and the
masked CRC-32C of the bytes.  Source: tensorflow/core/lib/io/record_writer.h.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

from reflow.files.crc32c import crc32c, mask
from reflow.graph.errors import DataLossError

_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")

# Bytes are read in parts of this size at most: a length that is not true costs no memory.
_PART = 1 << 24


def framed(record: bytes) -> bytes:
    """The record as the file has it."""
    length = _LENGTH.pack(len(record))
    return b"".join((length, _checksum(length), record, _checksum(record)))


def _checksum(data: bytes) -> bytes:
    return _CHECKSUM.pack(mask(crc32c(data)))


def read_records(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """The records of a file from its present place on.

    Args:
      name: of the file, for messages.

    Raises:
      DataLossError: the file ends within a record, or a checksum does not fit.
    """
    position = 0
    while True:
        length = _read(stream, _LENGTH.size)
        if not length:
            return
        checksum = _read(stream, _CHECKSUM.size)
        if len(length) < _LENGTH.size or len(checksum) < _CHECKSUM.size:
            raise DataLossError(None, None, f"truncated record at {position} in {name}")
        if checksum != _checksum(length):
            raise DataLossError(None, None, f"corrupted record at {position} in {name}")
        (size,) = _LENGTH.unpack(length)
        record = _read(stream, size)
        checksum = _read(stream, _CHECKSUM.size)
        if len(record) < size or len(checksum) < _CHECKSUM.size:
            raise DataLossError(None, None, f"truncated record at {position} in {name}")
        if checksum != _checksum(record):
            raise DataLossError(None, None, f"corrupted record at {position} in {name}")
        yield record
        position += size + _LENGTH.size + 2 * _CHECKSUM.size


def _read(stream: IO[bytes], size: int) -> bytes:
    if size <= _PART:
        return stream.read(size)
    parts = []
    while size > 0:
        part = stream.read(min(size, _PART))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
