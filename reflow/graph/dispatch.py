"""Functions of tensors that others make work on further types, as ragged tensors are.

A function that can be extended so first does what it does; where its arguments are of no use to it,
those are asked that registered for it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

__all__ = ["NOT_SUPPORTED", "add_dispatch_support", "dispatch", "register"]

#: What a handler gives for arguments that are not its own.
NOT_SUPPORTED: Final = object()

# (positional arguments, keyword arguments) -> the result, or NOT_SUPPORTED.
Handler = Callable[[Sequence[Any], Mapping[str, Any]], Any]

_handlers: dict[Any, list[Handler]] = {}


def register(function: Any, handler: Handler) -> None:
    """Has `handler` asked for calls that `function`, an op or a dispatching function, cannot do."""
    _handlers.setdefault(function, []).append(handler)


def dispatch(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What the handlers of `function` give for these arguments, or NOT_SUPPORTED."""
    for handler in _handlers.get(function, ()):
        result = handler(args, kwargs)
        if result is not NOT_SUPPORTED:
            return result
    return NOT_SUPPORTED


def add_dispatch_support(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function one that handlers can be registered for.

    As in TensorFlow they come second, so that names that the function has used up before it failed
    are used up.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError):
            result = dispatch(call, args, kwargs)
            if result is NOT_SUPPORTED:
                raise
            return result

    return call
