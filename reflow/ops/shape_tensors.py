"""Shapes as tensors of the graph: constants as far as they are known when it is built.

The nodes are those of tensorflow/python/ops/array_ops.py and math_ops.py: what is numbered after
them, such as the default seeds of random ops, depends on how many they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.dtypes import DType, int32
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Rank, Shape, Size
from reflow.ops.constants import constant


def is_first(*shapes: Any) -> bool:
    """Whether the graph's gradients meet these for the first time.

    What follows from known shapes TensorFlow computes by nodes, and keeps it.
    """
    met = get_default_graph()._shapes_met
    if shapes in met:
        return False
    met.add(shapes)
    return True


def shape_of(input: Tensor, dtype: DType = int32, name: str = "Shape") -> Tensor:
    """The shape, a vector."""
    if input.shape.is_fully_defined():
        return constant(input.shape.as_list(), dtype, name=name)
    shape: Tensor = Shape(input, out_type=dtype, name=name)
    return shape


def size_of(input: Tensor, dtype: DType = int32, name: str = "Size") -> Tensor:
    """How many elements there are."""
    count = 0 if 0 in (input.shape.sizes or ()) else input.shape.num_elements()
    if count is not None:
        return constant(count, dtype, name=name)
    size: Tensor = Size(input, out_type=dtype, name=name)
    return size


def rank_of(input: Tensor, name: str = "Rank") -> Tensor:
    """How many dimensions there are."""
    if input.shape.ndims is not None:
        return constant(input.shape.ndims, int32, name=name)
    rank: Tensor = Rank(input, name=name)
    return rank


def reduced_shape_of(shape: Any, axes: Any) -> Tensor:
    """A shape with a size of 1 along the axes over which is reduced, all int32.

    Args:
      shape: a vector.
      axes: a number or a vector; they may be counted from the last.
    """
    from reflow.ops.filling import Fill
    from reflow.ops.sets import DynamicStitch

    if isinstance(shape, EagerTensor) and isinstance(axes, EagerTensor):
        sizes = shape.numpy().copy()
        sizes[axes.numpy()] = 1
        return constant(sizes, int32)
    shape, axes = as_int32(shape, "Cast"), as_int32(axes, "Cast_1")
    rank = size_of(shape)
    reduced = counted_from_first(axes, rank)
    ones = shape_of(reduced)
    kept: Tensor = DynamicStitch([counted_to(rank), reduced], [shape, Fill(ones, 1)])
    return kept


def counted_from_first(axes: Tensor, rank: Tensor) -> Tensor:
    """Axes that may be counted from the last, counted from the first."""
    from reflow.ops.math import AddV2, FloorMod

    counted: Tensor = FloorMod(AddV2(axes, rank, name="add"), rank, name="mod")
    return counted


def filled(shape: Tensor, value: float, dtype: DType, name: str) -> Tensor:
    """A tensor of one value everywhere."""
    from reflow.ops.filling import Fill

    tensor: Tensor = Fill(shape, constant(value, dtype, name=f"{name}/Const"), name=name)
    return tensor


def counted_to(count: Tensor) -> Tensor:
    """0, 1, 2, ... before `count`, an int32."""
    from reflow.ops.filling import Range

    numbers: Tensor = Range(0, count, 1, name="range")
    return numbers


def as_int32(value: Any, name: str = "Cast") -> Tensor:
    """An integer tensor, or numbers, as int32."""
    from reflow.ops.casts import Cast

    if not isinstance(value, Tensor):
        return constant(np.asarray(value, np.int32), name=f"{name}/x")
    if value.dtype.base_dtype is int32:
        return value
    cast: Tensor = Cast(value, DstT=int32, name="Cast")
    return cast


def whole_quotient(x: Any, y: Any) -> Tensor:
    """x // y for sizes, where a y of 0 counts as 1."""
    from reflow.ops.math import FloorDiv, Maximum

    quotient: Tensor = FloorDiv(x, Maximum(y, 1), name="floordiv")
    return quotient
