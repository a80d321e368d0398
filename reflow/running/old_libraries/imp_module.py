"""Stands in for `imp`: loading modules by hand, before importlib."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

__all__ = ["load_source", "new_module", "reload"]

new_module = ModuleType
reload = importlib.reload


def load_source(name: str, path: str) -> ModuleType:
    """The module of a source file, under a name."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path!r}", path=path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
