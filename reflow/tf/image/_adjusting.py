"""Brightness, contrast, colours of images changed, by given amounts or at random."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.image.colors import AdjustContrastv2, AdjustHue, AdjustSaturation
from reflow.ops.image.decoding import DecodeJpeg
from reflow.ops.image.encoding import EncodeJpegVariableQuality
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._control_flow import with_dependencies
from reflow.tf._reductions import reduce_mean, reduce_prod, reduce_std
from reflow.tf._scopes import name_scope
from reflow.tf._tensor_like import is_tensor
from reflow.tf.image._shapes import image_checks, require
from reflow.tf.image._types import as_float, convert_image_dtype
from reflow.tf.math import add, div, maximum, rsqrt
from reflow.tf.random import random_uniform


def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """`image` with `delta`, in parts of the range from black to white, added to all values."""
    with name_scope(None, "adjust_brightness", [image, delta]) as scope:
        image, given = as_float(image)
        adjusted = add(image, cast(delta, image.dtype), name=scope)
        return convert_image_dtype(adjusted, given, saturate=True)


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """adjust_brightness by a number drawn from [-max_delta, max_delta)."""
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    delta = random_uniform([], -max_delta, max_delta, seed=seed)
    return adjust_brightness(image, delta)


def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """`images` [..., height, width, channels] with the differences from each channel's mean times
    `contrast_factor`."""
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as scope:
        images, given = as_float(images, "images")
        adjusted = AdjustContrastv2(images, contrast_factor=contrast_factor, name=scope)
        return convert_image_dtype(adjusted, given, saturate=True)


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """adjust_contrast by a factor drawn from [lower, upper)."""
    return adjust_contrast(image, _factor(lower, upper, seed))


def _factor(lower: float, upper: float, seed: int | None) -> Tensor:
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return random_uniform([], lower, upper, seed=seed)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """`image` [..., height, width, 3] with its hue turned by `delta`, 1 being the whole circle."""
    with name_scope(name, "adjust_hue", [image]):
        image, given = as_float(image)
        return convert_image_dtype(AdjustHue(image, delta), given)


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """adjust_hue by a number drawn from [-max_delta, max_delta); at most 0.5."""
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    delta = random_uniform([], -max_delta, max_delta, seed=seed)
    return adjust_hue(image, delta)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """`image` [..., height, width, 3] with its saturation times `saturation_factor`."""
    with name_scope(name, "adjust_saturation", [image]):
        image, given = as_float(image)
        return convert_image_dtype(AdjustSaturation(image, saturation_factor), given)


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """adjust_saturation by a factor drawn from [lower, upper)."""
    return adjust_saturation(image, _factor(lower, upper, seed))


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """gain * image ** gamma, values being from 0 (black) to 1 (white)."""
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image, given = as_float(image)
        checks = require(gamma >= 0, "Gamma should be a non-negative real number.")
        if checks:
            gamma = with_dependencies(checks, gamma)
        return convert_image_dtype(gain * image**gamma, given, saturate=True)


def per_image_standardization(image: Any) -> Tensor:
    """`image` [..., height, width, channels] with mean 0 and variance 1.

    A deviation of less than 1 / sqrt(number of values) counts as that, so even images are possible.
    """
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = convert_to_tensor(image, name="image")
        image, given = as_float(with_dependencies(image_checks(image), image))
        count = reduce_prod(shape_of(image)[-3:])
        mean = reduce_mean(image, axis=[-1, -2, -3], keepdims=True)
        deviation = reduce_std(image, axis=[-1, -2, -3], keepdims=True)
        least = rsqrt(cast(count, image.dtype))
        deviation = maximum(deviation, least)
        standardized = div(image - mean, deviation, name=scope)
        return convert_image_dtype(standardized, given, saturate=True)


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, name: str | None = None) -> Tensor:
    """`image` [height, width, 1 or 3] as it is after JPEG with this quality, from 0 to 100."""
    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        given = image.dtype.base_dtype
        image = convert_image_dtype(image, "uint8")
        if not is_tensor(jpeg_quality):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtype="int32")
        decoded = DecodeJpeg(EncodeJpegVariableQuality(image, jpeg_quality))
        return convert_image_dtype(decoded, given)


def random_jpeg_quality(
    image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None
) -> Tensor:
    """adjust_jpeg_quality to an integer drawn from [min_jpeg_quality, max_jpeg_quality)."""
    if min(min_jpeg_quality, max_jpeg_quality) < 0 or max(min_jpeg_quality, max_jpeg_quality) > 100:
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    quality = random_uniform([], min_jpeg_quality, max_jpeg_quality, seed=seed, dtype="int32")
    return adjust_jpeg_quality(image, quality)
