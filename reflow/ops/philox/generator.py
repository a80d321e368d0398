"""The Philox 4x32-10 generator, over whole arrays of counters.

Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt
import torch

Blocks = npt.NDArray[np.uint32]  # [blocks, 4]: each block is 128 random bits
Offsets = npt.NDArray[np.uint64]

_ROUNDS = 10
_MULTIPLIER_0, _MULTIPLIER_2 = 0xD2511F53, 0xCD9E8D57  # of counter words 0 and 2
_WEYL_0, _WEYL_1 = 0x9E3779B9, 0xBB67AE85  # what a round adds to the key's two words
_WORD = 0xFFFFFFFF
_COUNTERS = 1 << 128

# Blocks computed at a time: the scratch arrays (48 bytes a block) then fit into the L2 cache.
_CHUNK = 8192

# NumPy takes zero-dimensional arrays as operands faster than scalars.
_M0 = np.array(_MULTIPLIER_0, np.uint64)
_M2 = np.array(_MULTIPLIER_2, np.uint64)
_LOW = np.array(_WORD, np.uint64)
_32 = np.array(32, np.uint64)


_CONSECUTIVE = np.arange(_CHUNK, dtype=np.uint64)
_CONSECUTIVE.flags.writeable = False


def consecutive(count: int) -> Offsets:
    """The offsets 0 to count - 1, not to be written to."""
    return _CONSECUTIVE[:count] if count <= _CHUNK else np.arange(count, dtype=np.uint64)


class _Scratch(threading.local):
    """Working memory, which each thread has to itself.

    Fresh arrays of this size would come from the system page by page, which takes as long as the
    computation.
    """

    def __init__(self) -> None:
        # Torch's memory, since it begins at a cache line, which NumPy's does not: 15% faster.
        memory = torch.empty((3, 2 * _CHUNK), dtype=torch.int64)
        self._memory: npt.NDArray[np.uint64] = memory.numpy().view(np.uint64)

    def pairs(self, count: int) -> list[npt.NDArray[np.uint64]]:
        """Three arrays of shape [2, count], each without gaps."""
        return [part[: 2 * count].reshape(2, count) for part in self._memory]


_scratch = _Scratch()


class Philox4x32:
    """The function from 128-bit counters to blocks of 128 random bits that `key` selects."""

    def __init__(self, key: int) -> None:
        """Args: key: 64 bits."""
        round_keys = [
            (((key & _WORD) + step * _WEYL_0) & _WORD, ((key >> 32) + step * _WEYL_1) & _WORD)
            for step in range(_ROUNDS)
        ]
        self._first_key, self._second_key = round_keys[:2]
        self._later_keys = [
            (np.array(k0, np.uint64), np.array(k1, np.uint64)) for k0, k1 in round_keys[2:]
        ]

    def blocks(self, counter: int, offsets: Offsets) -> Blocks:
        """The blocks of the counters `counter + offsets` (modulo 2^128).

        Args:
          counter: a 128-bit number.
          offsets: of shape [n], below 2^63, in ascending order.

        Returns:
          Of shape [n, 4].
        """
        result = np.empty((offsets.size, 4), np.uint32)
        begin = 0
        while begin < offsets.size:
            offset = int(offsets[begin])
            high, low = divmod((counter + offset) % _COUNTERS, 1 << 32)
            # From this offset on, the upper three words of the counter are others.
            carry = offset + (1 << 32) - low
            end = min(begin + _CHUNK, offsets.size)
            if offsets[end - 1] >= carry:
                end = begin + int(np.searchsorted(offsets[begin:end], np.uint64(carry)))
            shift = np.uint64((low - offset) % (1 << 64))
            self._fill(result[begin:end], offsets[begin:end], shift, high)
            begin = end
        return result

    def _fill(self, result: Blocks, offsets: Offsets, shift: np.uint64, high: int) -> None:
        """Blocks of counters that differ in their lowest word only.

        That word is `offsets + shift`, and `high` is the other 96 bits.

        A round makes of the words x0, x1, x2, x3 (`low` and `high` are a product's halves):

            x0' = high(M2 * x2) ^ x1 ^ key0        x1' = low(M2 * x2)
            x2' = high(M0 * x0) ^ x3 ^ key1        x3' = low(M0 * x0)

        All words are kept as uint64, the odd and the even ones in pairs, since a NumPy call on
        both is cheaper than a call on each. A call's last argument is where its result goes.
        The words are joined for little-endian memory, as on all that torch is built for.
        """
        multiply, xor = np.multiply, np.bitwise_xor
        even, product, odd = _scratch.pairs(offsets.size)
        x2, x0 = even
        product0, product2 = product
        x3, x1 = odd

        word1, word2, word3 = high & _WORD, (high >> 32) & _WORD, high >> 64
        # In the first round only M0 * x0 is not the same for all blocks, in the second only
        # M2 * x2: the rest of the two rounds is done once, on Python's integers.
        key0, key1 = self._first_key
        same2 = _MULTIPLIER_2 * word2
        same0 = _MULTIPLIER_0 * ((same2 >> 32) ^ word1 ^ key0)
        np.add(offsets, shift, x0)
        multiply(x0, _M0, product0)
        np.right_shift(product0, _32, x2)
        xor(x2, np.uint64(word3 ^ key1), x2)
        np.bitwise_and(product0, _LOW, x3)

        key0, key1 = self._second_key
        multiply(x2, _M2, product2)
        xor(x3, np.uint64((same0 >> 32) ^ key1), x2)
        np.right_shift(product2, _32, x0)
        xor(x0, np.uint64((same2 & _WORD) ^ key0), x0)
        np.bitwise_and(product2, _LOW, x1)
        x3.fill(same0 & _WORD)

        for round_key0, round_key1 in self._later_keys:
            multiply(x0, _M0, product0)
            multiply(x2, _M2, product2)
            np.right_shift(product, _32, even)
            xor(even, odd, even)
            xor(x0, round_key0, x0)
            xor(x2, round_key1, x2)
            np.bitwise_and(product, _LOW, product)
            product, odd = odd, product
            product0, product2, x3, x1 = x3, x1, product0, product2

        np.left_shift(odd, _32, odd)
        halves = result.view(np.uint64)
        np.bitwise_or(x0, x1, halves[:, 0])
        np.bitwise_or(x2, x3, halves[:, 1])
