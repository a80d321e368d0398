"""64-bit hashes of strings: FarmHash's fingerprint, SipHash-2-4, and MurmurHash 64A.

Strings that go the same way through a function are hashed together: uint64 [n] for n strings.
Arithmetic of unsigned arrays is modulo 2^64, as in C.

Sources: FarmHash 1.1 (farmhashna), J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input
PRF" (2012), and A. Appleby's MurmurHash2 with the seed of tensorflow/core/lib/hash/hash.h.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Words = np.ndarray[Any, np.dtype[np.uint64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Rows = np.ndarray[Any, np.dtype[np.uint8]]

_TYPES = {1: "u1", 4: "<u4", 8: "<u8"}


@dataclass(frozen=True)
class Texts:
    """Strings that lie in one memory.

    Attributes:
      memory: all their bytes, and eight more behind.
      starts, lengths: where each begins, and how many bytes it has.
    """

    memory: bytes
    starts: Integers
    lengths: Integers

    @staticmethod
    def of_strings(strings: Sequence[bytes]) -> Texts:
        lengths = np.fromiter(map(len, strings), np.int64, len(strings))
        return Texts(b"".join([*strings, bytes(8)]), lengths.cumsum() - lengths, lengths)

    @staticmethod
    def of_rows(rows: Rows) -> Texts:
        count, length = rows.shape
        return Texts(
            rows.tobytes() + bytes(8), np.arange(count) * length, np.full(count, length, np.int64)
        )

    def chosen(self, places: Any) -> Texts:
        return Texts(self.memory, self.starts[places], self.lengths[places])

    def word(self, offset: Any, size: int = 8) -> Words:
        """The little-endian number in `size` bytes of each string; the offset is counted from the
        end if it is a negative number."""
        is_from_end = isinstance(offset, int) and offset < 0
        first = self.starts + self.lengths if is_from_end else self.starts
        # The numbers that begin at each byte overlap.
        every: Any = np.ndarray(
            (len(self.memory) - size + 1,), _TYPES[size], self.memory, strides=(1,)
        )
        words: Words = every[first + offset].astype(np.uint64)
        return words


@dataclass(frozen=True)
class Hash:
    """A hash function.

    Attributes:
      of: the hashes of strings of one kind.
      kind: by the lengths of strings, numbers that are equal for those of one kind.
    """

    of: Callable[[Texts], Words]
    kind: Callable[[Integers], Integers]

    def __call__(self, texts: Texts) -> Words:
        hashes = np.empty(len(texts.starts), np.uint64)
        kinds = self.kind(texts.lengths)
        for kind in np.unique(kinds):
            places = np.flatnonzero(kinds == kind)
            hashes[places] = self.of(texts.chosen(places))
        return hashes


def _same_length(lengths: Integers) -> Integers:
    return lengths


def _number(value: int) -> np.uint64:
    return np.uint64(value & 0xFFFFFFFFFFFFFFFF)


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


def _shift_mix(words: Words) -> Words:
    return words ^ (words >> np.uint64(47))


def _mixed(u: Words, v: Words, multiplier: Any) -> Words:
    first = _shift_mix((u ^ v) * multiplier)
    return _shift_mix((v ^ first) * multiplier) * multiplier


def _of_none(texts: Texts) -> Words:
    return np.full(len(texts.starts), _K2)


def _up_to_3(texts: Texts) -> Words:
    length = texts.lengths.astype(np.uint64)
    y = texts.word(0, 1) + (texts.word(texts.lengths >> 1, 1) << np.uint64(8))
    z = length + (texts.word(-1, 1) << np.uint64(2))
    return _shift_mix(y * _K2 ^ z * _K0) * _K2


def _up_to_7(texts: Texts) -> Words:
    length = texts.lengths.astype(np.uint64)
    start = texts.word(0, 4) << np.uint64(3)
    return _mixed(start + length, texts.word(-4, 4), _multiplier(texts))


def _multiplier(texts: Texts) -> Words:
    return _K2 + (texts.lengths.astype(np.uint64) << np.uint64(1))


def _up_to_16(texts: Texts) -> Words:
    multiplier = _multiplier(texts)
    a, b = texts.word(0) + _K2, texts.word(-8)
    c = _right(b, 37) * multiplier + a
    d = (_right(a, 25) + b) * multiplier
    return _mixed(c, d, multiplier)


def _up_to_32(texts: Texts) -> Words:
    multiplier = _multiplier(texts)
    a, b = texts.word(0) * _K1, texts.word(8)
    c, d = texts.word(-8) * multiplier, texts.word(-16) * _K2
    return _mixed(_right(a + b, 43) + _right(c, 30) + d, a + _right(b + _K2, 18) + c, multiplier)


def _up_to_64(texts: Texts) -> Words:
    multiplier = _multiplier(texts)
    a, b = texts.word(0) * _K2, texts.word(8)
    c, d = texts.word(-8) * multiplier, texts.word(-16) * _K2
    y = _right(a + b, 43) + _right(c, 30) + d
    z = _mixed(y, a + _right(b + _K2, 18) + c, multiplier)
    e, f = texts.word(16) * multiplier, texts.word(24)
    g, h = (y + texts.word(-32)) * multiplier, (z + texts.word(-24)) * multiplier
    return _mixed(_right(e + f, 43) + _right(g, 30) + h, e + _right(f + a, 18) + g, multiplier)


def _weak(texts: Texts, start: int, a: Words, b: Words) -> tuple[Words, Words]:
    """Two words of 32 bytes and two seeds."""
    w, x, y, z = (texts.word(start + offset) for offset in (0, 8, 16, 24))
    a = a + w
    b = _right(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _right(a, 44) + c


def _long(texts: Texts) -> Words:
    count = len(texts.starts)
    seed = 81
    x = np.full(count, _number(seed)) * _K2 + texts.word(0)
    y = np.full(count, _number(seed)) * _K1 + np.uint64(113)
    z = _shift_mix(y * _K2 + np.uint64(113)) * _K2
    zeros: Words = np.zeros(count, np.uint64)
    v = w = (zeros, zeros)
    for start in range(0, (int(texts.lengths[0]) - 1) // 64 * 64, 64):
        x = _right(x + y + v[0] + texts.word(start + 8), 37) * _K1 ^ w[1]
        y = _right(y + v[1] + texts.word(start + 48), 42) * _K1 + v[0] + texts.word(start + 40)
        z = _right(z + w[0], 33) * _K1
        v = _weak(texts, start, v[1] * _K1, x + w[0])
        w = _weak(texts, start + 32, z + w[1], y + texts.word(start + 16))
        x, z = z, x
    multiplier = _K1 + ((z & np.uint64(0xFF)) << np.uint64(1))
    w = w[0] + (texts.lengths - 1 & 63).astype(np.uint64), w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    nine = np.uint64(9)
    # Of the last 64 bytes.
    x = _right(x + y + v[0] + texts.word(8 - 64), 37) * multiplier ^ w[1] * nine
    y = _right(y + v[1] + texts.word(48 - 64), 42) * multiplier
    y = y + v[0] * nine + texts.word(40 - 64)
    z = _right(z + w[0], 33) * multiplier
    v = _weak(texts, -64, v[1] * multiplier, x + w[0])
    w = _weak(texts, 32 - 64, z + w[1], y + texts.word(16 - 64))
    x, z = z, x
    return _mixed(
        _mixed(v[0], w[0], multiplier) + _shift_mix(y) * _K0 + z,
        _mixed(v[1], w[1], multiplier) + x,
        multiplier,
    )


_SHORT = (_of_none, _up_to_3, _up_to_7, _up_to_16, _up_to_32, _up_to_64)
_LONGEST = np.array([0, 3, 7, 16, 32, 64])


def _farm_kind(lengths: Integers) -> Integers:
    """Which of the functions above; of long strings also how many times 64 bytes they have."""
    return np.searchsorted(_LONGEST, lengths) + np.maximum(lengths - 1, 0) // 64


def _farm_hash(texts: Texts) -> Words:
    way = int(np.searchsorted(_LONGEST, texts.lengths[0]))
    return _SHORT[way](texts) if way < len(_SHORT) else _long(texts)


# FarmHash's Fingerprint64.
fingerprint64 = Hash(_farm_hash, _farm_kind)


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

    def function(texts: Texts) -> Words:
        length = int(texts.lengths[0])
        state: list[Words] = [np.full(len(texts.starts), word) for word in initial]
        for start in range(0, length // 8 * 8, 8):
            state = _absorbed(state, texts.word(start))
        last = _last_word(texts, length) | _number(length << 56)
        state = _absorbed(state, last)
        state[2] = state[2] ^ np.uint64(0xFF)
        for _ in range(4):
            state = _sip_round(*state)
        words: Words = state[0] ^ state[1] ^ state[2] ^ state[3]
        return words

    return Hash(function, _same_length)


def _last_word(texts: Texts, length: int) -> Words:
    """The bytes beyond the last eight, of strings of one length."""
    return texts.word(length // 8 * 8) & _number((1 << length % 8 * 8) - 1)


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


def _murmur_hash(texts: Texts) -> Words:
    length = int(texts.lengths[0])
    words: Words = np.full(len(texts.starts), _number(_MURMUR_SEED ^ length * int(_MURMUR)))
    for start in range(0, length // 8 * 8, 8):
        words = (words ^ _shift_mix(texts.word(start) * _MURMUR) * _MURMUR) * _MURMUR
    if length % 8:
        words = (words ^ _last_word(texts, length)) * _MURMUR
    return _shift_mix(_shift_mix(words) * _MURMUR)


# MurmurHash 64A.
murmur_hash = Hash(_murmur_hash, _same_length)
