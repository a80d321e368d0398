"""Images made larger or smaller."""

from __future__ import annotations

import functools
from collections.abc import Callable
from numbers import Integral
from typing import Any

from reflow.graph import log
from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.image.resizing import (
    ResizeArea,
    ResizeBicubic,
    ResizeBilinear,
    ResizeNearestNeighbor,
)
from reflow.ops.image.translating import ScaleAndTranslate
from reflow.tf._arrays import expand_dims, squeeze
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._control_flow import with_dependencies
from reflow.tf._filling import zeros
from reflow.tf._scopes import name_scope
from reflow.tf.image._cropping import larger, pad_to_bounding_box
from reflow.tf.image._shapes import Size, as_batch, dimensions, image_checks, require
from reflow.tf.math import floor, minimum, round

Resizer = Callable[[Tensor, Tensor], Tensor]


class ResizeMethod:
    """How tf.image.resize_images finds the pixels in between."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


class ResizeMethodV2:
    """The methods of TensorFlow 2."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


_RESIZERS = {
    ResizeMethod.BILINEAR: ResizeBilinear,
    ResizeMethod.NEAREST_NEIGHBOR: ResizeNearestNeighbor,
    ResizeMethod.BICUBIC: ResizeBicubic,
    ResizeMethod.AREA: ResizeArea,
    ResizeMethodV2.BILINEAR: ResizeBilinear,
    ResizeMethodV2.NEAREST_NEIGHBOR: ResizeNearestNeighbor,
    ResizeMethodV2.BICUBIC: ResizeBicubic,
    ResizeMethodV2.AREA: ResizeArea,
}

# The sampling kernels of methods that have no op of their own, or none that smooths.
_SAMPLING_KERNELS = {
    name: name
    for name in (
        ResizeMethodV2.LANCZOS3,
        ResizeMethodV2.LANCZOS5,
        ResizeMethodV2.GAUSSIAN,
        ResizeMethodV2.MITCHELLCUBIC,
    )
}
_SMOOTHING_KERNELS = {
    ResizeMethodV2.BILINEAR: "triangle",
    ResizeMethodV2.BICUBIC: "keyscubic",
    **_SAMPLING_KERNELS,
}


