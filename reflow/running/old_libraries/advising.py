"""Old methods, functions and keywords that give advice when they are used."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

from reflow.graph import log, source

__all__ = ["add_method", "is_of_program", "replace", "take_keywords"]

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


def take_keywords(owner: Any, name: str, **renamed: str | None) -> None:
    """Let a function or method of `owner` take keywords that it has lost.

    Args:
      renamed: by the old keyword, the one of today, or None where it has no meaning any more.
    """
    known = inspect.signature(getattr(owner, name)).parameters
    lost = {old: new for old, new in renamed.items() if old not in known}
    shown = owner.__name__ if name == "__init__" else name

    @replace(owner, name)
    def _(original: Any) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            for old in lost.keys() & options.keys():
                new, value = lost[old], options.pop(old)
                instead = f"write {new}=... instead" if new else "leave it out"
                log.advise(f"{shown}({old}=...) is gone: {instead}")
                if new:
                    options.setdefault(new, value)
            return original(*args, **options)

        return call


def is_of_program(frame: FrameType | None) -> bool:
    """Whether a frame, or the one that had Python import something there, is the program's."""
    while frame is not None and frame.f_code.co_filename.startswith("<frozen"):
        frame = frame.f_back
    return frame is not None and source.is_program_file(frame.f_code.co_filename)
