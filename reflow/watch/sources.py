"""Copies of the program's own source files."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Final

from reflow.files.run_directory import SOURCE_FOLDER
from reflow.graph import source

__all__ = ["Sources"]

_MOST_FILES: Final = 100
_LARGEST: Final = 1 << 19
_MOST_BYTES: Final = 1 << 22


class Sources:
    """Copies files once each, as far as they are not too large or too many.

    Args:
      directory: the run's.
      program: the program's file; other files are named by how they lie to it.

    Attributes:
      names: of the copies, below the folder for them.
    """

    def __init__(self, directory: str, program: str | None) -> None:
        self.names: list[str] = []
        self._folder = os.path.join(directory, SOURCE_FOLDER)
        self._program = program
        self._beside = os.path.dirname(os.path.abspath(program)) if program else os.getcwd()
        self._seen: set[str] = set()
        self._size = 0

    def copy(self) -> bool:
        """Copies the program and the modules that it has imported by now; gives whether any is new.

        OSError: a copy cannot be written.
        """
        before = len(self.names)
        # Those beside the program come first, so that a large project cannot crowd them out.
        modules = sorted(_module_files(), key=self._lies_elsewhere)
        for path in ([self._program] if self._program else []) + modules:
            if path not in self._seen and len(self.names) < _MOST_FILES:
                self._seen.add(path)
                self._copy(path)
        return len(self.names) > before

    def _below_program(self, path: str) -> str:
        return os.path.relpath(os.path.abspath(path), self._beside)

    def _lies_elsewhere(self, path: str) -> bool:
        return self._below_program(path).split(os.sep)[0] == os.pardir

    def _copy(self, path: str) -> None:
        try:
            with open(path, "rb") as file:
                data = file.read(_LARGEST + 1)
        except OSError:  # it is gone, or a folder
            return
        if len(data) > _LARGEST or self._size + len(data) > _MOST_BYTES:
            return
        elsewhere = self._lies_elsewhere(path)
        name = os.path.basename(path) if elsewhere else self._below_program(path)
        if name in self.names:
            return
        copy = os.path.join(self._folder, name)
        self._make_folder(os.path.dirname(copy))
        with open(copy, "wb") as file:
            file.write(data)
        self._size += len(data)
        self.names.append(name)

    def _make_folder(self, path: str) -> None:
        # One level after the other: the run's directory, if it vanishes, must not come back.
        folder = os.path.dirname(self._folder)
        for name in os.path.relpath(path, folder).split(os.sep):
            folder = os.path.join(folder, name)
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)


def _module_files() -> list[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return [f for f in files if isinstance(f, str) and f.endswith(".py") and _is_own(f)]


def _is_own(path: str) -> bool:
    return source.is_program_file(os.path.abspath(path))
