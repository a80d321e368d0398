"""64-bit hashes of strings: FarmHash's fingerprint, SipHash-2-4, and MurmurHash 64A.

Strings of one length are hashed together: the functions take their bytes as rows, uint8
[n, length], and give uint64 [n].  Arithmetic of unsigned arrays is modulo 2^64, as in C.

Sources: FarmHash 1.1 (farmhashna), J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input
PRF" (2012), and A. Appleby's MurmurHash2 with the seed of tensorflow/core/lib/hash/hash.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Words = np.ndarray[Any, np.dtype[np.uint64]]
Rows = np.ndarray[Any, np.dtype[np.uint8]]
Hash = Callable[[Rows], Words]


def hash_strings(strings: Iterable[bytes], function: Hash) -> Words:
    """The hash of each string."""
    of_length: dict[int, list[int]] = {}
    strings = list(strings)
    for position, string in enumerate(strings):
        of_length.setdefault(len(string), []).append(position)
    hashes = np.empty(len(strings), np.uint64)
    for length, positions in of_length.items():
        together = b"".join([strings[position] for position in positions])
        rows = np.frombuffer(together, np.uint8).reshape(len(positions), length)
        hashes[positions] = function(rows)
    return hashes


def _number(value: int) -> np.uint64:
    return np.uint64(value & 0xFFFFFFFFFFFFFFFF)


def _word(rows: Rows, start: int, size: int = 8) -> Words:
    """The little-endian number in `size` bytes of each row, counted from the end if negative."""
    start += rows.shape[1] if start < 0 else 0
    padded = np.zeros((len(rows), 8), np.uint8)
    padded[:, :size] = rows[:, start : start + size]
    words: Words = padded.view("<u8")[:, 0].astype(np.uint64)
    return words


def _left(words: Words, bits: int) -> Words:
    """Rotated to the left."""
    return (words << np.uint64(bits)) | (words >> np.uint64(64 - bits))


def _right(words: Words, bits: int) -> Words:
    """Rotated to the right."""
    return _left(words, 64 - bits)


# -- FarmHash ------------------------------------------------------------------------------------

_K0 = _number(0xC3A5C85C97CB3127)
_K1 = _number(0xB492B66FBE98F273)
_K2 = _number(0x9AE16A3B2F90404F)


def fingerprint64(rows: Rows) -> Words:
    """FarmHash's Fingerprint64."""
    length = rows.shape[1]
    if length <= 16:
        return _up_to_16(rows)
    if length <= 32:
        return _up_to_32(rows)
    return _up_to_64(rows) if length <= 64 else _long(rows)


def _shift_mix(words: Words) -> Words:
    return words ^ (words >> np.uint64(47))


def _mixed(u: Words, v: Words, multiplier: Any) -> Words:
    first = _shift_mix((u ^ v) * multiplier)
    return _shift_mix((v ^ first) * multiplier) * multiplier


def _up_to_16(rows: Rows) -> Words:
    count, length = rows.shape
    if not length:
        return np.full(count, _K2)
    multiplier = _K2 + _number(2 * length)
    if length >= 8:
        a, b = _word(rows, 0) + _K2, _word(rows, -8)
        c = _right(b, 37) * multiplier + a
        d = (_right(a, 25) + b) * multiplier
        return _mixed(c, d, multiplier)
    if length >= 4:
        start = _word(rows, 0, 4) << np.uint64(3)
        return _mixed(start + np.uint64(length), _word(rows, -4, 4), multiplier)
    first, middle, last = (rows[:, i].astype(np.uint64) for i in (0, length >> 1, length - 1))
    y = first + (middle << np.uint64(8))
    z = np.uint64(length) + (last << np.uint64(2))
    return _shift_mix(y * _K2 ^ z * _K0) * _K2


def _up_to_32(rows: Rows) -> Words:
    multiplier = _K2 + _number(2 * rows.shape[1])
    a, b = _word(rows, 0) * _K1, _word(rows, 8)
    c, d = _word(rows, -8) * multiplier, _word(rows, -16) * _K2
    return _mixed(_right(a + b, 43) + _right(c, 30) + d, a + _right(b + _K2, 18) + c, multiplier)


def _up_to_64(rows: Rows) -> Words:
    multiplier = _K2 + _number(2 * rows.shape[1])
    a, b = _word(rows, 0) * _K2, _word(rows, 8)
    c, d = _word(rows, -8) * multiplier, _word(rows, -16) * _K2
    y = _right(a + b, 43) + _right(c, 30) + d
    z = _mixed(y, a + _right(b + _K2, 18) + c, multiplier)
    e, f = _word(rows, 16) * multiplier, _word(rows, 24)
    g, h = (y + _word(rows, -32)) * multiplier, (z + _word(rows, -24)) * multiplier
    return _mixed(_right(e + f, 43) + _right(g, 30) + h, e + _right(f + a, 18) + g, multiplier)


