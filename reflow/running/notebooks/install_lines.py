"""Lines of notebooks that install packages: what reflow stands in for is here already, the others
are installed for the Python that runs the notebook."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_ours"]

_LINE: Final = re.compile(
    r"^(\s*)(?:[!%]\s*)?(?:sudo\s+)?(?:python[\d.]*\s+-m\s+)?pip[\d.]*\s+(install|uninstall)\b(.*)$"
)
_OURS: Final = re.compile(
    r"""^["']?(tensorflow([-_][gc]pu)?|tf[-_]nightly([-_]gpu)?|pandas[-_]ml)
    (\[.*\])?([=<>!~].*)?["']?$|/tensorflow[^/]*\.whl$""",
    re.VERBOSE,
)


def without_ours(lines: list[str]) -> list[str]:
    """The lines of a cell, in which pip installs all but TensorFlow and what else is ours."""
    return [_without_ours(line) for line in lines]


def _without_ours(line: str) -> str:
    match = _LINE.match(line.rstrip("\n"))
    if match is None:
        return line
    indentation, command, rest = match.groups()
    words = rest.split()
    kept = [word for word in words if not _OURS.search(word)]
    if len(kept) == len(words):
        return f"{indentation}%pip {command}{rest}\n"
    if all(word.startswith("-") for word in kept):
        ours = " ".join(word.strip("'\"") for word in words if word not in kept)
        said = f"reflow stands in for {ours}: pip has nothing to do"
        return f"{indentation}print({said!r})\n"
    return f"{indentation}%pip {command} {' '.join(kept)}\n"
