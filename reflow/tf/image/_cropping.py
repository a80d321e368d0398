"""Images cut and padded."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.image.cropping import CropAndResize
from reflow.ops.image.glimpses import ExtractGlimpse
from reflow.tf._arguments import renamed
from reflow.tf._arrays import pad, slice
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._control_flow import with_dependencies
from reflow.tf._joining import stack
from reflow.tf._scopes import name_scope
from reflow.tf._tensor_like import is_tensor
from reflow.tf.image._shapes import (
    Size,
    as_batch,
    dimensions,
    image_checks,
    known_sizes,
    require,
)
from reflow.tf.math import equal, maximum, minimum


def larger(x: Size, y: Size) -> Size:
    return maximum(x, y) if is_tensor(x) or is_tensor(y) else max(x, y)


def _smaller(x: Size, y: Size) -> Size:
    return minimum(x, y) if is_tensor(x) or is_tensor(y) else min(x, y)


def _equal(x: Size, y: Size) -> Any:
    return equal(x, y) if is_tensor(x) or is_tensor(y) else x == y


def central_crop(image: Any, central_fraction: float) -> Tensor:
    """The middle of `image` [height, width, channels], or of a batch.

    Args:
      central_fraction: the part of the height and of the width that is kept, above 0 and up to 1.
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        with_dependencies(image_checks(image), image)
        rank = image.shape.ndims
        if rank not in (3, 4):
            raise ValueError(
                f"`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = {rank}."
            )
        sizes = [_size(image, axis) for axis in (rank - 3, rank - 2)]
        starts = [_margin(size, central_fraction) for size in sizes]
        kept = [size - start * 2 for size, start in zip(sizes, starts)]
        batch = rank - 3
        begin = stack([0] * batch + starts + [0])
        cropped = slice(image, begin, stack([-1] * batch + kept + [-1]))
        known = image.shape.as_list()
        cropped.set_shape([*known[:batch], *known_sizes(kept), known[-1]])
        return cropped


def _size(image: Tensor, axis: int) -> Size:
    known = image.shape.as_list()[axis]
    return known if known is not None else shape_of(image)[axis]


def _margin(size: Size, fraction: float) -> Size:
    """What is cut off at each side."""
    if is_tensor(size):
        whole = cast(size, "float64")
        return cast((whole - whole * fraction) / 2, "int32")
    return int((float(size) - float(size) * fraction) / 2)


def pad_to_bounding_box(
    image: Any, offset_height: Size, offset_width: Size, target_height: Size, target_width: Size
) -> Tensor:
    """`image` [height, width, channels], or a batch, with zeros around it, of a new size.

    Args:
      offset_height, offset_width: rows of zeros above, and columns to the left.

    Raises:
      ValueError: it does not fit in; InvalidArgumentError where only the run shows that.
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, restored = as_batch(image)
        checks = image_checks(image)
        batch, height, width, depth = dimensions(image, 4)
        after_width = target_width - offset_width - width
        after_height = target_height - offset_height - height
        checks += require(offset_height >= 0, "offset_height must be >= 0")
        checks += require(offset_width >= 0, "offset_width must be >= 0")
        checks += require(after_width >= 0, "width must be <= target - offset")
        checks += require(after_height >= 0, "height must be <= target - offset")
        image = with_dependencies(checks, image)
        margins = [0, 0, offset_height, after_height, offset_width, after_width, 0, 0]
        padded = pad(image, Reshape(stack(margins), [4, 2]))
        padded.set_shape(known_sizes([batch, target_height, target_width, depth]))
        return restored(padded)


def crop_to_bounding_box(
    image: Any, offset_height: Size, offset_width: Size, target_height: Size, target_width: Size
) -> Tensor:
    """The part of `image` [height, width, channels], or of a batch, of a size at an offset.

    Raises:
      ValueError: it goes beyond the image; InvalidArgumentError where only the run shows that.
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, restored = as_batch(image)
        checks = image_checks(image)
        batch, height, width, depth = dimensions(image, 4)
        checks += require(offset_width >= 0, "offset_width must be >= 0.")
        checks += require(offset_height >= 0, "offset_height must be >= 0.")
        checks += require(target_width > 0, "target_width must be > 0.")
        checks += require(target_height > 0, "target_height must be > 0.")
        checks += require(width >= target_width + offset_width, "width must be >= target + offset.")
        checks += require(
            height >= target_height + offset_height, "height must be >= target + offset."
        )
        image = with_dependencies(checks, image)
        begin = stack([0, offset_height, offset_width, 0])
        cropped = slice(image, begin, stack([-1, target_height, target_width, -1]))
        cropped.set_shape(known_sizes([batch, target_height, target_width, depth]))
        return restored(cropped)


