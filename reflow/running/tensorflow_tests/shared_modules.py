"""Modules that TensorFlow's tests share, found in the checkout that a test lies in.

TensorFlow is not shipped with them: `tensorflow.python.kernel_tests.*`, and what the ends of names
say.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from reflow.running.inner_modules import INNER_MODULES

__all__ = ["SharedModuleFinder"]

_FOLDER = "kernel_tests"
_ENDS = ("_benchmark", "test_base", "test_util", "test_utils", "testlib")


class SharedModuleFinder(MetaPathFinder):
    """Finds the modules that tests share.

    Args:
      checkout: the folder of TensorFlow's sources.
    """

    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parts = fullname.split(".")
        is_inner = parts[:2] == ["tensorflow", "python"] and fullname not in INNER_MODULES
        if not is_inner or not (_FOLDER in parts or fullname.endswith(_ENDS)):
            return None
        place = self._checkout.joinpath(*parts)
        if place.is_dir():
            # Not all folders have an __init__.py: TensorFlow's build adds it.
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        file = place.with_suffix(".py")
        return importlib.util.spec_from_file_location(fullname, file) if file.exists() else None
