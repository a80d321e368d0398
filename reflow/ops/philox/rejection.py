"""Distributions whose numbers take an unknown count of blocks, each a section of its own.

The numbers are independent, so all of them try, reject and try again side by side. Each function
takes `draw`, which gives the blocks at ascending offsets from where the run's reservation starts.

Sources: tensorflow/core/kernels/random_op.cc and random_poisson_op.cc of TensorFlow 1.15, for the
order in which the numbers take their blocks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from reflow.ops.philox import distributions
from reflow.ops.philox.distributions import Draw, Runs
from reflow.ops.philox.generator import Blocks

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# What TensorFlow reserves, per number or per word: enough for all that is ever rejected.
RESERVED_PER_OUTPUT = 256

# A uniform number can be 0 and a parameter extreme: infinities and NaN then take their course.
_Sampler = Callable[..., Floats]
_unwarned: Callable[[_Sampler], _Sampler] = np.errstate(
    divide="ignore", invalid="ignore", over="ignore"
)

TRUNCATED_AT = 2.0
_POISSON_BY_PRODUCTS_BELOW = 10.0


def truncated_normal(runs: Runs, count: int, dtype: torch.dtype) -> torch.Tensor:
    """Normal numbers x with |x| < 2, so many in each run: [runs, count].

    A group is as many numbers as one block makes. Each group has a section of the stream, and
    takes the first numbers there that are within bounds.
    """
    computed = dtype if dtype == torch.float64 else torch.float32
    per_group = distributions.numbers_per_block(dtype)
    stride = per_group * RESERVED_PER_OUTPUT // 4
    groups = -(-count // per_group)
    sections = (runs.starts[:, None] + np.arange(groups) * stride).reshape(-1)

    def candidates(starts: Rows, blocks: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The normal numbers of the first blocks of sections, and which are within bounds."""
        offsets = starts[:, None] + np.arange(blocks)
        numbers = distributions.normals_of(
            runs.draw(offsets.ravel().astype(np.uint64)), computed
        ).view(len(starts), per_group * blocks)
        return numbers, numbers.abs() < TRUNCATED_AT

    result, kept = candidates(sections, 1)
    unfinished = torch.nonzero(~kept.all(dim=1)).view(-1)
    blocks = 1
    while len(unfinished):
        blocks *= 3
        numbers, kept = candidates(sections[unfinished.numpy()], blocks)
        # Sorting by "rejected" brings those kept to the front, in their order.
        order = torch.argsort((~kept).to(torch.uint8), dim=1, stable=True)[:, :per_group]
        result[unfinished] = numbers.gather(1, order)
        unfinished = unfinished[kept.sum(dim=1) < per_group]
    return result.view(len(runs.starts), groups * per_group)[:, :count].to(dtype)


@_unwarned
def gamma(draw: Draw, alpha: Floats) -> Floats:
    """Numbers of the gamma distributions with shape `alpha` and scale 1, as many as alphas.

    NaN where there is no such distribution: alpha is NaN or below -2/3, as in TensorFlow.

    Marsaglia and Tsang: "A simple method for generating gamma variables", 2000.
    """
    sections = _Sections(draw, alpha.size)
    normals = _Pairs(sections, distributions.normal_pairs)
    uniforms = _Pairs(sections, distributions.uniform_pairs)
    result = np.full_like(alpha, np.nan)

    exponential = np.nonzero(alpha == 1)[0]
    result[exponential] = -np.log(1 - uniforms.next(exponential))

    below_one = alpha < 1
    d = alpha + np.where(below_one, 2 / 3, -1 / 3)
    c = 1 / 3 / np.sqrt(d)
    pending = np.nonzero((alpha != 1) & ~np.isnan(c))[0]
    while pending.size:
        x = normals.next(pending)
        root = 1 + c[pending] * x
        possible = root > 0
        rows, x, v = pending[possible], x[possible], root[possible] ** 3
        u = uniforms.next(rows)
        squared = x * x
        accepted = (u < 1 - 0.0331 * squared * squared) | (
            np.log(u) < 0.5 * squared + d[rows] * (1 - v + np.log(v))
        )
        rows = rows[accepted]
        result[rows] = d[rows] * v[accepted]
        boosted = rows[below_one[rows]]
        result[boosted] *= uniforms.next(boosted) ** (1 / alpha[boosted])
        pending = np.setdiff1d(pending, rows, assume_unique=True)
    return result


