"""Bounding boxes, (y1, x1, y2, x2) in parts of the image: drawn, and distorted at random.

Source: tensorflow/core/kernels/draw_bounding_box_op.cc and sample_distorted_bounding_box_op.cc of
TensorFlow 1.15, whose random numbers these are where seeds are set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.philox import RandomStream, random_stream
from reflow.ops.philox.words import WordSequence, as_floats

# Red, green, blue, alpha of the boxes, in turn.
_COLORS = (
    (1, 1, 0, 1),
    (0, 0, 1, 1),
    (1, 0, 0, 1),
    (0, 1, 0, 1),
    (0.5, 0, 0.5, 1),
    (0.5, 0.5, 0, 1),
    (0.5, 0, 0, 1),
    (0, 0, 0.5, 1),
    (0, 1, 1, 1),
    (1, 0, 1, 1),
)


def _check_boxes(images: torch.Tensor, boxes: Host) -> None:
    if images.ndim != 4:
        raise invalid("The rank of the images should be 4")
    if boxes.ndim != 3 or boxes.shape[2] != 4:
        raise invalid("The rank of the boxes tensor should be 3")
    if images.shape[0] != boxes.shape[0]:
        raise invalid("The batch sizes should be the same")
    if images.shape[3] not in (1, 3, 4):
        raise invalid("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")


def _default_colors(images: torch.Tensor) -> torch.Tensor:
    depth = images.shape[3]
    return images.new_ones(1, 1) if depth == 1 else images.new_tensor(_COLORS)[:, :depth]


def _with_boxes(images: torch.Tensor, boxes: Host, colors: torch.Tensor) -> torch.Tensor:
    """Images with frames of one pixel, the i-th box in the color of row i."""
    canvas = images.clone()
    _, height, width, _ = images.shape
    ends = np.array([height - 1, width - 1] * 2, np.float32)
    scaled: npt.NDArray[np.float32] = boxes.astype(np.float32) * ends
    scaled = np.nan_to_num(scaled, nan=-1.0, posinf=1e9, neginf=-1e9)
    for image, image_boxes in zip(canvas, scaled.astype(np.int64).tolist()):
        for number, (top, left, bottom, right) in enumerate(image_boxes):
            color = colors[number % len(colors)]
            outside = top >= height or bottom < 0 or left >= width or right < 0
            if top > bottom or left > right or outside:
                continue
            rows = slice(max(top, 0), min(bottom, height - 1) + 1)
            columns = slice(max(left, 0), min(right, width - 1) + 1)
            for row in (top, bottom):
                if 0 <= row < height:
                    image[row, columns] = color
            for column in (left, right):
                if 0 <= column < width:
                    image[rows, column] = color
    return canvas


@op
class DrawBoundingBoxes:
    """Frames around boxes, in ten colors in turn; boxes that lie outside are left out.

    images [batch, h, w, 1, 3 or 4], boxes [batch, n, 4] -> as images.
    """

    inputs = "images: T, boxes: float"
    outputs = "output: T"
    attrs = ("T: {float, half} = float",)
    gradient = None

    def shape(images: TensorShape, boxes: TensorShape) -> TensorShape:
        depth = shapes.with_rank(images, 4).as_list()[3]
        if depth not in (None, 1, 3, 4):
            raise ValueError("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
        columns = shapes.with_rank(boxes, 3).as_list()[2]
        if columns not in (None, 4):
            raise ValueError(f"Dimension must be 4 but is {columns}")
        return images

    def kernel(images: torch.Tensor, boxes: Host) -> torch.Tensor:
        _check_boxes(images, boxes)
        return _with_boxes(images, boxes, _default_colors(images))


@op
class DrawBoundingBoxesV2:
    """The same with the colors given: [colors, channels of the images or more]."""

    inputs = "images: T, boxes: float, colors: float"
    outputs = "output: T"
    attrs = ("T: {float, half} = float",)

    def shape(images: TensorShape, boxes: TensorShape, colors: TensorShape) -> TensorShape:
        return shapes.with_rank_at_least(images, 3)

    def kernel(images: torch.Tensor, boxes: Host, colors: torch.Tensor) -> torch.Tensor:
        _check_boxes(images, boxes)
        colors_shape = shapes.text(shapes.of(*colors.shape))
        if colors.ndim != 2:
            raise invalid(f"colors must be a 2-D matrix{colors_shape}")
        depth = images.shape[3]
        if colors.shape[1] < depth:
            raise invalid(
                f"colors must have equal or more channels than the image provided: {colors_shape}"
            )
        if not colors.numel():
            return _with_boxes(images, boxes, _default_colors(images))
        return _with_boxes(images, boxes, colors[:, :depth].to(images.dtype))


class Rectangle(NamedTuple):
    """In pixels; the far ends are not part of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)

    def common(self, other: Rectangle) -> Rectangle:
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if left > right or top > bottom:
            return Rectangle(0, 0, 0, 0)
        return Rectangle(left, top, right, bottom)

    def covers_part_of(self, objects: Sequence[Rectangle], least: float) -> bool:
        """Whether at least the part `least` of one of the objects lies within."""
        if self.area < 1:
            return False
        return any(
            np.float32(self.common(item).area) / np.float32(item.area) >= np.float32(least)
            for item in objects
            if item.area >= 1
        )


