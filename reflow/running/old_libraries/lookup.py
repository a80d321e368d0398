"""Lets modules of other libraries answer the names that they have lost."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from reflow.datasets.on_import import OnImport
from reflow.graph import log
from reflow.running.aliases import alias
from reflow.running.old_libraries.advising import is_of_program
from reflow.running.old_libraries.names import DEAD_PACKAGES, MODULES, NAMES, PREPARED
from reflow.running.old_libraries.tutorial_copies import TutorialCopies

__all__ = ["install"]


def install() -> None:
    """Start answering; a second call changes nothing."""
    if any(isinstance(finder, _StandIns) for finder in sys.meta_path):
        return
    modules = PREPARED.keys() | {name.rpartition(".")[0] for name in (*NAMES, *MODULES)} - {""}
    for name in modules & sys.modules.keys():
        _prepare(sys.modules[name])
    sys.meta_path.insert(0, OnImport(dict.fromkeys(modules, _prepare)))
    sys.meta_path.insert(0, TutorialCopies())
    sys.meta_path.insert(0, _StandIns(DEAD_PACKAGES))
    sys.meta_path.append(_StandIns(MODULES))  # last: what there is comes first


def _prepare(module: ModuleType) -> None:
    """Make a module answer its old names, when the program asks for them.

    Libraries ask too, to find out which version they have: they get the truth.
    """
    if any(name.startswith(f"{module.__name__}.") for name in MODULES):
        vars(module).setdefault("__path__", [])  # else Python looks for no module below it
    if module.__name__ in PREPARED:
        _find(PREPARED[module.__name__])(module)
    answer_otherwise = vars(module).get("__getattr__")

    def __getattr__(name: str) -> Any:
        full_name = f"{module.__name__}.{name}"
        if full_name in NAMES and is_of_program(sys._getframe(1)):
            log.advise(f"{full_name} is gone: write {NAMES[full_name].advice} instead")
            return _find(NAMES[full_name].target)
        if answer_otherwise is not None:
            return answer_otherwise(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}", name=name)

    vars(module)["__getattr__"] = __getattr__


def _find(path: str) -> Any:
    """What a full name stands for: a module's member, or a module."""
    module, _, member = path.rpartition(".")
    if not module:
        return importlib.import_module(path)
    return getattr(importlib.import_module(module), member)


class _StandIns(MetaPathFinder):
    """Finds what stands in for modules that are no more."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        stand_in = self._modules.get(fullname)
        if stand_in is None:
            return None
        if stand_in.startswith("reflow."):
            log.advise(f"the module {fullname} is gone: reflow answers its old calls")
        else:
            log.advise(f"the module {fullname} is gone: import {stand_in} instead")
        return alias(fullname, stand_in)
