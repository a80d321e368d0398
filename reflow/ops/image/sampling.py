"""Weighted sums along an axis, of which resizing consists.

The places are computed in float32, step by step as TensorFlow does it, since near a whole number
the last bit decides which pixel is read.
Source: tensorflow/core/kernels/image_resizer_state.h and resize_*_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from reflow.ops.values import placed

Floats32 = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

# With more taps than these a product with the matrix of all weights is faster.
_MANY_TAPS = 8

# Numbers of an output that are made together at most.
_PIECE = 1 << 15

_FEW_CHANNELS = 8

# Cubic weights are read off tables of this many steps between two pixels.
_CUBIC_STEPS = 1 << 10

_ONE, _HALF = np.float32(1), np.float32(0.5)


# Tables are kept for the next run, which mostly is of the same sizes.
_kept = functools.lru_cache(maxsize=64)


@dataclass(frozen=True, eq=False)
class Taps:
    """What each place of an axis is made of.

    Attributes:
      positions: [outputs, taps], places of the input.
      weights: [outputs, taps], how much of each of them is taken.
    """

    positions: Integers
    weights: Floats32

    @property
    def outputs(self) -> int:
        return len(self.positions)

    def gather(self, x: torch.Tensor, axis: int) -> torch.Tensor:
        """`x` with the outputs along `axis` in place of the inputs."""
        if self.positions.shape[1] > _MANY_TAPS:
            matrix = self._matrix(x.shape[axis]).to(x.device, x.dtype)
            return torch.tensordot(x, matrix, ([axis], [1])).movedim(-1, axis)
        return _made_of_places(x, axis, self, _weighted_sum)

    def spread(self, dy: torch.Tensor, axis: int, size: int) -> torch.Tensor:
        """The gradient of `gather`, of an input of `size` along `axis`, by the output's `dy`."""
        if self.positions.shape[1] > _MANY_TAPS:
            matrix = self._matrix(size).to(dy.device, dy.dtype)
            return torch.tensordot(dy, matrix, ([axis], [0])).movedim(-1, axis)
        turned = self._turned(size)
        if turned.positions.shape[1] <= _MANY_TAPS and dy.is_cpu and math.isfinite(dy.sum().item()):
            return turned.gather(dy, axis)
        sums = dy.new_zeros([*dy.shape[:axis], size, *dy.shape[axis + 1 :]])
        for positions, weights in self._parts(dy, axis):
            sums.index_add_(axis, positions, dy * weights)
        return sums

    def _parts(self, x: torch.Tensor, axis: int) -> Any:
        """Each tap's (positions, weights), the weights shaped to stand along `axis`."""
        for positions, weights in zip(self.positions.T, self.weights.T):
            yield on_device(positions, x), along(on_device(weights, x).to(x.dtype), x, axis)

    @_kept
    def _turned(self, size: int) -> Taps:
        """What each of the `size` places of the input is part of, tap by tap.

        Of finite numbers only: places that are part of few outputs have weights of 0 besides.
        """
        numbers = np.arange(self.positions.size) % len(self.positions)
        places, weights = self.positions.T.ravel(), self.weights.T.ravel()
        order = np.flatnonzero(weights)
        order = order[places[order].argsort(kind="stable")]
        numbers, places, weights = numbers[order], places[order], weights[order]
        rank = np.arange(len(order)) - np.searchsorted(places, np.arange(size))[places]
        shape = size, int(rank.max(initial=0)) + 1
        turned = Taps(np.zeros(shape, np.int64), np.zeros(shape, np.float32))
        turned.positions[places, rank], turned.weights[places, rank] = numbers, weights
        return turned

    @_kept
    def table(self, channels: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The positions and weights of each tap, see `_laid_out`.  [taps, ...], [taps, ...]"""
        return _laid_out(self.positions.T, self.weights.T, channels)

    def _matrix(self, size: int) -> torch.Tensor:
        """The weights as a matrix [outputs, size]."""
        matrix = np.zeros((len(self.positions), size), np.float32)
        outputs = np.arange(len(self.positions))[:, None]
        np.add.at(matrix, (outputs, self.positions), self.weights)
        return torch.from_numpy(matrix)


@dataclass(frozen=True, eq=False)
class Between:
    """Places between two pixels: `weight` is the distance from the lower one.

    Attributes:
      lower, upper: [outputs] places of the input.
      weight: [outputs], from 0 to 1.
    """

    lower: Integers
    upper: Integers
    weight: Floats32

    @property
    def outputs(self) -> int:
        return len(self.weight)

    def gather(self, x: torch.Tensor, axis: int) -> torch.Tensor:
        """`x` with the outputs along `axis` in place of the inputs."""
        return _made_of_places(x, axis, self, _between)

    @_kept
    def places_used(self) -> tuple[Integers, Between]:
        """The places of the input that count at all, ascending, and this with numbers of those."""
        used, numbers = np.unique(np.stack([self.lower, self.upper]), return_inverse=True)
        lower, upper = numbers.reshape(2, -1)
        return used, Between(lower, upper, self.weight)

    @_kept
    def table(self, channels: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The lower and upper positions, and the weight, see `_laid_out`.  [2, ...], [1, ...]"""
        return _laid_out(np.stack([self.lower, self.upper]), self.weight[None], channels)

    @_kept
    def taps(self) -> Taps:
        positions = np.stack([self.lower, self.upper], axis=1)
        return Taps(positions, np.stack([_ONE - self.weight, self.weight], axis=1))


# Makes of parts of a tensor, which it may change, and weights an output, in memory given.
Combine = Callable[[list[torch.Tensor], torch.Tensor, torch.Tensor], None]


def _weighted_sum(parts: list[torch.Tensor], weights: torch.Tensor, out: torch.Tensor) -> None:
    torch.mul(parts[0], weights[0], out=out)
    for part, weight in zip(parts[1:], weights[1:]):
        out += part.mul_(weight)


def _between(parts: list[torch.Tensor], weights: torch.Tensor, out: torch.Tensor) -> None:
    """Equal neighbours give exactly what they are: rounding loses nothing."""
    low, high = parts
    torch.add(high.sub_(low).mul_(weights[0]), low, out=out)


def _made_of_places(
    x: torch.Tensor, axis: int, sampler: Taps | Between, combine: Combine
) -> torch.Tensor:
    """`x` with what `combine` makes of the sampler's places and weights along `axis`.

    Large tensors are made piece by piece: what is combined then stays in the cache.
    """
    flat = _flattened(x, axis)
    table = sampler.table(math.prod(x.shape[axis + 1 :]))
    places, weights = (placed(tensor, x.device) for tensor in table)
    weights = weights.to(x.dtype)
    shape = (*x.shape[:axis], sampler.outputs, *x.shape[axis + 1 :])
    lines, outputs, channels = len(flat), places.shape[1], math.prod(flat.shape[2:])
    made = x.new_empty((lines, outputs, *flat.shape[2:]))
    if not x.is_cpu or made.numel() <= _PIECE:
        combine([flat.index_select(1, part) for part in places], weights, made)
        return made.view(shape)
    columns = max(1, min(outputs, _PIECE // channels))
    rows = max(1, _PIECE // (columns * channels))
    for into, source in zip(torch.split(made, rows), torch.split(flat, rows)):
        for begin in range(0, outputs, columns):
            piece = slice(begin, begin + columns)
            parts = [source.index_select(1, part[piece]) for part in places]
            combine(parts, weights[:, piece], into[:, piece])
    return made.view(shape)


def copied(x: torch.Tensor, axis: int, positions: Integers) -> torch.Tensor:
    """`x` with the elements at these places along `axis`."""
    places = _numbered(torch.from_numpy(positions), math.prod(x.shape[axis + 1 :]))
    shape = (*x.shape[:axis], len(positions), *x.shape[axis + 1 :])
    return _flattened(x, axis).index_select(1, placed(places, x.device)).view(shape)


# Few channels are taken for places of their own: copying few numbers at a time takes long.


def _flattened(x: torch.Tensor, axis: int) -> torch.Tensor:
    """`x` as [rows, places, channels], the places being along `axis`; as [rows, places] if the
    channels are few."""
    rows, channels = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    if channels > _FEW_CHANNELS:
        return x.reshape(rows, x.shape[axis], channels)
    return x.reshape(rows, x.shape[axis] * channels)


def _numbered(places: torch.Tensor, channels: int) -> torch.Tensor:
    """The places as `_flattened` counts them.  [..., places]"""
    if channels > _FEW_CHANNELS:
        return places
    return (places.unsqueeze(-1) * channels + torch.arange(channels)).flatten(-2)


def _laid_out(
    positions: Integers, weights: Floats32, channels: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Positions and weights for a flattened tensor of so many channels."""
    places = _numbered(torch.from_numpy(np.ascontiguousarray(positions)), channels)
    shares = torch.from_numpy(np.ascontiguousarray(weights))
    if channels > _FEW_CHANNELS:
        return places, shares.unsqueeze(2)
    return places, shares.repeat_interleave(channels, 1)


def on_device(array: npt.NDArray[Any], like: torch.Tensor) -> torch.Tensor:
    return placed(torch.from_numpy(np.ascontiguousarray(array)), like.device)


def along(vector: torch.Tensor, x: torch.Tensor, axis: int) -> torch.Tensor:
    """A vector shaped to broadcast along one axis of `x`."""
    return vector.reshape([-1 if i == axis else 1 for i in range(x.ndim)])


def scale_of(in_size: int, out_size: int, align_corners: bool) -> np.float32:
    """The distance in pixels of the input from one output to the next."""
    if align_corners and out_size > 1:
        return np.float32(in_size - 1) / np.float32(out_size - 1)
    return np.float32(in_size) / np.float32(out_size)


def _centres(scale: np.float32, out_size: int, half_pixel_centers: bool) -> Floats32:
    """The places of the outputs among the input's pixels, whose own are the whole numbers."""
    outputs = np.arange(out_size, dtype=np.float32)
    return (outputs + _HALF) * scale - _HALF if half_pixel_centers else outputs * scale


def _rounded(x: Floats32) -> Floats32:
    """To the nearest whole number, halves upward; of numbers that are not negative."""
    whole = np.floor(x)
    return whole + (x - whole >= _HALF)


@_kept
def nearest(in_size: int, out_size: int, align_corners: bool, half_pixel_centers: bool) -> Integers:
    """The pixel that each output is a copy of.  [outputs]"""
    scale = scale_of(in_size, out_size, align_corners)
    outputs = np.arange(out_size, dtype=np.float32)
    places = (outputs + _HALF) * scale if half_pixel_centers else outputs * scale
    places = _rounded(places) if align_corners else np.floor(places)
    return np.minimum(places.astype(np.int64), in_size - 1)


@_kept
def copying(in_size: int, out_size: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """The same as taps."""
    places = nearest(in_size, out_size, align_corners, half_pixel_centers)[:, None]
    return Taps(places, np.ones_like(places, np.float32))


@_kept
def linear(in_size: int, out_size: int, align_corners: bool, half_pixel_centers: bool) -> Between:
    places = _centres(scale_of(in_size, out_size, align_corners), out_size, half_pixel_centers)
    whole = np.floor(places)
    lower = np.maximum(whole.astype(np.int64), 0)
    upper = np.minimum(np.ceil(places).astype(np.int64), in_size - 1)
    return Between(lower, upper, places - whole)


@_kept
def cubic(in_size: int, out_size: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """Cubic convolution: Keys's with half-pixel centres, otherwise that of a = -0.75.

    Keys: "Cubic convolution interpolation for digital image processing", 1981.
    """
    places = _centres(scale_of(in_size, out_size, align_corners), out_size, half_pixel_centers)
    whole = np.floor(places)
    steps = np.rint((places - whole) * np.float32(_CUBIC_STEPS)).astype(np.int64)
    near, far = _cubic_tables(-0.5 if half_pixel_centers else -0.75)
    back = _CUBIC_STEPS - steps
    weights = np.stack([far[steps], near[steps], near[back], far[back]], axis=1)
    wanted = whole.astype(np.int64)[:, None] + np.arange(-1, 3)
    positions = np.clip(wanted, 0, in_size - 1)
    if half_pixel_centers:  # What lies outside counts for nothing.
        weights = np.where(positions == wanted, weights, np.float32(0))
        weights = weights * (_ONE / weights.sum(axis=1, keepdims=True))
    return Taps(positions, weights)


def _cubic_tables(a: float) -> tuple[Floats32, Floats32]:
    """Weights of pixels at distances from 0 to 1, and of those from 1 to 2."""
    x = np.arange(_CUBIC_STEPS + 1, dtype=np.float32) / np.float32(_CUBIC_STEPS)
    near = ((a + 2) * x.astype(np.float64) - (a + 3)) * x * x + 1
    y = (x + _ONE).astype(np.float64)
    far = ((a * y - 5 * a) * y + 8 * a) * y - 4 * a
    return near.astype(np.float32), far.astype(np.float32)


@_kept
def area(in_size: int, out_size: int, align_corners: bool) -> Taps:
    """How much of each pixel lies within the stretch that an output covers."""
    scale = scale_of(in_size, out_size, align_corners)
    starts = np.arange(out_size, dtype=np.float32) * scale
    ends = np.arange(1, out_size + 1, dtype=np.float32) * scale
    first = np.floor(starts).astype(np.int64)
    counts = np.ceil(ends).astype(np.int64) - first
    offsets = np.arange(counts.max())
    pixels = first[:, None] + offsets
    starts, ends = starts[:, None], ends[:, None]
    inside = np.minimum((pixels + 1).astype(np.float32), ends)
    inside = inside - np.maximum(pixels.astype(np.float32), starts)
    whole_output = (pixels < starts) & (pixels + 1 > ends)
    weights = np.where(whole_output, scale, inside)
    weights = np.where(offsets < counts[:, None], weights, np.float32(0))
    return Taps(np.clip(pixels, 0, in_size - 1), weights.astype(np.float32))
