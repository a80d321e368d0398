"""Windows cut out of images, with noise where they lie outside.

Source: tensorflow/core/kernels/attention_ops.cc and eigen_attention.h of TensorFlow 1.15.
"""

from __future__ import annotations

import torch

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid, sized
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op


def _check_noise(uniform_noise: bool, noise: str) -> None:
    if uniform_noise and noise not in ("", "uniform"):
        raise ValueError("The uniform_noise and noise should not be specified at the same time")


@op
class ExtractGlimpse:
    """A window of each image, with noise where it lies outside.

    input [batch, h, w, channels], size [2], offsets [batch, 2] of (y, x) -> [batch, *size,
    channels].

    Attributes:
      centered: offsets are of the window's centre from the image's centre, else from its corner.
      normalized: offsets are in parts of the image: -1 to 1 if centered.
      noise: "uniform" between the image's extremes, "gaussian" as its pixels, or "zero".
      uniform_noise: without `noise`, whether it is uniform or gaussian.
    """

    inputs = "input: float, size: int32, offsets: float"
    outputs = "glimpse: float"
    attrs = (
        "centered: bool = true",
        "normalized: bool = true",
        "uniform_noise: bool = true",
        "noise: string = 'uniform'",
    )
    gradient = None

    def shape(
        input: TensorShape,
        size: Value,
        offsets: TensorShape,
        *,
        input_shapes: list[TensorShape],
        uniform_noise: bool,
        noise: str,
    ) -> TensorShape:
        batch, _, _, channels = shapes.with_rank(input, 4).as_list()
        count, columns = shapes.with_rank(offsets, 2).as_list()
        if columns not in (None, 2):
            raise ValueError(f"Dimension must be 2 but is {columns}")
        _check_noise(uniform_noise, noise)
        merged = shapes.merge_sizes(batch, count)
        return shapes.of(merged, *sized(size, input_shapes[1]), channels)

    def kernel(
        input: torch.Tensor,
        size: Host,
        offsets: Host,
        *,
        centered: bool,
        normalized: bool,
        uniform_noise: bool,
        noise: str,
    ) -> torch.Tensor:
        kind = noise or ("uniform" if uniform_noise else "gaussian")
        if kind not in ("uniform", "gaussian", "zero"):
            raise invalid(f"The noise could only be uniform, gaussian, or zero, got{kind}")
        if offsets.shape != (input.shape[0], 2):
            raise invalid(
                "Expected offsets of shape [batch, 2]. Received: "
                f"{shapes.text(shapes.of(*offsets.shape))}"
            )
        height, width = size.tolist()
        if height < 0 or width < 0:
            raise invalid(f"Expected a size of at least 0. Received: {[height, width]}")
        glimpses = input.new_empty(input.shape[0], height, width, input.shape[3])
        for glimpse, image, offset in zip(glimpses, input, offsets.tolist()):
            rows, columns = (
                _overlap(*along, centered, normalized)
                for along in zip(offset, image.shape, (height, width))
            )
            if rows[1] - rows[0] < height or columns[1] - columns[0] < width:
                _fill_with_noise(glimpse, image, kind)
            _copy(glimpse, image, rows, columns)
        return glimpses


Overlap = tuple[int, int, int]


def _overlap(
    offset: float, image_size: int, size: int, centered: bool, normalized: bool
) -> Overlap:
    """Along one axis: where the common part starts and ends in the image, and starts in the
    window."""
    if normalized:
        offset *= image_size
    if centered:
        offset = offset / 2 + image_size / 2
    start = int(offset - size / 2)
    if start < 0:
        length = max(0, size + start)
        return 0, min(length, image_size), size - length
    return start, max(start, min(start + size, image_size)), 0


def _copy(glimpse: torch.Tensor, image: torch.Tensor, rows: Overlap, columns: Overlap) -> None:
    part = image[rows[0] : rows[1], columns[0] : columns[1]]
    height, width, _ = part.shape
    glimpse[rows[2] : rows[2] + height, columns[2] : columns[2] + width] = part


def _fill_with_noise(glimpse: torch.Tensor, image: torch.Tensor, kind: str) -> None:
    if kind == "zero" or not image.numel():
        glimpse.zero_()
    elif kind == "uniform":
        low, high = image.aminmax()
        glimpse.uniform_().mul_(high - low).add_(low)
    else:
        pixels = image.flatten(0, 1)
        deviations = pixels.var(0, correction=0).sqrt()
        drawn = torch.randn_like(glimpse) * deviations + pixels.mean(0)
        glimpse.copy_(drawn.minimum(pixels.amax(0)).maximum(pixels.amin(0)))
