"""`tensorflow.python.ops.math_ops`."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.filling import Fill, Range
from reflow.ops.sets import DynamicStitch
from reflow.tf._arrays import shape, size
from reflow.tf._casts import cast

__all__ = ["reduced_shape"]


def reduced_shape(input_shape: Any, axes: Any) -> Tensor:
    """The shape, a vector, with a size of 1 along the axes over which is reduced."""
    input_shape, axes = cast(input_shape, dtypes.int32), cast(axes, dtypes.int32)
    rank = size(input_shape)
    axes = (axes + rank) % rank
    ones = Fill(shape(axes), 1)
    reduced: Tensor = DynamicStitch([Range(0, rank, 1), axes], [input_shape, ones])
    return reduced
