"""BMP files without compression, of 8, 24 or 32 bits.

Source: tensorflow/core/kernels/decode_bmp_op.cc of TensorFlow 1.15.
"""

from __future__ import annotations

import struct

import numpy as np

from reflow.ops.image.pixels import BadImage, Pixels


def read(data: bytes, channels: int) -> Pixels:
    """[height, width, channels] of uint8; 0 channels: as in the file.

    Raises:
      BadImage: there are others, or the file is not whole.
    """
    if len(data) < 32:
        raise BadImage(
            "Incomplete bmp content, requires at least 32 bytes to find the header size, width, "
            f"height, and bpp, got {len(data)} bytes"
        )
    (start,) = struct.unpack_from("<i", data, 10)
    width, height = struct.unpack_from("<ii", data, 18)
    (bits,) = struct.unpack_from("<i", data, 28)
    stored = int(bits / 8)
    if channels not in (0, stored):
        raise BadImage(
            f"channels attribute {channels} does not match bits per pixel from file {stored}"
        )
    if stored not in (1, 3, 4):
        raise BadImage(f"Number of channels must be 1, 3 or 4, was {stored}")
    if width <= 0:
        raise BadImage("Width must be positive")
    if height == 0:
        raise BadImage("Height must be nonzero")
    if start < 0:
        raise BadImage("header size must be nonnegative")
    rows = abs(height)
    if width * rows >= (2**31 - 1) // 8:
        raise BadImage("Total possible pixel bytes must be less than 2^30")
    row_bytes = (stored * width + 3) // 4 * 4
    needed = start + (rows - 1) * row_bytes + width * stored
    if needed > len(data):
        raise BadImage(
            f"Incomplete bmp content, requires at least {needed} bytes, got {len(data)} bytes"
        )
    # The last row may lack its filling.
    body = data[start:needed].ljust(rows * row_bytes, b"\0")
    lines = np.frombuffer(body, np.uint8).reshape(rows, row_bytes)[:, : width * stored]
    downwards = 1 if height < 0 else -1
    pixels = lines.reshape(rows, width, stored)[::downwards]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[stored]
    return pixels[..., order]
