"""`tensorflow.python.ops.random_grad`."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf._arrays import shape
from reflow.tf._filling import ones
from reflow.tf._joining import concat

__all__ = ["add_leading_unit_dimensions"]


def add_leading_unit_dimensions(x: Any, num_dimensions: Any) -> Tensor:
    """x with so many dimensions of size 1 in front of its own."""
    reshaped: Tensor = Reshape(x, concat([ones([num_dimensions], dtypes.int32), shape(x)], 0))
    return reshaped
