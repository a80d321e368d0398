"""Which function differentiates which op: tf.RegisterGradient and the ops' own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph import source
from reflow.graph.op_definition import registered as _definitions
from reflow.graph.operation import Operation

GradientFunction = Callable[..., Any]

# Functions that programs registered, by op type or by a name for gradient_override_map.
_registered: dict[str, GradientFunction | None] = {}
_registered_at: dict[str, source.RawTrace] = {}


class RegisterGradient:
    """`@tf.RegisterGradient("Name")` registers a gradient function for an op type, or for ops
    made under `graph.gradient_override_map({"OpType": "Name"})`."""

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, function: GradientFunction) -> GradientFunction:
        _register(self._op_type, function)
        return function


def not_differentiable(op_type: str) -> None:
    """Says that an op type has no gradient: what depends on it only through it gets None."""
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register(op_type, None)


def _register(op_type: str, function: GradientFunction | None) -> None:
    definition = _definitions().get(op_type)
    if definition is not None and hasattr(definition.rules, "gradient"):
        raise KeyError(f"Registering two gradient with name '{op_type}'! (it is built in)")
    if op_type in _registered:
        line = source.user_line(_registered_at[op_type])
        raise KeyError(
            f"Registering two gradient with name '{op_type}'! (Previous registration was in {line})"
        )
    _registered[op_type] = function
    _registered_at[op_type] = source.capture()


def gradient_function(op: Operation) -> GradientFunction | None:
    """What differentiates `op`; None if it has no gradient.  LookupError if nobody said."""
    if op._gradient_function is not None:
        return op._gradient_function  # type: ignore[no-any-return]
    name = op.attrs.get("_gradient_op_type", op.type)
    if name in _registered:
        return _registered[name]
    definition = op.definition if name == op.type else _definitions().get(name)
    if definition is not None and hasattr(definition.rules, "gradient"):
        return definition.rules.gradient  # type: ignore[no-any-return]
    line = op.user_line
    where = f", made at {line}" if line is not None else ""
    raise LookupError(
        f"No gradient defined for operation '{op.name}' (op type: {name}){where}. "
        "Use tf.RegisterGradient to define one, or tf.stop_gradient where none is wanted."
    )
