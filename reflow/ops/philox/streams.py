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
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from reflow.ops.philox import bounded_normal, distributions, rejection
from reflow.ops.philox.distributions import Distribution, Draw, Shape
from reflow.ops.philox.generator import Blocks, Offsets, Philox4x32, consecutive
from reflow.ops.philox.rejection import RESERVED_PER_OUTPUT
from reflow.ops.philox.swapping import swapped
from reflow.ops.values import is_small

_COUNTERS = 1 << 128
_WORD64 = (1 << 64) - 1

# The key that makes of the seeds of a stateless op its key.
_SCRAMBLING_KEY = 0x02461E29_3EC8F720

# Numbers that a stream computes ahead at most: half a megabyte of them.
_AHEAD = 131072


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
        return self._numbers(distributions.uniform, shape, dtype)

    def uniform_int(
        self, shape: Shape, minval: int, maxval: int, dtype: torch.dtype
    ) -> torch.Tensor:
        """int32 or int64 in [minval, maxval): RandomUniformInt.

        `minval` must be less than `maxval`, unless the shape has no elements.
        """
        if 0 in shape:
            return torch.empty(shape, dtype=dtype)
        return self._numbers(distributions.uniform_int, shape, dtype, int(minval), int(maxval))

    def standard_normal(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        """Floats of any type, of mean 0 and standard deviation 1: RandomStandardNormal."""
        return self._numbers(distributions.normal, shape, dtype)

    def truncated_normal(self, shape: Shape, dtype: torch.dtype) -> torch.Tensor:
        """The same, less than 2 from 0: TruncatedNormal."""
        return self._numbers(rejection.truncated_normal, shape, dtype)

    def permutation(self, length: int, reserved: int = 0) -> torch.Tensor:
        """The indices 0 to length - 1 shuffled, int64: RandomShuffle gathers its rows by them.

        reserved: by how many words the stream moves on, if more than the permutation needs.
        """
        steps = max(length - 1, 0)
        blocks = -(-max(steps, reserved) // 4)
        start = self.reserve(blocks)
        if steps:
            words = self.blocks_at(start, consecutive(blocks))
            # Fisher and Yates: each place swaps with itself or one of those after it.
            here = np.arange(steps, dtype=np.uint32)
            return torch.from_numpy(
                swapped(here + words.reshape(-1)[:steps] % (np.uint32(length) - here))
            )
        return torch.arange(length)

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
        uniforms = self._numbers(
            distributions.uniform,
            (batch, num_samples),
            torch.float64,
            reserved=batch * (-(-num_samples // 4) * 4) * 2 * RESERVED_PER_OUTPUT,
        )
        cumulative = _cumulative_weights(logits)
        sought = torch.from_numpy(uniforms.numpy() * cumulative[:, -1:])
        return torch.searchsorted(torch.from_numpy(cumulative), sought, right=True).to(dtype)

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

    def _numbers(
        self,
        distribution: Distribution,
        shape: Shape,
        dtype: torch.dtype,
        *bounds: int,
        reserved: int | None = None,
    ) -> torch.Tensor:
        """A run's numbers; `reserved`: how many blocks it moves on by, if not by the usual."""
        count = math.prod(shape)
        start = self.reserve(count * RESERVED_PER_OUTPUT if reserved is None else reserved)
        runs = distributions.Runs(lambda offsets: self.blocks_at(start, offsets))
        return distribution(runs, count, dtype, *bounds).view(shape)

    def _draw(self, count: int) -> Draw:
        start = self.reserve(count * RESERVED_PER_OUTPUT)
        return lambda offsets: self.blocks_at(start, offsets)


class PhiloxStream(RandomStream):
    """The numbers that TensorFlow draws for an op with these seeds, run after run."""

    def __init__(self, seed: int, seed2: int) -> None:
        """Args: seed, seed2: the op's attributes, int64."""
        self._generator = Philox4x32(seed & _WORD64)
        self._counter = (seed2 & _WORD64) << 64
        self._lock = threading.Lock()
        # The last run's distribution, with all that decides on its numbers, and how many runs like
        # it were computed together, the numbers of those to come being at hand.
        self._run: tuple[Any, ...] = ()
        self._together = 0
        self._reserved = 0  # blocks for each of them
        self._ahead: Iterator[torch.Tensor] = iter(())

    def reserve(self, blocks: int) -> int:
        with self._lock:
            self._run = ()
            return self._move(blocks)

    def _move(self, blocks: int) -> int:
        start = self._counter
        self._counter = (start + blocks) % _COUNTERS
        return start

    def blocks_at(self, start: int, offsets: Offsets) -> Blocks:
        return self._generator.blocks(start, offsets)

    def _numbers(
        self,
        distribution: Distribution,
        shape: Shape,
        dtype: torch.dtype,
        *bounds: int,
        reserved: int | None = None,
    ) -> torch.Tensor:
        # An op mostly draws the same amount run after run.  More and more runs are computed
        # together, which takes little longer than one of few numbers.
        run = (distribution, shape, dtype, bounds, reserved)
        with self._lock:
            if run != self._run:
                self._run, self._together, self._ahead = run, 0, iter(())
            numbers = next(self._ahead, None)
            if numbers is None:
                self._ahead = iter(self._coming_runs())
                numbers = next(self._ahead)
            self._move(self._reserved)
            return numbers

    def _coming_runs(self) -> Sequence[torch.Tensor]:
        """The numbers of runs like the last, from here on."""
        distribution, shape, dtype, bounds, reserved = self._run
        count = math.prod(shape)
        self._reserved = count * RESERVED_PER_OUTPUT if reserved is None else reserved
        self._together = max(1, min(2 * self._together, _AHEAD // max(1, count)))
        start = self._counter
        runs = distributions.Runs(
            lambda offsets: self.blocks_at(start, offsets), self._together, self._reserved
        )
        numbers = distribution(runs, count, dtype, *bounds)
        return numbers.reshape(self._together, *shape).unbind()


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


def _cumulative_weights(logits: torch.Tensor) -> npt.NDArray[np.float64]:
    """Along each row the sums so far of the exponential functions, all scaled alike; 0 for what
    is not finite."""
    if is_small(logits):
        scores = logits.numpy().astype(np.float64)
        flat = scores.ravel()
        if math.isfinite(flat.dot(flat)):
            scores -= np.maximum.reduce(scores, 1, keepdims=True)
            np.exp(scores, scores)
            return np.add.accumulate(scores, 1)
    cumulative: npt.NDArray[np.float64] = _weights(logits.double()).cumsum(dim=1).numpy()
    return cumulative


def _weights(scores: torch.Tensor) -> torch.Tensor:
    if math.isfinite(scores.sum().item()):
        return torch.exp(scores - scores.amax(dim=1, keepdim=True))
    finite = torch.isfinite(scores)
    highest = scores.masked_fill(~finite, -math.inf).amax(dim=1, keepdim=True)
    return torch.exp(scores - highest).masked_fill(~finite, 0)


def _samples_first(
    numbers: rejection.Floats,
    shape: Shape,
    parameters: Shape,
) -> torch.Tensor:
    """Numbers drawn parameter after parameter, as a tensor of shape `shape + parameters`."""
    columns = torch.from_numpy(numbers).view(math.prod(parameters), math.prod(shape))
    return columns.t().reshape(shape + parameters)
