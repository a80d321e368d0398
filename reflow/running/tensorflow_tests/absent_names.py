"""Stand-ins for names that reflow lacks, in TensorFlow's own tests.

Many files of tests name at their top what a few of them use: a base class, a decorator, a constant.
A stand-in lets them load; a test that uses it gets the error that explains the absence.
"""

from __future__ import annotations

import inspect
import sys
from types import FrameType
from typing import Any

__all__ = ["StandIn"]


class StandIn:
    """Stands for a name.

    While a file is loaded it may be subclassed, decorate functions and be called, which gives the
    stand-in again; when a test uses it, that is an error.

    Args:
      explanation: why the name is absent.
    """

    def __init__(self, explanation: str) -> None:
        self._explanation = explanation

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and inspect.isfunction(args[0]):
            return self._fail  # it decorates that function
        return self._fail() if _is_test_running() else self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (type("Absent", (), {"__init__": self._fail}),)

    def _fail(self, *args: Any, **kwargs: Any) -> Any:
        raise AttributeError(self._explanation)


def _is_test_running() -> bool:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "unittest.case":
        frame = frame.f_back
    return frame is not None
