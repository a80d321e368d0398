"""`tensorflow.python.ops.math_ops`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.dtypes import int32, int64
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Shape
from reflow.ops.shape_tensors import reduced_shape_of as reduced_shape
from reflow.tf._casts import cast
from reflow.tf._filling import range as range_of

__all__ = ["reduced_shape"]


def _as_indexed_slices(x: Any, optimize: bool = True) -> IndexedSlices:
    """A tensor as the slices of all its rows; IndexedSlices as they are.

    Raises:
      TypeError: it is neither.
    """
    if not isinstance(x, (Tensor, IndexedSlices)):
        raise TypeError(f"Not a Tensor or IndexedSlices: {type(x)}")
    if isinstance(x, IndexedSlices):
        return x
    shape = Shape(x)
    return IndexedSlices(x, range_of(0, shape[0]), shape)


def _as_indexed_slices_list(inputs: Sequence[Any], optimize: bool = True) -> list[IndexedSlices]:
    """All of them as IndexedSlices, with indices of one type.

    Raises:
      TypeError: it is no list, or holds something else.
    """
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"Expected a list or tuple, not a {type(inputs)}")
    slices = [_as_indexed_slices(x, optimize) for x in inputs]
    if all(x.indices.dtype.base_dtype == int32 for x in slices):
        return slices
    return [IndexedSlices(x.values, cast(x.indices, int64), x.dense_shape) for x in slices]
