"""arg_scope: default values of arguments, for all calls of some functions inside a scope."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# What the scopes say, innermost last: by the key of a function, values by the arguments' names.
_stack: list[dict[str, dict[str, Any]]] = [{}]
# The arguments that scopes can set, by the key of a function.
_arguments: dict[str, tuple[str, ...]] = {}


def add_arg_scope(func: Callable[..., Any]) -> Callable[..., Any]:
    """Lets arg_scope give the function's arguments; a decorator."""
    key = arg_scope_func_key(func)

    @functools.wraps(func)
    def with_defaults(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **{**current_arg_scope().get(key, {}), **kwargs})

    code, count = func.__code__, len(func.__defaults__ or ())
    _arguments[key] = code.co_varnames[code.co_argcount - count : code.co_argcount]
    with_defaults._key_op = key  # type: ignore[attr-defined]
    return with_defaults


@contextlib.contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[dict[str, dict[str, Any]]]:
    """Gives functions other defaults: those of `kwargs`, on top of what scopes around say.

        with arg_scope([conv2d, fully_connected], activation_fn=tf.nn.elu) as scope:
            ...
        with arg_scope(scope):  # again
            ...

    Args:
      list_ops_or_scope: a list of functions that `add_arg_scope` has decorated, or a scope that
        another arg_scope has yielded, which then holds alone.

    Raises:
      TypeError: neither a list nor a scope.
      ValueError: a function is not decorated, or there are `kwargs` beside a scope.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError(
                "When attempting to re-use a scope by suppling adictionary, kwargs must be empty."
            )
        scope = dict(list_ops_or_scope)
    elif isinstance(list_ops_or_scope, (list, tuple)):
        scope = dict(current_arg_scope())
        for function in list_ops_or_scope:
            if not has_arg_scope(function):
                name = (function.__module__, function.__name__)
                raise ValueError("%s is not decorated with @add_arg_scope", name)
            key = arg_scope_func_key(function)
            scope[key] = {**scope.get(key, {}), **kwargs}
    else:
        raise TypeError("list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)")
    _stack.append(scope)
    try:
        yield scope
    finally:
        _stack.pop()


def current_arg_scope() -> Mapping[str, dict[str, Any]]:
    """What the scopes around say: by `arg_scope_func_key`, values by the arguments' names."""
    return _stack[-1]


def arg_scope_func_key(op: Any) -> str:
    """What stands for a function in scopes."""
    key: str = getattr(op, "_key_op", str(op))
    return key


def has_arg_scope(func: Any) -> bool:
    """Whether `add_arg_scope` has decorated the function."""
    return arg_scope_func_key(func) in _arguments


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The arguments of a decorated function that scopes can set: those that have defaults."""
    assert has_arg_scope(func)
    return _arguments[arg_scope_func_key(func)]
