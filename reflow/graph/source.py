"""Where in the user's program something was made: cheap to capture, resolved only when shown."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from types import CodeType, FrameType
from typing import Any, NamedTuple, TypeAlias

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple({sysconfig.get_path(kind) + os.sep for kind in ("stdlib", "purelib", "platlib")})
# The zoo's programs are users of reflow like any other.
_ZOO = os.path.join(_PACKAGE, "zoo") + os.sep

# By file name, not by code object: to hash one of those takes longer than to make an operation.
_is_internal: dict[str, bool] = {}

# The user's frames from the innermost outwards, laid out flat: code, instruction offset, code,
# offset, ...  The offset is kept, not the line: finding a line decodes the code's line table.
RawTrace: TypeAlias = tuple[Any, ...]


class SourceLine(NamedTuple):
    """One frame of the user's program."""

    filename: str
    lineno: int
    function: str
    function_lineno: int

    @property
    def text(self) -> str:
        """The line itself, without indentation; "" if the file cannot be read."""
        return linecache.getline(self.filename, self.lineno).strip()

    def __str__(self) -> str:
        return f"{self.filename}:{self.lineno}"


def is_internal_file(filename: str) -> bool:
    """Whether a file belongs to reflow itself rather than to the user's program."""
    if filename.startswith("<reflow"):
        return True
    return filename.startswith(_PACKAGE) and not filename.startswith(_ZOO)


def is_program_file(filename: str) -> bool:
    """Whether a file is the user's own: neither a library's nor reflow's."""
    if filename.startswith(("<frozen ", *_LIBRARIES)) or is_internal_file(filename):
        return False
    return "site-packages" not in filename and "dist-packages" not in filename


def capture(skip: int = 0, limit: int = 8) -> RawTrace:
    """The user's frames of the caller, innermost first, out to the program's main module.

    Args:
      skip: frames above the caller that are known to be reflow's own.
      limit: the most frames to keep.
    """
    frame: FrameType | None = sys._getframe(1 + skip)
    trace: list[Any] = []
    while frame is not None and limit:
        code = frame.f_code
        internal = _is_internal.get(code.co_filename)
        if internal is None:
            internal = _is_internal[code.co_filename] = is_internal_file(code.co_filename)
        if not internal:
            trace += (code, frame.f_lasti)
            limit -= 1
            # What lies beyond is what started the program: runpy, the `reflow` command.
            if code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__":
                break
        frame = frame.f_back
    return tuple(trace)


def resolve(trace: RawTrace) -> list[SourceLine]:
    """The captured frames as file, line and function, innermost first."""
    return [
        SourceLine(code.co_filename, _line_of(code, offset), code.co_name, code.co_firstlineno)
        for code, offset in zip(trace[::2], trace[1::2])
    ]


def _line_of(code: CodeType, offset: int) -> int:
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno


def program_line(trace: RawTrace) -> SourceLine | None:
    """The innermost line in the user's own files, if there is one."""
    return next((line for line in resolve(trace) if is_program_file(line.filename)), None)


def user_line(trace: RawTrace) -> SourceLine | None:
    """The innermost line of the user's program, or None when there is none (a bare import)."""
    return resolve(trace[:2])[0] if trace else None
