"""How images differ from place to place."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.repeating import Tile
from reflow.tf._arrays import pad
from reflow.tf._arrays import shape as shape_of
from reflow.tf._depthwise import depthwise_conv2d
from reflow.tf._filling import zeros
from reflow.tf._joining import concat, stack, unstack
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope
from reflow.tf.math import abs

# Differences downward and to the right, smoothed across; [3, 3, 1, 2].
_SOBEL = np.stack(
    [
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    ],
    axis=-1,
)[:, :, None, :]


def total_variation(images: Tensor, name: str | None = None) -> Tensor:
    """The sum of the absolute differences of neighbouring pixels.

    images [batch, height, width, channels] -> [batch]; of one image -> [].
    """
    with name_scope(name, "total_variation"):
        if images.shape.ndims == 3:
            down = images[1:, :, :] - images[:-1, :, :]
            right = images[:, 1:, :] - images[:, :-1, :]
            axis = None
        elif images.shape.ndims == 4:
            down = images[:, 1:, :, :] - images[:, :-1, :, :]
            right = images[:, :, 1:, :] - images[:, :, :-1, :]
            axis = [1, 2, 3]
        else:
            raise ValueError("'images' must be either 3 or 4-dimensional.")
        return reduce_sum(abs(down), axis=axis) + reduce_sum(abs(right), axis=axis)


def image_gradients(image: Tensor) -> tuple[Tensor, Tensor]:
    """The differences from the next pixel below and to the right, 0 in the last row or column.

    image [batch, height, width, channels] -> two of its shape.
    """
    if image.shape.ndims != 4:
        raise ValueError(
            f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {image.shape}."
        )
    sizes = shape_of(image)
    batch, height, width, depth = unstack(sizes)
    down = image[:, 1:, :, :] - image[:, :-1, :, :]
    right = image[:, :, 1:, :] - image[:, :, :-1, :]
    row = stack([batch, 1, width, depth])
    down = Reshape(concat([down, zeros(row, image.dtype)], 1), sizes)
    column = stack([batch, height, 1, depth])
    right = Reshape(concat([right, zeros(column, image.dtype)], 2), sizes)
    return down, right


def sobel_edges(image: Tensor) -> Tensor:
    """How fast each channel changes downward and to the right, by Sobel's filters.

    image [batch, height, width, channels] -> [batch, height, width, channels, 2].
    """
    sizes = shape_of(image)
    filters = constant(_SOBEL, image.dtype)
    filters = Tile(filters, [1, 1, sizes[-1], 1], name="sobel_filters")
    padded = pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    edges = depthwise_conv2d(padded, filters, [1, 1, 1, 1], "VALID")
    edges = Reshape(edges, concat([sizes, [2]], 0))
    edges.set_shape(image.shape.concatenate([2]))
    return edges
