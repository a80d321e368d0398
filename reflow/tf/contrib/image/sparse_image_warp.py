"""Images warped so that some points come where they are wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import dimension_value
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.image.dense_image_warp import dense_image_warp
from reflow.tf.contrib.image.interpolate_spline import interpolate_spline

_Floats = npt.NDArray[np.float64]


def sparse_image_warp(
    image: Any,
    source_control_point_locations: Any,
    dest_control_point_locations: Any,
    interpolation_order: int = 2,
    regularization_weight: float = 0.0,
    num_boundary_points: int = 0,
    name: str | None = "sparse_image_warp",
) -> tuple[Tensor, Tensor]:
    """`image` warped so that what is at the source points comes to the destinations, and how far
    each pixel went; between the points these distances are a spline.

    Args:
      image: [batch, height, width, channels], of floats; but for the channels all known.
      source_control_point_locations, dest_control_point_locations: [batch, n, 2] of (row, column).
      interpolation_order, regularization_weight: as of interpolate_spline.
      num_boundary_points: 0, or how many points of each edge stay where they are, without one of
        its ends.

    Returns:
      The warped image, and the flow [batch, height, width, 2] that dense_image_warp takes.
    """
    image = convert_to_tensor(image)
    sources = convert_to_tensor(source_control_point_locations)
    points = convert_to_tensor(dest_control_point_locations)
    flows = points - sources
    with name_scope(name):
        batch, height, width, _ = image.shape.as_list()
        grid = np.reshape(_get_grid_locations(height, width), [height * width, 2])
        pixels = constant(_in_each_of(batch, grid), image.dtype)
        if num_boundary_points > 0:
            points, flows = _with_boundary(points, flows, height, width, num_boundary_points - 1)
        flow_of_pixels = interpolate_spline(
            points, flows, pixels, interpolation_order, regularization_weight
        )
        dense_flow = Reshape(flow_of_pixels, [batch, height, width, 2])
        return dense_image_warp(image, dense_flow), dense_flow


def _get_grid_locations(image_height: int, image_width: int) -> _Floats:
    """[height, width, 2]: the row and the column of each pixel."""
    rows, columns = np.arange(float(image_height)), np.arange(float(image_width))
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), -1)


def _get_boundary_locations(
    image_height: int, image_width: int, num_points_per_edge: int
) -> _Floats:
    """[n, 2]: the corners, and so many places of each edge between them."""
    rows = np.linspace(0, image_height - 1, num_points_per_edge + 2)
    columns = np.linspace(0, image_width - 1, num_points_per_edge + 2)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    is_boundary = (x == 0) | (x == image_width - 1) | (y == 0) | (y == image_height - 1)
    return np.stack([y[is_boundary], x[is_boundary]], -1)


def _in_each_of(batch: int | None, rows: _Floats) -> _Floats:
    """[n, 2] -> [batch, n, 2]"""
    return np.tile(rows[None], [batch, 1, 1])  # type: ignore[list-item]


def _with_boundary(
    points: Tensor, flows: Tensor, height: int, width: int, points_per_edge: int
) -> tuple[Tensor, Tensor]:
    """Points and their flows with those at the boundary, which stay."""
    batch = dimension_value(points.shape[0])
    boundary = _get_boundary_locations(height, width, points_per_edge)
    still = np.zeros([len(boundary), 2])
    new_points = constant(_in_each_of(batch, boundary), points.dtype)
    new_flows = constant(_in_each_of(batch, still), points.dtype)
    return concat([points, new_points], 1), concat([flows, new_flows], 1)
