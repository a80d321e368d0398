"""One layer after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.tf._variable_scope import variable_scope


def repeat(
    inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    """The same layer several times, in scopes SCOPE_1, SCOPE_2, ...

    Args:
      layer: a function of (inputs, *args, scope, **kwargs).
      scope: a name, default the layer's.
    """
    scope = kwargs.pop("scope", None)
    with variable_scope(scope, "Repeat", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name_of(layer, "repeat") if scope is None else scope
        for number in range(1, repetitions + 1):
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{number}"})
        return outputs


def stack(inputs: Any, layer: Callable[..., Any], stack_args: Sequence[Any], **kwargs: Any) -> Any:
    """A layer for each item of `stack_args`, one after another, in scopes SCOPE_1, SCOPE_2, ...

    Args:
      layer: a function of (inputs, *args, scope, **kwargs).
      stack_args: the args of each, or the only one.
      scope: a name, default the layer's.

    Raises:
      ValueError: `stack_args` is no list.
    """
    scope = kwargs.pop("scope", None)
    if not isinstance(stack_args, (list, tuple)):
        raise ValueError("stack_args need to be a list or tuple")
    with variable_scope(scope, "Stack", [inputs]):
        outputs = convert_to_tensor(inputs)
        name = _name_of(layer, "stack") if scope is None else scope
        for number, args in enumerate(stack_args, 1):
            args = args if isinstance(args, (list, tuple)) else [args]
            outputs = layer(outputs, *args, **{**kwargs, "scope": f"{name}_{number}"})
        return outputs


def _name_of(layer: Any, default: str) -> str:
    """A function's name, also of one that functools.partial wraps."""
    name = getattr(layer, "__name__", None) or getattr(
        getattr(layer, "func", None), "__name__", None
    )
    return name or default