def _rounded(x: np.float32) -> int:
    return int(np.rint(x))


def _random_crop(
    width: int,
    height: int,
    areas: Sequence[float],
    aspect_ratio: np.float32,
    words: WordSequence,
) -> Rectangle | None:
    """A rectangle of an image whose area, in parts of the image's, is within `areas`, if any.

    Step by step in float32 as TensorFlow has it, since each rounding decides what is drawn next.
    """
    if aspect_ratio <= 0 or width <= 0 or height <= 0 or areas[0] > areas[1]:
        return None
    least, most = (np.float32(part) * np.float32(width) * np.float32(height) for part in areas)
    crop_height, highest = (_rounded(np.sqrt(area / aspect_ratio)) for area in (least, most))
    if _rounded(np.float32(highest) * aspect_ratio) > width:
        highest = int((width + 0.5 - float(np.float32(1e-7))) / float(aspect_ratio))
    highest = min(highest, height)
    crop_height = min(crop_height, highest)
    if crop_height < highest:
        crop_height += int(words.below32(1, highest - crop_height + 1)[0])
    crop_width = _rounded(np.float32(crop_height) * aspect_ratio)
    if np.float32(crop_width * crop_height) < least:
        crop_height += 1
        crop_width = _rounded(np.float32(crop_height) * aspect_ratio)
    if np.float32(crop_width * crop_height) > most:
        crop_height -= 1
        crop_width = _rounded(np.float32(crop_height) * aspect_ratio)
    area = np.float32(crop_width * crop_height)
    fits = 0 < crop_width <= width and 0 < crop_height <= height
    if area < least or area > most or not fits:
        return None
    top = int(words.below32(1, height - crop_height)[0]) if crop_height < height else 0
    left = int(words.below32(1, width - crop_width)[0]) if crop_width < width else 0
    return Rectangle(left, top, left + crop_width, top + crop_height)


_SEEDS = ("T: {uint8, int8, int16, int32, int64}", "seed: int = 0", "seed2: int = 0")
_SETTINGS = (
    "aspect_ratio_range: list(float) = [0.75, 1.33]",
    "area_range: list(float) = [0.05, 1.0]",
    "max_attempts: int = 100",
    "use_image_if_no_bounding_boxes: bool = false",
)


def _stream(op: Operation) -> RandomStream:
    return random_stream(op.attrs["seed"], op.attrs["seed2"])


def _distorted_shapes(image_size: TensorShape, bounding_boxes: TensorShape) -> list[TensorShape]:
    shapes.vector(image_size, 3)
    columns = shapes.with_rank(bounding_boxes, 3).as_list()[2]
    if columns not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {columns}")
    return [shapes.of(3), shapes.of(3), shapes.of(1, 1, 4)]


def _check_distortion(op: Operation, least: float) -> None:
    ratios, areas = op.attrs["aspect_ratio_range"], op.attrs["area_range"]
    if least < 0:
        raise invalid(f"Min object covered must be non-negative: {least:g}")
    if len(ratios) != 2:
        raise invalid("Aspect ratio range field must specify 2 dimensions")
    if min(ratios) <= 0:
        raise invalid(f"Aspect ratio range must be non-negative: [{ratios[0]:g}, {ratios[1]:g}]")
    if len(areas) != 2:
        raise invalid("Area range field must specify 2 dimensions")
    if min(areas) <= 0:
        raise invalid(f"Area range must be non-negative: [{areas[0]:g}, {areas[1]:g}]")
    if max(areas) > 1:
        raise invalid(f"Area range must be less then or equal to 1.0: [{areas[0]:g}, {areas[1]:g}]")
    if op.attrs["max_attempts"] <= 0:
        raise invalid(f"Max attempts must be non-negative: {op.attrs['max_attempts']}")


