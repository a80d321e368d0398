"""Blocks: consecutive elements of a dataset, held together.

Numbers and strings alike are NumPy arrays here: elements live on the host until a program takes
them.  An array that something else still refers to (a constant, a cache) is read-only, and so are
the views of it; whoever gives elements away copies those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
# An element: an array for each component.
Element: TypeAlias = tuple[Array, ...]
# For each component the shape that it has in all elements of a block.
Shapes: TypeAlias = tuple[tuple[int, ...], ...]


class Block:
    """At least one element.  All have the same shapes.

    Attributes:
      columns: for each component an array with the elements along the first axis.
    """

    __slots__ = ("columns",)

    def __init__(self, columns: Sequence[Array]) -> None:
        self.columns = tuple(columns)

    @staticmethod
    def of_one(element: Sequence[Array]) -> Block:
        """A block of a single element."""
        return Block([component[np.newaxis] for component in element])

    def __len__(self) -> int:
        return len(self.columns[0])

    @property
    def shapes(self) -> Shapes:
        return tuple([column.shape[1:] for column in self.columns])

    def element(self, index: int) -> Element:
        return tuple([column[index, ...] for column in self.columns])

    def select(self, rows: slice | Array) -> Block:
        """The elements of a stretch, of indices or under a mask."""
        return Block([column[rows] for column in self.columns])


def concatenate(blocks: Sequence[Block]) -> Block:
    """One block of the elements of several, which have the same shapes."""
    if len(blocks) == 1:
        return blocks[0]
    return Block([np.concatenate(columns) for columns in zip(*(b.columns for b in blocks))])


def read_only(array: Array) -> Array:
    """A view of `array` that says that others refer to it."""
    view = array.view()
    view.flags.writeable = False
    return view


def shape_text(shape: Sequence[int]) -> str:
    """A shape as TensorFlow's kernels write it: "[2,3]"."""
    return f"[{','.join(map(str, shape))}]"
