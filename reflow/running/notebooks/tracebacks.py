"""IPython's tracebacks, without the frames inside reflow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reflow.graph import source

__all__ = ["plain", "program_part"]

_COLORS: Final = re.compile(r"\x1b\[[0-9;]*m")
_FILE: Final = re.compile(r"File (.+?)(?::\d+|, line \d+)?(?:, in |$)", re.MULTILINE)
_CHAINS: Final = ("\nThe above exception was", "\nDuring handling of the above exception")


def plain(text: str) -> str:
    """`text` without colors."""
    return _COLORS.sub("", text)


def program_part(parts: Sequence[str]) -> list[str]:
    """A traceback without reflow's own frames.

    Chained exceptions that the program had no part in are dropped whole.

    Args:
      parts: what IPython gives: headings, frames and the exceptions' last lines, one string each.
    """
    *causes, last = _sections(parts)
    kept = [section for section in causes if any(_is_frame(part) for part in section)]
    return [part for section in (*kept, last) for part in section]


def _sections(parts: Sequence[str]) -> Iterator[list[str]]:
    """The tracebacks of the exceptions of a chain, without reflow's own frames; each but the last
    ends with how it led to the next."""
    section: list[str] = []
    for part in parts:
        if not _is_inner(part):
            section.append(part)
        if plain(part).startswith(_CHAINS):
            yield section
            section = []
    yield section


def _is_frame(part: str) -> bool:
    return plain(part).startswith(("Cell In", "File "))


def _is_inner(part: str) -> bool:
    match = _FILE.match(plain(part))
    return match is not None and source.is_internal_file(match[1])
