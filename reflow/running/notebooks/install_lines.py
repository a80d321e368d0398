"""Lines of notebooks that install packages: TensorFlow is here already, the others are installed
for the Python that runs the notebook."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_tensorflow"]

_LINE: Final = re.compile(
    r"^(\s*)[!%]\s*(?:sudo\s+)?(?:python[\d.]*\s+-m\s+)?pip[\d.]*\s+(install|uninstall)\b(.*)$"
)
_TENSORFLOW: Final = re.compile(
    r"""^["']?(tensorflow|tensorflow[-_]gpu|tensorflow[-_]cpu|tf[-_]nightly([-_]gpu)?)
    (\[.*\])?([=<>!~].*)?["']?$|/tensorflow[^/]*\.whl$""",
    re.VERBOSE,
)


def without_tensorflow(lines: list[str]) -> list[str]:
    """The lines of a cell, in which pip installs all but TensorFlow."""
    return [_without_tensorflow(line) for line in lines]


def _without_tensorflow(line: str) -> str:
    match = _LINE.match(line.rstrip("\n"))
    if match is None:
        return line
    indentation, command, rest = match.groups()
    words = rest.split()
    kept = [word for word in words if not _TENSORFLOW.search(word)]
    if len(kept) == len(words):
        return f"{indentation}%pip {command}{rest}\n"
    if all(word.startswith("-") for word in kept):
        return f"{indentation}print('reflow stands for TensorFlow 1.15: pip has nothing to do')\n"
    return f"{indentation}%pip {command} {' '.join(kept)}\n"
