"""Where a session keeps what its runs share, and how an operation finds it by a handle."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from reflow.graph import errors
from reflow.graph.dtypes import DType, string
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op
from reflow.ops.values import handle
from reflow.ops.variable_slot import VariableSlot

Array = np.ndarray[Any, Any]
T = TypeVar("T")

_numbers = itertools.count()


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def resource_name(op: Operation) -> str:
    """By which messages call a resource: its shared name, or one that no other has."""
    return str(op.attrs["shared_name"] or f"_{next(_numbers)}_{op.name}")


def shared_key(kind: str) -> Callable[[Operation], Any]:
    """The `state_key` of ops that make such resources: nodes of one shared name have one."""

    def key(op: Operation) -> Any:
        name = op.attrs["shared_name"]
        return (kind, op.attrs["container"], name) if name else op

    return key


class Place:
    """Where a session keeps the resource of a node, or of all nodes of one shared name.

    It is made when one of them first runs: what is wrong with it then names a node.  The op's class
    has `make(op)`, and the resource's `check(op)` refuses a node that wants another one.
    """

    def __init__(self, op: Operation) -> None:
        self._lock = threading.Lock()
        self._resource: Any = None

    def resource(self, op: Operation) -> Any:
        with self._lock:
            if self._resource is None:
                self._resource = op.definition.rules.make(op)  # type: ignore[attr-defined]
            else:
                self._resource.check(op)
            return self._resource

    def close(self) -> None:
        if self._resource is not None:
            self._resource.close()


def give_resource(*, op: Operation, state: Place) -> Array:
    """The kernel of an op that makes a resource: its handle."""
    return handle(state.resource(op))


def two_strings() -> TensorShape:
    """The shape of a reference to a resource."""
    return shapes.of(2)


class Reference(VariableSlot):
    """A resource behind a reference, as graphs of TensorFlow 0.x have it."""

    def __init__(self, op: Operation) -> None:
        super().__init__(op.name, string, shapes.of(2))
        self.value = np.array([op.definition.rules.make(op), op.name], object)  # type: ignore[attr-defined]

    def close(self) -> None:
        self.value[0].close()


def found(handle: Array, kind: type[T], called: str) -> T:
    """What is behind a handle; InvalidArgumentError if it is not of this kind."""
    resource = handle.ravel()[0]
    if not isinstance(resource, kind):
        raise invalid(
            f"Trying to access resource using the wrong type. Expected the handle of {called}. "
            f"Received: {type(resource).__name__}"
        )
    return resource


def type_list(types: list[DType]) -> str:
    """Types as TensorFlow's messages show them: "float, int32"."""
    return ", ".join(dtype._cpp_name for dtype in types)


def taking_references(definition: Any) -> OpDefinition:
    """The op of TensorFlow 0.x that does the same with what is behind references.

    TensorFlow calls ops stateful that take a handle, not those that take a reference.
    """
    inputs = definition.rules.inputs.replace("resource", "Ref(string)")
    rules = {"__doc__": definition.__doc__, "inputs": inputs, "stateful": False}
    return op(type(definition.name.removesuffix("V2"), (definition.rules,), rules))
