"""Lets the processes that a program starts through multiprocessing find reflow too.

A child that is spawned (or comes from a fork server) is a new Python, which runs the program's
module once more before it does its work: `import tensorflow` must mean there what it means here.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from reflow.datasets.on_import import OnImport

__all__ = ["install"]

_MODULE: Final = "multiprocessing.spawn"
_KEY: Final = "reflow.hook"


def install() -> None:
    """Make children install the hook: now, or as soon as the program imports multiprocessing's
    part that starts them."""
    module = sys.modules.get(_MODULE)
    if module is not None:
        _patch(module)
    elif not any(finder is _on_import for finder in sys.meta_path):
        sys.meta_path.insert(0, _on_import)


class _Hook:
    """Unpickling one installs the hook: a child unpickles what it is told before it runs it."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        from reflow.hook import install

        return install, ()


def _patch(module: ModuleType) -> None:
    """Add a `_Hook` to what children are told of the program that they belong to."""
    original = module.get_preparation_data
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def get_preparation_data(name: str) -> dict[str, Any]:
        return {**original(name), _KEY: _Hook()}

    module.get_preparation_data = get_preparation_data  # type: ignore[attr-defined]


_on_import: Final = OnImport({_MODULE: _patch})
