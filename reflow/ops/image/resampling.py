"""Images read at any places, between their pixels: what a spatial transformer does.

Source: tensorflow/contrib/resampler/kernels/resampler_ops.cc of TensorFlow 1.15.
"""

from __future__ import annotations

from typing import NamedTuple

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image.resizing import invalid
from reflow.ops.op import op

_FLOATS = "T: {half, bfloat16, float, double}"


class _Corners(NamedTuple):
    """The four pixels around each place, in the order top left, bottom right, bottom left, top
    right.

    Attributes:
      pixels: [batch, places, 4], their numbers in the image (0 for those outside).
      inside: [batch, places, 4], whether they are in the image.
      in_reach: [batch, places], whether the place is less than a pixel outside of the image.
      left, top: [batch, places], how much of the left and the upper pixels is taken.
    """

    pixels: torch.Tensor
    inside: torch.Tensor
    in_reach: torch.Tensor
    left: torch.Tensor
    top: torch.Tensor

    def weights(self) -> torch.Tensor:
        """[batch, places, 4]"""
        left, top = self.left, self.top
        right, bottom = 1 - left, 1 - top
        return torch.stack([left * top, right * bottom, left * bottom, right * top], -1)


def _corners(data: torch.Tensor, warp: torch.Tensor) -> _Corners:
    """Of places (x, y) on images: [batch, height, width, channels], [batch, ..., 2]."""
    batch, height, width, _ = data.shape
    x, y = warp.reshape(batch, warp.shape[1:-1].numel(), 2).unbind(-1)
    # Beyond these there is nothing; up to them an image fades to zero.
    in_reach = (x > -1) & (y > -1) & (x < width) & (y < height)
    x, y = torch.where(in_reach, x, 0), torch.where(in_reach, y, 0)
    left, top = x.float().floor().long(), y.float().floor().long()
    columns = torch.stack([left, left + 1, left, left + 1], -1)
    rows = torch.stack([top, top + 1, top + 1, top], -1)
    inside = (columns >= 0) & (rows >= 0) & (columns < width) & (rows < height)
    inside &= in_reach[..., None]
    pixels = torch.where(inside, rows * width + columns, 0)
    of_left, of_top = (left + 1).to(x.dtype) - x, (top + 1).to(y.dtype) - y
    return _Corners(pixels, inside, in_reach, of_left, of_top)


def _values(data: torch.Tensor, corners: _Corners) -> torch.Tensor:
    """[batch, places, 4, channels]: the corners' pixels, zero outside."""
    batch, height, width, channels = data.shape
    if not height or not width:
        return data.new_zeros(*corners.pixels.shape, channels)
    flat = data.reshape(batch, height * width, channels)
    images = torch.arange(batch, device=data.device)[:, None, None]
    return torch.where(corners.inside[..., None], flat[images, corners.pixels], 0)


def _check(data: torch.Tensor, warp: torch.Tensor) -> None:
    data_text = shapes.text(shapes.of(*data.shape))
    warp_text = shapes.text(shapes.of(*warp.shape))
    if data.ndim != 4:
        raise errors.UnimplementedError(
            None,
            None,
            "Only bilinear interpolation is currently supported. The input data shape must be "
            f"[batch_size, data_height, data_width, data_channels], but is: {data_text}",
        )
    if warp.ndim < 2:
        raise invalid(f"warp should be at least a matrix, got shape {warp_text}")
    if warp.shape[-1] != 2:
        raise errors.UnimplementedError(
            None,
            None,
            "Only bilinear interpolation is supported, warping coordinates must be 2D; warp shape "
            f"last entry should be 2, but shape vector is: {warp_text}",
        )
    if data.shape[0] != warp.shape[0]:
        raise invalid(
            "Batch size of data and warp tensor must be the same, but input shapes are: "
            f"{data_text}, {warp_text}"
        )


@op
class Resampler:
    """Images read at places between their pixels, by bilinear interpolation.

    data [batch, height, width, channels], warp [batch, ..., 2] of (x, y) in pixels -> [batch, ...,
    channels].  Outside there are zeros.
    """

    inputs = "data: T, warp: T"
    outputs = "output: T"
    attrs = (_FLOATS,)

    def shape(data: TensorShape, warp: TensorShape) -> TensorShape:
        data_sizes = shapes.with_rank_at_least(data, 1).sizes
        warp_sizes = shapes.with_rank_at_least(warp, 1).sizes
        if warp_sizes is None:
            return shapes.UNKNOWN
        return shapes.of(*warp_sizes[:-1], None if data_sizes is None else data_sizes[-1])

    def kernel(data: torch.Tensor, warp: torch.Tensor) -> torch.Tensor:
        _check(data, warp)
        corners = _corners(data, warp)
        parts = corners.weights()[..., None] * _values(data, corners)
        first, second, third, fourth = parts.unbind(2)
        # In this order rounding is TensorFlow's.
        total = first + second + third + fourth
        return total.reshape(*warp.shape[:-1], data.shape[-1])

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        of_data, of_warp = ResamplerGrad(*op.inputs, dy)
        return of_data, of_warp


@op
class ResamplerGrad:
    """The gradients of Resampler by the images and by the places."""

    inputs = "data: T, warp: T, grad_output: T"
    outputs = "grad_data: T, grad_warp: T"
    attrs = (_FLOATS,)
    gradient = None

    def shape(
        data: TensorShape, warp: TensorShape, grad_output: TensorShape
    ) -> tuple[TensorShape, TensorShape]:
        return data, warp

    def kernel(
        data: torch.Tensor, warp: torch.Tensor, grad_output: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        _check(data, warp)
        expected = shapes.of(*warp.shape[:-1], data.shape[-1])
        found = shapes.of(*grad_output.shape)
        if found.sizes != expected.sizes:
            raise invalid(
                "grad_output shape is not consistent with data and warp shapes; it should be "
                f"{shapes.text(expected)} but is {shapes.text(found)}"
            )
        corners = _corners(data, warp)
        dy = grad_output.reshape(*corners.left.shape, data.shape[-1])
        return _of_data(data, corners, dy), _of_warp(data, corners, dy).reshape(warp.shape)


def _of_data(data: torch.Tensor, corners: _Corners, dy: torch.Tensor) -> torch.Tensor:
    batch, height, width, channels = data.shape
    sums = data.new_zeros(batch * height * width, channels)
    if sums.numel():
        firsts = torch.arange(batch, device=data.device) * (height * width)
        pixels = corners.pixels + firsts[:, None, None]
        parts = dy[:, :, None] * corners.weights()[..., None]
        parts = torch.where(corners.inside[..., None], parts, 0)
        sums.index_add_(0, pixels.flatten(), parts.reshape(-1, channels))
    return sums.reshape(data.shape)


def _of_warp(data: torch.Tensor, corners: _Corners, dy: torch.Tensor) -> torch.Tensor:
    """[batch, places, 2]: how the values change along x and along y."""
    top_left, bottom_right, bottom_left, top_right = _values(data, corners).unbind(2)
    left, top = corners.left[..., None], corners.top[..., None]
    along_x = (1 - top) * (bottom_right - bottom_left) + top * (top_right - top_left)
    along_y = (1 - left) * (bottom_right - top_right) + left * (bottom_left - top_left)
    changes = torch.stack([(dy * along_x).sum(-1), (dy * along_y).sum(-1)], -1)
    return torch.where(corners.in_reach[..., None], changes, 0)
