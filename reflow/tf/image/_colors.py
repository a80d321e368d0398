"""Images in other colours: gray, YIQ, YUV."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import ExpandDims
from reflow.ops.repeating import Tile
from reflow.tf._arrays import rank
from reflow.tf._arrays import shape as shape_of
from reflow.tf._checks import assert_equal, assert_greater_equal
from reflow.tf._control_flow import with_dependencies
from reflow.tf._filling import ones
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope
from reflow.tf._tensordot import tensordot
from reflow.tf.image._types import convert_image_dtype

# How much of each colour goes into the grey of an image.
_GRAY_OF_RGB = [0.2989, 0.5870, 0.1140]

# What each of the colours adds to each of the others: a row of it for each that there was.
_YIQ_OF_RGB = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_RGB_OF_YIQ = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_YUV_OF_RGB = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_RGB_OF_YUV = [
    [1, 1, 1],
    [0, -0.394642334, 2.03206185],
    [1.13988303, -0.58062185, 0],
]


def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """The brightness of RGB images.  [..., 3] -> [..., 1], of the same type."""
    with name_scope(name, "rgb_to_grayscale", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        colours = convert_image_dtype(images, "float32")
        gray = ExpandDims(tensordot(colours, _GRAY_OF_RGB, [-1, -1]), -1)
        return convert_image_dtype(gray, images.dtype.base_dtype, name=scope)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Grayscale images with their one channel repeated three times.  [..., 1] -> [..., 3]."""
    with name_scope(name, "grayscale_to_rgb", [images]) as scope:
        images = convert_to_tensor(images)
        images = with_dependencies(_gray_checks(images), images)
        last = ExpandDims(rank(images) - 1, 0)
        multiples = concat([ones(last, "int32"), ExpandDims(3, 0)], 0)
        rgb: Tensor = Tile(images, multiples, name=scope)
        rgb.set_shape(images.shape[:-1].concatenate([3]))
        return rgb


def _gray_checks(image: Tensor) -> list[Operation]:
    """ValueError if an image is known not to be [..., 1]; what is left to check in the run."""
    sizes = image.shape.sizes
    if sizes is not None and len(sizes) < 2:
        raise ValueError("A grayscale image must be at least two-dimensional.")
    if image.shape.is_fully_defined():
        if image.shape.as_list()[-1] != 1:
            raise ValueError("Last dimension of a grayscale image should be size 1.")
        return []
    return [
        assert_equal(
            shape_of(image)[-1],
            1,
            message="Last dimension of a grayscale image should be size 1.",
        ),
        assert_greater_equal(
            rank(image), 3, message="A grayscale image must be at least two-dimensional."
        ),
    ]


def rgb_to_yiq(images: Any) -> Tensor:
    """RGB images [..., 3] as brightness and two differences of colours, in-phase and quadrature."""
    return _mixed(images, _YIQ_OF_RGB)


def yiq_to_rgb(images: Any) -> Tensor:
    """The inverse of rgb_to_yiq."""
    return _mixed(images, _RGB_OF_YIQ)


def rgb_to_yuv(images: Any) -> Tensor:
    """RGB images [..., 3] as brightness and how much bluer and redder than that they are."""
    return _mixed(images, _YUV_OF_RGB)


def yuv_to_rgb(images: Any) -> Tensor:
    """The inverse of rgb_to_yuv."""
    return _mixed(images, _RGB_OF_YUV)


def _mixed(images: Any, shares: list[list[float]]) -> Tensor:
    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(shares, dtype=images.dtype, name="kernel")
    return tensordot(images, kernel, axes=[[images.shape.ndims - 1], [0]])
