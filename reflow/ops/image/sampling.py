"""Weighted sums along an axis, of which resizing consists.

The places are computed in float32, step by step as TensorFlow does it, since near a whole number
the last bit decides which pixel is read.
Source: tensorflow/core/kernels/image_resizer_state.h and resize_*_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

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

# Cubic weights are read off tables of this many steps between two pixels.
_CUBIC_STEPS = 1 << 10

_ONE, _HALF = np.float32(1), np.float32(0.5)


@dataclass(frozen=True)
class Taps:
    """What each place of an axis is made of.

    Attributes:
      positions: [outputs, taps], places of the input.
      weights: [outputs, taps], how much of each of them is taken.
    """

    positions: Integers
    weights: Floats32

    def gather(self, x: torch.Tensor, axis: int) -> torch.Tensor:
        """`x` with the outputs along `axis` in place of the inputs."""
        if self.positions.shape[1] > _MANY_TAPS:
            matrix = self._matrix(x.shape[axis]).to(x.device, x.dtype)
            return torch.tensordot(x, matrix, ([axis], [1])).movedim(-1, axis)
        parts = self._parts(x, axis)
        positions, weights = next(parts)
        total = x.index_select(axis, positions) * weights
        for positions, weights in parts:
            total += x.index_select(axis, positions) * weights
        return total

    def spread(self, dy: torch.Tensor, axis: int, size: int) -> torch.Tensor:
        """The gradient of `gather`, of an input of `size` along `axis`, by the output's `dy`."""
        if self.positions.shape[1] > _MANY_TAPS:
            matrix = self._matrix(size).to(dy.device, dy.dtype)
            return torch.tensordot(dy, matrix, ([axis], [0])).movedim(-1, axis)
        sums = dy.new_zeros([*dy.shape[:axis], size, *dy.shape[axis + 1 :]])
        for positions, weights in self._parts(dy, axis):
            sums.index_add_(axis, positions, dy * weights)
        return sums

    def _parts(self, x: torch.Tensor, axis: int) -> Any:
        """Each tap's (positions, weights), the weights shaped to stand along `axis`."""
        for positions, weights in zip(self.positions.T, self.weights.T):
            yield on_device(positions, x), along(on_device(weights, x).to(x.dtype), x, axis)

    def _matrix(self, size: int) -> torch.Tensor:
        """The weights as a matrix [outputs, size]."""
        matrix = np.zeros((len(self.positions), size), np.float32)
        outputs = np.arange(len(self.positions))[:, None]
        np.add.at(matrix, (outputs, self.positions), self.weights)
        return torch.from_numpy(matrix)


@dataclass(frozen=True)
class Between:
    """Places between two pixels: `weight` is the distance from the lower one.

    Attributes:
      lower, upper: [outputs] places of the input.
      weight: [outputs], from 0 to 1.
    """

    lower: Integers
    upper: Integers
    weight: Floats32

    def mix(self, low: torch.Tensor, high: torch.Tensor, axis: int) -> torch.Tensor:
        """Equal neighbours give exactly what they are: rounding loses nothing."""
        return low + (high - low) * along(on_device(self.weight, low), low, axis)

    def gather(self, x: torch.Tensor, axis: int) -> torch.Tensor:
        low, high = (x.index_select(axis, on_device(p, x)) for p in (self.lower, self.upper))
        return self.mix(low, high, axis)

    def taps(self) -> Taps:
        positions = np.stack([self.lower, self.upper], axis=1)
        return Taps(positions, np.stack([_ONE - self.weight, self.weight], axis=1))


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


def nearest(in_size: int, out_size: int, align_corners: bool, half_pixel_centers: bool) -> Integers:
    """The pixel that each output is a copy of.  [outputs]"""
    scale = scale_of(in_size, out_size, align_corners)
    outputs = np.arange(out_size, dtype=np.float32)
    places = (outputs + _HALF) * scale if half_pixel_centers else outputs * scale
    places = _rounded(places) if align_corners else np.floor(places)
    return np.minimum(places.astype(np.int64), in_size - 1)


def linear(in_size: int, out_size: int, align_corners: bool, half_pixel_centers: bool) -> Between:
    places = _centres(scale_of(in_size, out_size, align_corners), out_size, half_pixel_centers)
    whole = np.floor(places)
    lower = np.maximum(whole.astype(np.int64), 0)
    upper = np.minimum(np.ceil(places).astype(np.int64), in_size - 1)
    return Between(lower, upper, places - whole)


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
