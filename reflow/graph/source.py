"""Where in the user's program something was made: cheap to capture, resolved only when shown."""

from __future__ import annotations

import linecache
import os
import sys
from types import CodeType, FrameType
from typing import NamedTuple

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
# The zoo's programs are users of reflow like any other.
_ZOO = os.path.join(_PACKAGE, "zoo") + os.sep

_is_internal_code: dict[CodeType, bool] = {}

# The frames from the innermost user frame outwards.  The instruction offset is kept, not the
# line: finding a line decodes the code's line table, which costs more than making the op.
RawTrace = tuple[tuple[CodeType, int], ...]


class SourceLine(NamedTuple):
    """One frame of the user's program."""

    filename: str
    lineno: int
    function: str

    @property
    def text(self) -> str:
        return linecache.getline(self.filename, self.lineno).strip()

    def __str__(self) -> str:
        return f"{self.filename}:{self.lineno}"


def is_internal_file(filename: str) -> bool:
    """Whether a file belongs to reflow itself rather than to the user's program."""
    if filename.startswith("<reflow"):
        return True
    return filename.startswith(_PACKAGE) and not filename.startswith(_ZOO)


def _is_internal(code: CodeType) -> bool:
    internal = _is_internal_code.get(code)
    if internal is None:
        internal = _is_internal_code[code] = is_internal_file(code.co_filename)
    return internal


def capture(limit: int = 16) -> RawTrace:
    """The user's frames of the caller, innermost first; at most `limit` of them."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_internal(frame.f_code):
        frame = frame.f_back
    trace = []
    while frame is not None and len(trace) < limit:
        code = frame.f_code
        if not _is_internal(code):
            trace.append((code, frame.f_lasti))
        frame = frame.f_back
    return tuple(trace)


def resolve(trace: RawTrace) -> list[SourceLine]:
    """The captured frames as file, line and function, innermost first."""
    return [
        SourceLine(code.co_filename, _line_of(code, offset), code.co_name) for code, offset in trace
    ]


def _line_of(code: CodeType, offset: int) -> int:
    for start, end, line in code.co_lines():
        if start <= offset < end and line is not None:
            return line
    return code.co_firstlineno


def user_line(trace: RawTrace) -> SourceLine | None:
    """The innermost line of the user's program, or None when there is none (a bare import)."""
    return resolve(trace[:1])[0] if trace else None
