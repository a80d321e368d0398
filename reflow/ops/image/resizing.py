"""Images made larger or smaller.

Source: tensorflow/core/kernels/resize_*_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph import dtypes, errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.image import sampling
from reflow.ops.image.sampling import Taps
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.slicing import StridedSlice
from reflow.ops.values import torch_type

NUMBERS = "int8, uint8, int16, uint16, int32, int64, half, float, double"
_NUMBERS_AND_BFLOAT = "int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, double"
_CORNERS = "align_corners: bool = false"
CENTRES = (_CORNERS, "half_pixel_centers: bool = false")


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def sized(size: Any, size_shape: TensorShape) -> tuple[int | None, int | None]:
    """(height, width) that an input of two numbers asks for; None for what is not known."""
    shapes.vector(size_shape, 2)
    if size is None:
        return None, None
    height, width = (None if number < 0 else int(number) for number in size)
    return height, width


def resized_shape(
    images: TensorShape, size: Value, *, input_shapes: list[TensorShape]
) -> TensorShape:
    batch, _, _, channels = shapes.with_rank(images, 4).as_list()
    return shapes.of(batch, *sized(size, input_shapes[1]), channels)


def _check_settings(align_corners: bool, half_pixel_centers: bool) -> None:
    if half_pixel_centers and align_corners:
        raise invalid("If half_pixel_centers is True, align_corners must be False.")


def checked_size(images: torch.Tensor, size: Host) -> tuple[int, int]:
    """(height, width) to make of images that can be resized to it."""
    if images.ndim != 4:
        raise invalid(f"input must be 4-dimensional{shapes.text(shapes.of(*images.shape))}")
    if size.ndim != 1:
        raise invalid(f"shape_t must be 1-dimensional{shapes.text(shapes.of(*size.shape))}")
    if size.size != 2:
        raise invalid(f"shape_t must have two elements{shapes.text(shapes.of(*size.shape))}")
    height, width = size.tolist()
    if height <= 0 or width <= 0:
        raise invalid("output dimensions must be positive")
    if images.shape[3] == 0:
        raise invalid("image must have at least one channel")
    if images.shape[1] == 0 or images.shape[2] == 0:
        raise invalid("input image must be of non-zero size")
    return height, width


def check_gradient(grads: torch.Tensor, original: torch.Tensor) -> None:
    for name, value in (("input_grad", grads), ("original_image", original)):
        if value.ndim != 4:
            raise invalid(f"{name} must be 4-dimensional{shapes.text(shapes.of(*value.shape))}")


@op
class ResizeNearestNeighbor:
    """Each pixel a copy of the nearest one.  [batch, h, w, channels], [2] -> another h and w."""

    inputs = "images: T, size: int32"
    outputs = "resized_images: T"
    attrs = (f"T: {{{NUMBERS}}}", *CENTRES)
    shape = resized_shape

    @any_elements
    def kernel(
        images: torch.Tensor, size: Host, *, align_corners: bool, half_pixel_centers: bool
    ) -> torch.Tensor:
        _check_settings(align_corners, half_pixel_centers)
        sizes = checked_size(images, size)
        # Rows are copied at once: it is sooner to have few of them when columns are.
        for axis in (1, 2) if sizes[0] <= images.shape[1] else (2, 1):
            length = sizes[axis - 1]
            places = sampling.nearest(images.shape[axis], length, align_corners, half_pixel_centers)
            images = sampling.copied(images, axis, places)
        return images

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        settings = {name: op.attrs[name] for name in ("align_corners", "half_pixel_centers")}
        return ResizeNearestNeighborGrad(dy, _height_and_width(op.inputs[0]), **settings), None


def _height_and_width(images: Tensor) -> Tensor:
    sizes = images.shape.as_list()[1:3] if images.shape.sizes is not None else [None]
    if None not in sizes:
        return constant(sizes, dtypes.int32)
    ends = [constant([number]) for number in (1, 3, 1)]
    return StridedSlice(Shape(images), *ends)


@op
class ResizeNearestNeighborGrad:
    """Each pixel the sum over the copies that were made of it."""

    inputs = "grads: T, size: int32"
    outputs = "output: T"
    attrs = ("T: {uint8, int8, int32, half, float, double}", *CENTRES)
    shape = resized_shape

    def kernel(
        grads: torch.Tensor, size: Host, *, align_corners: bool, half_pixel_centers: bool
    ) -> torch.Tensor:
        if size.size != 2 or min(size.tolist()) <= 0:
            raise invalid("shape_t's elements must be positive")
        for axis, length in enumerate(size.tolist(), start=1):
            taps = sampling.copying(length, grads.shape[axis], align_corners, half_pixel_centers)
            grads = taps.spread(grads, axis, length)
        return grads


@op
class ResizeBilinear:
    """Straight lines between the pixels.  [batch, h, w, channels], [2] -> another h and w."""

    inputs = "images: T, size: int32"
    outputs = "resized_images: float"
    attrs = (f"T: {{{_NUMBERS_AND_BFLOAT}}}", *CENTRES)
    shape = resized_shape

    def kernel(
        images: torch.Tensor, size: Host, *, align_corners: bool, half_pixel_centers: bool
    ) -> torch.Tensor:
        _check_settings(align_corners, half_pixel_centers)
        height, width = checked_size(images, size)
        rows = sampling.linear(images.shape[1], height, align_corners, half_pixel_centers)
        columns = sampling.linear(images.shape[2], width, align_corners, half_pixel_centers)
        used, rows = rows.places_used()
        if len(used) < images.shape[1]:
            images = images.index_select(1, sampling.on_device(used, images))
        return rows.gather(columns.gather(images.float(), 2), 1)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        settings = {name: op.attrs[name] for name in ("align_corners", "half_pixel_centers")}
        return ResizeBilinearGrad(dy, op.inputs[0], **settings), None


@op
class ResizeBicubic:
    """Cubic curves through the pixels.  [batch, h, w, channels], [2] -> another h and w."""

    inputs = "images: T, size: int32"
    outputs = "resized_images: float"
    attrs = (f"T: {{{NUMBERS}}}", *CENTRES)
    shape = resized_shape

    def kernel(
        images: torch.Tensor, size: Host, *, align_corners: bool, half_pixel_centers: bool
    ) -> torch.Tensor:
        _check_settings(align_corners, half_pixel_centers)
        resized = images.float()
        for axis, length in enumerate(checked_size(images, size), start=1):
            taps = sampling.cubic(images.shape[axis], length, align_corners, half_pixel_centers)
            resized = taps.gather(resized, axis)
        return resized

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor | None, None]:
        if op.inputs[0].dtype not in (dtypes.float32, dtypes.float64):
            return None, None
        settings = {name: op.attrs[name] for name in ("align_corners", "half_pixel_centers")}
        return ResizeBicubicGrad(dy, op.inputs[0], **settings), None


@op
class ResizeArea:
    """Means over what each pixel covers.  [batch, h, w, channels], [2] -> another h and w."""

    inputs = "images: T, size: int32"
    outputs = "resized_images: float"
    attrs = (f"T: {{{NUMBERS}}}", _CORNERS)
    shape = resized_shape
    export = ("image.resize_area",)

    def kernel(images: torch.Tensor, size: Host, *, align_corners: bool) -> torch.Tensor:
        resized = images.float()
        covered = np.float32(1)
        for axis, length in reversed(list(enumerate(checked_size(images, size), start=1))):
            resized = sampling.area(images.shape[axis], length, align_corners).gather(resized, axis)
            covered *= sampling.scale_of(images.shape[axis], length, align_corners)
        with np.errstate(divide="ignore"):
            return resized * float(np.float32(1 / np.float64(covered)))


def _resizing_gradient(name: str, types: str, taps: Callable[..., Taps]) -> OpDefinition:
    """The gradient of a resizing whose axes are made of `taps(in, out, corners, centres)`."""

    def shape(grads: TensorShape, original_image: TensorShape) -> TensorShape:
        return original_image

    def kernel(
        grads: torch.Tensor,
        original_image: torch.Tensor,
        *,
        align_corners: bool,
        half_pixel_centers: bool,
        T: Any,
    ) -> torch.Tensor:
        _check_settings(align_corners, half_pixel_centers)
        check_gradient(grads, original_image)
        summed = grads
        for axis in (1, 2):
            size, resized = original_image.shape[axis], grads.shape[axis]
            along_axis = taps(size, resized, align_corners, half_pixel_centers)
            summed = along_axis.spread(summed, axis, size)
        return summed.to(torch_type(T))

    rules: dict[str, Any] = {
        "__doc__": f"The gradient of {name.removesuffix('Grad')} by its images.",
        "inputs": "grads: float, original_image: T",
        "outputs": "output: T",
        "attrs": (f"T: {types}", *CENTRES),
        "shape": shape,
        "kernel": kernel,
    }
    return op(type(name, (), rules))


ResizeBilinearGrad = _resizing_gradient(
    "ResizeBilinearGrad",
    "{float, bfloat16, half, double}",
    lambda *sizes: sampling.linear(*sizes).taps(),
)
ResizeBicubicGrad = _resizing_gradient("ResizeBicubicGrad", "{float, double}", sampling.cubic)
