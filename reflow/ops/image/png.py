"""PNG files: of 8 bits through Pillow; those of 16 bits, which Pillow cuts down to 8, are read and
written here.

Source: tensorflow/core/lib/png/png_io.cc of TensorFlow 1.15; "Portable Network Graphics", W3C.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from reflow.ops.image.pixels import MAX_VALUES, BadImage, Pixels, with_channels

SIGNATURE = b"\x89PNG\r\n\x1a\n"

# What libpng reads at most, in pixels.
_MAX_SIDE = 1_000_000

# Types of color in the header, and their channels.
_GRAY, _RGB, _PALETTE, _GRAY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_CHANNELS = {_GRAY: 1, _RGB: 3, _PALETTE: 1, _GRAY_ALPHA: 2, _RGBA: 4}
_COLOR_TYPES = {1: _GRAY, 2: _GRAY_ALPHA, 3: _RGB, 4: _RGBA}
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}

# First row, first column, row step, column step of the seven passes of interlaced images.
_PASSES = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
_ONE_PASS = ((0, 0, 1, 1),)


class Header(NamedTuple):
    """The image header: `bits` of each value, the type of color, whether it is interlaced."""

    width: int
    height: int
    bits: int
    color_type: int
    is_interlaced: bool


def header_of(data: bytes) -> Header:
    """BadImage if there is none."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise BadImage(f"Invalid PNG header, data size {len(data)}")
    width, height, bits, color_type, _, _, interlace = struct.unpack_from(">IIBBBBB", data, 16)
    is_possible = min(width, height) > 0 and max(width, height) <= _MAX_SIDE
    if not is_possible or color_type not in _CHANNELS:
        raise BadImage(f"Invalid PNG header, data size {len(data)}")
    if width * height >= MAX_VALUES:
        raise BadImage(f"PNG size too large for int: {width} by {height}")
    return Header(width, height, bits, color_type, bool(interlace))


def read(data: bytes, channels: int, wants_16_bits: bool) -> Pixels:
    """[height, width, channels] of uint8, or of uint16; BadImage if it cannot be read.

    Args:
      channels: from 1 to 4; 0: as in the file.
    """
    header = header_of(data)
    # Grays are computed of all the bits.
    becomes_gray = channels in (1, 2) and header.color_type in (_RGB, _RGBA)
    if header.bits == 16 and (wants_16_bits or becomes_gray):
        pixels, transparent = _read_16_bits(data, header)
        channels = channels or pixels.shape[2]
        if transparent is not None and channels % 2 == 0:
            is_opaque = (pixels != transparent).any(-1, keepdims=True)
            alpha = np.where(is_opaque, 65535, 0).astype(np.uint16)
            pixels = np.concatenate([pixels, alpha], axis=-1)
        pixels = with_channels(pixels, channels, 65535)
        return pixels if wants_16_bits else (pixels >> 8).astype(np.uint8)
    pixels = _read_8_bits(data, channels)
    if not pixels[-1].any():  # As Pillow leaves rows that are missing.
        _unpacked(data, header)
    channels = channels or pixels.shape[2]
    opaque = (1 << min(header.bits, 8)) - 1
    pixels = with_channels(pixels, channels, opaque)
    return pixels * np.uint16(257) if wants_16_bits else pixels


def _read_8_bits(data: bytes, channels: int) -> Pixels:
    """With an alpha channel if there is transparency, and it is asked for (or the file decides)."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            if image.mode.startswith("I"):
                return (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)[..., None]
            pixels = np.asarray(image.convert(_mode(image.mode, image.info, channels)))
    except Exception:  # Whatever the parser stumbled over.
        raise BadImage(f"Invalid PNG data, size {len(data)}") from None
    return pixels[..., None] if pixels.ndim == 2 else pixels


def _mode(mode: str, info: dict[Any, Any], channels: int) -> str:
    """What an image of Pillow's `mode` is converted to before its values are taken."""
    wants_alpha = "transparency" in info and channels in (2, 4)
    if mode == "P":
        return "RGBA" if wants_alpha or ("transparency" in info and channels == 0) else "RGB"
    if mode in ("1", "L"):
        return "LA" if wants_alpha else "L"
    return "RGBA" if wants_alpha else mode


