"""Images warped by a vector for each pixel."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.functions import Floor
from reflow.tf._arrays import expand_dims
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._checks import assert_equal, assert_greater_equal, assert_less_equal
from reflow.tf._filling import meshgrid
from reflow.tf._filling import range as counting
from reflow.tf._gathering import gather
from reflow.tf._joining import stack, unstack
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf.math import maximum, minimum

# Above so many pixels TensorFlow fears for its int32 addresses.
_MOST_PIXELS = np.iinfo(np.int32).max / 8
# The lines are those of its message, which is a node of the graph.
_TOO_MANY_PIXELS = f"\n{' ' * 23}".join(
    (
        "The image size or batch size is sufficiently large",
        "that the linearized addresses used by array_ops.gather",
        "may exceed the int32 limit.",
    )
)


def dense_image_warp(image: Any, flow: Any, name: str | None = "dense_image_warp") -> Tensor:
    """output[b, y, x] = image[b, y - flow[b, y, x, 0], x - flow[b, y, x, 1]], interpolated between
    the four pixels around; beyond the edges the pixels at the edges go on.

    Args:
      image: [batch, height, width, channels], of floats; height and width at least 2.
      flow: [batch, height, width, 2], of floats.

    Raises:
      ValueError: another rank.
    """
    with name_scope(name):
        batch, height, width, channels = (shape_of(image)[axis] for axis in range(4))
        grid_x, grid_y = meshgrid(counting(width), counting(height))
        grid = cast(stack([grid_y, grid_x], 2), flow.dtype)
        places = Reshape(expand_dims(grid, 0) - flow, [batch, height * width, 2])
        pixels = _interpolate_bilinear(image, places)
        warped: Tensor = Reshape(pixels, [batch, height, width, channels])
        return warped


def _interpolate_bilinear(
    grid: Any,
    query_points: Any,
    name: str | None = "interpolate_bilinear",
    indexing: str = "ij",
) -> Tensor:
    """What is at places between the points of a grid; beyond its edges, what is at the edges.

    Args:
      grid: [batch, height, width, channels].
      query_points: [batch, n, 2]: (row, column), or with `indexing` "xy" (column, row).

    Returns:
      [batch, n, channels]
    """
    if indexing not in ("ij", "xy"):
        raise ValueError(f"Indexing mode must be 'ij' or 'xy'. Received: {indexing!r}")
    with name_scope(name):
        grid = convert_to_tensor(grid)
        query_points = convert_to_tensor(query_points)
        if len(grid.shape) != 4:
            raise ValueError(f"Grid must be 4 dimensional. Received size: {grid.shape}")
        batch, height, width, channels = (shape_of(grid)[axis] for axis in range(4))
        with control_dependencies(_checks_of_places(query_points)):
            count = shape_of(query_points)[1]
        with control_dependencies(_checks_of_size(height, width)):
            coordinates = unstack(query_points, axis=2)
        (top, bottom, down), (left, beyond, right) = (
            _between(axis, coordinates[axis], (height, width)[axis], grid.dtype)
            for axis in ((0, 1) if indexing == "ij" else (1, 0))
        )
        with control_dependencies([_check_of_count(batch * height * width)]):
            rows = Reshape(grid, [batch * height * width, channels])
            offsets = Reshape(counting(batch) * height * width, [batch, 1])

        def pixels(y: Tensor, x: Tensor, where: str) -> Tensor:
            with name_scope(f"gather-{where}"):
                found = gather(rows, offsets + y * width + x)
                return Reshape(found, [batch, count, channels])

        top_left = pixels(top, left, "top_left")
        top_right = pixels(top, beyond, "top_right")
        bottom_left = pixels(bottom, left, "bottom_left")
        bottom_right = pixels(bottom, beyond, "bottom_right")
        with name_scope("interpolate"):
            above = right * (top_right - top_left) + top_left
            below = right * (bottom_right - bottom_left) + bottom_left
            return down * (below - above) + above


def _checks_of_places(query_points: Tensor) -> list[Any]:
    return [
        assert_equal(len(query_points.shape), 3, message="Query points must be 3 dimensional."),
        assert_equal(shape_of(query_points)[2], 2, message="Query points must be size 2 in dim 2."),
    ]


def _checks_of_size(height: Tensor, width: Tensor) -> list[Any]:
    return [
        assert_greater_equal(height, 2, message="Grid height must be at least 2."),
        assert_greater_equal(width, 2, message="Grid width must be at least 2."),
    ]


def _check_of_count(pixels: Tensor) -> Any:
    return assert_less_equal(cast(pixels, dtypes.float32), _MOST_PIXELS, message=_TOO_MANY_PIXELS)


def _between(
    axis: int, places: Tensor, size: Tensor, dtype: dtypes.DType
) -> tuple[Tensor, Tensor, Tensor]:
    """The neighbours before and after each of the places [batch, n] along an axis, and the distance
    [batch, n, 1] from the one before, from 0 to 1."""
    with name_scope(f"dim-{axis}"):
        last = cast(size - 2, places.dtype)
        first = constant(0.0, places.dtype)
        floor = minimum(maximum(first, Floor(places)), last)
        before = cast(floor, dtypes.int32)
        after = before + 1
        distance = cast(places - floor, dtype)
        least, most = constant(0.0, dtype), constant(1.0, dtype)
        return before, after, expand_dims(minimum(maximum(least, distance), most), 2)
