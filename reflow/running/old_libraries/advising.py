"""Old methods and functions that give advice when they are called."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from reflow.graph import log

__all__ = ["add_method", "replace"]

_F = TypeVar("_F", bound=Callable[..., Any])


def add_method(owner: Any, name: str, advice: str) -> Callable[[_F], _F]:
    """A decorator: the function is the method `name` of a class that has lost it.

    Args:
      advice: what to write instead.
    """

    def add(function: _F) -> _F:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            log.advise(f"{owner.__name__}.{name} is gone: write {advice} instead")
            return function(*args, **kwargs)

        if not hasattr(owner, name):
            setattr(owner, name, call)
        return function

    return add


def replace(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """A decorator: what the function makes of the original takes its place in a class or module."""

    def put(wrap: Callable[[Any], Any]) -> None:
        original = getattr(owner, name)
        if not hasattr(original, "__reflow_original__"):
            replacement: Any = functools.wraps(original)(wrap(original))
            replacement.__reflow_original__ = original
            setattr(owner, name, replacement)

    return put
