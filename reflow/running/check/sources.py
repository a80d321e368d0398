"""The sources of a program: its file, and those of its own modules that it imports."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from reflow.running import ipython_lines
from reflow.running.python2 import syntax, translation

__all__ = ["Source", "Unit", "UnreadableError", "programs_in", "read_program"]

_SUFFIXES: Final = (".py", ".ipynb")
#: Functions that import the module whose name they are given.
_IMPORTING: Final = ("__import__", "importlib.import_module", "import_module")


class UnreadableError(Exception):
    """A file that cannot be read, or is no program."""


class Unit(NamedTuple):
    """What is parsed at once: a file, or a cell of a notebook."""

    cell: int | None  # its number among the code cells, from 1
    tree: ast.Module


class Source(NamedTuple):
    """A file of a program."""

    path: str
    units: list[Unit]
    is_python2: bool
    has_ipython_lines: bool = False
    broken_cells: Sequence[tuple[int, SyntaxError]] = ()


def programs_in(path: str) -> list[str]:
    """The programs that a path stands for: itself, or all below a folder."""
    if not os.path.isdir(path):
        return [path]
    found = (file for file in Path(path).rglob("*") if file.suffix in _SUFFIXES)
    hidden = (".ipynb_checkpoints", "site-packages", ".git")
    return sorted(str(file) for file in found if not set(hidden) & set(file.parts))


def read_program(path: str) -> list[Source]:
    """A program's sources, its own file first.

    Raises:
      UnreadableError: the file cannot be read or does not parse.
    """
    sources = [_read(path)]
    seen = {os.path.realpath(path)}
    folder = os.path.dirname(os.path.realpath(path))
    for source in sources:  # grows while it is walked through
        for module in _own_modules(source, folder):
            if os.path.realpath(module) not in seen:
                seen.add(os.path.realpath(module))
                try:
                    sources.append(_read(module))
                except UnreadableError:
                    continue  # the program may well do without it
    return sources


def _read(path: str) -> Source:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot open {path!r}: {error.strerror}") from error
    try:
        if path.endswith(".ipynb"):
            return _notebook(path, json.loads(data))
        return _file(path, translation.decode(data))
    except SyntaxError as error:
        raise UnreadableError(f"{path}:{error.lineno} does not parse: {error.msg}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(f"{path} does not parse: {error}") from error


def _file(path: str, text: str) -> Source:
    try:
        return Source(path, [Unit(None, ast.parse(text))], translation.is_python2(text))
    except SyntaxError as error:
        without = ipython_lines.translate(text, lambda advice: None)
        tree = _tree(text if without is None else without, error)
        is_python2 = translation.is_python2(text if without is None else without)
        return Source(path, [Unit(None, tree)], is_python2, without is not None)


def _notebook(path: str, notebook: dict[str, object]) -> Source:
    units: list[Unit] = []
    broken_cells: list[tuple[int, SyntaxError]] = []
    is_python2 = False
    for number, text in enumerate(_code_cells(notebook), 1):
        text = ipython_lines.without(text)
        try:
            units.append(Unit(number, _tree(text)))
        except SyntaxError as error:
            broken_cells.append((number, error))
        is_python2 = is_python2 or translation.is_python2(text)
    return Source(path, units, is_python2, broken_cells=broken_cells)


def _code_cells(notebook: dict[str, object]) -> Iterator[str]:
    """The texts of the code cells; notebooks of version 3 have them in worksheets."""
    worksheets: list[dict[str, list[dict[str, object]]]]
    worksheets = notebook.get("worksheets") or [notebook]  # type: ignore[assignment]
    for worksheet in worksheets:
        for cell in worksheet["cells"]:
            if cell["cell_type"] == "code":
                lines: object = cell.get("source", cell.get("input"))
                yield lines if isinstance(lines, str) else "".join(lines)  # type: ignore[arg-type]


def _tree(text: str, error: SyntaxError | None = None) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError as fresh:
        try:
            return ast.parse(syntax.to_python3(text))
        except syntax.NOT_PYTHON_2:
            raise error or fresh from None


def _own_modules(source: Source, folder: str) -> Iterator[str]:
    """The files of the modules that a source imports from the program's folder or its own."""
    beside = os.path.dirname(source.path)
    for unit in source.units:
        for node in ast.walk(unit.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
                roots = [beside, folder]
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                names = [module, *(f"{module}.{alias.name}".strip(".") for alias in node.names)]
                up = os.path.join(beside, *[os.pardir] * (node.level - 1))
                roots = [up] if node.level else [beside, folder]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in _IMPORTING:
                names = [text for arg in node.args[:1] for text in _texts(arg)]
                roots = [beside, folder]
            else:
                continue
            for name in names:
                yield from _files_of(name, roots)


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _files_of(module: str, roots: list[str]) -> Iterator[str]:
    """The files that importing a module reads: packages above it too."""
    parts = [part for part in module.split(".") if part]
    for root in dict.fromkeys(roots):
        for depth in range(1, len(parts) + 1):
            base = os.path.join(root, *parts[:depth])
            for file in (f"{base}.py", os.path.join(base, "__init__.py")):
                if os.path.isfile(file):
                    yield os.path.normpath(file)
