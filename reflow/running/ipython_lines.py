"""Lines of IPython among Python's: `%autoindent`, `!ls`, `array?`.

Some programs were pasted into IPython.  What sets up an interactive shell has no meaning in a
program and is passed over; commands for the system are run.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Final

__all__ = ["translate", "without"]

_LINE: Final = re.compile(r"([ \t]*)([%!?]{1,2})[ \t]*([^\n]*)")
#: `files = !ls`, `%%time`, `np.dot?`
_ELSEWHERE: Final = re.compile(r"([ \t]*)(?:[\w., \t\[\]]+=[ \t]*[%!]|[\w.]+\?{1,2}[ \t]*$)")

_SETTINGS: Final = frozenset(
    [
        "autoawait",
        "autocall",
        "autoindent",
        "autoreload",
        "automagic",
        "colors",
        "config",
        "gui",
        "history",
        "load_ext",
        "matplotlib",
        "precision",
        "pprint",
        "pylab",
        "reload_ext",
        "tensorflow_version",
        "xmode",
    ]
)

#: What changes how the characters after it are to be read.
_MARK: Final = re.compile(r"\\.|\"\"\"|'''|[\"'()\[\]{}#]", re.DOTALL)


def translate(text: str, advise: Callable[[str], None]) -> str | None:
    """`text` in which the lines of IPython are Python, line for line.

    Args:
      text: a source that does not parse.
      advise: is told what is passed over.

    Returns:
      The new text, or None if there are no such lines, or some that only IPython can run.
    """
    settings: list[str] = []
    lines: list[str] = []
    found = False
    for line, starts_statement in _lines(text):
        match = _LINE.match(line) if starts_statement else None
        if match is None:
            lines.append(line)
            continue
        found = True
        indentation, kind, rest = match.groups()
        if kind == "!":
            lines.append(f"{indentation}__import__({__name__!r}, fromlist=['x']).run({rest!r})\n")
        elif kind == "%" and rest.split()[:1] and rest.split()[0] in _SETTINGS:
            settings.append(f"%{rest.split()[0]}")
            lines.append(f"{indentation}pass\n")
        else:
            return None
    if settings:
        names = ", ".join(dict.fromkeys(settings))
        advise(f"{names}: a setting of IPython's prompt, which has no meaning in a program")
    return "".join(lines) if found else None


def without(text: str) -> str:
    """A cell of a notebook with `pass` in place of IPython's lines; "" for a cell magic."""
    if text.lstrip().startswith("%%"):
        return ""
    lines = []
    for line, starts_statement in _lines(text):
        match = (_LINE.match(line) or _ELSEWHERE.match(line)) if starts_statement else None
        lines.append(line if match is None else f"{match[1]}pass\n")
    return "".join(lines)


def run(command: str) -> None:
    """Run a command of the system's shell, as IPython's `!command` does."""
    sys.stdout.flush()
    subprocess.run(command, shell=True, check=False)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of a source, and whether a statement starts there: a line of IPython can only be
    outside brackets and strings."""
    depth, quote = 0, ""
    continued = False
    for line in text.splitlines(keepends=True):
        starts = not (depth or quote or continued)
        yield line, starts
        if starts and (_LINE.match(line) or _ELSEWHERE.match(line)):
            continue
        continued = line.endswith("\\\n")
        for mark in _MARK.findall(line):
            if quote:
                quote = "" if mark == quote else quote
            elif mark == "#":
                break
            elif mark[0] in "\"'":
                quote = mark
            elif mark in "([{":
                depth += 1
            elif mark in ")]}":
                depth = max(depth - 1, 0)
        if len(quote) == 1 and not continued:
            quote = ""
