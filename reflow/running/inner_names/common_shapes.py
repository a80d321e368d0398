"""`tensorflow.python.framework.common_shapes`: shapes as TensorFlow's Python code computes them."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.graph.tensor_shape import unknown_shape as _unknown_shape
from reflow.tf._arrays import broadcast_static_shape as broadcast_shape

__all__ = [
    "broadcast_shape",
    "has_fully_defined_shape",
    "is_broadcast_compatible",
    "no_outputs",
    "rank",
    "scalar_shape",
    "unchanged_shape",
    "unknown_shape",
]


def scalar_shape(unused_op: Operation) -> list[TensorShape]:
    """The shapes of the outputs of an op that gives a scalar."""
    return [TensorShape([])]


def unchanged_shape(op: Operation) -> list[TensorShape]:
    """The shapes of the outputs of an op that gives what has the shape of its input."""
    return [op.inputs[0].get_shape()]


def no_outputs(unused_op: Operation) -> list[TensorShape]:
    """The shapes of the outputs of an op that has none."""
    return []


def unknown_shape(op: Operation) -> list[TensorShape]:
    """Nothing known of any output."""
    return [_unknown_shape() for _ in op.outputs]


def rank(tensor: Any) -> int | None:
    """The number of dimensions of a tensor, or None."""
    return tensor.get_shape().ndims  # type: ignore[no-any-return]


def has_fully_defined_shape(tensor: Any) -> bool:
    """Whether all dimensions of a tensor are known."""
    return tensor.get_shape().is_fully_defined()  # type: ignore[no-any-return]


def is_broadcast_compatible(shape_x: TensorShape, shape_y: TensorShape) -> bool:
    """Whether tensors of two shapes may be added, as far as is known."""
    if shape_x.ndims is None or shape_y.ndims is None:
        return False
    try:
        broadcast_shape(shape_x, shape_y)
    except ValueError:
        return False
    return True
