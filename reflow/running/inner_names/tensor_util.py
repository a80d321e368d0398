"""`tensorflow.python.framework.tensor_util`."""

from __future__ import annotations

from typing import Any

from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import int32
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import dimension_value
from reflow.tf._static_values import get_static_value as constant_value
from reflow.tf._tensor_like import is_tensor
from reflow.tf._tensor_protos import make_ndarray as MakeNdarray
from reflow.tf._tensor_protos import make_tensor_proto

__all__ = [
    "MakeNdarray",
    "ShapeEquals",
    "constant_value",
    "constant_value_as_shape",
    "is_tensor",
    "make_tensor_proto",
    "maybe_set_static_shape",
    "shape_tensor",
]

# Tests switch `maybe_set_static_shape` off by this.
_ENABLE_MAYBE_SET_STATIC_SHAPE = True


def ShapeEquals(tensor_proto: Any, shape: Any) -> bool:
    """Whether a TensorProto has this shape, given as sizes or a TensorShapeProto.

    Raises:
      TypeError: an argument is neither.
    """
    if not hasattr(tensor_proto, "tensor_shape"):
        raise TypeError("tensor_proto is not a tensor_pb2.TensorProto object")
    if hasattr(shape, "dim"):
        shape = [dim.size for dim in shape.dim]
    elif not isinstance(shape, (list, tuple)):
        raise TypeError("shape is not a list or tuple")
    return [dim.size for dim in tensor_proto.tensor_shape.dim] == list(shape)


def shape_tensor(shape: Any) -> Tensor:
    """A shape as a vector of integers."""
    if isinstance(shape, (list, tuple)):
        sizes = [dimension_value(size) for size in shape]
        return convert_to_tensor(sizes, None if sizes else int32, name="shape")
    return convert_to_tensor(shape, name="shape")


def maybe_set_static_shape(tensor: Tensor, shape: Any) -> None:
    """Gives a tensor in the body of a function the static shape that `shape` is known to be."""
    if _ENABLE_MAYBE_SET_STATIC_SHAPE and not executing_eagerly():
        in_function = get_default_graph()._building_function
        if in_function and not tensor.shape.is_fully_defined() and is_tensor(shape):
            tensor.set_shape(constant_value_as_shape(shape_tensor(shape)))
