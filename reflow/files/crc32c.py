"""CRC-32C (Castagnoli), masked as TensorFlow's and LevelDB's files store it.

Large data is cut into lanes that NumPy runs through side by side; what they give is joined by the
linear map that so many zero bytes are.
"""

from __future__ import annotations

import functools
from typing import Any, Final

import numpy as np

__all__ = ["crc32c", "extend", "mask"]

_POLYNOMIAL: Final = 0x82F63B78  # reversed
_MASK_DELTA: Final = 0xA282EAD8
_LANES: Final = 1024
_LARGE: Final = 64 * _LANES

_Table = np.ndarray[Any, np.dtype[np.uint32]]


@functools.cache
def _table() -> _Table:
    """What a byte does to the register."""
    register: _Table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        register = np.where(register & 1, (register >> 1) ^ np.uint32(_POLYNOMIAL), register >> 1)
    return register


@functools.cache
def _bytes_table() -> list[int]:
    return [int(entry) for entry in _table()]


def crc32c(data: bytes | memoryview) -> int:
    """The checksum of `data`."""
    return extend(0, data)


def extend(crc: int, data: bytes | memoryview) -> int:
    """The checksum of what `crc` is the checksum of, followed by `data`."""
    register = crc ^ 0xFFFFFFFF
    view = memoryview(data).cast("B")
    if len(view) >= _LARGE:
        whole = len(view) // _LANES * _LANES
        register = _in_lanes(register, np.frombuffer(view[:whole], np.uint8))
        view = view[whole:]
    table = _bytes_table()
    for byte in view:
        register = table[(register ^ byte) & 0xFF] ^ (register >> 8)
    return register ^ 0xFFFFFFFF


def _in_lanes(register: int, data: np.ndarray[Any, np.dtype[np.uint8]]) -> int:
    """The register after `data`, whose size is a multiple of the number of lanes."""
    columns = np.ascontiguousarray(data.reshape(_LANES, -1).T)
    table = _table()
    lanes = np.zeros(_LANES, np.uint32)
    lanes[0] = register
    for column in columns:
        lanes = table[(lanes ^ column) & 0xFF] ^ (lanes >> 8)
    shift = _zeros_operator(len(columns))
    result = 0
    for lane in lanes.tolist():
        result = _apply(shift, result) ^ lane
    return result


def _zeros_operator(count: int) -> list[int]:
    """What `count` zero bytes do to each bit of a register, as a matrix over GF(2): 32 columns."""
    table = _bytes_table()
    power = [table[(1 << bit) & 0xFF] ^ ((1 << bit) >> 8) for bit in range(32)]
    operator = [1 << bit for bit in range(32)]
    while count:
        if count & 1:
            operator = [_apply(power, column) for column in operator]
        power = [_apply(power, column) for column in power]
        count >>= 1
    return operator


def _apply(operator: list[int], register: int) -> int:
    result = 0
    while register:
        lowest = register & -register
        result ^= operator[lowest.bit_length() - 1]
        register ^= lowest
    return result


def mask(crc: int) -> int:
    """A checksum as files store it: checksums of data that holds checksums are weak."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF
