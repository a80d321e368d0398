"""Which of TensorFlow's test methods say nothing about reflow, and why."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("not_applicable.txt")


class _Rule(NamedTuple):
    """Methods that do not apply.

    Attributes:
      place: found in "FILE Class.method".
      message: found in the traceback of what failed, or in why the test was skipped.
      reason: why they do not apply.
    """

    place: re.Pattern[str]
    message: re.Pattern[str]
    reason: str


@cache
def _rules() -> tuple[_Rule, ...]:
    lines = _TABLE.read_text().splitlines()
    cells = (line.split(" | ") for line in lines if line and not line.startswith("#"))
    return tuple(
        _Rule(re.compile(place.strip()), re.compile(message.strip()), reason.strip())
        for place, message, reason in cells
    )


def reason_of(file: str, method: str, kind: str, detail: str) -> str | None:
    """Why a method that has not passed does not apply, or None if it does."""
    if kind == "passed":
        return None
    for rule in _rules():
        if rule.place.search(f"{file} {method}") and rule.message.search(detail):
            return rule.reason
    return f"skipped by the test: {detail}" if kind == "not applicable" else None