# -- 16 bits ---------------------------------------------------------------------------------------


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, content); struct.error if the file ends too early."""
    place = len(SIGNATURE)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, place)
        content = data[place + 8 : place + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        if zlib.crc32(name + content) != checksum:
            raise BadImage(f"Invalid PNG data, size {len(data)}")
        yield name, content
        place += length + 12


def _parts(header: Header) -> list[tuple[int, int, int]]:
    """(rows, columns, bytes of a row) of what the passes hold; one pass if not interlaced."""
    bits = header.bits * _CHANNELS[header.color_type]
    parts = []
    for row, column, down, right in _PASSES if header.is_interlaced else _ONE_PASS:
        rows = len(range(row, header.height, down))
        columns = len(range(column, header.width, right))
        parts.append((rows, columns, 1 + (columns * bits + 7) // 8) if columns else (0, 0, 0))
    return parts


def _unpacked(data: bytes, header: Header) -> bytes:
    """All rows, each with its filter before it; BadImage if some are missing."""
    needed = sum(rows * length for rows, _, length in _parts(header))
    try:
        packed = b"".join(content for name, content in _chunks(data) if name == b"IDAT")
        rows = zlib.decompressobj().decompress(packed, needed)
    except (struct.error, zlib.error):
        rows = b""
    if len(rows) < needed:
        raise BadImage(f"Invalid PNG data, size {len(data)}")
    return rows


def _read_16_bits(data: bytes, header: Header) -> tuple[Pixels, Pixels | None]:
    """The pixels, and the color that is transparent if there is one."""
    raw = _unpacked(data, header)
    keys = [content for name, content in _chunks(data) if name == b"tRNS"]
    transparent = np.frombuffer(keys[0], ">u2").astype(np.uint16) if keys else None
    channels = _CHANNELS[header.color_type]
    pixels = np.zeros((header.height, header.width, channels), np.uint16)
    place = 0
    passes = _PASSES if header.is_interlaced else _ONE_PASS
    for (row, column, down, right), (rows, columns, length) in zip(passes, _parts(header)):
        if not rows:
            continue
        lines = np.frombuffer(raw, np.uint8, rows * length, place).reshape(rows, length)
        place += rows * length
        values = _unfiltered(lines, channels * 2, len(data)).view(">u2")
        pixels[row::down, column::right] = values.reshape(rows, columns, channels)
    return pixels, transparent


def _unfiltered(lines: Pixels, step: int, size: int) -> Pixels:
    """The bytes of lines [rows, 1 + bytes], of which the first says what filter was used.

    A byte depends on those to its left (`step` bytes before), above, and above left.  So all
    pixels whose column is `time - row` can be found at once, in the order of `time`.
    """
    filters = lines[:, 0]
    if filters.max() > 4:
        raise BadImage(f"Invalid PNG data, size {size}")
    rows, columns = len(lines), (lines.shape[1] - 1) // step
    coded = lines[:, 1:].reshape(rows, columns, step).astype(np.int16)
    # With a row of zeros above and a column of zeros to the left.
    known = np.zeros((rows + 1, columns + 1, step), np.int16)
    for time in range(rows + columns - 1):
        row = np.arange(max(0, time - columns + 1), min(rows, time + 1))
        column = time - row
        left, above = known[row + 1, column], known[row, column + 1]
        guesses = _guessed(filters[row][:, None], left, above, known[row, column])
        known[row + 1, column + 1] = (coded[row, column] + guesses) & 255
    return np.ascontiguousarray(known[1:, 1:].reshape(rows, -1).astype(np.uint8))


def _guessed(filters: Pixels, left: Pixels, above: Pixels, corner: Pixels) -> Pixels:
    """What each filter takes for the value: none, left, above, their mean, or Paeth's choice."""
    slope: Pixels = left + above - corner
    by_left, by_above, by_corner = (np.abs(slope - x) for x in (left, above, corner))
    nearer = np.where(by_above <= by_corner, above, corner)
    paeth = np.where((by_left <= by_above) & (by_left <= by_corner), left, nearer)
    return np.select(
        [filters == 0, filters == 1, filters == 2, filters == 3],
        [np.zeros_like(left), left, above, (left + above) >> 1],
        paeth,
    )


# -- Written ---------------------------------------------------------------------------------------


def write(pixels: Pixels, compression: int) -> bytes:
    """A file of pixels [height, width, 1 to 4] of uint8 or uint16.

    Args:
      compression: from 0 (none) to 9; -1 is zlib's default.
    """
    if pixels.dtype == np.uint16:
        return _written_16_bits(pixels, compression)
    from PIL import Image

    channels = pixels.shape[2]
    image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels, _MODES[channels])
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=6 if compression < 0 else compression)
    return stream.getvalue()


def _written_16_bits(pixels: Pixels, compression: int) -> bytes:
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOR_TYPES[channels], 0, 0, 0)
    lines = pixels.astype(">u2").reshape(height, -1).view(np.uint8)
    packed = zlib.compress(_filtered(lines, channels * 2).tobytes(), compression)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def _filtered(lines: Pixels, step: int) -> Pixels:
    """Lines [rows, bytes] as [rows, 1 + bytes], each by the filter that leaves the least.

    Paeth's filter and that of means, which seldom win by much, are not tried.
    """
    left, above = np.zeros_like(lines), np.zeros_like(lines)
    left[:, step:] = lines[:, :-step]
    above[1:] = lines[:-1]
    coded = np.stack([lines, lines - left, lines - above])
    left_over = np.abs(coded.view(np.int8).astype(np.int64)).sum(axis=2)
    filters = left_over.argmin(axis=0)
    chosen = coded[filters, np.arange(len(lines))]
    return np.concatenate([filters[:, None].astype(np.uint8), chosen], axis=1)
