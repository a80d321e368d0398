"""Decorated functions behind which what they decorate can be found again.

`tensorflow.python.util.tf_decorator` and `tf_contextlib`, for libraries on top of TensorFlow.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["TFDecorator", "contextmanager", "make_decorator", "rewrap", "unwrap"]


class TFDecorator:
    """A callable around another one; subclasses that keep state override `__call__`.

    Args:
      decorator_name: what the decorator is called.
      target: what it decorates.
      decorator_doc: the docstring; by default the target's.
      decorator_argspec: the parameters, where they are not the target's.
    """

    def __init__(
        self,
        decorator_name: str,
        target: Any,
        decorator_doc: str = "",
        decorator_argspec: Any = None,
    ) -> None:
        self._decorated_target = target
        self._decorator_name = decorator_name
        self._decorator_doc = decorator_doc
        self._decorator_argspec = decorator_argspec
        for name in ("__name__", "__qualname__"):
            if hasattr(target, name):
                setattr(self, name, getattr(target, name))
        self.__doc__ = decorator_doc or getattr(target, "__doc__", None) or ""

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self._decorated_target.__get__(instance, owner)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._decorated_target(*args, **kwargs)

    @property
    def decorated_target(self) -> Any:
        return self._decorated_target

    @decorated_target.setter
    def decorated_target(self, target: Any) -> None:
        self._decorated_target = target

    @property
    def decorator_name(self) -> str:
        return self._decorator_name

    @property
    def decorator_doc(self) -> str:
        return self._decorator_doc

    @property
    def decorator_argspec(self) -> Any:
        return self._decorator_argspec


def make_decorator(
    target: Any,
    decorator_func: Any,
    decorator_name: str | None = None,
    decorator_doc: str = "",
    decorator_argspec: Any = None,
) -> Any:
    """`decorator_func`, which calls `target`, as a decorated function that tells what it decorates.

    Args:
      decorator_name: by default the name of the function that calls this one.
      decorator_doc, decorator_argspec: see `TFDecorator`.
    """
    if decorator_name is None:
        decorator_name = sys._getframe(1).f_code.co_name
    decorator = TFDecorator(decorator_name, target, decorator_doc, decorator_argspec)
    own = dict(vars(decorator_func))
    functools.update_wrapper(decorator_func, target, ("__module__", "__name__", "__qualname__"))
    vars(decorator_func).update(own, _tf_decorator=decorator)
    decorator_func.__doc__ = decorator.__doc__
    decorator_func.__wrapped__ = decorator_func.__original_wrapped__ = target
    return decorator_func


def rewrap(decorator_func: Any, previous_target: Any, new_target: Any) -> Any:
    """`decorator_func`, changed so that it decorates something else; `new_target` if it is bare.

    Only what calls its own `__wrapped__` calls `new_target` then.

    Args:
      previous_target: what `unwrap` finds behind `decorator_func`, or a decorated function on the
        way there.
    """
    wrapper = decorator = None
    current = decorator_func
    while _decorator_of(current) is not None:
        wrapper, decorator = current, _decorator_of(current)
        if decorator.decorated_target is previous_target:
            break
        current = decorator.decorated_target
    if decorator is None:
        assert decorator_func is previous_target
        return new_target
    decorator.decorated_target = new_target
    getattr(wrapper, "__func__", wrapper).__wrapped__ = new_target  # methods take no attributes
    return decorator_func


def unwrap(maybe_tf_decorator: Any) -> tuple[list[TFDecorator], Any]:
    """The decorators of a callable, outermost first, and what they decorate."""
    decorators = []
    target = maybe_tf_decorator
    while True:
        decorator = target if isinstance(target, TFDecorator) else _decorator_of(target)
        if decorator is None:
            return decorators, target
        decorators.append(decorator)
        if not hasattr(decorator, "decorated_target"):
            return decorators, target
        target = decorator.decorated_target


def _decorator_of(function: Any) -> Any:
    decorator = getattr(function, "_tf_decorator", None)
    return decorator if isinstance(decorator, TFDecorator) else None


def contextmanager(target: Callable[..., Any]) -> Any:
    """`contextlib.contextmanager`, behind which the generator function can be found."""
    return make_decorator(target, contextlib.contextmanager(target), "contextmanager")
