"""Parts of images cut out and brought to one size.

Source: tensorflow/core/kernels/crop_and_resize_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch

from reflow.graph import dtypes, errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.constants import constant
from reflow.ops.image.resizing import invalid, sized
from reflow.ops.kernels import Dims, Host, Value
from reflow.ops.op import op
from reflow.ops.values import torch_type

_PIXELS = "T: {uint8, uint16, int8, int16, int32, int64, half, float, double}"
_METHOD = "method: {'bilinear', 'nearest'} = 'bilinear'"
_FLOATS = (dtypes.float16, dtypes.float32, dtypes.float64)


class Grid(NamedTuple):
    """Where the pixels of crops lie in their images along one axis.

    Attributes:
      lower, upper: [boxes, pixels], the neighbours (0 for places outside).
      weight: [boxes, pixels], the distance from the lower one.
      nearest: [boxes, pixels], the nearer neighbour.
      inside: [boxes, pixels], whether the place is in the image.
    """

    lower: torch.Tensor
    upper: torch.Tensor
    weight: torch.Tensor
    nearest: torch.Tensor
    inside: torch.Tensor


def _grid(start: torch.Tensor, end: torch.Tensor, image_size: int, crop_size: int) -> Grid:
    """The grid of boxes from `start` to `end` [boxes], in parts of the image, ends included."""
    last = image_size - 1
    if crop_size > 1:
        scale = (end - start) * last / (crop_size - 1)
        pixels = torch.arange(crop_size, device=start.device)
        places = (start * last)[:, None] + pixels * scale[:, None]
    else:
        places = (0.5 * (start + end) * last)[:, None]
    inside = (places >= 0) & (places <= last)
    places = torch.where(inside, places, 0)
    lower = places.floor()
    weight = places - lower
    nearest = torch.where(weight < 0.5, lower, places.ceil())
    return Grid(lower.long(), places.ceil().long(), weight, nearest.long(), inside)


def _grids(
    boxes: torch.Tensor, image_sizes: tuple[int, int], crop_sizes: tuple[int, int]
) -> tuple[Grid, Grid]:
    """Of the rows and of the columns of the boxes (y1, x1, y2, x2)."""
    y1, x1, y2, x2 = boxes.float().reshape(-1, 4).unbind(1)
    rows = _grid(y1, y2, image_sizes[0], crop_sizes[0])
    return rows, _grid(x1, x2, image_sizes[1], crop_sizes[1])


def _check_boxes(boxes: torch.Tensor, box_ind: torch.Tensor, batch: int) -> None:
    if boxes.numel() or box_ind.numel():
        if boxes.ndim != 2:
            raise invalid(f"boxes must be 2-D{shapes.text(shapes.of(*boxes.shape))}")
        if boxes.shape[1] != 4:
            raise invalid("boxes must have 4 columns")
        if box_ind.ndim != 1:
            raise invalid(f"box_index must be 1-D{shapes.text(shapes.of(*box_ind.shape))}")
        if box_ind.shape[0] != boxes.shape[0]:
            raise invalid("box_index has incompatible shape")
        if int(box_ind.min()) < 0 or int(box_ind.max()) >= batch:
            raise errors.OutOfRangeError(None, None, "box_index has values outside [0, batch_size)")


def _check_image(image: torch.Tensor, name: str) -> None:
    if image.ndim != 4:
        raise invalid(f"{name} must be 4-D{shapes.text(shapes.of(*image.shape))}")


def _box_count(boxes: TensorShape, box_ind: TensorShape) -> int | None:
    count, columns = shapes.with_rank(boxes, 2).as_list()
    (indices,) = shapes.with_rank(box_ind, 1).as_list()
    if columns not in (None, 4):
        raise ValueError(f"Dimension must be 4 but is {columns}")
    return shapes.merge_sizes(count, indices)


def _corners(
    pixels: torch.Tensor, box_ind: torch.Tensor, rows: Grid, columns: Grid
) -> list[torch.Tensor]:
    """The four neighbours of each place, by rows: each [boxes, height, width, channels]."""
    images = box_ind.long()[:, None, None]
    return [
        pixels[images, row[:, :, None], column[:, None, :]].float()
        for row in (rows.lower, rows.upper)
        for column in (columns.lower, columns.upper)
    ]


def _weights(rows: Grid, columns: Grid) -> tuple[torch.Tensor, torch.Tensor]:
    return rows.weight[:, :, None, None], columns.weight[:, None, :, None]


def _inside(rows: Grid, columns: Grid) -> torch.Tensor:
    return (rows.inside[:, :, None] & columns.inside[:, None, :])[..., None]


@op
class CropAndResize:
    """Boxes of images, each resized to one size.

    image [batch, h, w, channels], boxes [n, 4] of (y1, x1, y2, x2) in parts of the image,
    box_ind [n] which image each is of, crop_size [2] -> [n, height, width, channels].  Places
    outside get `extrapolation_value`; a box with y1 > y2 is flipped.
    """

    inputs = "image: T, boxes: float, box_ind: int32, crop_size: int32"
    outputs = "crops: float"
    attrs = (_PIXELS, _METHOD, "extrapolation_value: float = 0")

    def shape(
        image: TensorShape,
        boxes: TensorShape,
        box_ind: TensorShape,
        crop_size: Value,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        channels = shapes.with_rank(image, 4).as_list()[3]
        count = _box_count(boxes, box_ind)
        return shapes.of(count, *sized(crop_size, input_shapes[3]), channels)

    def kernel(
        image: torch.Tensor,
        boxes: torch.Tensor,
        box_ind: torch.Tensor,
        crop_size: Host,
        *,
        method: str,
        extrapolation_value: float,
    ) -> torch.Tensor:
        _check_image(image, "input image")
        batch, image_height, image_width, _ = image.shape
        if not image_height or not image_width:
            raise invalid("image dimensions must be positive")
        _check_boxes(boxes, box_ind, batch)
        height, width = crop_size.tolist()
        if height <= 0 or width <= 0:
            raise invalid("crop dimensions must be positive")
        rows, columns = _grids(boxes, (image_height, image_width), (height, width))
        if method == "nearest":
            images = box_ind.long()[:, None, None]
            crops = image[images, rows.nearest[:, :, None], columns.nearest[:, None, :]].float()
        else:
            top_left, top_right, bottom_left, bottom_right = _corners(image, box_ind, rows, columns)
            down, right = _weights(rows, columns)
            top = top_left + (top_right - top_left) * right
            bottom = bottom_left + (bottom_right - bottom_left) * right
            crops = top + (bottom - top) * down
        return torch.where(_inside(rows, columns), crops, extrapolation_value)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor | None, Tensor, None, None]:
        image, boxes, box_ind, _ = op.inputs
        of_boxes = CropAndResizeGradBoxes(dy, image, boxes, box_ind)
        if image.dtype not in _FLOATS:
            return None, of_boxes, None, None
        if image.shape.is_fully_defined():
            sizes = constant(image.shape.as_list(), dtypes.int32)
        else:
            sizes = Shape(image)
        settings: dict[str, Any] = {"T": image.dtype, "method": op.attrs["method"]}
        of_image = CropAndResizeGradImage(dy, boxes, box_ind, sizes, **settings)
        return of_image, of_boxes, None, None


@op
class CropAndResizeGradImage:
    """The gradient of CropAndResize by the images, of shape `image_size` [4]."""

    inputs = "grads: float, boxes: float, box_ind: int32, image_size: int32"
    outputs = "output: T"
    attrs = ("T: {float, half, double}", _METHOD)

    def shape(
        grads: TensorShape, boxes: TensorShape, box_ind: TensorShape, image_size: Dims
    ) -> TensorShape:
        return shapes.with_rank(image_size, 4)

    def kernel(
        grads: torch.Tensor,
        boxes: torch.Tensor,
        box_ind: torch.Tensor,
        image_size: Host,
        *,
        T: DType,
        method: str,
    ) -> torch.Tensor:
        _check_image(grads, "grads image")
        _, height, width, depth = grads.shape
        if not height or not width:
            raise invalid("grads dimensions must be positive")
        if image_size.shape != (4,):
            raise invalid("image_size must have 4 elements")
        batch, image_height, image_width, channels = image_size.tolist()
        if image_height <= 0 or image_width <= 0:
            raise invalid("image dimensions must be positive")
        _check_boxes(boxes, box_ind, batch)
        if grads.shape[0] != boxes.shape[0]:
            raise invalid("boxes and grads have incompatible shape")
        if depth != channels:
            raise invalid("image_size and grads are incompatible")
        rows, columns = _grids(boxes, (image_height, image_width), (height, width))
        sums = grads.new_zeros(batch, image_height, image_width, channels)
        images = box_ind.long()[:, None, None]

        def add(row: torch.Tensor, column: torch.Tensor, share: torch.Tensor) -> None:
            sums.index_put_((images, row[:, :, None], column[:, None, :]), share, accumulate=True)

        counted = torch.where(_inside(rows, columns), grads, 0)
        if method == "nearest":
            add(rows.nearest, columns.nearest, counted)
        else:
            down, right = _weights(rows, columns)
            for row, row_share in ((rows.lower, 1 - down), (rows.upper, down)):
                for column, column_share in ((columns.lower, 1 - right), (columns.upper, right)):
                    add(row, column, counted * row_share * column_share)
        return sums.to(torch_type(T))


@op
class CropAndResizeGradBoxes:
    """The gradient of CropAndResize by the boxes, as of bilinear interpolation.  [n, 4]"""

    inputs = "grads: float, image: T, boxes: float, box_ind: int32"
    outputs = "output: float"
    attrs = (_PIXELS, "method: {'bilinear'} = 'bilinear'")

    def shape(
        grads: TensorShape, image: TensorShape, boxes: TensorShape, box_ind: TensorShape
    ) -> TensorShape:
        return boxes

    def kernel(
        grads: torch.Tensor, image: torch.Tensor, boxes: torch.Tensor, box_ind: torch.Tensor
    ) -> torch.Tensor:
        _check_image(grads, "grads image")
        _check_image(image, "input image")
        _, height, width, depth = grads.shape
        if not height or not width:
            raise invalid("grads dimensions must be positive")
        batch, image_height, image_width, channels = image.shape
        if not image_height or not image_width:
            raise invalid("image dimensions must be positive")
        if depth != channels:
            raise invalid("image, grads depth differ")
        _check_boxes(boxes, box_ind, batch)
        if grads.shape[0] != boxes.shape[0]:
            raise invalid("boxes and grads have incompatible shape")
        rows, columns = _grids(boxes, (image_height, image_width), (height, width))
        top_left, top_right, bottom_left, bottom_right = _corners(image, box_ind, rows, columns)
        down, right = _weights(rows, columns)
        counted = torch.where(_inside(rows, columns), grads, 0)
        left_slope, right_slope = bottom_left - top_left, bottom_right - top_right
        top_slope, bottom_slope = top_right - top_left, bottom_right - bottom_left
        by_row = ((1 - right) * left_slope + right * right_slope) * counted
        by_column = ((1 - down) * top_slope + down * bottom_slope) * counted
        y1, y2 = _by_ends(by_row.sum((2, 3)), image_height)
        x1, x2 = _by_ends(by_column.sum((1, 3)), image_width)
        return torch.stack([y1, x1, y2, x2], 1)


def _by_ends(by_place: torch.Tensor, image_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients by the places of a box's pixels [boxes, pixels], by its start and its end."""
    pixels = by_place.shape[1]
    last = image_size - 1
    if pixels == 1:
        of_end = by_place.new_full((1,), 0.5 * last)
        of_start = of_end
    else:
        of_end = torch.arange(pixels, device=by_place.device) * (last / (pixels - 1))
        of_start = last - of_end
    return (by_place * of_start).sum(1), (by_place * of_end).sum(1)
