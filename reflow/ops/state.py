"""Variables that a session holds, and the ops that assign to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.unsigned import widened
from reflow.ops.variable_slot import VariableSlot

Ref = VariableSlot


@op
class VariableV2:
    """A reference to a variable.  It has no value before the first assignment."""

    outputs = "ref: Ref(dtype)"
    attrs = ("shape: shape", "dtype: type", "container: string = ''", "shared_name: string = ''")
    stateful = True
    gradient = None

    def shape(*, shape: TensorShape) -> TensorShape:
        return shape

    def state(op: Operation) -> VariableSlot:
        return VariableSlot(op.name, op.attrs["dtype"], op.attrs["shape"])


@op
class IsVariableInitialized:
    """Whether a variable has a value."""

    inputs = "ref: Ref(dtype)"
    outputs = "is_initialized: bool"
    attrs = ("dtype: type",)
    host = True
    stateful = True
    gradient = None

    def shape(ref: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(ref: Ref) -> np.ndarray[Any, Any]:
        return np.array(ref.value is not None)


@op
class Assign:
    """Gives the variable a new value.  With validate_shape=False also one of another shape."""

    inputs = "ref: Ref(T), value: T"
    outputs = "output_ref: Ref(T)"
    attrs = ("T: type", "validate_shape: bool = true", "use_locking: bool = true")
    stateful = True
    updates = True
    gradient = None

    def shape(ref: TensorShape, value: TensorShape, *, validate_shape: bool) -> TensorShape:
        return shapes.merge(ref, value) if validate_shape else value

    def kernel(ref: Ref, value: Any, *, validate_shape: bool) -> None:
        if validate_shape and not ref.shape.is_compatible_with(tuple(value.shape)):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Assign requires shapes of both tensors to match. lhs shape= {ref.shape} "
                f"rhs shape= {list(value.shape)}",
            )
        ref.assign(value)


def _arithmetic_update(name: str, function: Callable[..., torch.Tensor], doc: str) -> Any:
    def into(current: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        return function(current, value, out=current)

    def kernel(ref: Ref, value: torch.Tensor) -> None:
        with ref.lock:  # with or without use_locking: no thread's update is lost
            current = ref.read()
            if current.shape != value.shape:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"{name} requires shapes of both tensors to match. lhs shape= "
                    f"{list(current.shape)} rhs shape= {list(value.shape)}",
                )
            result = widened(into)(current, value)
            if result is not current:
                current.copy_(result)

    def shape(ref: TensorShape, value: TensorShape) -> TensorShape:
        return shapes.merge(ref, value)

    return op(
        type(
            name,
            (),
            {
                "__doc__": doc,
                "inputs": "ref: Ref(T), value: T",
                "outputs": "output_ref: Ref(T)",
                "attrs": ("T: numbertype", "use_locking: bool = false"),
                "stateful": True,
                "updates": True,
                "gradient": None,
                "shape": shape,
                "kernel": kernel,
            },
        )
    )


AssignAdd = _arithmetic_update("AssignAdd", torch.add, "Adds `value` to the variable.")
AssignSub = _arithmetic_update("AssignSub", torch.sub, "Subtracts `value` from the variable.")


@op
class CountUpTo:
    """Counts the variable up by one and gives its old value; OutOfRangeError at `limit`."""

    inputs = "ref: Ref(T)"
    outputs = "output: T"
    attrs = ("limit: int", "T: {int32, int64}")
    stateful = True
    updates = True
    gradient = None

    def shape(ref: TensorShape) -> TensorShape:
        shapes.with_rank(ref, 0)
        return shapes.SCALAR

    def kernel(ref: Ref, *, limit: int) -> torch.Tensor:
        with ref.lock:
            value = ref.read()
            if int(value) >= limit:
                raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
            before: torch.Tensor = value.clone()
            value.add_(1)
            return before
