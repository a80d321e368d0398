"""tf.image: conversions between types and colours."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import as_dtype
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import ExpandDims, Identity
from reflow.ops.math import Mul
from reflow.ops.repeating import Tile
from reflow.tf._absence import part_or_error
from reflow.tf._arrays import rank
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast, saturate_cast
from reflow.tf._checks import assert_equal, assert_greater_equal
from reflow.tf._control_flow import with_dependencies
from reflow.tf._filling import ones
from reflow.tf._joining import concat
from reflow.tf._patches import extract_image_patches, extract_patches
from reflow.tf._scopes import name_scope
from reflow.tf.linalg import tensordot
from reflow.tf.math import div

# How much of each colour goes into the grey of an image.
_GRAY_OF_RGB = [0.2989, 0.5870, 0.1140]


def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Tensor:
    """`image` with elements of another type, scaled to that type's range.

    Floating-point images have values in [0, 1); integer images use the whole positive range of
    their type.

    Args:
      saturate: what the new type cannot hold becomes its least or largest value.
    """
    image = convert_to_tensor(image, name="image")
    wanted, given = as_dtype(dtype), image.dtype.base_dtype
    if not wanted.is_floating and not wanted.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if wanted is given:
        return Identity(image, name=name)
    converted = saturate_cast if saturate else cast
    with name_scope(name, "convert_image", [image]) as scope:
        if given.is_floating and wanted.is_floating:
            return cast(image, wanted, scope)
        if given.is_floating:
            return converted(Mul(image, wanted.max + 0.5), wanted, scope)
        if wanted.is_floating:
            return Mul(cast(image, wanted), 1.0 / given.max, name=scope)
        if given.max > wanted.max:
            factor = (given.max + 1) // (wanted.max + 1)
            return converted(div(image, factor), wanted, scope)
        factor = (wanted.max + 1) // (given.max + 1)
        return Mul(converted(image, wanted), factor, name=scope)


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


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
