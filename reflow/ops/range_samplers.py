"""Distributions over the integers [0, range) that candidate samplers draw from.

Source: tensorflow/core/kernels/range_sampler.cc and core/lib/random/distribution_sampler.cc of
TensorFlow 1.15, whose numbers these are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from reflow.graph import errors
from reflow.ops.philox.words import Floats32, Integers, WordSequence, as_floats, unfair


class RangeSampler(ABC):
    """A distribution over [0, range).

    Attributes:
      range: the end of what is drawn.
      possible: how many different integers can be drawn.
    """

    def __init__(self, range: int) -> None:
        self.range = self.possible = range

    @abstractmethod
    def draw(self, words: WordSequence, count: int) -> Integers:
        """The next `count` integers, independent of one another."""

    @abstractmethod
    def probability(self, values: Integers) -> Floats32:
        """How likely each of the values is."""

    def learn(self, values: Integers) -> None:  # noqa: B027 (most have nothing to learn)
        """Takes note of examples; most distributions are fixed."""


class Uniform(RangeSampler):
    """All integers alike."""

    def draw(self, words: WordSequence, count: int) -> Integers:
        return words.below64(count, self.range)

    def probability(self, values: Integers) -> Floats32:
        return np.full(values.shape, 1 / self.range, np.float32)


class LogUniform(RangeSampler):
    """k with probability log((k + 2) / (k + 1)) / log(range + 1): about Zipf's law."""

    def __init__(self, range: int) -> None:
        super().__init__(range)
        self._log_range = np.log1p(range)

    def draw(self, words: WordSequence, count: int) -> Integers:
        numbers = np.exp(words.doubles(count) * self._log_range).astype(np.int64) - 1
        return numbers % self.range

    def probability(self, values: Integers) -> Floats32:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = (values + 2.0) / (values + 1.0)
            return (np.log(ratios) / self._log_range).astype(np.float32)


class LearnedUnigram(RangeSampler):
    """As often as each was among the examples so far, plus 1."""

    def __init__(self, range: int) -> None:
        super().__init__(range)
        self._weights = np.ones(range, np.int64)
        self._ends = self._weights.cumsum()

    def draw(self, words: WordSequence, count: int) -> Integers:
        places = words.below32(count, int(self._ends[-1]))
        return np.searchsorted(self._ends, places, side="right")

    def probability(self, values: Integers) -> Floats32:
        weights = _at(self._weights, values).astype(np.float32)
        return weights / np.float32(self._ends[-1])

    def learn(self, values: Integers) -> None:
        room = (1 << 31) - 1 - int(self._ends[-1])
        np.add.at(self._weights, values.reshape(-1)[:room], 1)
        self._ends = self._weights.cumsum()


class FixedUnigram(RangeSampler):
    """Each integer with a weight of its own, drawn by Walker's alias method.

    An integer in [0, range) is drawn evenly, and kept with some probability, or else replaced by
    its alias.

    Args:
      weights: of all integers; what has 0 is never drawn.
    """

    def __init__(self, weights: Sequence[float]) -> None:
        super().__init__(len(weights))
        self._weights = np.array(weights, np.float32)
        self.possible = int(np.count_nonzero(self._weights))
        # One after the other in single precision, as TensorFlow adds them.
        self._total = np.add.accumulate(self._weights)[-1]
        self._kept, self._alias = _alias_table(self._weights)

    def draw(self, words: WordSequence, count: int) -> Integers:
        pairs = words.take(2 * count)
        while (refused := np.flatnonzero(pairs[1::2] < unfair(self.range, 32))).size:
            # The draw is made again with the next word, which moves all that follow.
            pairs = np.append(np.delete(pairs, 2 * refused[0] + 1), words.take(1))
        buckets = (pairs[1::2] % np.uint32(self.range)).astype(np.int64)
        return np.where(as_floats(pairs[::2]) < self._kept[buckets], buckets, self._alias[buckets])

    def probability(self, values: Integers) -> Floats32:
        return _at(self._weights, values) / self._total


def _at(weights: npt.NDArray[np.generic], values: Integers) -> npt.NDArray[np.generic]:
    outside = values[(values < 0) | (values >= len(weights))]
    if outside.size:
        raise errors.InvalidArgumentError(
            None, None, f"The class {outside.flat[0]} is not in [0, {len(weights)})"
        )
    return weights[values]


def _alias_table(weights: Floats32) -> tuple[Floats32, Integers]:
    """How likely each integer is kept, and what replaces it otherwise."""
    chances = (weights * np.float32(len(weights))).astype(np.float64) / weights.sum(dtype=float)
    alias = np.arange(len(weights))
    low = np.flatnonzero(chances < 1).tolist()
    high = np.flatnonzero(chances >= 1).tolist()
    # An integer that comes too seldom gives the rest of its turns to one that comes too often.
    while low and high:
        seldom, often = low.pop(), high.pop()
        alias[seldom] = often
        chances[often] -= 1 - chances[seldom]
        (low if chances[often] < 1 else high).append(often)
    # What rounding left on either side is nearly 1.
    chances[low + high] = 1
    alias[low + high] = low + high
    return chances.astype(np.float32), alias
