"""Summaries of pictures, as PNG files.

Source: tensorflow/core/kernels/summary_image_op.cc: how numbers become colours.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.ops import shapes
from reflow.ops.image import png
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle

Array = np.ndarray[Any, Any]

# Pictures whose largest number is below have one colour.
_ZERO = 1e-6


def as_colours(picture: Array, bad_color: Array) -> Array:
    """[height, width, channels] of numbers as uint8, the whole range of a picture used.

    A picture with negative numbers has 0 at 127.  Pixels that are not finite get `bad_color`.
    """
    finite = np.isfinite(picture)
    numbers = picture[finite]
    low, high = (numbers.min(), numbers.max()) if numbers.size else (0.0, 0.0)
    if low < 0:
        largest, full, offset = max(abs(low), abs(high)), 127.0, 128.0
    else:
        largest, full, offset = high, 255.0, 0.0
    scale = 0.0 if largest < _ZERO else full / largest
    with np.errstate(invalid="ignore"):
        colours = (np.where(finite, picture, 0) * np.float32(scale) + np.float32(offset)).astype(
            np.uint8
        )
    colours[~finite.all(-1)] = bad_color[: picture.shape[-1]]
    return colours


def _checked(tensor: Array, bad_color: Array) -> None:
    if tensor.ndim != 4 or tensor.shape[3] not in (1, 3, 4):
        raise errors.InvalidArgumentError(
            None,
            None,
            "Tensor must be 4-D with last dim 1, 3, or 4, not "
            + shapes.text(shapes.of(*tensor.shape)),
        )
    if bad_color.ndim != 1 or len(bad_color) < tensor.shape[3]:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"expected bad_color.size() >= depth, got {bad_color.size} vs. {tensor.shape[3]}",
        )


@op
class ImageSummary:
    """A Summary message of the first max_images pictures of a batch, as PNG files."""

    inputs = "tag: string, tensor: T"
    outputs = "summary: string"
    attrs = (
        "max_images: int >= 1 = 3",
        "T: {uint8, float, half, double} = float",
        # Red.
        "bad_color: tensor = {dtype: DT_UINT8 tensor_shape {dim {size: 4}} "
        "int_val: 255 int_val: 0 int_val: 0 int_val: 255}",
    )
    host = True
    gradient = None
    shape = shapes.scalar

    def kernel(tag: Host, tensor: Host, *, max_images: int, bad_color: Any) -> Array:
        from tensorboard.compat.proto.summary_pb2 import Summary

        if tag.ndim:
            raise errors.InvalidArgumentError(None, None, "Tags must be a scalar")
        _checked(tensor, bad_color)
        summary = Summary()
        name = tag.item().decode()
        for i, picture in enumerate(tensor[:max_images]):
            value = summary.value.add(
                tag=f"{name}/image/{i}" if max_images > 1 else f"{name}/image"
            )
            value.image.height, value.image.width, value.image.colorspace = picture.shape
            is_coloured = picture.dtype == np.uint8
            pixels = picture if is_coloured else as_colours(picture.astype(np.float32), bad_color)
            if pixels.size:
                value.image.encoded_image_string = png.write(pixels, compression=-1)
        return handle(summary.SerializeToString())
