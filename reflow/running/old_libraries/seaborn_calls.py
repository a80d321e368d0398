"""Arguments that seaborn's functions took."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from reflow.graph import log
from reflow.running.old_libraries.advising import replace, take_keywords

__all__ = ["prepare"]


def prepare(seaborn: ModuleType) -> None:
    """`size` is height now, and the data come before the names of columns."""
    for name in ("jointplot", "pairplot", "catplot"):
        take_keywords(seaborn, name, size="height")
    take_keywords(seaborn.FacetGrid, "__init__", size="height")

    @replace(seaborn, "lmplot")
    def _(original: Any) -> Any:
        def lmplot(*args: Any, size: Any = None, **options: Any) -> Any:
            if size is not None:
                log.advise("lmplot(size=...) is gone: write height=... instead")
                options["height"] = size
            if args and isinstance(args[0], str):
                log.advise("lmplot(x, y, data) is the old order: pass the arguments by name")
                options.update(zip(("x", "y", "data"), args))
                args = ()
            return original(*args, **options)

        return lmplot
