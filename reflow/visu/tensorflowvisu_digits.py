"""Small digits that label misrecognised images: the correct one left, the computed one right.

Stands in for the module of that name which comes with the tutorials, where it does not lie beside
the program.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import reflow.tf as tf
from reflow.graph.operation import Tensor

__all__ = ["digits_left", "digits_right"]

_IMAGE_SIZE = 28
_TOP, _LEFT, _RIGHT = 20, 1, 22

# Each digit is 7 rows of 5 pixels.
_FONT = """
.###.  ..#..  .###.  .###.  ...#.  #####  .###.  #####  .###.  .###.
#...#  .##..  #...#  #...#  ..##.  #....  #....  ....#  #...#  #...#
#...#  ..#..  ....#  ....#  .#.#.  ####.  #....  ...#.  #...#  #...#
#...#  ..#..  ..##.  ..##.  #..#.  ....#  ####.  ..#..  .###.  .####
#...#  ..#..  .#...  ....#  #####  ....#  #...#  ..#..  #...#  ....#
#...#  ..#..  #....  #...#  ...#.  #...#  #...#  ..#..  #...#  ....#
.###.  .###.  #####  .###.  ...#.  .###.  .###.  ..#..  .###.  .###.
"""


def digits_left() -> Tensor:
    """Images of the digits 0 to 9 in the lower left corner: float32 [10, 28, 28, 1], ink 1."""
    return _digits(_LEFT)


def digits_right() -> Tensor:
    """Images of the digits 0 to 9 in the lower right corner: float32 [10, 28, 28, 1], ink 1."""
    return _digits(_RIGHT)


def _digits(left: int) -> Tensor:
    glyphs = _glyphs()
    _, height, width = glyphs.shape
    images = np.zeros([10, _IMAGE_SIZE, _IMAGE_SIZE], np.float32)
    images[:, _TOP : _TOP + height, left : left + width] = glyphs
    constant = tf.convert_to_tensor(images, tf.float32)
    return tf.reshape(constant, [10, _IMAGE_SIZE, _IMAGE_SIZE, 1])


def _glyphs() -> npt.NDArray[np.bool_]:
    rows = [[list(glyph) for glyph in line.split()] for line in _FONT.split("\n") if line]
    return np.array(rows).transpose(1, 0, 2) == "#"
