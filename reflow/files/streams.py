"""Files as streams of bytes, also of those that are compressed."""

from __future__ import annotations

import re
import zlib
from typing import Final, Protocol

from reflow.files import file_io
from reflow.graph import errors

__all__ = ["COMPRESSIONS", "Stream", "open_stream"]

# How much of a compressed file is read at once.
_CHUNK_BYTES = 1 << 20
# zlib's window sizes that say which header to expect.
_WINDOW_BITS = {"GZIP": 16 + zlib.MAX_WBITS, "ZLIB": zlib.MAX_WBITS}
_ZLIB_ERROR = re.compile(r"Error (-?\d+) [^:]*(?:: (.*))?")

#: TensorFlow's names of the ways in which a file can be compressed.
COMPRESSIONS: Final = tuple(_WINDOW_BITS)


class Stream(Protocol):
    """Something to read bytes from; what is missing has been found to be the end of the file."""

    def read(self, count: int) -> bytes: ...


class _Inflating:
    """The bytes that a compressed file stands for; none if it is empty."""

    def __init__(self, name: bytes, compression: str) -> None:
        self._file = file_io.FileIO(name, "rb")
        self._inflate = zlib.decompressobj(_WINDOW_BITS[compression])
        self._rest = b""
        self._name = name.decode(errors="replace")
        self._started = False
        self._failure: errors.DataLossError | None = None

    def read(self, count: int) -> bytes:
        if self._failure is not None:
            raise self._failure
        parts, missing = [], count
        try:
            while missing and (part := self._some(missing)):
                parts.append(part)
                missing -= len(part)
        except errors.DataLossError as error:
            if not parts:
                raise
            # What came before it is good.
            self._failure = error
        return b"".join(parts)

    def _some(self, limit: int) -> bytes:
        """At least one byte, or none at the end."""
        while True:
            compressed = self._rest or self._file.read(_CHUNK_BYTES)
            try:
                part = self._inflate.decompress(compressed, limit)
            except zlib.error as error:
                match = _ZLIB_ERROR.match(str(error))
                text = f"error {match[1]}: {match[2]}" if match else str(error)
                raise errors.DataLossError(None, None, f"inflate() failed with {text}") from error
            self._rest = self._inflate.unconsumed_tail
            self._started = self._started or bool(compressed)
            if part or self._inflate.eof:
                return part
            if not compressed:
                if self._started:
                    raise errors.DataLossError(
                        None, None, f'Compressed data ends too soon: "{self._name}" is truncated'
                    )
                return b""


def open_stream(name: bytes, compression: str) -> Stream:
    """The bytes of a file, or those that it stands for; it is opened when it is first read.

    Args:
      compression: one of `COMPRESSIONS`, or "" for none.

    Reading raises DataLossError where a file is not what its compression makes.
    """
    return _Inflating(name, compression) if compression else file_io.FileIO(name, "rb")
