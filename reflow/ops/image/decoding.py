"""Files of images read.

Source: tensorflow/core/kernels/decode_image_op.cc of TensorFlow 1.15: what is in the file decides
how it is read, whatever the op is called.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType, uint8, uint16
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image import bmp, gif, jpeg, png
from reflow.ops.image.pixels import BadImage, Pixels
from reflow.ops.image.resizing import invalid
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.values import to_torch

_JPEG_ATTRS = (
    "channels: int = 0",
    "ratio: int = 1",
    "fancy_upscaling: bool = true",
    "try_recover_truncated: bool = false",
    "acceptable_fraction: float = 1.0",
    "dct_method: string = ''",
)


def _decoded_shape(contents: TensorShape, *, channels: int) -> TensorShape:
    shapes.with_rank(contents, 0)
    if channels < 0:
        raise ValueError(f"channels must be non-negative, got {channels}")
    return shapes.of(None, None, channels or None)


def _bytes_of(contents: Host) -> bytes:
    if contents.ndim:
        shape = shapes.text(shapes.of(*contents.shape))
        raise invalid(f"contents must be scalar, got shape {shape}")
    return bytes(contents.item())


def _format_of(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(png.SIGNATURE):
        return "PNG"
    if data.startswith(b"GIF8"):
        return "GIF"
    if not data:
        found = "empty file"
    else:
        shown = data[:16].decode("latin-1").encode("unicode_escape").decode()
        found = f"unknown format starting with '{shown}'"
    raise invalid(f"Expected image (JPEG, PNG, or GIF), got {found}")


def _checked_channels(channels: int) -> int:
    if channels not in (0, 1, 3, 4):
        raise invalid(f"channels must be 0, 1, 3, or 4, got {channels}")
    return channels


def _decoded(
    contents: Host,
    channels: int,
    *,
    how: jpeg.Reading | None = None,
    window: Host | None = None,
    wants_16_bits: bool = False,
) -> Pixels:
    """[height, width, channels], or all frames of a GIF: [frames, height, width, 3]."""
    data = _bytes_of(contents)
    found = _format_of(data)
    if wants_16_bits and found != "PNG":
        raise invalid(f"{found} does not support uint16 output")
    if found == "PNG":
        try:
            return png.read(data, channels, wants_16_bits)
        except BadImage as error:
            raise invalid(str(error)) from None
    if found == "GIF":
        if channels not in (0, 3):
            raise invalid(f"channels must be 0 or 3 for GIF, got {channels}")
        try:
            return gif.read(data)
        except BadImage as error:
            raise invalid(f"Invalid GIF data (size {len(data)}), {error}") from None
    if channels not in (0, 1, 3):
        raise invalid(f"channels must be 0, 1, or 3 for JPEG, got {channels}")
    try:
        pixels = jpeg.read(data, how or jpeg.Reading(channels))
        return pixels if window is None else _cut(pixels, window)
    except BadImage:
        raise invalid(f"Invalid JPEG data or crop window, data size {len(data)}") from None


def _cut(pixels: Pixels, window: Host) -> Pixels:
    if window.ndim != 1:
        shape = shapes.text(shapes.of(*window.shape))
        raise invalid(f"crop_window must be 1-D, got shape {shape}")
    if window.size != 4:
        shape = shapes.text(shapes.of(*window.shape))
        raise invalid(f"crop_size must have four elements {shape}")
    top, left, height, width = window.tolist()
    is_inside = top + height <= pixels.shape[0] and left + width <= pixels.shape[1]
    if min(top, left) < 0 or min(height, width) <= 0 or not is_inside:
        raise BadImage("Invalid crop window")
    return pixels[top : top + height, left : left + width]


def _one_image(pixels: Pixels) -> Pixels:
    if pixels.ndim == 4:
        if len(pixels) > 1:
            raise invalid(
                f"Got {len(pixels)} frames, but animated gifs can only be decoded by "
                "tf.image.decode_gif or tf.image.decode_image"
            )
        return pixels[0]
    return pixels


def _tensor(pixels: Pixels, device: Any, dtype: DType = uint8) -> torch.Tensor:
    return to_torch(np.require(pixels, requirements=("C", "W")), dtype, device)


def _reading(op: Operation) -> jpeg.Reading:
    attrs = op.attrs
    if attrs["ratio"] not in (1, 2, 4, 8):
        raise invalid(f"ratio must be 1, 2, 4, or 8, got {attrs['ratio']}")
    method = attrs["dct_method"]
    method = method.decode() if isinstance(method, bytes) else method
    if method not in ("", "INTEGER_FAST", "INTEGER_ACCURATE"):
        raise invalid("dct_method must be one of {'', 'INTEGER_FAST', 'INTEGER_ACCURATE'}")
    return jpeg.Reading(
        channels=_checked_channels(attrs["channels"]),
        ratio=attrs["ratio"],
        fancy_upscaling=attrs["fancy_upscaling"],
        try_recover_truncated=attrs["try_recover_truncated"],
        acceptable_fraction=attrs["acceptable_fraction"],
        is_exact=method == "INTEGER_ACCURATE",
    )


@op
class DecodeJpeg:
    """The image in a JPEG file, [height, width, channels]; `jpeg.Reading` explains the rest."""

    inputs = "contents: string"
    outputs = "image: uint8"
    attrs = _JPEG_ATTRS
    shape = _decoded_shape
    export = ("image.decode_jpeg", "io.decode_jpeg")
    gradient = None

    def kernel(contents: Host, *, op: Operation, device: Any) -> torch.Tensor:
        how = _reading(op)
        return _tensor(_one_image(_decoded(contents, how.channels, how=how)), device)


@op
class DecodeAndCropJpeg:
    """A part of the image in a JPEG file: crop_window [4] is (top, left, height, width)."""

    inputs = "contents: string, crop_window: int32"
    outputs = "image: uint8"
    attrs = _JPEG_ATTRS
    export = ("image.decode_and_crop_jpeg", "io.decode_and_crop_jpeg")
    gradient = None

    def shape(
        contents: TensorShape,
        crop_window: Value,
        *,
        input_shapes: list[TensorShape],
        channels: int,
    ) -> TensorShape:
        *_, depth = _decoded_shape(contents, channels=channels).as_list()
        shapes.vector(input_shapes[1], 4)
        if crop_window is None:
            return shapes.of(None, None, depth)
        height, width = (None if size < 0 else int(size) for size in crop_window[2:])
        return shapes.of(height, width, depth)

    def kernel(contents: Host, crop_window: Host, *, op: Operation, device: Any) -> torch.Tensor:
        how = _reading(op)
        pixels = _decoded(contents, how.channels, how=how, window=crop_window)
        return _tensor(_one_image(pixels), device)


@op
class DecodePng:
    """The image in a PNG file, [height, width, channels], of 8 or 16 bits."""

    inputs = "contents: string"
    outputs = "image: dtype"
    attrs = ("channels: int = 0", "dtype: {uint8, uint16} = uint8")
    shape = _decoded_shape
    export = ("image.decode_png", "io.decode_png")
    gradient = None

    def kernel(contents: Host, *, channels: int, dtype: DType, device: Any) -> torch.Tensor:
        pixels = _decoded(contents, _checked_channels(channels), wants_16_bits=dtype is uint16)
        return _tensor(_one_image(pixels), device, dtype)


@op
class DecodeGif:
    """All frames of a GIF file, [frames, height, width, 3]."""

    inputs = "contents: string"
    outputs = "image: uint8"
    export = ("image.decode_gif", "io.decode_gif")
    gradient = None

    def shape(contents: TensorShape) -> TensorShape:
        shapes.with_rank(contents, 0)
        return shapes.of(None, None, None, 3)

    def kernel(contents: Host, *, device: Any) -> torch.Tensor:
        pixels = _decoded(contents, 3)
        return _tensor(pixels if pixels.ndim == 4 else pixels[None], device)


@op
class DecodeBmp:
    """The image in a BMP file, [height, width, channels]."""

    inputs = "contents: string"
    outputs = "image: uint8"
    attrs = ("channels: int = 0",)
    shape = _decoded_shape
    export = ("image.decode_bmp", "io.decode_bmp")
    gradient = None

    def kernel(contents: Host, *, channels: int, device: Any) -> torch.Tensor:
        if channels not in (0, 1, 3, 4):
            raise invalid(f"channels must be 0, 1, 3 or 4, got {channels}")
        try:
            return _tensor(bmp.read(_bytes_of(contents), channels), device)
        except BadImage as error:
            raise invalid(str(error)) from None


@op
class ExtractJpegShape:
    """(height, width, channels) of the image in a JPEG file, which is not decoded.  [3]"""

    inputs = "contents: string"
    outputs = "image_shape: output_type"
    attrs = ("output_type: {int32, int64} = int32",)
    host = True
    export = ("image.extract_jpeg_shape", "io.extract_jpeg_shape")
    gradient = None

    def shape(contents: TensorShape) -> TensorShape:
        shapes.with_rank(contents, 0)
        return shapes.of(3)

    def kernel(contents: Host, *, output_type: DType) -> Host:
        data = _bytes_of(contents)
        try:
            return np.array(jpeg.shape_of(data), output_type.as_numpy_dtype)
        except BadImage:
            raise invalid(f"Invalid JPEG data, size {len(data)}") from None