def _weak(rows: Rows, start: int, a: Words, b: Words) -> tuple[Words, Words]:
    """Two words of 32 bytes and two seeds."""
    w, x, y, z = (_word(rows, start + offset) for offset in (0, 8, 16, 24))
    a = a + w
    b = _right(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _right(a, 44) + c


def _long(rows: Rows) -> Words:
    count, length = rows.shape
    seed = 81
    x = np.full(count, _number(seed)) * _K2 + _word(rows, 0)
    y = np.full(count, _number(seed)) * _K1 + np.uint64(113)
    z = _shift_mix(y * _K2 + np.uint64(113)) * _K2
    zeros: Words = np.zeros(count, np.uint64)
    v = w = (zeros, zeros)
    for start in range(0, (length - 1) // 64 * 64, 64):
        x = _right(x + y + v[0] + _word(rows, start + 8), 37) * _K1 ^ w[1]
        y = _right(y + v[1] + _word(rows, start + 48), 42) * _K1 + v[0] + _word(rows, start + 40)
        z = _right(z + w[0], 33) * _K1
        v = _weak(rows, start, v[1] * _K1, x + w[0])
        w = _weak(rows, start + 32, z + w[1], y + _word(rows, start + 16))
        x, z = z, x
    multiplier = _K1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    start = length - 64
    w = w[0] + np.uint64((length - 1) & 63), w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    nine = np.uint64(9)
    x = _right(x + y + v[0] + _word(rows, start + 8), 37) * multiplier ^ w[1] * nine
    y = _right(y + v[1] + _word(rows, start + 48), 42) * multiplier
    y = y + v[0] * nine + _word(rows, start + 40)
    z = _right(z + w[0], 33) * multiplier
    v = _weak(rows, start, v[1] * multiplier, x + w[0])
    w = _weak(rows, start + 32, z + w[1], y + _word(rows, start + 16))
    x, z = z, x
    return _mixed(
        _mixed(v[0], w[0], multiplier) + _shift_mix(y) * _K0 + z,
        _mixed(v[1], w[1], multiplier) + x,
        multiplier,
    )


# -- SipHash -------------------------------------------------------------------------------------


def sip_hash(key: tuple[int, int]) -> Hash:
    """SipHash-2-4 with a key of 128 bits."""
    low, high = (_number(part) for part in key)
    initial = (
        low ^ _number(0x736F6D6570736575),
        high ^ _number(0x646F72616E646F6D),
        low ^ _number(0x6C7967656E657261),
        high ^ _number(0x7465646279746573),
    )

    def function(rows: Rows) -> Words:
        count, length = rows.shape
        state = [np.full(count, word) for word in initial]
        for start in range(0, length // 8 * 8, 8):
            state = _absorbed(state, _word(rows, start))
        last = _word(rows, length // 8 * 8, length % 8) | _number(length << 56)
        state = _absorbed(state, last)
        state[2] = state[2] ^ np.uint64(0xFF)
        for _ in range(4):
            state = _sip_round(*state)
        words: Words = state[0] ^ state[1] ^ state[2] ^ state[3]
        return words

    return function


def _absorbed(state: list[Words], message: Words) -> list[Words]:
    state = [*state[:3], state[3] ^ message]
    for _ in range(2):
        state = _sip_round(*state)
    return [state[0] ^ message, *state[1:]]


def _sip_round(a: Words, b: Words, c: Words, d: Words) -> list[Words]:
    a, c = a + b, c + d
    b, d = _left(b, 13) ^ a, _left(d, 16) ^ c
    a = _left(a, 32)
    c, a = c + b, a + d
    b, d = _left(b, 17) ^ c, _left(d, 21) ^ a
    return [a, b, _left(c, 32), d]


# -- MurmurHash ----------------------------------------------------------------------------------

_MURMUR = _number(0xC6A4A7935BD1E995)
_MURMUR_SEED = 0xDECAFCAFFE


def murmur_hash(rows: Rows) -> Words:
    """MurmurHash 64A."""
    count, length = rows.shape
    words = np.full(count, _number(_MURMUR_SEED ^ length * int(_MURMUR)))
    whole = length // 8 * 8
    for start in range(0, whole, 8):
        words = (words ^ _shift_mix(_word(rows, start) * _MURMUR) * _MURMUR) * _MURMUR
    if length > whole:
        words = (words ^ _word(rows, whole, length - whole)) * _MURMUR
    return _shift_mix(_shift_mix(words) * _MURMUR)
