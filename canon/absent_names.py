"""Stand-ins for names that reflow lacks, while a file of tests is loaded.

Many files name at their top what a few of their tests use: a base class, a decorator, a constant.
A stand-in lets them load; a test that uses it gets the error that explains the absence.
"""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from reflow.running import finder

__all__ = ["stand_ins_for_absent_names"]


class _Absent:
    """Stands for a name.

    While the file is loaded it may be subclassed, decorate functions and be called, which gives
    another stand-in; afterwards every use is an error.
    """

    is_loading = False

    def __init__(self, explanation: str) -> None:
        self._explanation = explanation

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and inspect.isfunction(args[0]):
            return self._fail  # it decorates that function
        return self if self.is_loading else self._fail()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (type("Absent", (), {"__init__": self._fail}),)

    def _fail(self, *args: Any, **kwargs: Any) -> Any:
        raise AttributeError(self._explanation)


@contextmanager
def stand_ins_for_absent_names() -> Iterator[None]:
    """Inside, TensorFlow's inner modules give stand-ins for what they lack."""
    look_up: Callable[..., Any] = finder._InnerModule.__getattr__

    def look_up_or_stand_in(module: Any, name: str) -> Any:
        try:
            return look_up(module, name)
        except AttributeError as error:
            if name.startswith("__") or importlib.util.find_spec(f"{module.__name__}.{name}"):
                raise  # a module is imported then
            return _Absent(str(error))

    with mock.patch.object(finder._InnerModule, "__getattr__", look_up_or_stand_in):
        with mock.patch.object(_Absent, "is_loading", True):
            yield
