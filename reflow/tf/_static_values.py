"""tf.get_static_value: values that programs may read while they build the graph.

The graph itself knows more values than this (see graph/constant_value.py); but programs decide by
these what to build, and are to build what they built under TensorFlow.

Source: TensorFlow 1.15, `tensor_util.constant_value`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.constant_value import constant_value
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Tensor
from reflow.tf._tensor_like import is_tensor

_OF_SHAPES = frozenset(("Const", "Shape", "Size", "Rank"))
_OF_VALUES = frozenset(("Range", "Cast", "Concat", "ConcatV2", "Equal", "NotEqual"))


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value of a tensor as far as it can be told without running, for a few ops.

    Where there is a value, it becomes an error to feed another one.

    Args:
      tensor: the output of a Const, Shape, Size, Rank, Range, Cast, Concat, Pack (along the first
        axis), Fill, Equal or NotEqual.
      partial: for a Pack, give an array of objects with None for each value that is not known.

    Returns:
      A NumPy array, or None if the value cannot be told, as of variables; what is no tensor, and
      stands for none, is returned as it is.
    """
    if not isinstance(tensor, Tensor):
        return None if is_tensor(tensor) else tensor
    if isinstance(tensor, EagerTensor):
        return constant_value(tensor)
    value = _value(tensor, partial)
    if value is not None:
        tensor.graph.prevent_feeding(tensor)
    return value


def _value(tensor: Tensor, partial: bool) -> Any:
    op = tensor.op
    if op.type in _OF_SHAPES:
        return op.definition.value_rule(op, *[t.shape for t in op.inputs])
    if op.type in _OF_VALUES:
        values = [get_static_value(t) for t in op.inputs]
        return None if any(v is None for v in values) else op.definition.evaluate(op, values)[0]
    if op.type == "Fill":
        return _filled(tensor)
    if op.type == "Pack" and op.attrs["axis"] == 0:
        values = [get_static_value(t, partial) for t in op.inputs]
        if all(v is not None for v in values):
            return np.array(values)
        return _objects(values) if partial else None
    return None


def _filled(tensor: Tensor) -> Any:
    value = get_static_value(tensor.op.inputs[1])
    if value is None or not tensor.shape.is_fully_defined():
        return None
    return np.full(tensor.shape.as_list(), value, value.dtype)


def _objects(values: list[Any]) -> Any:
    """An array of objects that has the values as its items, arrays among them."""
    array = np.empty(len(values), object)
    array[:] = values
    return array
