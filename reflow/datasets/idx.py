"""Reads IDX files, the format of MNIST: a magic number, the dimensions, then the values.

    0x00 0x00 TYPE RANK   dimension 0 .. dimension RANK-1 (uint32)   values

Everything is big-endian, the last dimension varies fastest. Files may be gzip-compressed, and are
not trusted: whatever they hold, the answer is an array of what they declare, or an `IdxError`.

Source: Yann LeCun, Corinna Cortes, Christopher Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import os
import zlib
from typing import Any, BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_BYTES", "IdxError", "read", "read_stream"]

MAX_BYTES: Final = 1 << 30
"""What `read` takes in at most unless told otherwise: twice the largest file of MNIST's family."""

_DTYPES: Final[dict[int, np.dtype[Any]]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_MAX_RANK: Final = 32  # NumPy 1's limit
_GZIP_MAGIC: Final = b"\x1f\x8b"
_CHUNK: Final = 1 << 20


class IdxError(ValueError):
    """A file is not the IDX file it should be. The message names the file and what was found."""

    def __init__(self, name: str, expected: str, received: str) -> None:
        super().__init__(f"{name}: expected {expected}. Received: {received}.")


def read(
    path: str | os.PathLike[str], *, magic: int | None = None, max_bytes: int = MAX_BYTES
) -> npt.NDArray[Any]:
    """Returns the array that the file at `path` holds, in the machine's byte order.

    Args:
      path: an IDX file, plain or gzip-compressed.
      magic: the magic number that the file must have (2051: unsigned bytes of rank 3), if any.
      max_bytes: the most that its values may take.

    Raises:
      IdxError: the file is cut short, too long, damaged, or of another kind.
      OSError: it cannot be opened or read.
    """
    with open(path, "rb") as stream:
        return read_stream(stream, os.fspath(path), magic=magic, max_bytes=max_bytes)


def read_stream(
    stream: BinaryIO, name: str, *, magic: int | None = None, max_bytes: int = MAX_BYTES
) -> npt.NDArray[Any]:
    """Like `read`, from a seekable binary stream; errors call it `name`."""
    start = stream.tell()
    compressed = stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    stream.seek(start)
    if not compressed:
        return _parse(stream, name, magic, max_bytes)
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as unzipped:
            return _parse(cast(BinaryIO, unzipped), name, magic, max_bytes)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise IdxError(name, "a whole gzip file", f"one that does not unpack ({error})") from error


def _parse(stream: BinaryIO, name: str, magic: int | None, max_bytes: int) -> npt.NDArray[Any]:
    dtype, rank = _read_magic(stream, name, magic)
    header = _read_at_most(stream, 4 * rank)
    if len(header) < 4 * rank:
        raise IdxError(name, f"{rank} dimensions of 4 bytes each", f"{len(header)} bytes")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4"))

    declared = math.prod(shape) * dtype.itemsize  # of Python's integers: it cannot overflow
    if declared > max_bytes:
        raise IdxError(name, f"at most {max_bytes} bytes of values", f"shape {list(shape)}")
    # One byte more than declared, so that a longer file shows and a gzip file's check sum is read.
    values = _read_at_most(stream, declared + 1)
    if len(values) != declared:
        found = f"{len(values)} bytes" if len(values) < declared else "a longer file"
        raise IdxError(name, f"{declared} bytes of values for shape {list(shape)}", found)
    try:
        array = np.frombuffer(values, dtype).reshape(shape)
    except ValueError as error:  # an empty array whose other dimensions are beyond NumPy
        raise IdxError(name, "a shape that an array can have", f"{list(shape)}") from error
    return array.astype(dtype.newbyteorder("="), copy=False)


def _read_magic(stream: BinaryIO, name: str, magic: int | None) -> tuple[np.dtype[Any], int]:
    head = _read_at_most(stream, 4)
    if len(head) < 4:
        raise IdxError(name, "an IDX file, with 4 bytes of magic", f"{len(head)} bytes")
    received = int.from_bytes(head, "big")
    if magic is not None and received != magic:
        raise IdxError(name, f"an IDX file with magic number {magic}", str(received))
    zeros, code, rank = received >> 16, head[2], head[3]
    if zeros or code not in _DTYPES:
        raise IdxError(name, "the magic number of an IDX file", f"0x{received:08x}")
    if rank > _MAX_RANK:
        raise IdxError(name, f"at most {_MAX_RANK} dimensions", str(rank))
    return _DTYPES[code], rank


def _read_at_most(stream: BinaryIO, size: int) -> bytearray:
    """Reads until `size` or the end: memory grows with what is there, not with what is declared."""
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(min(_CHUNK, size - len(data)))
        if not chunk:
            break
        data += chunk
    return data
