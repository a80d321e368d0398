"""Dense tensors as IndexedSlices, to be joined with others."""

from __future__ import annotations

from collections.abc import Sequence

from reflow.graph.dtypes import int32, int64
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Shape


def as_slices(value: Tensor | IndexedSlices) -> IndexedSlices:
    """All rows of a tensor, each at its place."""
    from reflow.ops.filling import Range
    from reflow.ops.slicing import first_dimension

    if isinstance(value, IndexedSlices):
        return value
    shape = Shape(value)
    return IndexedSlices(value, Range(0, first_dimension(shape), 1, name="range"), shape)


def all_as_slices(values: Sequence[Tensor | IndexedSlices]) -> list[IndexedSlices]:
    """Each as IndexedSlices; if the types of their indices differ, all become int64."""
    from reflow.ops.casts import Cast

    slices = [as_slices(value) for value in values]
    if len({item.indices.dtype for item in slices}) == 1:
        return slices
    return [
        IndexedSlices(item.values, Cast(item.indices, DstT=int64), item.dense_shape)
        if item.indices.dtype is int32
        else item
        for item in slices
    ]
