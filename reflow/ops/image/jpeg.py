"""JPEG files: read through libjpeg-turbo (simplejpeg), written through Pillow.

Pillow reads only with the exact cosine transform; the fast one, which TensorFlow takes by default,
gives other values.  Source: tensorflow/core/lib/jpeg/jpeg_mem.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from reflow.ops.image.pixels import MAX_VALUES, BadImage, Pixels

_MARK_OF_XMP = b"http://ns.adobe.com/xap/1.0/\0"

# What the places behind the end of a file are filled with.
_FILLING = 128


@dataclass(frozen=True)
class Reading:
    """How a file is read.

    Attributes:
      channels: 1 (gray), 3 (RGB) or 0, as in the file.
      ratio: 1, 2, 4 or 8: the image is made smaller by it.
      fancy_upscaling: colours, of which there are fewer, change evenly between their places.
      try_recover_truncated: of a file that ends too early, what there is.
      acceptable_fraction: the part of the rows that must be there.
      is_exact: the cosine transform is the exact one.
    """

    channels: int = 0
    ratio: int = 1
    fancy_upscaling: bool = True
    try_recover_truncated: bool = False
    acceptable_fraction: float = 1.0
    is_exact: bool = False


def shape_of(data: bytes) -> tuple[int, int, int]:
    """(height, width, channels) that a file says it has; BadImage if it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            return image.height, image.width, len(image.getbands())
    except Exception as error:  # Whatever the parser stumbled over.
        raise BadImage(str(error)) from None


def read(data: bytes, how: Reading) -> Pixels:
    """[height, width, 1 or 3] of uint8; BadImage if that cannot be read."""
    height, width, channels = shape_of(data)
    height, width = -(-height // how.ratio), -(-width // how.ratio)
    if height * width * channels >= MAX_VALUES:
        raise BadImage("Image too large")
    if channels == 4:
        return _read_inks(data, how)
    wanted = how.channels or channels
    pixels, is_truncated = _decoded(data, how, (height, width), "GRAY" if wanted == 1 else "RGB")
    if not is_truncated or how.try_recover_truncated:
        return pixels
    rows = _rows_before_filling(pixels)
    if rows / height < min(1.0, how.acceptable_fraction) or how.acceptable_fraction >= 1:
        raise BadImage("Premature end of JPEG data")
    whole = pixels.copy()
    whole[rows:] = 0
    return whole


def _decoded(data: bytes, how: Reading, size: tuple[int, int], colors: str) -> tuple[Pixels, bool]:
    """The pixels, and whether the file ends too early; other faults within it pass."""
    import simplejpeg

    settings: dict[str, Any] = {
        "colorspace": colors,
        "fastdct": not how.is_exact,
        "fastupsample": not how.fancy_upscaling,
    }
    if how.ratio > 1:
        settings |= {"min_height": size[0], "min_width": size[1], "min_factor": how.ratio}
    try:
        return simplejpeg.decode_jpeg(data, **settings), False
    except ValueError as error:
        is_truncated = "Premature end" in str(error)
    try:
        return simplejpeg.decode_jpeg(data, **settings, strict=False), is_truncated
    except ValueError as error:
        raise BadImage(str(error)) from None


def _rows_before_filling(pixels: Pixels) -> int:
    """How many rows were read, as far as can be told: the others are filled with gray."""
    filled = (pixels[:, -1] == _FILLING).all(-1)
    read = np.flatnonzero(~filled)
    return int(read[-1]) + 1 if len(read) else 0


def _read_inks(data: bytes, how: Reading) -> Pixels:
    """RGB of an image of four inks: cyan, magenta, yellow, black."""
    from PIL import Image

    if how.channels == 1:
        raise BadImage("Expected gray or RGB. Received: CMYK")
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            if how.ratio > 1:
                width, height = image.size
                image.draft("CMYK", (max(1, width // how.ratio), max(1, height // how.ratio)))
            inks = np.asarray(image).astype(np.int64)
            is_inverted = "adobe" in image.info
    except Exception as error:  # Whatever the parser stumbled over.
        raise BadImage(str(error)) from None
    # Pillow inverts what it reads.
    light = 255 - inks if is_inverted else inks
    return (light[..., 3:] * light[..., :3] // 255).astype(np.uint8)


def write(pixels: Pixels, quality: int, options: dict[str, Any] | None = None) -> bytes:
    """A file of uint8 pixels [height, width, 1 or 3].

    Args:
      quality: from 0 to 100.
      options: the attributes of EncodeJpeg, where they are not the defaults.
    """
    from PIL import Image

    chosen = options or {}
    densities = chosen.get("x_density", 300), chosen.get("y_density", 300)
    is_gray = pixels.shape[2] == 1
    image = Image.fromarray(pixels[..., 0] if is_gray else pixels, "L" if is_gray else "RGB")
    stream = io.BytesIO()
    image.save(
        stream,
        "JPEG",
        quality=max(quality, 1),
        optimize=chosen.get("optimize_size", False),
        progressive=chosen.get("progressive", False),
        subsampling=2 if chosen.get("chroma_downsampling", True) and not is_gray else 0,
        dpi=densities,
    )
    return _with_header(stream.getvalue(), densities, chosen)


def _with_header(data: bytes, densities: tuple[int, int], chosen: dict[str, Any]) -> bytes:
    """The file with its densities in their unit, and with the metadata behind them."""
    unit = 2 if chosen.get("density_unit") == "cm" else 1
    # The start of the file (2 bytes) and the JFIF segment (18 bytes), units at 13.
    start = data[:13] + struct.pack(">BHH", unit, *densities) + data[18:20]
    metadata = chosen.get("xmp_metadata", b"")
    metadata = metadata.encode() if isinstance(metadata, str) else metadata
    if metadata:
        packet = _MARK_OF_XMP + metadata
        start += b"\xff\xe1" + struct.pack(">H", len(packet) + 2) + packet
    return start + data[20:]
