"""Variables of other kinds than tf.Variable makes: the first releases' op, and temporary ones."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.op import op
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


@op
class Variable:
    """What graphs of TensorFlow 0.x have for VariableV2; a scalar's shape counts as unknown."""

    outputs = "ref: Ref(dtype)"
    attrs = ("shape: shape", "dtype: type", "container: string = ''", "shared_name: string = ''")
    stateful = True
    gradient = None

    def shape(*, shape: TensorShape) -> TensorShape:
        return TensorShape(shape.sizes or None)

    def state(op: Operation) -> VariableSlot:
        return VariableSlot(
            op.name, op.attrs["dtype"], TensorShape(op.attrs["shape"].sizes or None)
        )


@op
class TemporaryVariable:
    """A reference to a variable that lasts until DestroyTemporaryVariable, in the same run."""

    outputs = "ref: Ref(dtype)"
    attrs = ("shape: shape", "dtype: type", "var_name: string = ''")
    stateful = True
    gradient = None

    def shape(*, shape: TensorShape) -> TensorShape:
        return shape

    def state(op: Operation) -> VariableSlot:
        return VariableSlot(_name(op), op.attrs["dtype"], op.attrs["shape"])


@op
class DestroyTemporaryVariable:
    """Gives the last value of a temporary variable, which has none from then on."""

    inputs = "ref: Ref(T)"
    outputs = "value: T"
    attrs = ("T: type", "var_name: string")
    stateful = True
    updates = True
    gradient = None

    def shape(ref: TensorShape) -> TensorShape:
        return ref

    def kernel(ref: Ref, *, var_name: str, op: Operation) -> Any:
        with ref.lock:
            if ref.value is None or ref.name != var_name:
                raise errors.NotFoundError(
                    None,
                    None,
                    f"Resource __per_step_0/_tmpvar/{var_name} does not exist: there is no "
                    f"temporary variable of that name here. Received: the variable {ref.name}",
                )
            value: torch.Tensor = ref.value
            ref.value = None
            return value


def _name(op: Operation) -> str:
    """By which a temporary variable is destroyed: its `var_name`, or else the name of its op."""
    return str(op.attrs["var_name"] or op.name)