@_unwarned
def poisson(draw: Draw, rate: Floats, largest: float) -> Floats:
    """Numbers of the Poisson distributions with these rates, as many as rates.

    Knuth's products of uniform numbers for rates below 10; else Hoermann: "The transformed
    rejection method for generating Poisson random variables", 1993.

    Args:
      largest: the largest number that the result's type holds; larger ones are rejected. With
        most of them larger there is no result, but NaN, as for a rate that is NaN.
    """
    uniforms = _Pairs(_Sections(draw, rate.size), distributions.uniform_pairs)
    result = np.full_like(rate, np.nan)
    small = rate < _POISSON_BY_PRODUCTS_BELOW
    _poisson_by_products(uniforms, rate, np.nonzero(small)[0], result)
    large = ~small & (rate <= largest)
    _poisson_by_rejection(uniforms, rate, np.nonzero(large)[0], largest, result)
    return result


def _poisson_by_products(uniforms: _Pairs, rate: Floats, rows: Rows, result: Floats) -> None:
    """How many uniform numbers can be multiplied before the product falls to exp(-rate)."""
    bound = np.exp(-rate)
    product = np.ones_like(rate)
    count = 0
    while rows.size:
        product[rows] *= uniforms.next(rows)
        fallen = product[rows] <= bound[rows]
        result[rows[fallen]] = count
        rows = rows[~fallen]
        count += 1


def _poisson_by_rejection(
    uniforms: _Pairs, rate: Floats, rows: Rows, largest: float, result: Floats
) -> None:
    while rows.size:
        mean = rate[rows]
        b = 0.931 + 2.53 * np.sqrt(mean)
        a = -0.059 + 0.02483 * b
        u = uniforms.next(rows) - 0.5
        v = uniforms.next(rows)
        tail = 0.5 - np.abs(u)
        k = np.floor((2 * a / tail + b) * u + mean + 0.43)
        possible = k <= largest
        inside = possible & (tail >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
        possible &= (k >= 0) & ~((tail < 0.013) & (v > tail))
        inverse_acceptance = 1.1239 + 1.1328 / (b - 3.4)
        density = np.log(v * inverse_acceptance / (a / (tail * tail) + b))
        log_factorial = torch.lgamma(torch.from_numpy(k + 1)).numpy()
        accepted = inside | (possible & (density <= -mean + k * np.log(mean) - log_factorial))
        result[rows[accepted]] = k[accepted]
        rows = rows[~accepted]


class _Sections:
    """Where each output stands in its own section of the stream."""

    def __init__(self, draw: Draw, count: int) -> None:
        self.count = count
        self._draw = draw
        self._next = np.arange(count, dtype=np.uint64) * np.uint64(RESERVED_PER_OUTPUT)

    def take(self, rows: Rows) -> Blocks:
        """The next block of each of these outputs, which ascend."""
        offsets = self._next[rows]
        self._next[rows] += np.uint64(1)
        return self._draw(offsets)


class _Pairs:
    """Numbers that come two to a block, of which the second is handed out first."""

    def __init__(self, sections: _Sections, pairs_of: Callable[[Blocks], Floats]) -> None:
        self._sections = sections
        self._pairs_of = pairs_of
        self._pairs = np.empty((sections.count, 2))
        self._left = np.zeros(sections.count, np.intp)

    def next(self, rows: Rows) -> Floats:
        """The next number of each of these outputs, which ascend."""
        empty = rows[self._left[rows] == 0]
        if empty.size:
            self._pairs[empty] = self._pairs_of(self._sections.take(empty))
            self._left[empty] = 2
        self._left[rows] -= 1
        numbers: Floats = self._pairs[rows, self._left[rows]]
        return numbers