def _takes_height_and_width(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function, which takes a size, with the arguments of 0.x, height and width, as well."""

    @functools.wraps(function)
    def call(images: Any, *args: Any, **kwargs: Any) -> Tensor:
        old = [kwargs.pop(name) for name in ("new_height", "new_width") if name in kwargs]
        if len(args) > 1 and all(map(_is_length, args[:2])) and not _is_method(args[1]):
            old, args = list(args[:2]), args[2:]
        if old:
            log.advise(
                f"{function.__name__}(images, new_height, new_width) is of TensorFlow 0.x: "
                "write [new_height, new_width]"
            )
            args = (old, *args)
        return function(images, *args, **kwargs)

    return call


def _is_method(value: Any) -> bool:
    return isinstance(value, Integral) and value in _RESIZERS


def _is_length(value: Any) -> bool:
    return isinstance(value, Integral) or (isinstance(value, Tensor) and value.shape.ndims == 0)


@_takes_height_and_width
def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Tensor:
    """`images` [height, width, channels], or a batch, of another size.

    Args:
      size: [2], the new height and width.
      method: of tf.image.ResizeMethod.
      align_corners: the centres of the corner pixels stay at the corners.
      preserve_aspect_ratio: the largest size of the same proportions that is within `size`.

    Returns:
      float32; of the type of `images` if the method is NEAREST_NEIGHBOR, or the size stays as
      it is.

    Raises:
      ValueError: images or a size of other shapes, or no such method.
    """

    def resized(images: Tensor, size: Tensor) -> Tensor:
        if method not in _RESIZERS:
            raise ValueError("Resize method is not implemented.")
        return _RESIZERS[method](images, size, align_corners=align_corners)

    return _resized(images, resized, size, preserve_aspect_ratio, name, keeps_same_size=True)


def resize_images_v2(
    images: Any,
    size: Any,
    method: str = ResizeMethodV2.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Tensor:
    """As resize_images, with the methods of TensorFlow 2.

    Args:
      antialias: where the image is made smaller, what lies between is taken into the means.
    """
    kernel = (_SMOOTHING_KERNELS if antialias else _SAMPLING_KERNELS).get(method)

    def resized(images: Tensor, size: Tensor) -> Tensor:
        if kernel is not None:
            scale = cast(size, "float32") / cast(shape_of(images)[1:3], "float32")
            return ScaleAndTranslate(
                images, size, scale, zeros([2]), kernel_type=kernel, antialias=antialias
            )
        if method == ResizeMethodV2.AREA:
            return ResizeArea(images, size)
        if method not in _RESIZERS:
            raise ValueError("Resize method is not implemented.")
        return _RESIZERS[method](images, size, half_pixel_centers=True)

    return _resized(images, resized, size, preserve_aspect_ratio, name, keeps_same_size=False)


def _resized(
    images: Any,
    resizer: Resizer,
    size: Any,
    preserve_aspect_ratio: bool,
    name: str | None,
    keeps_same_size: bool,
) -> Tensor:
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.shape.ndims is None:
            raise ValueError("'images' contains no shape.")
        if images.shape.ndims not in (3, 4):
            raise ValueError("'images' must have either 3 or 4 dimensions.")
        is_single = images.shape.ndims == 3
        if is_single:
            images = expand_dims(images, 0)
        size = _size_tensor(size)
        known = constant_value_as_shape(size).as_list()
        if preserve_aspect_ratio:
            size = _largest_within(known, images)
            known = constant_value_as_shape(size).as_list()
        is_same = None not in known and images.shape.as_list()[1:3] == known
        if not (keeps_same_size and is_same):
            images = resizer(images, size)
            images.set_shape([None, *known, None])
        return squeeze(images, axis=[0]) if is_single else images


def _size_tensor(size: Any) -> Tensor:
    try:
        size = convert_to_tensor(size, "int32", name="size")
    except (TypeError, ValueError):
        raise ValueError("'size' must be a 1-D int32 Tensor") from None
    if not size.shape.is_compatible_with([2]):
        raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    return size


def _largest_within(wanted: list[int | None], images: Tensor) -> Tensor:
    """The largest size of the images' proportions that is within the one wanted."""
    _, *sizes, _ = dimensions(images, 4)
    factors = [
        cast(target, "float32") / cast(size, "float32") for target, size in zip(wanted, sizes)
    ]
    factor = minimum(*factors)
    scaled = [cast(round(factor * cast(size, "float32")), "int32") for size in sizes]
    return convert_to_tensor(scaled, "int32", name="size")


def resize_image_with_pad(
    image: Any,
    target_height: Size,
    target_width: Size,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
) -> Tensor:
    """`image` [height, width, channels], or a batch, resized with its proportions kept, and
    padded with zeros to the size."""

    def resized(image: Tensor, size: Any) -> Tensor:
        return resize_images(image, size, method, align_corners=align_corners)

    return _with_pad(image, target_height, target_width, resized)


def resize_image_with_pad_v2(
    image: Any,
    target_height: Size,
    target_width: Size,
    method: str = ResizeMethodV2.BILINEAR,
    antialias: bool = False,
) -> Tensor:
    """As resize_image_with_pad, with the methods of TensorFlow 2."""

    def resized(image: Tensor, size: Any) -> Tensor:
        return resize_images_v2(image, size, method, antialias=antialias)

    return _with_pad(image, target_height, target_width, resized)


def _with_pad(image: Any, target_height: Size, target_width: Size, resizer: Any) -> Tensor:
    with name_scope(None, "resize_image_with_pad", [image]):
        image, restored = as_batch(image)
        checks = image_checks(image)
        checks += require(target_width > 0, "target_width must be > 0.")
        checks += require(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        _, height, width, _ = dimensions(image, 4)
        height, width, wanted_height, wanted_width = (
            cast(size, "float64") for size in (height, width, target_height, target_width)
        )
        ratio = larger(width / wanted_width, height / wanted_height)
        new_height, new_width = height / ratio, width / ratio
        size = [cast(floor(new_height), "int32"), cast(floor(new_width), "int32")]
        margins = (wanted_height - new_height) / 2, (wanted_width - new_width) / 2
        whole_margins = [floor(margin) for margin in margins]
        top, left = (larger(0, cast(margin, "int32")) for margin in whole_margins)
        resized = resizer(image, size)
        padded = pad_to_bounding_box(resized, top, left, target_height, target_width)
        dimensions(padded, 4)
        return restored(padded)


def resize_bilinear(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """`images` [batch, height, width, channels] of another size [2], with straight lines between
    the pixels."""
    return ResizeBilinear(
        images,
        size,
        align_corners=align_corners,
        half_pixel_centers=half_pixel_centers,
        name=name,
    )


def resize_bicubic(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """`images` [batch, height, width, channels] of another size [2], with cubic curves through
    the pixels."""
    return ResizeBicubic(
        images,
        size,
        align_corners=align_corners,
        half_pixel_centers=half_pixel_centers,
        name=name,
    )


def resize_nearest_neighbor(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """`images` [batch, height, width, channels] of another size [2], each pixel a copy of the
    nearest one."""
    return ResizeNearestNeighbor(
        images,
        size,
        align_corners=align_corners,
        half_pixel_centers=half_pixel_centers,
        name=name,
    )
