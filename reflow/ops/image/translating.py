"""Images scaled by any factor and moved, each pixel a mean weighted by a sampling kernel.

Source: tensorflow/core/kernels/scale_and_translate_op.cc and sampling_kernels.h of TensorFlow 1.15.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import check_gradient, checked_size, invalid, resized_shape
from reflow.ops.image.sampling import Floats32, Taps
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

_ONE, _HALF, _ZERO = np.float32(1), np.float32(0.5), np.float32(0)
_PI = np.float32(np.pi)
_KERNEL = ("kernel_type: string = 'lanczos3'", "antialias: bool = true")


@dataclass(frozen=True)
class SamplingKernel:
    """How much a pixel counts, by its distance: `weight` of the distance, up to `radius`."""

    radius: float
    weight: Callable[[Floats32], Floats32]


def _lanczos(radius: float) -> SamplingKernel:
    def weight(x: Floats32) -> Floats32:
        angles = _PI * np.maximum(x, np.float32(1e-3))
        waves = np.float32(radius) * np.sin(angles) * np.sin(angles / np.float32(radius))
        inside = np.where(x <= np.float32(1e-3), _ONE, waves / (angles * angles))
        return np.where(x > radius, _ZERO, inside).astype(np.float32)

    return SamplingKernel(radius, weight)


def _gaussian(x: Floats32) -> Floats32:
    return np.where(x >= 1.5, 0, np.exp(-x * x / 0.5)).astype(np.float32)


def _box(x: Floats32) -> Floats32:
    return np.where(x < _HALF, _ONE, np.where(x == _HALF, _HALF, _ZERO))


def _triangle(x: Floats32) -> Floats32:
    return np.where(x < _ONE, _ONE - x, _ZERO)


def _piecewise_cubic(near: list[float], far: list[float]) -> Callable[[Floats32], Floats32]:
    """Polynomials for distances below 1 and below 2: coefficients, highest powers first."""

    def weight(x: Floats32) -> Floats32:
        below_one, below_two = (
            np.polyval(np.array(coefficients, np.float32), x) for coefficients in (near, far)
        )
        return np.where(x >= 2, _ZERO, np.where(x >= 1, below_two, below_one))

    return weight


KERNELS = {
    "lanczos1": _lanczos(1),
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
    "gaussian": SamplingKernel(1.5, _gaussian),
    "box": SamplingKernel(1, _box),
    "triangle": SamplingKernel(1, _triangle),
    "keyscubic": SamplingKernel(2, _piecewise_cubic([1.5, -2.5, 0, 1], [-0.5, 2.5, -4, 2])),
    "mitchellcubic": SamplingKernel(
        2, _piecewise_cubic([7 / 6, -2, 0, 8 / 9], [-7 / 18, 2, -10 / 3, 16 / 9])
    ),
}


def _sampled(
    kernel_type: str,
    in_size: int,
    out_size: int,
    scale: np.float32,
    translation: np.float32,
    antialias: bool,
) -> Taps:
    """The taps of one axis; places beyond the input's ends have weights of 0."""
    if kernel_type not in KERNELS:
        raise invalid(f"Unrecognized kernel type: {kernel_type}")
    kernel = KERNELS[kernel_type]
    inverse = _ONE / scale
    stretch = max(inverse, _ONE) if antialias else _ONE
    samples = (np.arange(out_size, dtype=np.float32) + _HALF) * inverse + -inverse * translation
    reach = np.float32(kernel.radius) * stretch
    first, last = (
        np.clip(ends, 0, in_size - 1).astype(np.int64)[:, None]
        for ends in (np.ceil(samples - reach - _HALF), np.floor(samples + reach - _HALF))
    )
    span = min(2 * math.ceil(reach) + 1, in_size)
    pixels = first + np.arange(span)
    distances = pixels.astype(np.float32) + _HALF - samples[:, None]
    weights = kernel.weight(np.abs(distances * (_ONE / stretch)))
    weights = np.where(pixels <= last, weights, _ZERO)
    totals = weights.sum(axis=1, keepdims=True, dtype=np.float32)
    outside = (samples < 0) | (samples > in_size)
    empty = outside[:, None] | (np.abs(totals) < 1000 * np.finfo(np.float32).tiny)
    weights = np.where(empty, _ZERO, weights / np.where(empty, _ONE, totals))
    return Taps(np.minimum(pixels, in_size - 1), weights.astype(np.float32))


def _pairs(scale: Host, translation: Host) -> tuple[tuple[np.float32, np.float32], ...]:
    """(scale, translation) of the rows and of the columns."""
    for value in (scale, translation):
        if value.ndim != 1:
            raise invalid(f"t must be 1-dimensional{shapes.text(shapes.of(*value.shape))}")
        if value.size != 2:
            raise invalid(f"t must have two elements{shapes.text(shapes.of(*value.shape))}")
    if not (scale > 0).all():
        raise invalid("Scale must be greater than zero.")
    return tuple(zip(scale.astype(np.float32), translation.astype(np.float32)))


@op
class ScaleAndTranslate:
    """Images [batch, h, w, channels] scaled by two factors, then moved, and cut to a size [2].

    With `antialias` the kernel is stretched where the image is made smaller.
    """

    inputs = "images: T, size: int32, scale: float, translation: float"
    outputs = "resized_images: float"
    attrs = (
        "T: {int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, double}",
        *_KERNEL,
    )

    def shape(
        images: TensorShape,
        size: Value,
        scale: TensorShape,
        translation: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        return resized_shape(images, size, input_shapes=input_shapes)

    def kernel(
        images: torch.Tensor,
        size: Host,
        scale: Host,
        translation: Host,
        *,
        kernel_type: str,
        antialias: bool,
    ) -> torch.Tensor:
        sizes = checked_size(images, size)
        resized = images.float()
        for axis, length, pair in zip((1, 2), sizes, _pairs(scale, translation)):
            taps = _sampled(kernel_type, images.shape[axis], length, *pair, antialias)
            resized = taps.gather(resized, axis)
        return resized

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None, None]:
        images, _, scale, translation = op.inputs
        settings = {name: op.attrs[name] for name in ("kernel_type", "antialias")}
        return ScaleAndTranslateGrad(dy, images, scale, translation, **settings), None, None, None


@op
class ScaleAndTranslateGrad:
    """The gradient of ScaleAndTranslate by its images."""

    inputs = "grads: T, original_image: T, scale: float, translation: float"
    outputs = "output: T"
    attrs = ("T: {float}", *_KERNEL)

    def shape(
        grads: TensorShape,
        original_image: TensorShape,
        scale: TensorShape,
        translation: TensorShape,
    ) -> TensorShape:
        return original_image

    def kernel(
        grads: torch.Tensor,
        original_image: torch.Tensor,
        scale: Host,
        translation: Host,
        *,
        kernel_type: str,
        antialias: bool,
    ) -> torch.Tensor:
        check_gradient(grads, original_image)
        summed = grads
        for axis, pair in zip((1, 2), _pairs(scale, translation)):
            size, resized = original_image.shape[axis], grads.shape[axis]
            taps = _sampled(kernel_type, size, resized, *pair, antialias)
            summed = taps.spread(summed, axis, size)
        return summed