def resize_image_with_crop_or_pad(image: Any, target_height: Size, target_width: Size) -> Tensor:
    """`image` [height, width, channels], or a batch, cut or padded on all sides to a size."""
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, restored = as_batch(image)
        checks = image_checks(image)
        checks += require(target_width > 0, "target_width must be > 0.")
        checks += require(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        if is_tensor(target_height):
            target_height = with_dependencies(checks, target_height)
        if is_tensor(target_width):
            target_width = with_dependencies(checks, target_width)
        _, height, width, _ = dimensions(image, 4)
        missing_width = target_width - width
        crop_left = larger(-missing_width // 2, 0)
        pad_left = larger(missing_width // 2, 0)
        missing_height = target_height - height
        crop_top = larger(-missing_height // 2, 0)
        pad_top = larger(missing_height // 2, 0)
        kept = _smaller(target_height, height), _smaller(target_width, width)
        cropped = crop_to_bounding_box(image, crop_top, crop_left, *kept)
        resized = pad_to_bounding_box(cropped, pad_top, pad_left, target_height, target_width)
        _, resized_height, resized_width, _ = dimensions(resized, 4)
        checks = require(_equal(resized_height, target_height), "resized height is not correct.")
        checks += require(_equal(resized_width, target_width), "resized width is not correct.")
        return restored(with_dependencies(checks, resized))


def crop_and_resize(
    image: Any,
    boxes: Any,
    box_ind: Any = None,
    crop_size: Any = None,
    method: str = "bilinear",
    extrapolation_value: float = 0,
    name: str | None = None,
    box_indices: Any = None,
) -> Tensor:
    """Boxes of images, each resized to one size.

    Args:
      image: [batch, height, width, channels].
      boxes: [n, 4] of (y1, x1, y2, x2), in parts of the image; those with y1 > y2 are flipped.
      box_indices: [n], the image that each box is of (`box_ind` is the old name).
      crop_size: [2], height and width of the crops.
      method: "bilinear" or "nearest".
      extrapolation_value: for places outside the image.

    Returns:
      float32 [n, *crop_size, channels].
    """
    box_indices = renamed("box_indices", box_indices, "box_ind", box_ind)
    return CropAndResize(
        image,
        boxes,
        box_indices,
        crop_size,
        method=method,
        extrapolation_value=extrapolation_value,
        name=name,
    )


def extract_glimpse(
    input: Any,
    size: Any,
    offsets: Any,
    centered: bool = True,
    normalized: bool = True,
    uniform_noise: bool = True,
    name: str | None = None,
) -> Tensor:
    """A window of each image, with noise where it lies outside.

    Args:
      input: float32 [batch, height, width, channels].
      size: [2], height and width of the windows.
      offsets: [batch, 2], (y, x) of each window's centre.
      centered: offsets count from the image's centre, else from its upper left corner.
      normalized: offsets are in parts of the image: from -1 to 1 if centered.
      uniform_noise: the noise is uniform, else Gaussian.
    """
    return ExtractGlimpse(
        input,
        size,
        offsets,
        centered=centered,
        normalized=normalized,
        uniform_noise=uniform_noise,
        name=name,
    )
