"""The random numbers that datasets draw."""

from __future__ import annotations

from collections.abc import Iterator

from reflow.ops.philox import random_stream
from reflow.ops.philox.generator import consecutive

# Blocks of random bits, 4 numbers each, computed ahead: few at first, for small datasets.
_FEWEST_AHEAD = 4
_MOST_AHEAD = 1024


def random_words(seed: int, seed2: int) -> Iterator[int]:
    """32-bit numbers, one after the other, of the stream with these seeds."""
    stream = random_stream(seed, seed2)
    ahead = _FEWEST_AHEAD
    while True:
        start = stream.reserve(ahead)
        yield from stream.blocks_at(start, consecutive(ahead)).ravel().tolist()
        ahead = min(2 * ahead, _MOST_AHEAD)
