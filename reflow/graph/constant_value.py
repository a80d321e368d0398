"""What is known of a tensor's value when the graph is built (tf.contrib.util.constant_value).

Static shapes depend on values: `tf.reshape(x, [n, 784])`, `tf.zeros(tf.stack([batch, 10]))`.
Small pure integer arithmetic on known values is evaluated with the ops' own kernels; a
vector of dimensions of which only some are known is followed through the few ops that
build such vectors, each of which has a `dimensions` rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reflow.graph.tensor_shape import TensorShape

if TYPE_CHECKING:
    from reflow.graph.operation import Tensor

# Larger values than this are not computed while the graph is built: they are data, not shapes.
_MAX_ELEMENTS = 1024


def constant_value(tensor: Tensor) -> Any:
    """The tensor's value as a NumPy array if it can be told without running, else None."""
    if tensor._constant is not None:
        return tensor._constant
    value = _evaluate(tensor)
    # Only what is known is kept: a shape may become known later, by set_shape.
    if value is not None:
        tensor._constant = value
    return value


def _evaluate(tensor: Tensor) -> Any:
    op = tensor.op
    definition = op.definition
    if definition.evaluate is None or definition.stateful:
        return None
    value_rule = getattr(definition.rules, "constant", None)
    if value_rule is not None:
        return value_rule(op, *(t._shape for t in op._inputs))
    if not op._inputs or tensor._shape.num_elements() is None:
        return None
    if tensor._shape.num_elements() > _MAX_ELEMENTS:
        return None
    if any(
        t.dtype._is_ref_dtype or (t._shape.num_elements() or _MAX_ELEMENTS + 1) > _MAX_ELEMENTS
        for t in op._inputs
        if t.op.type != "Const"
    ):
        return None
    values = []
    for t in op._inputs:
        value = constant_value(t)
        if value is None:
            return None
        values.append(value)
    outputs = definition.evaluate(op, values)
    return None if outputs is None else outputs[tensor.value_index]


def constant_value_as_shape(tensor: Tensor) -> TensorShape:
    """The shape that a vector of dimensions describes, as far as it is known.

    A dimension of -1 is an unknown one.  ValueError when the tensor is not a vector.
    """
    value = constant_value(tensor)
    if value is not None:
        if value.ndim == 0:
            if value == -1:
                return TensorShape(None)
            raise ValueError(
                f"Received a scalar with value '{value}' as shape; require a statically known "
                "scalar with value '-1' to describe an unknown shape."
            )
        return TensorShape([None if d == -1 else int(d) for d in np.asarray(value).ravel()])
    rule = getattr(tensor.op.definition.rules, "dimensions", None)
    if rule is not None:
        known = rule(tensor.op)
        if known is not None:
            return TensorShape(known)
    shape = tensor._shape.with_rank(1)
    return (
        TensorShape(None)
        if shape.sizes is None or shape.sizes[0] is None
        else TensorShape([None] * shape.sizes[0])
    )
