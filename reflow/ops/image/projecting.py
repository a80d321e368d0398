"""Images seen through projective maps: turned, moved, sheared, in perspective.

Source: tensorflow/contrib/image/kernels/image_ops.h of TensorFlow 1.15.
"""

from __future__ import annotations

import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid, sized
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op

_ATTRS = ("dtype: {uint8, int32, int64, half, float, double}", "interpolation: string")

# The float32 before 0.5: with it added, what is cut off rounds halves up, and nothing below them.
_ALMOST_HALF = 0.5 - 2.0**-25

# A place of which neither the pixel nor a neighbour is in the image.
_FAR_OUTSIDE = -2.0


class _Bordered:
    """Images with a border of zeros around them, which stands for all that lies outside.

    Args:
      images: [batch, height, width, channels].
      border: its width in pixels.
    """

    def __init__(self, images: torch.Tensor, border: int) -> None:
        batch, height, width, channels = images.shape
        self._limits = (-border, height), (-border, width)
        self._width = width + 2 * border
        self._size = (height + 2 * border) * self._width
        self._start = border * self._width + border
        framed = images.new_zeros(batch, height + 2 * border, self._width, channels)
        framed[:, border : border + height, border : border + width] = images
        self._batch = batch
        self._pixels = framed.reshape(batch * self._size, channels)

    def numbers(self, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
        """What `pixels` knows places by: whole numbers [batch or 1, h, w], which are changed."""
        row, column = (
            places.clamp_(low, high).nan_to_num_(low).long()
            for places, (low, high) in zip((rows, columns), self._limits)
        )
        images = torch.arange(self._batch, device=rows.device) * self._size + self._start
        return column.add_(row, alpha=self._width) + images[:, None, None]

    def pixels(self, numbers: torch.Tensor, down: int = 0, right: int = 0) -> torch.Tensor:
        """The pixels there, or some rows below and columns to the right: [batch, h, w, channels]"""
        away = down * self._width + right
        found = self._pixels.index_select(0, (numbers + away if away else numbers).reshape(-1))
        return found.reshape(*numbers.shape, self._pixels.shape[1])


def _places(transforms: torch.Tensor, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows and columns of the input where the output's pixels lie: each [1 or batch, h, w]."""
    x = torch.arange(width, dtype=torch.float32, device=transforms.device)
    y = torch.arange(height, dtype=torch.float32, device=transforms.device)[:, None]
    a0, a1, a2, b0, b1, b2, c0, c1 = transforms.reshape(-1, 8, 1, 1).unbind(1)
    rows = (b0 * x + b1 * y).add_(b2)
    columns = (a0 * x + a1 * y).add_(a2)
    if transforms.device.type == "cpu" and not transforms[:, 6:].any():
        return rows, columns
    depth = (c0 * x + c1 * y).add_(1)
    at_infinity = depth == 0
    rows, columns = (
        places.div_(depth).masked_fill_(at_infinity, _FAR_OUTSIDE) for places in (rows, columns)
    )
    return rows, columns


def _nearest(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    bordered = _Bordered(images, 1)
    rows, columns = (places.add_(_ALMOST_HALF).floor_() for places in (rows, columns))
    return bordered.pixels(bordered.numbers(rows, columns))


def _bilinear(images: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    """Computed in float32 whatever the pixels are."""
    bordered = _Bordered(images.float(), 2)
    upper, left = rows.floor(), columns.floor()
    down, right = (rows - upper)[..., None], (columns - left)[..., None]
    up = (upper + 1).sub_(rows)[..., None]
    back = (left + 1).sub_(columns)[..., None]
    numbers = bordered.numbers(upper, left)
    above, below = (
        bordered.pixels(numbers, row).mul_(back).add_(bordered.pixels(numbers, row, 1).mul_(right))
        for row in (0, 1)
    )
    return above.mul_(up).add_(below.mul_(down)).to(images.dtype)


def _projected(
    images: torch.Tensor, transforms: torch.Tensor, size: tuple[int, int], interpolation: str
) -> torch.Tensor:
    if interpolation not in ("NEAREST", "BILINEAR"):
        raise invalid(f"Invalid interpolation {interpolation}. Supported types: NEAREST, BILINEAR")
    places = _places(transforms, *size)
    return (_nearest if interpolation == "NEAREST" else _bilinear)(images, *places)


def _check(images: torch.Tensor, transforms: torch.Tensor) -> None:
    if images.ndim != 4:
        received = shapes.text(shapes.of(*images.shape))
        raise invalid(f"Input images must have rank 4. Received shape: {received}")
    counts = (1, images.shape[0])
    if transforms.ndim != 2 or transforms.shape[0] not in counts or transforms.shape[1] != 8:
        received = shapes.text(shapes.of(*transforms.shape))
        raise invalid(
            f"Input transform should be num_images x 8 or 1 x 8. Received shape: {received}"
        )


@op
class ImageProjectiveTransform:
    """Each pixel (x, y) of the output is the input's at
    ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), where k = c0 x + c1 y + 1; outside it is 0.

    images [batch, h, w, channels], transforms [batch or 1, 8] of (a0, a1, a2, b0, b1, b2, c0, c1).
    """

    inputs = "images: dtype, transforms: float"
    outputs = "transformed_images: dtype"
    attrs = _ATTRS

    def shape(images: TensorShape, transforms: TensorShape) -> TensorShape:
        return images

    def kernel(
        images: torch.Tensor, transforms: torch.Tensor, *, interpolation: str
    ) -> torch.Tensor:
        _check(images, transforms)
        return _projected(images, transforms, (images.shape[1], images.shape[2]), interpolation)


@op
class ImageProjectiveTransformV2:
    """The same with an output of height and width `output_shape` [2].

    What differentiates it is in reflow/tf/contrib/image, of whose functions it consists.
    """

    inputs = "images: dtype, transforms: float, output_shape: int32"
    outputs = "transformed_images: dtype"
    attrs = _ATTRS

    def shape(
        images: TensorShape,
        transforms: TensorShape,
        output_shape: Value,
        *,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        batch, _, _, channels = shapes.with_rank(images, 4).as_list()
        return shapes.of(batch, *sized(output_shape, input_shapes[2]), channels)

    def kernel(
        images: torch.Tensor,
        transforms: torch.Tensor,
        output_shape: Host,
        *,
        interpolation: str,
    ) -> torch.Tensor:
        _check(images, transforms)
        received = shapes.text(shapes.of(*output_shape.shape))
        if output_shape.ndim != 1:
            raise invalid(f"output shape must be 1-dimensional{received}")
        if output_shape.size != 2:
            raise invalid(f"output shape must have two elements{received}")
        height, width = output_shape.tolist()
        if height <= 0 or width <= 0:
            raise invalid(f"output dimensions must be positive. Received: {height}, {width}")
        return _projected(images, transforms, (height, width), interpolation)
