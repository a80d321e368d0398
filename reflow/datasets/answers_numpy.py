"""Lets numpy.load find data files of public programs in the data cache folder."""

from __future__ import annotations

import errno
import functools
import os
import sys
from types import ModuleType
from typing import Any, Final

from reflow.datasets.known_files import OTHER_NAMES
from reflow.datasets.local_files import cache_folder, find_by_name
from reflow.datasets.on_import import OnImport

__all__ = ["install", "uninstall"]

_MODULE: Final = "numpy"


def install() -> None:
    """Starts answering: now, or as soon as NumPy is imported."""
    module = sys.modules.get(_MODULE)
    if module is not None:
        _patch(module)
    elif _on_import not in sys.meta_path:
        sys.meta_path.insert(0, _on_import)


def uninstall() -> None:
    """Stops answering."""
    if _on_import in sys.meta_path:
        sys.meta_path.remove(_on_import)
    module = sys.modules.get(_MODULE)
    original = getattr(getattr(module, "load", None), "__wrapped__", None)
    if module is not None and original is not None:
        module.load = original  # type: ignore[attr-defined]


def _patch(numpy: ModuleType) -> None:
    original = numpy.load
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def load(file: Any, *args: Any, **options: Any) -> Any:
        return original(_found(file), *args, **options)

    numpy.load = load  # type: ignore[attr-defined]


def _found(file: Any) -> Any:
    """The file in the cache that a missing one's name stands for; all others as they are."""
    if not isinstance(file, (str, os.PathLike)) or os.path.exists(file):
        return file
    name = os.path.basename(os.fspath(file))
    if name not in OTHER_NAMES:
        return file
    cached = find_by_name(name)
    if cached is None:
        raise FileNotFoundError(
            errno.ENOENT,
            f"{os.strerror(errno.ENOENT)} (reflow looks for it in {cache_folder()} too)",
            file,
        )
    print(f"reflow: {os.fspath(file)} is read from {cached.origin}", file=sys.stderr)
    return cached.origin


_on_import: Final = OnImport({_MODULE: _patch})
