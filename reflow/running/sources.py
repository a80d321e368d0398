"""From a source file of the program to code: Python 3's, Python 2's, or pasted from IPython.

A program is Python 2 as soon as one of its files is: what its other modules divided was divided by
Python 2 as well.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import NamedTuple

from reflow.graph import source
from reflow.running import report

__all__ = ["Compiled", "OwnModuleLoader", "OwnModules", "compile_source"]


class Compiled(NamedTuple):
    """A source file, ready to run."""

    code: CodeType
    builtins: ModuleType  # what its `__builtins__` is to be


class _Program:
    """What is known of the program so far."""

    is_python2 = False


def compile_source(data: bytes, path: str) -> Compiled:
    """The code of a file of the program.

    Raises:
      SyntaxError, ValueError: it is neither Python 3 nor Python 2.
    """
    try:
        code = compile(data, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        compiled = _compile_otherwise(data, path)
        if compiled is None:
            raise error from None
        return compiled
    if _Program.is_python2 or _may_be_python2(data):
        return _compile_python2(_decode(data), path) or Compiled(code, builtins)
    return Compiled(code, builtins)


def _compile_otherwise(data: bytes, path: str) -> Compiled | None:
    """The code of a source that Python 3 does not parse; None if nothing else does either."""
    from reflow.running import ipython_lines

    text = _decode(data)
    without = ipython_lines.translate(text, lambda advice: report.show(f"{path}: {advice}"))
    if without is not None:
        text = without
        try:
            return Compiled(compile(text, path, "exec", dont_inherit=True), builtins)
        except SyntaxError:
            pass
    return _compile_python2(text, path)


def _compile_python2(text: str, path: str) -> Compiled | None:
    """The translated code of a source; None if it is not Python 2."""
    from reflow.running.python2 import translation

    if not (_Program.is_python2 or translation.is_python2(text)):
        return None
    from reflow.running.python2.namespace import namespace

    try:
        code = translation.translate(text, path)
    except (SyntaxError, ValueError):
        return None
    if not _Program.is_python2:
        _Program.is_python2 = True
        report.show(f"{path} is Python 2: it is translated while it is read, as what it imports is")
    return Compiled(code, namespace())


def _may_be_python2(data: bytes) -> bool:
    from reflow.running.python2.names import CUE

    return CUE.search(data) is not None


def _decode(data: bytes) -> str:
    from reflow.running.python2.translation import decode

    return decode(data)


class OwnModules(MetaPathFinder):
    """Finds what `sys.path` leads to, so that the program's own modules go through here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if (
            spec is not None
            and type(spec.loader) is SourceFileLoader
            and source.is_program_file(spec.origin or "")
        ):
            spec.loader = OwnModuleLoader(spec.loader.name, spec.loader.path)
        return spec

    @classmethod
    def install(cls) -> None:
        """Take the place of Python's own finder.  A second call changes nothing."""
        if not any(isinstance(finder, cls) for finder in sys.meta_path):
            place = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else 0
            sys.meta_path.insert(place, cls())


class OwnModuleLoader(SourceFileLoader):
    """Loads a module of the program."""

    def get_code(self, fullname: str) -> CodeType:
        return self.compiled().code

    def exec_module(self, module: ModuleType) -> None:
        compiled = self.compiled()
        vars(module)["__builtins__"] = vars(compiled.builtins)
        exec(compiled.code, vars(module))

    def compiled(self) -> Compiled:
        return compile_source(self.get_data(self.path), self.path)
