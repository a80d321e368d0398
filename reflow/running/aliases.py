"""Modules under names that are not their own."""

from __future__ import annotations

from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType

from reflow.loading import load

__all__ = ["alias", "spec_of"]


def spec_of(name: str, loader: Loader) -> ModuleSpec | None:
    """The spec of a module that `loader` makes.

    Every module is a package to Python, as TensorFlow's namespaces are: so that the search for a
    name that it lacks comes back to us, for an error that explains.
    """
    return spec_from_loader(name, loader, is_package=True)


def alias(name: str, target: str) -> ModuleSpec | None:
    """The spec that makes `import name` give the module `target`."""
    return spec_of(name, _AliasLoader(target))


class _AliasLoader(Loader):
    """Gives a module that there is, under one more name."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._own_spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = load(self._target)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has put the alias's spec in; importlib.reload needs the module's own.
        module.__spec__ = self._own_spec
