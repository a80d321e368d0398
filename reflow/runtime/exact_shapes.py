"""Shapes as a plan knows them: those of what is fed, and all that follows from them."""

from __future__ import annotations

from typing import Any

from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.shapes import text as shape_text
from reflow.ops.values import to_numpy
from reflow.runtime.steps import Value

_UNKNOWN = TensorShape(None)


def host_constant(value: Value) -> Any:
    """The known value as a NumPy array; None for one that is computed."""
    return None if value.constant is None else to_numpy(value.constant)


def dimensions(value: Value) -> TensorShape:
    """The shape that a value describes, for shape rules that take `Dims`."""
    rank = value.shape.ndims
    if rank is not None and rank > 1:
        raise ValueError(
            f"shape must be a vector of {{int32,int64}}, got shape {shape_text(value.shape)}"
        )
    known = host_constant(value)
    if known is not None:
        if known.ndim == 0:
            return _UNKNOWN
        return TensorShape.of(tuple(None if d == -1 else int(d) for d in known.ravel()))
    sizes = value.shape.sizes
    if value.tensor is not None:
        return constant_value_as_shape(value.tensor)
    return _UNKNOWN if sizes is None or sizes[0] is None else TensorShape.of((None,) * sizes[0])


def refined(inferred: TensorShape, declared: TensorShape) -> TensorShape:
    """What the rule says, completed by what the program said with set_shape."""
    if inferred.is_fully_defined() or not inferred.is_compatible_with(declared):
        return inferred
    return inferred.merge_with(declared)
