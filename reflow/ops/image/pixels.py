"""Arrays of pixels [height, width, channels], as the formats of files hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[Any]

# An image of as many values or more is not read.
MAX_VALUES = 1 << 29

# The shares of red and green in the brightness, of 2 ** 15; what is left is blue's.
_RED, _GREEN = 9797, 19234


class BadImage(ValueError):
    """A file that cannot be read; says why."""


def with_channels(pixels: Pixels, channels: int, opaque: int) -> Pixels:
    """Pixels of 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA) channels as other ones.

    Args:
      opaque: the alpha of pixels that have none.
    """
    has_alpha = pixels.shape[2] % 2 == 0
    colors, alpha = (pixels[..., :-1], pixels[..., -1:]) if has_alpha else (pixels, None)
    if channels < 3 <= colors.shape[2]:
        colors = _gray(colors)
    elif channels >= 3 and colors.shape[2] == 1:
        colors = colors.repeat(3, axis=2)
    if channels % 2:
        return colors
    if alpha is None:
        alpha = np.full_like(colors[..., :1], opaque)
    return np.concatenate([colors, alpha], axis=2)


def _gray(rgb: Pixels) -> Pixels:
    """As libpng: png_set_rgb_to_gray of 0.299 and 0.587, 16 bits rounded, 8 cut off."""
    red, green, blue = (rgb[..., i : i + 1].astype(np.int64) for i in range(3))
    total = _RED * red + _GREEN * green + ((1 << 15) - _RED - _GREEN) * blue
    if rgb.dtype == np.uint16:
        total += 1 << 14
    is_gray = (red == green) & (red == blue)
    return np.where(is_gray, red, total >> 15).astype(rgb.dtype)
