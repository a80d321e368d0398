"""Values that the program writes down or feeds: Const, Placeholder, Python values as tensors."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from reflow.graph import dtypes, errors
from reflow.graph.array_values import array_of
from reflow.graph.conversion import register_tensor_conversion_function
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.execution import engine, executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.ops import shapes
from reflow.ops.op import op


@op
class Const:
    """A value that is part of the graph."""

    outputs = "output: dtype"
    attrs = ("value: tensor", "dtype: type")

    def shape(*, value: np.ndarray[Any, Any]) -> TensorShape:
        return TensorShape.of(value.shape)

    def constant(op: Operation) -> np.ndarray[Any, Any]:
        value: np.ndarray[Any, Any] = op.attrs["value"]
        return value

    gradient = None


# The version of the graph format.
_FIRST_WITH_UNKNOWN_SHAPES = 24


@op
class Placeholder:
    """A value that every run must feed.  `shape` may be partly known."""

    outputs = "output: dtype"
    attrs = ("dtype: type", "shape: shape = unknown")
    stateful = True  # never the same as another placeholder

    def kernel(*, op: Operation) -> None:
        declared = op.attrs["shape"]
        shape = "" if declared.ndims is None else f" and shape {declared._cpp_text()}"
        raise errors.InvalidArgumentError(
            None,
            None,
            f"You must feed a value for placeholder tensor '{op.name}' with dtype "
            f"{op.attrs['dtype']._cpp_name}{shape}",
        )

    def shape(*, shape: TensorShape, op: Operation) -> TensorShape:
        # A scalar stood for what is not known before TensorFlow 1.4.
        is_old = op.graph._versions.producer < _FIRST_WITH_UNKNOWN_SHAPES
        return shape if shape.sizes or not is_old else TensorShape(None)

    gradient = None


@op
class PlaceholderWithDefault:
    """`input`, unless the run feeds another value."""

    inputs = "input: dtype"
    outputs = "output: dtype"
    attrs = ("dtype: type", "shape: shape")
    view = True
    stateful = True

    def shape(input: TensorShape, *, shape: TensorShape) -> TensorShape:
        shapes.merge(input, shape)
        return shape

    def kernel(input: Any) -> Any:
        return input

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


def constant(
    value: Any,
    dtype: Any = None,
    shape: Any = None,
    name: str = "Const",
    verify_shape: bool = False,
) -> Tensor:
    """A Const node (tf.constant): see `array_of` for the element type and the errors."""
    if executing_eagerly():
        tensor: Tensor = engine.constant(value, dtype, shape, verify_shape)
        return tensor
    wanted = None if dtype is None else as_dtype(dtype)
    array = array_of(value, wanted, shape, verify_shape)
    if wanted is None or wanted.base_dtype is not wanted:
        wanted = as_dtype(array.dtype) if wanted is None else wanted.base_dtype
    return const(array, wanted, name)


_CONST = cast(OpDefinition, Const)


def const(array: np.ndarray[Any, Any], dtype: DType, name: str = "Const") -> Tensor:
    """A Const node of an array that has `dtype`'s NumPy type already."""
    if executing_eagerly():
        tensor: Tensor = engine.constant_of_array(array, dtype)
        return tensor
    graph = get_default_graph()
    attrs = {"value": array, "dtype": dtype}
    return graph.add_node(_CONST, [], attrs, graph.op_name(name or "Const"), [dtype]).outputs[0]


def _contains_tensor(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_contains_tensor(item) for item in value)
    return isinstance(value, Tensor) or hasattr(value, "_as_graph_element")


def _convert_list(
    value: Any, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Any:
    """A list with tensors among its items is stacked; without, it is a constant."""
    if as_ref:
        return NotImplemented
    if not _contains_tensor(value):
        return constant(value, dtype, name=name or "Const")
    from reflow.ops.joining import stack_nested

    return stack_nested(value, dtype, name or "packed")


def _convert_value(
    value: Any, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Any:
    if as_ref:
        return NotImplemented
    return constant(value, dtype, name=name or "Const")


def _convert_shape(
    value: Any, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Any:
    if as_ref:
        return NotImplemented
    if not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
    return _sizes(value.as_list(), dtype, name)


def _convert_dimension(
    value: Dimension, dtype: DType | None = None, name: str | None = None, as_ref: bool = False
) -> Tensor:
    if value.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {value}")
    return _sizes(value.value, dtype, name)


def _sizes(value: Any, dtype: DType | None, name: str | None) -> Tensor:
    if dtype not in (None, dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    largest = max(value, default=0) if isinstance(value, list) else value
    if largest >= 2**31 and dtype is dtypes.int32:
        raise ValueError(
            f"Cannot convert a TensorShape to dtype int32; a dimension is too large ({largest})"
        )
    fitting = dtypes.int64 if largest >= 2**31 else dtypes.int32
    return constant(value, dtype or fitting, name=name or "shape_as_tensor")


register_tensor_conversion_function((list, tuple), _convert_list, 100)
register_tensor_conversion_function(TensorShape, _convert_shape, 100)
register_tensor_conversion_function(Dimension, _convert_dimension, 100)
register_tensor_conversion_function(object, _convert_value, 200)
