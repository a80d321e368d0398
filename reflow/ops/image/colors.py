"""Colours of pixels: hue, saturation, contrast.  The last axis holds red, green and blue.

Source: tensorflow/core/kernels/colorspace_op.h and adjust_*_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.hue_gradient import gradient_of_hsv
from reflow.ops.image.resizing import invalid
from reflow.ops.op import op
from reflow.ops.pieces import in_pieces

_FLOATS = ("T: {half, bfloat16, float, double} = float",)
_IMAGES = ("T: {half, float} = float",)

# Of so many pixels at most, fewer calls are sooner than cheap ones.
_FEW = 2000


def _of_colors(images: TensorShape) -> TensorShape:
    """[..., 3]"""
    *pixels, channels = shapes.with_rank_at_least(images, 1).sizes or (None,)
    if images.sizes is None:
        return images
    if channels not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {channels}")
    return shapes.of(*pixels, 3)


def _of_images(images: TensorShape, setting: TensorShape) -> TensorShape:
    return shapes.with_rank_at_least(images, 3)


def _check_colors(images: torch.Tensor) -> None:
    if images.ndim < 1:
        raise invalid("input must be at least 1D[]")
    if images.shape[-1] != 3:
        raise errors.FailedPreconditionError(
            None,
            None,
            f"input must have 3 channels but input only has {images.shape[-1]} channels.",
        )


def _check_adjusted(images: torch.Tensor, name: str, setting: torch.Tensor) -> None:
    shape = shapes.text(shapes.of(*images.shape))
    if images.ndim < 3:
        raise invalid(f"input must be at least 3-D, got shape{shape}")
    if setting.ndim:
        raise invalid(f"{name} must be scalar: {shapes.text(shapes.of(*setting.shape))}")


def _check_three(images: torch.Tensor) -> None:
    if images.shape[-1] != 3:
        raise invalid(f"input must have 3 channels but instead has {images.shape[-1]} channels.")


Planes = tuple[torch.Tensor, ...]


def _by_pixels(compute: Callable[..., Planes], images: torch.Tensor) -> torch.Tensor:
    """Images of what `compute` makes of the three channels, each without gaps."""

    def interleaved(pixels: torch.Tensor) -> torch.Tensor:
        made = torch.empty_like(pixels)
        for into, plane in zip(
            made.unbind(1), compute(*(channel.contiguous() for channel in pixels.unbind(1)))
        ):
            into.copy_(plane)
        return made

    return in_pieces(interleaved, images.reshape(-1, 3)).view(images.shape)


def _extremes(red: torch.Tensor, green: torch.Tensor, blue: torch.Tensor) -> Planes:
    """The darkest and the brightest of each pixel's channels."""
    brightest = torch.maximum(torch.maximum(red, green), blue)
    return torch.minimum(torch.minimum(red, green), blue), brightest


def _hsv_of(red: torch.Tensor, green: torch.Tensor, blue: torch.Tensor) -> Planes:
    """Hue, saturation and value, each from 0 to 1."""
    darkest, value = _extremes(red, green, blue)
    spread = value - darkest
    saturation = torch.where(value > 0, spread / value, 0)
    return _hue_of(red, green, blue, value, spread), saturation, value


def _hue_of(
    red: torch.Tensor,
    green: torch.Tensor,
    blue: torch.Tensor,
    value: torch.Tensor,
    spread: torch.Tensor,
) -> torch.Tensor:
    if value.is_cpu and value.numel() > _FEW:
        hue = _finite_hue_of(red, green, blue, value, spread)
        if math.isfinite(hue.sum().item()):
            return hue
    of_red, of_green, of_blue = _hues_of(red, green, blue, spread)
    hue = torch.where(red == value, of_red, torch.where(green == value, of_green, of_blue))
    hue = torch.where(spread > 0, hue, 0)
    return torch.where(hue < 0, hue + 1, hue)


def _hues_of(
    red: torch.Tensor, green: torch.Tensor, blue: torch.Tensor, spread: torch.Tensor
) -> Planes:
    """The hue if red is the brightest, which can be below 0, if green is, and if blue is."""
    norm = (1 / spread).mul_(1 / 6)
    return (
        (green - blue).mul_(norm),
        (blue - red).mul_(norm).add_(2 / 6),
        (red - green).mul_(norm).add_(4 / 6),
    )


