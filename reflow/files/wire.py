"""Protocol buffers' wire format, for the messages that no package here has classes of."""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["fields", "fixed32", "message", "read_varint", "varint", "varint_field"]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def varint(number: int) -> bytes:
    """A number in groups of 7 bits, the lowest first; negative ones as 64 bits."""
    number &= 0xFFFFFFFFFFFFFFFF
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def read_varint(data: bytes | memoryview, position: int) -> tuple[int, int]:
    """The number at a position, and the position behind it; ValueError if it does not end."""
    number = shift = 0
    while position < len(data) and shift < 64:
        group = data[position]
        position += 1
        number |= (group & 0x7F) << shift
        if group < 0x80:
            return number, position
        shift += 7
    raise ValueError("a varint does not end")


def varint_field(field: int, number: int) -> bytes:
    """A number as a field; nothing for 0, the default."""
    return varint(field << 3 | _VARINT) + varint(number) if number else b""


def fixed32(field: int, number: int) -> bytes:
    return varint(field << 3 | _FIXED32) + struct.pack("<I", number)


def message(field: int, content: bytes) -> bytes:
    """A message, or bytes, as a field."""
    return varint(field << 3 | _BYTES) + varint(len(content)) + content


def fields(data: bytes | memoryview) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: number and value; ValueError if the data is not a message."""
    view = memoryview(data)
    position = 0
    while position < len(view):
        key, position = read_varint(view, position)
        value: int | bytes
        if key & 7 == _VARINT:
            value, position = read_varint(view, position)
        elif key & 7 == _BYTES:
            size, position = read_varint(view, position)
            if size > len(view) - position:
                raise ValueError("a field is cut off")
            value = bytes(view[position : position + size])
            position += size
        elif key & 7 in (_FIXED32, _FIXED64):
            size = 4 if key & 7 == _FIXED32 else 8
            if size > len(view) - position:
                raise ValueError("a field is cut off")
            value = int.from_bytes(view[position : position + size], "little")
            position += size
        else:
            raise ValueError(f"there is no wire type {key & 7}")
        yield key >> 3, value
