"""Normal numbers between two bounds, by whichever way to draw them rejects fewest.

Sources: Robert: "Simulation of truncated normal variables", 1995, for the three ways; the kernel
tensorflow/core/kernels/parameterized_truncated_normal_op.cc of TensorFlow 1.15 for the choice
between them and the order in which the numbers take their blocks.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch

from reflow.graph import errors
from reflow.ops.philox import distributions
from reflow.ops.philox.distributions import Draw
from reflow.ops.philox.generator import Blocks, consecutive

# So many rejections in a row are taken for bounds that have no numbers between them.
_MAX_REJECTED = 1000

# A bound so far beyond the mean leaves most normal numbers in.
_FAR = 1.3


def blocks_reserved(batches: int, samples: int) -> int:
    """How far a draw of so many numbers for each of the batches moves the stream."""
    return batches * 2 * _MAX_REJECTED * (samples + 3) // 4


@dataclass(frozen=True)
class Bounded:
    """One distribution: normal numbers of this mean and deviation, from `low` to `high`."""

    mean: float
    deviation: float
    low: float
    high: float

    def is_valid(self) -> bool:
        finite = math.isfinite(self.low) or math.isfinite(self.high)
        return self.deviation > 0 and self.low < self.high and finite

    def facing_up(self) -> Bounded:
        """The same numbers, upside down where the upper bound is the one that matters."""
        if self.low == -math.inf or self.high < self.mean:
            return Bounded(self.mean, -self.deviation, self.high, self.low)
        return self

    def sampled(self, source: BlockSource, count: int, dtype: torch.dtype) -> torch.Tensor:
        """So many numbers, in one row."""
        spread = self.facing_up()
        low = (spread.low - spread.mean) / spread.deviation
        high = (spread.high - spread.mean) / spread.deviation
        if (low < -_FAR and high >= 0) or (high > _FAR and low <= 0):
            way: _Way = _FromNormal(low, high, dtype)
        elif high - low < _widest_for_uniform(low):
            way = _FromUniform(low, high, dtype)
        else:
            way = _FromExponential(low, high, dtype)
        return way.sampled(source, count) * spread.deviation + spread.mean


def _widest_for_uniform(low: float) -> float:
    """Up to which distance from `low` uniform numbers are rejected less than exponential ones."""
    root = math.sqrt(low * low + 4)
    return 2 * math.exp(0.5 + low * (low - root) / 4) / (low + root)


class BlockSource:
    """The blocks of a stream, one after the other."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._next = 0

    def peek(self, count: int) -> Blocks:
        """The next blocks, which stay the next ones."""
        return self._draw(consecutive(count) + np.uint64(self._next))

    def skip(self, count: int) -> None:
        self._next += count


class _Way(ABC):
    """Candidates for numbers between `low` and `high`, of which some are rejected.

    A round of candidates is made of `blocks_per_round` blocks.
    """

    blocks_per_round = 1

    def __init__(self, low: float, high: float, dtype: torch.dtype) -> None:
        self.low, self.high, self.dtype = low, high, dtype

    @abstractmethod
    def candidates(self, blocks: Blocks) -> tuple[torch.Tensor, torch.Tensor]:
        """Numbers, of shape [rounds, n], and which of them to take."""

    def sampled(self, source: BlockSource, count: int) -> torch.Tensor:
        parts: list[torch.Tensor] = []
        rejected = 0
        while count:
            rounds = count + 8
            numbers, taken = self.candidates(source.peek(rounds * self.blocks_per_round))
            places = taken.reshape(-1).nonzero().view(-1)[:count]
            parts.append(numbers.reshape(-1)[places])
            count -= len(places)
            # After the last number the rest of its round is left unused.
            used = rounds if count else int(places[-1]) // numbers.shape[1] + 1
            source.skip(used * self.blocks_per_round)
            rejected = 0 if len(places) else rejected + numbers.numel()
            if rejected > _MAX_REJECTED:
                raise errors.InternalError(
                    None,
                    None,
                    "Too many numbers were rejected between the bounds "
                    f"{self.low} and {self.high} (in deviations from the mean).",
                )
        return torch.cat(parts)

    def _numbers(self, blocks: Blocks, kind: str) -> torch.Tensor:
        numbers_of = distributions.normals_of if kind == "normal" else distributions.uniforms_of
        return numbers_of(blocks, self.dtype).view(len(blocks), -1).double()


class _FromNormal(_Way):
    def candidates(self, blocks: Blocks) -> tuple[torch.Tensor, torch.Tensor]:
        numbers = self._numbers(blocks, "normal")
        return numbers, (numbers >= self.low) & (numbers <= self.high)


class _FromUniform(_Way):
    """Uniform numbers between the bounds, taken as often as the density there says."""

    blocks_per_round = 2

    def candidates(self, blocks: Blocks) -> tuple[torch.Tensor, torch.Tensor]:
        pairs = blocks.reshape(-1, 2, 4)
        numbers, chances = (
            self._numbers(np.ascontiguousarray(pairs[:, i]), "uniform") for i in (0, 1)
        )
        numbers = numbers * (self.high - self.low) + self.low
        highest = 0.0 if self.low < 0 else self.low * self.low
        return numbers, chances <= torch.exp((highest - numbers * numbers) / 2)


class _FromExponential(_Way):
    """Exponential numbers from the lower bound on, of the rate that rejects fewest."""

    def candidates(self, blocks: Blocks) -> tuple[torch.Tensor, torch.Tensor]:
        uniform = self._numbers(blocks, "uniform")
        rate = (self.low + math.sqrt(self.low * self.low + 4)) / 2
        numbers = -torch.log(uniform[:, ::2]) / rate + self.low
        x = rate - numbers if self.low < rate else self.low - rate
        chance = torch.exp(-(torch.as_tensor(x) ** 2) / 2)
        return numbers, (uniform[:, 1::2] <= chance) & (numbers < self.high)
