"""How much images are like one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.activations import Relu
from reflow.ops.arrays import Identity, Reshape
from reflow.ops.constants import constant
from reflow.ops.repeating import Tile
from reflow.tf._arrays import expand_dims, pad, shape_n
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import size as size_of
from reflow.tf._casts import cast
from reflow.tf._checks import Assert
from reflow.tf._cond import cond
from reflow.tf._depthwise import depthwise_conv2d
from reflow.tf._filling import range
from reflow.tf._joining import concat, stack
from reflow.tf._pooling import avg_pool
from reflow.tf._reductions import reduce_all, reduce_any, reduce_mean, reduce_prod
from reflow.tf._scopes import name_scope
from reflow.tf.image._types import convert_image_dtype
from reflow.tf.math import (
    equal,
    greater_equal,
    log,
    not_equal,
    pow,
    square,
    squared_difference,
    subtract,
)
from reflow.tf.nn import softmax

# The weights of the scales, from the finest: Wang, Simoncelli, Bovik, "Multi-scale structural
# similarity for image quality assessment", 2003.
_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def _verify_compatible_image_shapes(
    img1: Tensor, img2: Tensor
) -> tuple[Tensor, Tensor, list[Operation]]:
    """The shapes of two images or batches, and what is left to check of them.

    Raises:
      ValueError: they are known to differ.
    """
    static1, static2 = (image.shape.with_rank_at_least(3) for image in (img1, img2))
    static1[-3:].assert_is_compatible_with(static2[-3:])
    if static1.ndims is not None and static2.ndims is not None:
        batches = zip(reversed(static1.as_list()[:-3]), reversed(static2.as_list()[:-3]))
        if any(None not in pair and 1 not in pair and pair[0] != pair[1] for pair in batches):
            raise ValueError(f"Two images are not compatible: {static1} and {static2}")
    shape1, shape2 = shape_n([img1, img2])
    checks = [
        Assert(greater_equal(size_of(shape1), 3), [shape1, shape2], summarize=10),
        Assert(reduce_all(equal(shape1[-3:], shape2[-3:])), [shape1, shape2], summarize=10),
    ]
    return shape1, shape2, checks


def _after(checks: Sequence[Operation], x: Tensor) -> Tensor:
    with get_default_graph().control_dependencies(checks):
        return Identity(x)


def psnr(a: Tensor, b: Tensor, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio of images, in decibels.

    a, b [..., height, width, channels] -> [...].

    Args:
      max_val: the difference of the greatest possible value from the least.
    """
    with name_scope(name, "PSNR", [a, b]):
        max_val = convert_image_dtype(cast(max_val, a.dtype), "float32")
        a, b = convert_image_dtype(a, "float32"), convert_image_dtype(b, "float32")
        error = reduce_mean(squared_difference(a, b), [-3, -2, -1])
        ratio = subtract(
            20 * log(max_val) / log(10.0), np.float32(10 / np.log(10)) * log(error), name="psnr"
        )
        _, _, checks = _verify_compatible_image_shapes(a, b)
        return _after(checks, ratio)


