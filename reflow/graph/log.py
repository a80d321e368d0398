"""Warnings and advice of the library, through Python's own logging ("tensorflow" logger)."""

from __future__ import annotations

import logging

_logger = logging.getLogger("tensorflow")
_said: set[str] = set()


def warn(message: str) -> None:
    _logger.warning(message)


def advise(message: str) -> None:
    """Says something once in a process: advice on an old name or argument."""
    if message not in _said:
        _said.add(message)
        _logger.warning(message)
