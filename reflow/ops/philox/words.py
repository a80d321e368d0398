"""A stream read word by word, as TensorFlow's SimplePhilox does: for draws of unknown number.

Source: tensorflow/core/lib/random/simple_philox.h and exact_uniform_int.h of TensorFlow 1.15.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reflow.ops.philox import distributions
from reflow.ops.philox.generator import consecutive
from reflow.ops.philox.streams import RandomStream

Words = npt.NDArray[np.uint32]
LongWords = npt.NDArray[np.uint64]
Floats32 = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class WordSequence:
    """The words of one run of an op, from the place in the stream that the run starts at."""

    def __init__(self, stream: RandomStream, reserved: int) -> None:
        """Moves `stream` on by `reserved` blocks; a run that needs more reads on behind them."""
        self._stream = stream
        self._start = stream.reserve(reserved)
        self._unread: Words = np.empty(0, np.uint32)

    def take(self, count: int) -> Words:
        """The next `count` words."""
        missing = count - len(self._unread)
        if missing > 0:
            blocks = -(-missing // 4)
            found = self._stream.blocks_at(self._start, consecutive(blocks))
            self._start += blocks
            self._unread = np.concatenate([self._unread, found.reshape(-1)])
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def doubles(self, count: int) -> Floats64:
        """Uniform float64 numbers in [0, 1), of two words each."""
        return distributions.uniform_pairs(self.take(2 * count).reshape(-1, 2)).reshape(-1)

    def below32(self, count: int, limit: int) -> Integers:
        """Integers in [0, limit), of a word each; words that would favour some are passed over."""
        found: Words = np.empty(0, np.uint32)
        while len(found) < count:
            words = self.take(count - len(found))
            found = np.concatenate([found, words[words >= unfair(limit, 32)]])
        return (found % np.uint32(limit)).astype(np.int64)

    def below64(self, count: int, limit: int) -> Integers:
        """The same of two words each."""
        found: LongWords = np.empty(0, np.uint64)
        while len(found) < count:
            words = self.take(2 * (count - len(found))).view(np.uint64)
            found = np.concatenate([found, words[words >= np.uint64(unfair(limit, 64))]])
        return (found % np.uint64(limit)).astype(np.int64)


def unfair(limit: int, bits: int) -> int:
    """How many of the lowest words are passed over, for the remainders by `limit` to be equally
    likely."""
    return 0 if limit & (limit - 1) == 0 else ((1 << bits) - 1) % limit + 1


def as_floats(words: Words) -> Floats32:
    """A uniform number in [0, 1) of each word: its low 23 bits as the mantissa of one in [1, 2)."""
    mantissas = (words & np.uint32(0x007FFFFF)) | np.uint32(0x3F800000)
    return mantissas.view(np.float32) - np.float32(1)
