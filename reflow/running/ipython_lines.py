"""Lines of IPython in programs that are plain Python otherwise: `%autoindent`, `!ls`.

Such programs were pasted into IPython.  What sets up an interactive shell has no meaning in a
program and is passed over; commands for the system are run.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Final

__all__ = ["translate"]

_LINE: Final = re.compile(r"^([ \t]*)([%!])[ \t]*(.*)$", re.MULTILINE)

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


def translate(text: str, advise: Callable[[str], None]) -> str | None:
    """`text` in which the lines of IPython are Python, line for line.

    Args:
      text: a source that does not parse.
      advise: is told what is passed over.

    Returns:
      The new text, or None if there are no such lines, or some that only IPython can run.
    """
    settings: list[str] = []
    commands: list[str] = []
    unknown: list[str] = []

    def replace(line: re.Match[str]) -> str:
        indentation, kind, rest = line.groups()
        if kind == "!":
            commands.append(rest)
            return f"{indentation}__import__({__name__!r}, fromlist=['x']).run({rest!r})"
        name = rest.split()[0] if rest.split() else ""
        (settings if name in _SETTINGS else unknown).append(f"%{name}")
        return f"{indentation}pass"

    translated = _LINE.sub(replace, text)
    if unknown or not (settings or commands):
        return None
    if settings:
        names = ", ".join(dict.fromkeys(settings))
        advise(f"{names}: a setting of IPython's prompt, which has no meaning in a program")
    return translated


def run(command: str) -> None:
    """Run a command of the system's shell, as IPython's `!command` does."""
    sys.stdout.flush()
    subprocess.run(command, shell=True, check=False)
