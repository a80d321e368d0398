"""Records a run: what a program computes is tapped, with no change to it, into a run directory.

`reflow run --watch PROGRAM` does all of it.  In a program of one's own, or a notebook:

    import reflow.watch
    reflow.watch.start()      # records what this process trains, below runs/
    reflow.watch()            # in a notebook: shows it, too, in the cell's output
    reflow.watch.stop()       # ends the recording; the end of the process does as well
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reflow.watch.callback import Callback
    from reflow.watch.notebook import show
    from reflow.watch.starting import start, stop

__all__ = ["Callback", "show", "start", "stop"]

# Loaded on first use: who only asks whether there is a recorder needs none of it.
_HOMES = {
    "Callback": "reflow.watch.callback",
    "show": "reflow.watch.notebook",
    "start": "reflow.watch.starting",
    "stop": "reflow.watch.starting",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


class _CallableModule(ModuleType):
    """`reflow.watch()` is `reflow.watch.show()`."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.show(*args, **options)


sys.modules[__name__].__class__ = _CallableModule
