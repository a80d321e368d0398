"""Lines of IPython among Python's: `%autoindent`, `!ls`, `array?`.

Some programs were pasted into IPython.  What sets up an interactive shell has no meaning in a
program and is passed over; commands for the system are run.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Final

__all__ = ["translate", "without"]

_LINE: Final = re.compile(r"([ \t]*)([%!?]{1,2})[ \t]*([^\n]*)")
#: `files = !ls`, `%%time`, `np.dot?`
_ELSEWHERE: Final = re.compile(r"([ \t]*)(?:[\w., \t\[\]]+=[ \t]*[%!]|[\w.]+\?{1,2}[ \t]*$)")

#: Magics whose argument, or cell, is Python: `%timeit -n 10 f(x)`.
_PYTHON: Final = re.compile(r"(?:time|timeit|prun|capture)\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]*")
#: Magics that work without their %, where Python can make nothing of the line.
_AUTOMAGIC: Final = re.compile(
    r"^([ \t]*)(?:cat|cd|conda|cp|ls|matplotlib|mkdir|mv|pip|rm|rmdir|run)"
    r"(?:[ \t]+-?[\w./~][^\n]*|[ \t]*(?=\n|$))"
)

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
    """A cell of a notebook without IPython's lines, line for line: `pass`, or the Python that a
    magic is about, stands in their place.  "" for a cell that is not Python, as of `%%bash`."""
    text = _dedented(text)
    if text.lstrip().startswith("%%"):
        blank, _, rest = text.partition("%%")
        if not _PYTHON.match(rest):
            return ""
        text = f"{blank}pass\n{rest.partition(chr(10))[2]}"
    lines = list(_lines(text))
    plain = "".join(_without(line) if starts else line for line, starts in lines)
    if _is_python(plain):
        return plain
    return "".join(
        _AUTOMAGIC.sub(r"\1pass", _without(line)) if starts else line for line, starts in lines
    )


def _dedented(text: str) -> str:
    """A cell without the indentation that its first line has, as IPython reads it."""
    indentation = text[: len(text) - len(text.lstrip())].rpartition("\n")[2]
    return "".join(line.removeprefix(indentation) for line in text.splitlines(keepends=True))


def _without(line: str) -> str:
    match = _LINE.match(line)
    if match is not None:
        indentation, kind, rest = match.groups()
        python = _PYTHON.match(rest) if kind == "%" else None
        statement = rest[python.end() :] if python else ""
        return f"{indentation}{statement if _is_python(statement) and statement else 'pass'}\n"
    match = _ELSEWHERE.match(line)
    return line if match is None else f"{match[1]}pass\n"


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


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