def ssim(
    img1: Tensor,
    img2: Tensor,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity of images, from -1 to 1, 1 being equality.

    img1, img2 [..., height, width, channels] -> [...], the mean over places and channels.

    Args:
      max_val: the difference of the greatest possible value from the least.
      filter_size, filter_sigma: of the Gaussian that weighs the surroundings of a place.
      k1, k2: keep small denominators from mattering.

    Source: Wang and others: "Image quality assessment: from error visibility to structural
    similarity", 2004.
    """
    _, _, checks = _verify_compatible_image_shapes(img1, img2)
    img1 = _after(checks, img1)
    max_val = convert_image_dtype(cast(max_val, img1.dtype), "float32")
    img1, img2 = convert_image_dtype(img1, "float32"), convert_image_dtype(img2, "float32")
    similarity, _ = _by_channel(img1, img2, max_val, filter_size, filter_sigma, k1, k2)
    return reduce_mean(similarity, [-1])


def _by_channel(
    img1: Tensor,
    img2: Tensor,
    max_val: Any,
    filter_size: Any,
    filter_sigma: Any,
    k1: float,
    k2: float,
) -> tuple[Tensor, Tensor]:
    """The similarity, and its part without brightness, of each channel: [..., channels]."""
    filter_size = constant(filter_size, "int32")
    filter_sigma = constant(filter_sigma, img1.dtype)
    shape1, shape2 = shape_n([img1, img2])
    checks = [
        Assert(
            reduce_all(greater_equal(shape[-3:-1], filter_size)), [shape, filter_size], summarize=8
        )
        for shape in (shape1, shape2)
    ]
    img1 = _after(checks, img1)
    kernel = Tile(_gaussian(filter_size, filter_sigma), [1, 1, shape1[-1], 1])

    def surroundings(x: Tensor) -> Tensor:
        """The weighted means around each place."""
        sizes = shape_of(x)
        flat = Reshape(x, concat([[-1], sizes[-3:]], 0))
        means = depthwise_conv2d(flat, kernel, strides=[1, 1, 1, 1], padding="VALID")
        return Reshape(means, concat([sizes[:-3], shape_of(means)[1:]], 0))

    luminance, contrast = _luminance_and_contrast(img1, img2, surroundings, max_val, k1, k2)
    axes = constant([-3, -2], "int32")
    return reduce_mean(luminance * contrast, axes), reduce_mean(contrast, axes)


def _luminance_and_contrast(
    x: Tensor, y: Tensor, surroundings: Any, max_val: Any, k1: float, k2: float
) -> tuple[Tensor, Tensor]:
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_x = surroundings(x)
    mean_y = surroundings(y)
    product = mean_x * mean_y * 2.0
    squares = square(mean_x) + square(mean_y)
    luminance = (product + c1) / (squares + c1)
    both = surroundings(x * y) * 2.0
    each = surroundings(square(x) + square(y))
    c2 *= 1.0
    return luminance, (both - product + c2) / (each - squares + c2)


def _gaussian(size: Tensor, sigma: Tensor) -> Tensor:
    """A filter [size, size, 1, 1] that sums to 1."""
    places = cast(range(size), sigma.dtype)
    places -= cast(size - 1, sigma.dtype) / 2.0
    exponents = square(places)
    exponents *= -0.5 / square(sigma)
    exponents = Reshape(exponents, [1, -1]) + Reshape(exponents, [-1, 1])
    weights = softmax(Reshape(exponents, [1, -1]))
    return Reshape(weights, [size, size, 1, 1])


def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Sequence[float] = _SCALE_WEIGHTS,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity over several scales, each half as large as the one before.

    img1, img2 [..., height, width, channels] -> [...].

    Args:
      power_factors: the weight of each scale, from the finest, as a power.
      max_val, filter_size, filter_sigma, k1, k2: as of `ssim`.
    """
    with name_scope(None, "MS-SSIM", [img1, img2]):
        img1 = convert_to_tensor(img1, name="img1")
        img2 = convert_to_tensor(img2, name="img2")
        shape1, shape2, checks = _verify_compatible_image_shapes(img1, img2)
        img1 = _after(checks, img1)
        max_val = convert_image_dtype(cast(max_val, img1.dtype), "float32")
        images = [convert_image_dtype(img1, "float32"), convert_image_dtype(img2, "float32")]
        batches = [shape[:-3] for shape in (shape1, shape2)]
        sizes = [shape[-3:] for shape in (shape1, shape2)]
        halves = constant([2, 2, 1], "int32")
        contrasts = []
        for scale, _ in enumerate(power_factors):
            with name_scope(None, f"Scale{scale}", images):
                if scale:
                    images, sizes = _halved(images, batches, sizes, halves)
                similarity, contrast = _by_channel(
                    *images, max_val, filter_size, filter_sigma, k1, k2
                )
                contrasts.append(Relu(contrast))
        contrasts.pop()  # The coarsest scale counts with its brightness.
        parts = stack([*contrasts, Relu(similarity)], axis=-1)
        by_channel = reduce_prod(pow(parts, power_factors), [-1])
        return reduce_mean(by_channel, [-1])


def _halved(
    images: list[Tensor], batches: list[Tensor], sizes: list[Tensor], halves: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """Images of half the height and width, odd ones mirrored at the end, and their new sizes."""
    flat = [Reshape(x, concat([[-1], size], 0)) for x, size in zip(images, sizes)]
    remainder = sizes[0] % halves
    is_odd = reduce_any(not_equal(remainder, 0))
    even = cond(is_odd, lambda: _mirrored(flat, remainder), lambda: flat)
    window = [1, 2, 2, 1]
    smaller = [avg_pool(x, ksize=window, strides=window, padding="VALID") for x in even]
    sizes = [shape[1:] for shape in shape_n(smaller)]
    shaped = [
        Reshape(x, concat([batch, size], 0)) for x, batch, size in zip(smaller, batches, sizes)
    ]
    return shaped, sizes


def _mirrored(images: list[Tensor], remainder: Tensor) -> list[Tensor]:
    padding = pad(expand_dims(remainder, -1), [[1, 0], [1, 0]])
    return [pad(x, padding, mode="SYMMETRIC") for x in images]
