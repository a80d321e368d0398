"""Files of images written.

Source: tensorflow/core/kernels/encode_jpeg_op.cc and encode_png_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import numpy as np

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.image import jpeg, png
from reflow.ops.image.pixels import MAX_VALUES
from reflow.ops.image.resizing import invalid
from reflow.ops.kernels import Host
from reflow.ops.op import op

_FORMATS = {"grayscale": 1, "rgb": 3}


def _scalar(data: bytes) -> Host:
    array = np.empty((), object)
    array[()] = data
    return array


def _debug(array: Host) -> str:
    return shapes.text(shapes.of(*array.shape))


def _image_shape(image: TensorShape) -> TensorShape:
    shapes.with_rank(image, 3)
    return shapes.SCALAR


def _check_jpeg(image: Host, quality: int, channels: tuple[int, ...] = (1, 3)) -> None:
    if image.ndim != 3:
        raise invalid(f"image must be 3-dimensional{_debug(image)}")
    if not 0 <= quality <= 100:
        raise invalid(f"quality must be in [0,100], got {quality}")
    if image.shape[2] not in channels:
        raise invalid(f"image must have 1 or 3 channels, got {_debug(image)}")
    height, width, _ = image.shape
    if not image.size or max(height, width) > 65500 or height * width >= MAX_VALUES:
        raise errors.InternalError(None, None, "JPEG encoding failed")


@op
class EncodeJpeg:
    """A JPEG file of an image [height, width, 1 or 3].

    Attributes:
      format: "grayscale" or "rgb", if one is asked for.
      quality: from 0 to 100.
      progressive: shown coarse first.
      optimize_size: smaller, and slower to write.
      chroma_downsampling: colours at half the height and width.
      x_density, y_density: pixels per `density_unit`, "in" or "cm".
      xmp_metadata: kept in the header.
    """

    inputs = "image: uint8"
    outputs = "contents: string"
    attrs = (
        "format: {'', 'grayscale', 'rgb'} = ''",
        "quality: int = 95",
        "progressive: bool = false",
        "optimize_size: bool = false",
        "chroma_downsampling: bool = true",
        "density_unit: {'in', 'cm'} = 'in'",
        "x_density: int = 300",
        "y_density: int = 300",
        "xmp_metadata: string = ''",
    )
    host = True
    shape = _image_shape
    export = ("image.encode_jpeg", "io.encode_jpeg")
    gradient = None

    def kernel(image: Host, *, format: str, quality: int, op: Operation) -> Host:
        _check_jpeg(image, quality)
        if format and _FORMATS[format] != image.shape[2]:
            raise invalid(
                f"format {format} expects {_FORMATS[format]} channels, got {_debug(image)}"
            )
        return _scalar(jpeg.write(image, quality, op.attrs))


@op
class EncodeJpegVariableQuality:
    """A JPEG file of an image [height, width, 1 or 3], of a quality [] from 0 to 100."""

    inputs = "images: uint8, quality: int32"
    outputs = "contents: string"
    host = True
    gradient = None

    def shape(images: TensorShape, quality: TensorShape) -> TensorShape:
        return _image_shape(images)

    def kernel(images: Host, quality: Host) -> Host:
        if quality.ndim:
            raise invalid(f"quality must be scalar: {_debug(quality)}")
        _check_jpeg(images, int(quality))
        return _scalar(jpeg.write(images, int(quality)))


@op
class EncodePng:
    """A PNG file of an image [height, width, 1 to 4].

    Attributes:
      compression: from 0 to 9; -1 is zlib's own choice.
    """

    inputs = "image: T"
    outputs = "contents: string"
    attrs = ("compression: int = -1", "T: {uint8, uint16} = uint8")
    host = True
    shape = _image_shape
    export = ("image.encode_png",)
    gradient = None

    def kernel(image: Host, *, compression: int) -> Host:
        if not -1 <= compression <= 9:
            raise invalid(f"compression should be in [-1,9], got {compression}")
        if image.ndim != 3:
            raise invalid(f"image must be 3-dimensional{_debug(image)}")
        if not 1 <= image.shape[2] <= 4:
            raise invalid(f"image must have 1, 2, 3, or 4 channels, got {image.shape[2]}")
        if not image.size:
            raise errors.InternalError(None, None, "PNG encoding failed")
        return _scalar(png.write(image, compression))
