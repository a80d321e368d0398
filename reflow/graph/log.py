"""Warnings and advice of the library, through Python's own logging ("tensorflow" logger)."""

from __future__ import annotations

import logging

from reflow.graph import source

_logger = logging.getLogger("tensorflow")
# Frames of libraries that may lie between the advice and the program's line.
_DEPTH = 30
_said: set[str] = set()


def warn(message: str) -> None:
    _logger.warning(message)


def advise(message: str) -> None:
    """Says something once in a process: advice on an old name or argument, and where it is used."""
    if message not in _said:
        _said.add(message)
        line = source.program_line(source.capture(skip=1, limit=_DEPTH))
        _logger.warning(f"{message} ({line})" if line else message)