def _objects(boxes: Host, image: Rectangle, use_image: bool) -> list[Rectangle]:
    """The bounding boxes in pixels; the whole image where there are none and that is allowed."""
    for coordinate in boxes.ravel():
        if not 0 <= coordinate <= 1:
            raise invalid(f"All bounding box coordinates must be in [0.0, 1.0]: {coordinate:g}")
    if not boxes.size:
        if not use_image:
            raise invalid(
                "No bounding boxes provided as input. One must enable "
                "use_image_if_no_bounding_boxes if you wish to not provide any bounding boxes."
            )
        return [image]
    ends = np.array([image.bottom, image.right] * 2, np.float32)
    pixels = (boxes.reshape(-1, 4).astype(np.float32) * ends).astype(np.int64)
    return [Rectangle(left, top, right, bottom) for top, left, bottom, right in pixels.tolist()]


def _distorted(
    op: Operation, state: RandomStream, image_size: Host, boxes: Host, least: float
) -> tuple[Host, Host, Host]:
    _check_distortion(op, least)
    height, width = (int(size) for size in image_size[:2])
    for name, size in (("height", height), ("width", width)):
        if not 0 <= size < 2**31 - 1:
            raise invalid(f"image {name} cannot be >= int32 max")
    image = Rectangle(0, 0, width, height)
    objects = _objects(boxes, image, op.attrs["use_image_if_no_bounding_boxes"])
    low, high = (np.float32(ratio) for ratio in op.attrs["aspect_ratio_range"])
    words = WordSequence(state, op.attrs["max_attempts"])
    chosen = image
    for _ in range(op.attrs["max_attempts"]):
        ratio = as_floats(words.take(1))[0] * (high - low) + low
        crop = _random_crop(width, height, op.attrs["area_range"], ratio, words)
        if crop is not None and crop.covers_part_of(objects, least):
            chosen = crop
            break
    begin = np.array([chosen.top, chosen.left, 0]).astype(image_size.dtype)
    extent = np.array([chosen.bottom - chosen.top, chosen.right - chosen.left, -1])
    box: Host = np.array([chosen.top, chosen.left, chosen.bottom, chosen.right], np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        box = box / np.array([height, width] * 2, np.float32)
    return begin, extent.astype(image_size.dtype), box.reshape(1, 1, 4)


@op
class SampleDistortedBoundingBox:
    """A part of an image, drawn at random, that covers some of the bounding boxes.

    image_size [3], bounding_boxes [batch, n, 4] -> begin [3] and size [3] for a slice, and the
    part as a box [1, 1, 4].  The whole image when `max_attempts` draws gave none.
    """

    inputs = "image_size: T, bounding_boxes: float"
    outputs = "begin: T, size: T, bboxes: float"
    attrs = (*_SEEDS, "min_object_covered: float = 0.1", *_SETTINGS)
    stateful = True
    host = True
    gradient = None
    state = _stream
    shape = _distorted_shapes

    def kernel(
        image_size: Host, bounding_boxes: Host, *, op: Operation, state: RandomStream
    ) -> tuple[Host, Host, Host]:
        least = op.attrs["min_object_covered"]
        return _distorted(op, state, image_size, bounding_boxes, least)


@op
class SampleDistortedBoundingBoxV2:
    """As SampleDistortedBoundingBox, with `min_object_covered` an input."""

    inputs = "image_size: T, bounding_boxes: float, min_object_covered: float"
    outputs = "begin: T, size: T, bboxes: float"
    attrs = (*_SEEDS, *_SETTINGS)
    stateful = True
    host = True
    gradient = None
    state = _stream

    def shape(
        image_size: TensorShape, bounding_boxes: TensorShape, min_object_covered: TensorShape
    ) -> list[TensorShape]:
        shapes.with_rank(min_object_covered, 0)
        return _distorted_shapes(image_size, bounding_boxes)

    def kernel(
        image_size: Host,
        bounding_boxes: Host,
        min_object_covered: Host,
        *,
        op: Operation,
        state: RandomStream,
    ) -> tuple[Host, Host, Host]:
        return _distorted(op, state, image_size, bounding_boxes, float(min_object_covered))
