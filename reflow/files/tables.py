"""Tables of LevelDB's format: sorted keys and their values in blocks, as checkpoints' indices."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Final

from reflow.files.crc32c import crc32c, extend, mask
from reflow.files.wire import read_varint, varint
from reflow.graph.errors import DataLossError, UnimplementedError

__all__ = ["read_table", "table_bytes"]

_MAGIC: Final = 0xDB4775248B80FB57
_FOOTER: Final = 48
_BLOCK: Final = 262144
_RESTART_INTERVAL: Final = 16
_PLAIN: Final = b"\0"


class _Block:
    """A block that is being written."""

    def __init__(self, restart_interval: int) -> None:
        self._interval = restart_interval
        self._content = bytearray()
        self._restarts = [0]
        self._count = 0
        self.last_key = b""

    @property
    def size(self) -> int:
        return len(self._content) + 4 * len(self._restarts) + 4

    @property
    def is_empty(self) -> bool:
        return not self._content

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self._count == self._interval:
            self._restarts.append(len(self._content))
            self._count = 0
        elif self._content:
            shared = _shared_length(self.last_key, key)
        self._content += varint(shared) + varint(len(key) - shared) + varint(len(value))
        self._content += key[shared:] + value
        self.last_key = key
        self._count += 1

    def finished(self) -> bytes:
        restarts = self._restarts
        return bytes(self._content) + struct.pack(
            f"<{len(restarts) + 1}I", *restarts, len(restarts)
        )


def _shared_length(a: bytes, b: bytes) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def table_bytes(entries: Mapping[bytes, bytes]) -> bytes:
    """The file that holds `entries`."""
    out = bytearray()

    def write(block: bytes) -> bytes:
        """Append a block; gives its handle."""
        handle = varint(len(out)) + varint(len(block))
        checksum = mask(extend(crc32c(block), _PLAIN))
        out.extend(block + _PLAIN + struct.pack("<I", checksum))
        return handle

    index = _Block(1)
    block = _Block(_RESTART_INTERVAL)
    for key in sorted(entries):
        value = entries[key]
        large = len(key) + len(value) >= _BLOCK // 2
        if not block.is_empty and (block.size >= _BLOCK or large):
            index.add(_separator(block.last_key, key), write(block.finished()))
            block = _Block(_RESTART_INTERVAL)
        block.add(key, value)
    if not block.is_empty:
        index.add(_successor(block.last_key), write(block.finished()))
    metaindex_handle = write(_Block(_RESTART_INTERVAL).finished())
    footer = metaindex_handle + write(index.finished())
    return bytes(out) + footer.ljust(_FOOTER - 8, b"\0") + struct.pack("<Q", _MAGIC)


def _separator(last: bytes, following: bytes) -> bytes:
    """A short key that is not below `last` and below `following`."""
    shared = _shared_length(last, following)
    if shared < min(len(last), len(following)):
        byte = last[shared]
        if byte < 0xFF and byte + 1 < following[shared]:
            return last[:shared] + bytes([byte + 1])
    return last


def _successor(key: bytes) -> bytes:
    """A short key that is not below `key`."""
    for position, byte in enumerate(key):
        if byte != 0xFF:
            return key[:position] + bytes([byte + 1])
    return key


def read_table(data: bytes, origin: str) -> dict[bytes, bytes]:
    """The entries of a table file.

    Args:
      data: the whole file.
      origin: its name, for errors.

    Raises:
      DataLossError: it is not a table, or is damaged.
      UnimplementedError: it is compressed.
    """
    if len(data) < _FOOTER or struct.unpack("<Q", data[-8:])[0] != _MAGIC:
        raise DataLossError(None, None, f"{origin} is not a table: it has a bad magic number")
    try:
        _, position = _read_handle(data, len(data) - _FOOTER)
        index, _ = _read_handle(data, position)
        entries: dict[bytes, bytes] = {}
        for _, handle in _read_block(data, index, origin):
            entries.update(_read_block(data, _read_handle(handle, 0)[0], origin))
        return entries
    except (ValueError, IndexError, struct.error) as error:
        raise DataLossError(None, None, f"{origin} is damaged: {error}") from error


def _read_handle(data: bytes, position: int) -> tuple[tuple[int, int], int]:
    offset, position = read_varint(data, position)
    size, position = read_varint(data, position)
    return (offset, size), position


def _read_block(data: bytes, handle: tuple[int, int], origin: str) -> Iterator[tuple[bytes, bytes]]:
    offset, size = handle
    block, trailer = data[offset : offset + size], data[offset + size : offset + size + 5]
    if len(trailer) < 5:
        raise ValueError("a block is cut off")
    if mask(extend(crc32c(block), trailer[:1])) != struct.unpack("<I", trailer[1:])[0]:
        raise DataLossError(None, None, f"{origin}: block checksum mismatch")
    if trailer[:1] != _PLAIN:
        raise UnimplementedError(None, None, f"{origin}: a compressed block")
    restarts = struct.unpack("<I", block[-4:])[0]
    end = size - 4 - 4 * restarts
    position, key = 0, b""
    while position < end:
        shared, position = read_varint(block, position)
        unshared, position = read_varint(block, position)
        length, position = read_varint(block, position)
        if shared > len(key) or position + unshared + length > end:
            raise ValueError("an entry is cut off")
        key = key[:shared] + block[position : position + unshared]
        position += unshared
        yield key, block[position : position + length]
        position += length
