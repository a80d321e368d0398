"""GIF files.  Pillow reads single frames; TensorFlow's way to lay them over one another is here.

Source: tensorflow/core/lib/gif/gif_io.cc of TensorFlow 1.15: no color is transparent, and each
frame lies over the one before.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from reflow.ops.image.pixels import MAX_VALUES, BadImage, Pixels

_EXTENSION, _FRAME, _END = 0x21, 0x2C, 0x3B


class _Frame(NamedTuple):
    """Attributes:
    left, top, width, height: where the frame lies.
    colors: [n, 3].
    file: a file of this frame alone.
    """

    left: int
    top: int
    width: int
    height: int
    colors: Pixels
    file: bytes


def read(data: bytes) -> Pixels:
    """[frames, height, width, 3] of uint8; BadImage if that cannot be read."""
    try:
        frames = list(_frames(data))
    except (struct.error, IndexError):
        raise BadImage("failed to slurp gif file: Image is defective, decoding aborted") from None
    if not frames:
        raise BadImage("gif file does not contain any image")
    height, width = max(f.height for f in frames), max(f.width for f in frames)
    if height * width * 3 * len(frames) >= MAX_VALUES:
        raise BadImage("the image is too large")
    canvas = np.zeros((len(frames), height, width, 3), np.uint8)
    for number, frame in enumerate(frames):
        if frame[:4] != (0, 0, width, height):
            if number == 0:
                raise BadImage("the first frame does not fill the canvas")
            canvas[number] = canvas[number - 1]
        bottom, right = min(frame.top + frame.height, height), min(frame.left + frame.width, width)
        indices = _indices(frame)[: max(bottom - frame.top, 0), : max(right - frame.left, 0)]
        if indices.size and indices.max() >= len(frame.colors):
            raise BadImage(
                f"found color index {indices.max()} outside of color map range {len(frame.colors)}"
            )
        canvas[number, frame.top : bottom, frame.left : right] = frame.colors[indices]
    return canvas


def _frames(data: bytes) -> Iterator[_Frame]:
    """The frames of a file; struct.error or IndexError if it ends too early."""
    flags = data[10]
    global_colors, place = _color_map(data, 13, flags)
    while data[place] != _END:
        kind = data[place]
        if kind == _EXTENSION:
            place = _behind_blocks(data, place + 2)
        elif kind == _FRAME:
            left, top, width, height, flags = struct.unpack_from("<4HB", data, place + 1)
            colors, start = _color_map(data, place + 10, flags)
            end = _behind_blocks(data, start + 1)
            colors = global_colors if colors is None else colors
            if colors is None:
                raise BadImage("missing color map for frame")
            yield _Frame(
                left, top, width, height, colors, _alone(width, height, flags, data[start:end])
            )
            place = end
        else:
            raise BadImage("failed to slurp gif file: Wrong record type detected")


def _color_map(data: bytes, place: int, flags: int) -> tuple[Pixels | None, int]:
    """The colors that start at `place`, if the flags tell of some, and the place behind them."""
    if not flags & 0x80:
        return None, place
    count = 2 << (flags & 7)
    end = place + 3 * count
    if end > len(data):
        raise IndexError
    return np.frombuffer(data[place:end], np.uint8).reshape(count, 3), end


def _behind_blocks(data: bytes, place: int) -> int:
    """The place behind blocks that each start with their size, the last one being empty."""
    while data[place]:
        place += data[place] + 1
    return place + 1


def _alone(width: int, height: int, flags: int, blocks: bytes) -> bytes:
    """A file of one frame, in 256 shades of gray that are the numbers of its colors."""
    shades = bytes(shade for shade in range(256) for _ in range(3))
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0)
    place = b"," + struct.pack("<4HB", 0, 0, width, height, flags & 0x40)
    return screen + shades + place + blocks + b";"


def _indices(frame: _Frame) -> Pixels:
    """[height, width], numbers of colors."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(frame.file), formats=["GIF"]) as image:
            return np.asarray(image).astype(np.int64)
    except Exception:  # Whatever the parser stumbled over.
        raise BadImage("failed to slurp gif file: Image is defective, decoding aborted") from None