def _finite_hue_of(
    red: torch.Tensor,
    green: torch.Tensor,
    blue: torch.Tensor,
    value: torch.Tensor,
    spread: torch.Tensor,
) -> torch.Tensor:
    """The hue as sums with factors of 0 and 1, which is sooner than to choose for each pixel anew;
    NaN unless all numbers are finite."""
    grey = torch.eq(spread, 0, out=torch.empty_like(spread))
    of_red, of_green, of_blue = _hues_of(red, green, blue, spread + grey)
    is_red = torch.eq(red, value, out=torch.empty_like(red))
    others = 1 - is_red
    is_green = torch.eq(green, value, out=torch.empty_like(green)).mul_(others)
    is_blue = others.sub_(is_green)
    hue = of_red.mul_(is_red).add_(of_green.mul_(is_green)).add_(of_blue.mul_(is_blue))
    return hue.sub_(hue.floor())


def _shares(sixths: torch.Tensor) -> Planes:
    """How much of red, green and blue a hue from 0 to 6 has, each from 0 to 1."""
    return (
        (sixths - 3).abs_().sub_(1).clamp_(0, 1),
        torch.rsub((sixths - 2).abs_(), 2).clamp_(0, 1),
        torch.rsub((sixths - 4).abs_(), 2).clamp_(0, 1),
    )


def _rgb_of(hue: torch.Tensor, saturation: torch.Tensor, value: torch.Tensor) -> Planes:
    white = 1 - saturation
    return tuple(share.mul_(saturation).add_(white).mul_(value) for share in _shares(hue * 6))


@op
class RGBToHSV:
    """Red, green and blue as hue, saturation and value, all from 0 to 1.  [..., 3]"""

    inputs = "images: T"
    outputs = "output: T"
    attrs = _FLOATS
    shape = _of_colors
    export = ("image.rgb_to_hsv",)

    def kernel(images: torch.Tensor) -> torch.Tensor:
        _check_colors(images)
        return _by_pixels(_hsv_of, images)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return gradient_of_hsv(op.inputs[0], dy)


@op
class HSVToRGB:
    """Hue, saturation and value as red, green and blue.  [..., 3]"""

    inputs = "images: T"
    outputs = "output: T"
    attrs = _FLOATS
    shape = _of_colors
    gradient = None
    export = ("image.hsv_to_rgb",)

    def kernel(images: torch.Tensor) -> torch.Tensor:
        _check_colors(images)
        return _by_pixels(_rgb_of, images)


@op
class AdjustContrastv2:
    """(x - mean) * contrast_factor + mean, with each channel's mean.  [..., h, w, channels]"""

    inputs = "images: T, contrast_factor: float"
    outputs = "output: T"
    attrs = _IMAGES

    def shape(images: TensorShape, contrast_factor: TensorShape) -> TensorShape:
        shapes.with_rank(contrast_factor, 0)
        return shapes.with_rank_at_least(images, 3)

    def kernel(images: torch.Tensor, contrast_factor: torch.Tensor) -> torch.Tensor:
        _check_adjusted(images, "contrast_factor", contrast_factor)
        if not images.numel():
            return images.clone()
        pixels = images.float()
        means = pixels.mean(dim=(-3, -2), keepdim=True)
        return ((pixels - means) * contrast_factor + means).to(images.dtype)


@op
class AdjustHue:
    """The hue turned by `delta`, 1 being the whole circle.  [..., h, w, 3]"""

    inputs = "images: T, delta: float"
    outputs = "output: T"
    attrs = _IMAGES
    shape = _of_images

    def kernel(images: torch.Tensor, delta: torch.Tensor) -> torch.Tensor:
        _check_adjusted(images, "delta", delta)
        _check_three(images)

        def turned(red: torch.Tensor, green: torch.Tensor, blue: torch.Tensor) -> Planes:
            darkest, brightest = _extremes(red, green, blue)
            spread = brightest - darkest
            hue = _hue_of(red, green, blue, brightest, spread)
            shares = _shares(torch.remainder(hue * 6 + delta * 6, 6))
            return tuple(share.mul_(spread).add_(darkest) for share in shares)

        return _by_pixels(turned, images.float()).to(images.dtype)


@op
class AdjustSaturation:
    """The saturation times `scale`, kept between 0 and 1.  [..., h, w, 3]"""

    inputs = "images: T, scale: float"
    outputs = "output: T"
    attrs = _IMAGES
    shape = _of_images

    def kernel(images: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        _check_adjusted(images, "scale", scale)
        _check_three(images)

        def saturated(red: torch.Tensor, green: torch.Tensor, blue: torch.Tensor) -> Planes:
            hue, saturation, value = _hsv_of(red, green, blue)
            return _rgb_of(hue, saturation.mul_(scale).clamp_(0, 1), value)

        return _by_pixels(saturated, images.float()).to(images.dtype)
