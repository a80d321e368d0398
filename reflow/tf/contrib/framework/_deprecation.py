"""Decorators of functions that will go: each tells its callers so, once."""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from reflow.graph.execution import executing_eagerly
from reflow.tf import logging
from reflow.tf._tf_decorator import make_decorator

_Function = TypeVar("_Function", bound=Callable[..., Any])

_REMOVED = "%s (from %s) is deprecated and will be removed %s.\nInstructions for updating:\n%s"
_WITH = _REMOVED.replace(" is deprecated", " with %s is deprecated")
_WITH_VALUE = _REMOVED.replace(" is deprecated", " with %s=%s is deprecated")


def deprecated(
    date: str | None, instructions: str, warn_once: bool = True
) -> Callable[[_Function], _Function]:
    """Says at calls of a function that it will be removed.

    Args:
      date: "YYYY-MM-DD"; None for some day.
      instructions: what to use instead.

    Raises:
      ValueError: the date is none, or there are no instructions.
    """
    _check(date, instructions)

    def decorate(func: _Function) -> _Function:
        check_callable(func, "deprecated")
        said = Sayings(warn_once)

        @functools.wraps(func)
        def called(*args: Any, **kwargs: Any) -> Any:
            said.say("", f"From %s: {_REMOVED}", *_called(func), _when(date), instructions)
            return func(*args, **kwargs)

        main = f"THIS FUNCTION IS DEPRECATED. It will be removed {_when(date)}."
        doc = noticed(func.__doc__, "deprecated", "FUNCTION", updating(main, instructions))
        return make_decorator(func, called, "deprecated", doc)

    return decorate


def deprecated_args(
    date: str | None, instructions: str, *deprecated_arg_names_or_tuples: Any, **kwargs: Any
) -> Callable[[_Function], _Function]:
    """Says at calls that give certain arguments that these will be removed.

    Args:
      date, instructions: see `deprecated`.
      *deprecated_arg_names_or_tuples: the arguments' names; a tuple of a name and a value allows
        this value.
      warn_once: only the first time.

    Raises:
      ValueError: the function has no such argument; see `deprecated`.
    """
    _check(date, instructions)
    if not deprecated_arg_names_or_tuples:
        raise ValueError("Specify which argument is deprecated.")
    warn_once = kwargs.pop("warn_once", True)
    if kwargs:
        raise ValueError(f"Illegal argument to deprecated_args: {kwargs}")
    allowed = {
        item[0] if isinstance(item, tuple) else item: item[1:] if isinstance(item, tuple) else ()
        for item in deprecated_arg_names_or_tuples
    }

    def decorate(func: _Function) -> _Function:
        check_callable(func, "deprecated_args")
        signature = inspect.signature(func)
        missing = [name for name in allowed if name not in signature.parameters]
        if missing:
            raise ValueError(
                "The following deprecated arguments are not present in the function signature: "
                f"{missing}. Found next arguments: {list(signature.parameters)}."
            )
        said = Sayings(warn_once)

        @functools.wraps(func)
        def called(*args: Any, **kwargs: Any) -> Any:
            given = {} if executing_eagerly() else signature.bind(*args, **kwargs).arguments
            for name, fine in allowed.items():
                if name in given and not any(_same(given[name], value) for value in fine):
                    said.say(name, f"From %s: calling {_WITH}", *_called(func), name, _when(date),
                             instructions)  # fmt: skip
            return func(*args, **kwargs)

        names = ", ".join(sorted(allowed))
        main = f"SOME ARGUMENTS ARE DEPRECATED: `({names})`. They will be removed {_when(date)}."
        doc = noticed(
            func.__doc__,
            "deprecated arguments",
            "FUNCTION ARGUMENTS",
            updating(main, instructions),
        )
        return make_decorator(func, called, "deprecated", doc)

    return decorate


def deprecated_arg_values(
    date: str | None, instructions: str, warn_once: bool = True, **deprecated_kwargs: Any
) -> Callable[[_Function], _Function]:
    """Says at calls that give arguments certain values, by default too, that these will be removed.

    Args:
      date, instructions: see `deprecated`.
      **deprecated_kwargs: the values by the arguments' names.

    Raises:
      ValueError: see `deprecated`; no value is named.
    """
    _check(date, instructions)
    if not deprecated_kwargs:
        raise ValueError("Specify which argument values are deprecated.")

    def decorate(func: _Function) -> _Function:
        check_callable(func, "deprecated_arg_values")
        signature = inspect.signature(func)
        said = Sayings(warn_once)

        @functools.wraps(func)
        def called(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            for name, value in deprecated_kwargs.items():
                if name in bound.arguments and bound.arguments[name] == value:
                    said.say(name, f"From %s: calling {_WITH_VALUE}", *_called(func), name, value,
                             _when(date), instructions)  # fmt: skip
            return func(*args, **kwargs)

        values = ", ".join(f"{name}={value!r}" for name, value in sorted(deprecated_kwargs.items()))
        main = (
            f"SOME ARGUMENT VALUES ARE DEPRECATED: `({values})`. They will be removed "
            f"{_when(date)}."
        )
        doc = noticed(
            func.__doc__,
            "deprecated argument values",
            "FUNCTION ARGUMENT VALUES",
            updating(main, instructions),
        )
        return make_decorator(func, called, "deprecated", doc)

    return decorate


class Sayings:
    """What has been said of one function, by the argument that it is about."""

    _silent = False

    def __init__(self, once: bool) -> None:
        self._once = once
        self._said: set[str] = set()

    def say(self, about: str, message: str, *values: Any) -> None:
        """Warns; `message` is given the line that calls what calls this, then the values."""
        if about not in self._said and not Sayings._silent:
            if self._once:
                self._said.add(about)
            caller = sys._getframe(2)
            logging.warning(message, f"{caller.f_code.co_filename}:{caller.f_lineno}", *values)


def set_silence(silent: bool) -> bool:
    """Have nothing said from now on, or have it said again; gives what was so before."""
    before, Sayings._silent = Sayings._silent, silent
    return before


def _check(date: str | None, instructions: str) -> None:
    if date is not None and not re.match(r"20\d\d-[01]\d-[0123]\d", date):
        raise ValueError("Date must be YYYY-MM-DD.")
    if not instructions:
        raise ValueError("Don't deprecate things without conversion instructions!")


def check_callable(func: Any, decorator: str) -> None:
    if not callable(func):
        raise ValueError(
            f"{func} is not a function. If this is a property, make sure @property appears before "
            f"@{decorator} in your source code."
        )


def _when(date: str | None) -> str:
    return "in a future version" if date is None else f"after {date}"


def _called(func: Any) -> tuple[str, str]:
    return func.__qualname__, func.__module__


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    try:
        equal = one == other
    except TypeError:
        return False
    return isinstance(equal, bool) and equal


def updating(main: str, instructions: str) -> str:
    return f"{main}\nInstructions for updating:\n{instructions}"


def noticed(doc: str | None, suffix: str, what: str, notice: str) -> str:
    """A docstring, of what is deprecated, with a notice after its first line."""
    if not doc:
        return f"DEPRECATED {what}\n\nWarning: {notice}"
    first, _, rest = inspect.cleandoc(doc).partition("\n")
    body = rest.strip("\n")
    return f"{first} ({suffix})\n\nWarning: {notice}" + (f"\n\n{body}" if body else "")
