"""Files as Python 2's `open` gave them: text and bytes were the same there."""

from __future__ import annotations

import builtins
import io
from typing import Any

__all__ = ["InputType", "OutputType", "StringIO", "open"]


class _TextFile(io.TextIOWrapper):
    """A text file that takes bytes too."""

    def write(self, text: Any) -> int:
        return super().write(_as_text(text))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)


class _BinaryFile(io.BufferedWriter):
    """A binary file that takes text too."""

    def write(self, data: Any) -> int:
        return super().write(as_bytes(data))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)


# Of a mode: the kind of line ends, which is found out anyway, and "text", which is no kind there.
_IGNORED = str.maketrans("", "", "Ut")


def open(name: Any, mode: str = "r", buffering: int = -1) -> Any:
    """The file that Python 2's `open` gives: for text (UTF-8) without "b", else for bytes."""
    mode = mode.translate(_IGNORED)
    if "b" not in mode:
        raw: Any = builtins.open(name, mode + "b")  # noqa: SIM115
        return _TextFile(raw, encoding="utf-8", errors="surrogateescape")
    if mode.strip("b") in ("w", "a"):
        return _BinaryFile(io.FileIO(name, mode.replace("b", "")))
    return builtins.open(name, mode)


def StringIO(value: Any = "") -> io.IOBase:
    """A file in memory: for bytes if that is what it starts with, else for text."""
    return io.BytesIO(value) if isinstance(value, bytes) else _Text(value)


class _Text(io.StringIO):
    def write(self, text: Any) -> int:
        return super().write(_as_text(text))


InputType = OutputType = io.StringIO


def _as_text(data: Any) -> str:
    return data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data


def as_bytes(text: Any) -> Any:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
