"""`tensorflow.python.util.tf_inspect`: the standard library's `inspect`, as it was."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["ArgSpec", "getargspec"]


class ArgSpec(NamedTuple):
    """The parameters of a function, keyword-only ones left out."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def getargspec(obj: Callable[..., Any]) -> ArgSpec:
    """The parameters of a function, or of what else can be called."""
    full = inspect.getfullargspec(obj)
    return ArgSpec(full.args, full.varargs, full.varkw, full.defaults)
