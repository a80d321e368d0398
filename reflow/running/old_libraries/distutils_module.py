"""Stands in for `distutils`: what programs, not installers, use of it."""

from __future__ import annotations

import re
from functools import total_ordering

__all__ = ["LooseVersion", "StrictVersion", "strtobool"]


@total_ordering
class LooseVersion:
    """A version that compares part by part: numbers as numbers, words as words."""

    def __init__(self, vstring: str = "") -> None:
        self.vstring = vstring
        parts = re.findall(r"\d+|[a-z]+", vstring)
        self.version: list[int | str] = [int(part) if part.isdigit() else part for part in parts]

    def __repr__(self) -> str:
        return f"{type(self).__name__} ('{self.vstring}')"

    def __str__(self) -> str:
        return self.vstring

    def __hash__(self) -> int:
        return hash(self.vstring)

    def __eq__(self, other: object) -> bool:
        return self.version == _version(other)

    def __lt__(self, other: object) -> bool:
        return [_order(part) for part in self.version] < [_order(part) for part in _version(other)]


StrictVersion = LooseVersion


def _version(value: object) -> list[int | str]:
    return (value if isinstance(value, LooseVersion) else LooseVersion(str(value))).version


def _order(part: int | str) -> tuple[int, int, str]:
    return (1, part, "") if isinstance(part, int) else (0, 0, part)


def strtobool(value: str) -> int:
    """1 for what means yes, 0 for what means no; ValueError for all else."""
    word = value.lower()
    if word in ("y", "yes", "t", "true", "on", "1"):
        return 1
    if word in ("n", "no", "f", "false", "off", "0"):
        return 0
    raise ValueError(f"invalid truth value {value!r}")
