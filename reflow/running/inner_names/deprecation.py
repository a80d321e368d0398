"""What `tensorflow.python.util.deprecation` has beside `tf.contrib.framework`'s decorators."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from reflow.tf._tf_decorator import contextmanager, make_decorator
from reflow.tf.contrib.framework._deprecation import (
    Sayings,
    check_callable,
    noticed,
    set_silence,
    updating,
)

__all__ = [
    "HIDDEN_ATTRIBUTE",
    "DeprecatedNamesAlreadySet",
    "HiddenTfApiAttribute",
    "deprecated_alias",
    "deprecated_argument_lookup",
    "deprecated_endpoints",
    "hide_attribute_from_api",
    "rewrite_argument_docstring",
    "silence",
]

_RENAMED = "From %s: The name %s is deprecated. Please use %s instead.\n"


class DeprecatedNamesAlreadySet(Exception):
    """A function has its old names already."""


def deprecated_alias(
    deprecated_name: str, name: str, func_or_class: Any, warn_once: bool = True
) -> Any:
    """A function or class under its old name, which says at calls what it is called now.

    Args:
      deprecated_name, name: the full names, old and new.
      warn_once: only the first time.
    """
    said = Sayings(warn_once)
    instructions = f"Please use {name} instead."
    doc = func_or_class.__doc__
    if inspect.isclass(func_or_class):
        caller = sys._getframe(1)
        initialize = func_or_class.__init__

        class Alias(func_or_class):  # type: ignore[misc]
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                said.say("", _RENAMED, deprecated_name, name)
                initialize(self, *args, **kwargs)

        make_decorator(initialize, Alias.__init__)
        notice = (
            f"THIS CLASS IS DEPRECATED. It will be removed in a future version. \n{instructions}"
        )
        Alias.__doc__ = noticed(doc, "deprecated", "CLASS", notice)
        Alias.__name__ = func_or_class.__name__
        Alias.__module__ = f"{caller.f_code.co_filename}:{caller.f_lineno}"
        return Alias
    check_callable(func_or_class, "deprecated")

    @functools.wraps(func_or_class)
    def called(*args: Any, **kwargs: Any) -> Any:
        said.say("", _RENAMED, deprecated_name, name)
        return func_or_class(*args, **kwargs)

    main = "THIS FUNCTION IS DEPRECATED. It will be removed in a future version."
    doc = noticed(doc, "deprecated", "FUNCTION", updating(main, instructions))
    return make_decorator(func_or_class, called, "deprecated", doc)


def deprecated_endpoints(*args: str) -> Callable[[Any], Any]:
    """Notes on a function the public names that it will lose."""

    def decorate(func: Any) -> Any:
        if "_tf_deprecated_api_names" in vars(func):
            raise DeprecatedNamesAlreadySet(
                f"Cannot set deprecated names for {func.__name__} to {args}. Deprecated names are "
                f"already set to {func._tf_deprecated_api_names}."
            )
        func._tf_deprecated_api_names = args
        return func

    return decorate


def deprecated_argument_lookup(new_name: str, new_value: Any, old_name: str, old_value: Any) -> Any:
    """The value of an argument that may be given by its old name; ValueError if by both."""
    if old_value is None:
        return new_value
    if new_value is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return old_value


def rewrite_argument_docstring(old_doc: str, old_argument: str, new_argument: str) -> str:
    """A docstring in which an argument has another name."""
    doc = old_doc.replace(f"`{old_argument}`", f"`{new_argument}`")
    return doc.replace(f"{old_argument}:", f"{new_argument}:")


@contextmanager
def silence() -> Iterator[None]:
    """Nothing is said of deprecated functions inside."""
    before = set_silence(True)
    yield
    set_silence(before)


class HiddenTfApiAttribute(property):
    """An attribute that a class does not take over: an AttributeError with this message."""

    def __init__(self, deprecation_message: str) -> None:
        def refuse(_: Any) -> None:
            raise AttributeError(deprecation_message)

        super().__init__(refuse)


hide_attribute_from_api = HiddenTfApiAttribute
HIDDEN_ATTRIBUTE = HiddenTfApiAttribute("This attribute has been deprecated.")
