"""Colours of pixels: hue, saturation, contrast.  The last axis holds red, green and blue.

Source: tensorflow/core/kernels/colorspace_op.h and adjust_*_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.hue_gradient import gradient_of_hsv
from reflow.ops.image.resizing import invalid
from reflow.ops.op import op

_FLOATS = ("T: {half, bfloat16, float, double} = float",)
_IMAGES = ("T: {half, float} = float",)


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


def _hsv_of(rgb: torch.Tensor) -> torch.Tensor:
    """Hue, saturation and value, each from 0 to 1."""
    red, green, blue = rgb.unbind(-1)
    value = rgb.amax(-1)
    spread = value - rgb.amin(-1)
    saturation = torch.where(value > 0, spread / value, 0)
    norm = 1 / spread * (1 / 6)
    hue = torch.where(
        red == value,
        norm * (green - blue),
        torch.where(green == value, norm * (blue - red) + 2 / 6, norm * (red - green) + 4 / 6),
    )
    hue = torch.where(spread > 0, hue, 0)
    hue = torch.where(hue < 0, hue + 1, hue)
    return torch.stack([hue, saturation, value], -1)


def _shares(sixths: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """How much of red, green and blue a hue from 0 to 6 has, each from 0 to 1."""
    return (
        ((sixths - 3).abs() - 1).clamp(0, 1),
        (2 - (sixths - 2).abs()).clamp(0, 1),
        (2 - (sixths - 4).abs()).clamp(0, 1),
    )


def _rgb_of(hsv: torch.Tensor) -> torch.Tensor:
    hue, saturation, value = hsv.unbind(-1)
    white = 1 - saturation
    parts = [(white + saturation * share) * value for share in _shares(hue * 6)]
    return torch.stack(parts, -1)


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
        return _hsv_of(images)

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
        return _rgb_of(images)


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
        rgb = images.float()
        darkest, brightest = rgb.amin(-1), rgb.amax(-1)
        turned = torch.remainder(_hsv_of(rgb)[..., 0] * 6 + delta * 6, 6)
        parts = [darkest + share * (brightest - darkest) for share in _shares(turned)]
        return torch.stack(parts, -1).to(images.dtype)


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
        hue, saturation, value = _hsv_of(images.float()).unbind(-1)
        adjusted = torch.stack([hue, (saturation * scale).clamp(0, 1), value], -1)
        return _rgb_of(adjusted).to(images.dtype)
