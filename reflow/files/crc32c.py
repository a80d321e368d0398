"""CRC-32C (Castagnoli), masked as TensorFlow's and LevelDB's files store it."""

from __future__ import annotations

from typing import Final

import google_crc32c

__all__ = ["crc32c", "extend", "mask"]

_MASK_DELTA: Final = 0xA282EAD8

# The library takes bytes alone: views are copied in parts of this size.
_PART: Final = 1 << 24


def crc32c(data: bytes | memoryview) -> int:
    """The checksum of `data`."""
    return extend(0, data)


def extend(crc: int, data: bytes | memoryview) -> int:
    """The checksum of what `crc` is the checksum of, followed by `data`."""
    if isinstance(data, bytes):
        return int(google_crc32c.extend(crc, data))
    view = memoryview(data).cast("B")
    for start in range(0, len(view), _PART):
        crc = google_crc32c.extend(crc, view[start : start + _PART].tobytes())
    return crc


def mask(crc: int) -> int:
    """A checksum as files store it: checksums of data that holds checksums are weak."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF
