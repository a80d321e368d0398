"""What a random op keeps between its runs, and the tensors that it draws from there.

Source: tensorflow/core/util/guarded_philox_random.h and the random kernels of TensorFlow 1.15, as
they run on a CPU: the numbers, and how far each kind of draw moves the stream.
"""

from __future__ import annotations

import math
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from reflow.ops.philox import bounded_normal, distributions, rejection
from reflow.ops.philox.distributions import Shape
from reflow.ops.philox.generator import Blocks, Offsets, Philox4x32, consecutive
from reflow.ops.philox.rejection import RESERVED_PER_OUTPUT

_COUNTERS = 1 << 128
_WORD64 = (1 << 64) - 1

# The key that makes of the seeds of a stateless op its key.
_SCRAMBLING_KEY = 0x02461E29_3EC8F720

# Blocks that a stream computes ahead at most (16 bytes each).
_AHEAD = 4096


def random_stream(seed: int, seed2: int) -> RandomStream:
    """The stream of an op with these attributes; both 0 means that the program set no seed."""
    return PhiloxStream(seed, seed2) if seed or seed2 else UnseededStream()


class RandomStream(ABC):
    """One op's random numbers. Safe to use from several threads at once.

    Every draw gives a new tensor on the CPU, and moves the stream on.
    """

    @abstractmethod
    def reserve(self, blocks: int) -> int:
        """Moves the stream on by this many blocks of 128 bits; says where they start."""

    @abstractmethod
    def blocks_at(self, start: int, offsets: Offsets) -> Blocks:
        """The blocks at `offsets` (ascending) from `start`, of shape [len(offsets), 4]."""

    def uniform(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        """Floats (float16, bfloat16, float32 or float64) in [0, 1): RandomUniform."""
        count = math.prod(shape)
        return distributions.uniform(self._blocks_for(count, dtype), shape, dtype)

    def uniform_int(
        self, shape: Shape, minval: int, maxval: int, dtype: torch.dtype
    ) -> torch.Tensor:
        """int32 or int64 in [minval, maxval): RandomUniformInt.

        `minval` must be less than `maxval`, unless the shape has no elements.
        """
        count = math.prod(shape)
        if not count:
            return torch.empty(shape, dtype=dtype)
        blocks = self._blocks_for(count, dtype)
        return distributions.uniform_int(blocks, shape, int(minval), int(maxval), dtype)

    def standard_normal(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        """Floats of any type, of mean 0 and standard deviation 1: RandomStandardNormal."""
        count = math.prod(shape)
        return distributions.normal(self._blocks_for(count, dtype), shape, dtype)

    def truncated_normal(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        """The same, less than 2 from 0: TruncatedNormal."""
        return rejection.truncated_normal(self._draw(math.prod(shape)), shape, dtype)

    def permutation(self, length: int, reserved: int = 0) -> torch.Tensor:
        """The indices 0 to length - 1 shuffled, int64: RandomShuffle gathers its rows by them.

        reserved: by how many words the stream moves on, if more than the permutation needs.
        """
        order = list(range(length))
        steps = max(length - 1, 0)
        blocks = -(-max(steps, reserved) // 4)
        start = self.reserve(blocks)
        if steps:
            words = self.blocks_at(start, consecutive(blocks))
            # Fisher and Yates: each place swaps with itself or one of those after it.
            here = np.arange(steps, dtype=np.uint32)
            there = here + words.reshape(-1)[:steps] % (np.uint32(length) - here)
            for i, j in enumerate(there.tolist()):
                order[i], order[j] = order[j], order[i]
        return torch.tensor(order, dtype=torch.int64)

    def multinomial(
        self, logits: torch.Tensor, num_samples: int, dtype: torch.dtype
    ) -> torch.Tensor:
        """Classes drawn with probability softmax(logits), as TensorFlow's single thread does.

        Args:
          logits: of shape [batch, classes], with at least one class. Infinities and NaN count as
            a probability of 0.
          num_samples: how many to draw in each row.
          dtype: int32 or int64.

        Returns:
          Of shape [batch, num_samples].
        """
        batch = logits.shape[0]
        # Reserved are two words a sample, though of rows rounded up to fours; used, one block
        # for two samples.
        start = self.reserve(batch * (-(-num_samples // 4) * 4) * 2 * RESERVED_PER_OUTPUT)
        blocks = self.blocks_at(start, consecutive(-(-batch * num_samples // 2)))
        uniforms = distributions.uniform(blocks, (batch, num_samples), torch.float64)

        finite = torch.isfinite(logits)
        scores = logits.double()
        highest = scores.masked_fill(~finite, -math.inf).amax(dim=1, keepdim=True)
        weights = torch.exp(scores - highest).masked_fill(~finite, 0)
        cumulative = weights.cumsum(dim=1)
        sought = uniforms * cumulative[:, -1:]
        return torch.searchsorted(cumulative, sought, right=True).to(dtype)

    def gamma(self, shape: Shape, alpha: torch.Tensor) -> torch.Tensor:
        """Gamma numbers of scale 1: RandomGamma.

        Args:
          shape: how many to draw for each element of `alpha`.
          alpha: float16, float32 or float64.

        Returns:
          Of shape `shape + alpha.shape` and alpha's dtype.
        """
        samples = math.prod(shape)
        alphas = np.repeat(alpha.double().numpy().reshape(-1), samples)
        numbers = rejection.gamma(self._draw(alphas.size), alphas)
        return _samples_first(numbers, shape, alpha.shape).to(alpha.dtype)

    def poisson(self, shape: Shape, rate: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """Poisson numbers: RandomPoissonV2.

        Args:
          shape: how many to draw for each element of `rate`.
          rate: of any real dtype.
          dtype: the result's: float16, float32, float64, int32 or int64.

        Returns:
          Of shape `shape + rate.shape`.
        """
        samples = math.prod(shape)
        rates = np.repeat(rate.double().numpy().reshape(-1), samples)
        limits = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
        numbers = rejection.poisson(self._draw(rates.size), rates, float(limits.max))
        return _samples_first(numbers, shape, rate.shape).to(dtype)

    def bounded_normal(
        self,
        batches: Sequence[bounded_normal.Bounded],
        samples: int,
        count: int,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        """`count` numbers in one row, `samples` of each batch: ParameterizedTruncatedNormal."""
        start = self.reserve(bounded_normal.blocks_reserved(len(batches), samples))
        source = bounded_normal.BlockSource(lambda offsets: self.blocks_at(start, offsets))
        rows = []
        for batch in batches:
            rows.append(batch.sampled(source, min(samples, count), dtype))
            count -= len(rows[-1])
        return torch.cat(rows).to(dtype) if rows else torch.empty(0, dtype=dtype)

    def _blocks_for(self, count: int, dtype: torch.dtype) -> Blocks:
        """The blocks that a run makes `count` numbers of, as many to a block as `dtype` takes."""
        used = -(-count // distributions.numbers_per_block(dtype))
        return self._next_run(count * RESERVED_PER_OUTPUT, used)

    def _next_run(self, reserved: int, used: int) -> Blocks:
        """The first `used` of the next `reserved` blocks, for the caller to overwrite."""
        return self.blocks_at(self.reserve(reserved), consecutive(used))

    def _draw(self, count: int) -> rejection.Draw:
        start = self.reserve(count * RESERVED_PER_OUTPUT)
        return lambda offsets: self.blocks_at(start, offsets)


class PhiloxStream(RandomStream):
    """The numbers that TensorFlow draws for an op with these seeds, run after run."""

    def __init__(self, seed: int, seed2: int) -> None:
        """Args: seed, seed2: the op's attributes, int64."""
        self._generator = Philox4x32(seed & _WORD64)
        self._counter = (seed2 & _WORD64) << 64
        self._lock = threading.Lock()
        self._run = (-1, -1)  # blocks that the last run reserved, and used
        self._ahead: Iterator[Blocks] = iter(())  # of coming runs, if they are like the last

    def reserve(self, blocks: int) -> int:
        with self._lock:
            self._run = (-1, -1)
            start = self._counter
            self._counter = (start + blocks) % _COUNTERS
            return start

    def blocks_at(self, start: int, offsets: Offsets) -> Blocks:
        return self._generator.blocks(start, offsets)

    def _next_run(self, reserved: int, used: int) -> Blocks:
        # An op mostly draws the same amount run after run. From the second such run on, the
        # blocks of several runs are computed together, which takes little longer than one's.
        with self._lock:
            if (reserved, used) != self._run:
                self._run = (reserved, used)
                self._ahead = iter(())
                blocks = self.blocks_at(self._counter, consecutive(used))
            else:
                blocks = self._another_run()
            self._counter = (self._counter + reserved) % _COUNTERS
            return blocks

    def _another_run(self) -> Blocks:
        """The blocks of a run like the last."""
        reserved, used = self._run
        if used > _AHEAD // 2:
            return self.blocks_at(self._counter, consecutive(used))
        blocks = next(self._ahead, None)
        if blocks is None:
            runs = _AHEAD // max(1, used)
            starts = consecutive(runs)[:, None] * np.uint64(reserved)
            offsets = (starts + consecutive(used)).reshape(-1)
            chunk = self.blocks_at(self._counter, offsets).reshape(runs, used, 4)
            self._ahead = iter(chunk)
            blocks = next(self._ahead)
        return blocks


class StatelessStream(PhiloxStream):
    """The numbers that TensorFlow's stateless ops draw for a pair of seeds, always the same.

    Source: tensorflow/core/kernels/stateless_random_ops.cc of TensorFlow 1.15.
    """

    def __init__(self, seed: int, seed2: int) -> None:
        """Args: seed, seed2: int64."""
        super().__init__(_SCRAMBLING_KEY, 0)
        # The seeds are the counter of one block, whose words are the key and the first counter.
        counter = (seed2 & _WORD64) << 64 | (seed & _WORD64)
        (words,) = self.blocks_at(counter, consecutive(1)).tolist()
        self._generator = Philox4x32(words[1] << 32 | words[0])
        self._counter = (words[3] << 32 | words[2]) << 64


class UnseededStream(RandomStream):
    """The same distributions over bits that differ from process to process.

    Normal numbers are torch's: nobody can tell, and they come several times faster.
    """

    def __init__(self) -> None:
        self._bits = np.random.SFC64(int.from_bytes(os.urandom(16), "little"))
        self._generator = torch.Generator()
        self._generator.manual_seed(int.from_bytes(os.urandom(7), "little"))

    def standard_normal(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        return torch.empty(shape, dtype=dtype).normal_(generator=self._generator)

    def truncated_normal(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        numbers = self.standard_normal((math.prod(shape),), dtype)
        outside = (numbers.abs() >= rejection.TRUNCATED_AT).nonzero()[:, 0]
        while len(outside):
            again = self.standard_normal((len(outside),), dtype)
            numbers[outside] = again
            outside = outside[again.abs() >= rejection.TRUNCATED_AT]
        return numbers.reshape(shape)

    def reserve(self, blocks: int) -> int:
        return 0

    def blocks_at(self, start: int, offsets: Offsets) -> Blocks:
        return self._bits.random_raw(2 * offsets.size).view(np.uint32).reshape(-1, 4)


def _samples_first(
    numbers: rejection.Floats,
    shape: Shape,
    parameters: Shape,
) -> torch.Tensor:
    """Numbers drawn parameter after parameter, as a tensor of shape `shape + parameters`."""
    columns = torch.from_numpy(numbers).view(math.prod(parameters), math.prod(shape))
    return columns.t().reshape(shape + parameters)
