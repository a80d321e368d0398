"""tf.contrib.resampler: images read at places between their pixels."""

from __future__ import annotations

from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.image.resampling import Resampler
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope

__all__ = ["resampler"]


def resampler(data: Any, warp: Any, name: str | None = "resampler") -> Tensor:
    """Images read at places between their pixels, by bilinear interpolation.

    Args:
      data: [batch, height, width, channels], half, float or double.
      warp: [batch, ..., 2], places (x, y) in pixels; outside of the image there are zeros.

    Returns:
      [batch, ..., channels].
    """
    with name_scope(name, "resampler", [data, warp]):
        data = convert_to_tensor(data, name="data")
        warp = convert_to_tensor(warp, name="warp")
        values: Tensor = Resampler(data, warp)
        return values


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
