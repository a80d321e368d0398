"""The table in docs/tensorflow-tests.md: a line for each file of TensorFlow's tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

_HEAD = """# TensorFlow's own tests

How the Python tests of TensorFlow v1.15.5 fare on reflow, run where they lie and unchanged by
`python -m canon.tensorflow_tests CHECKOUT FILE... --refresh`, which writes this table.  Files lie
below `tensorflow/python`.  The percentage is of the methods that apply; `canon/not_applicable.py`
says which do not.

| file | methods | passed | failed | errors | passed of those that apply | not applicable |
|---|---|---|---|---|---|---|
"""


class Row(NamedTuple):
    """How the methods of a file ended: how many, and why some do not apply."""

    file: str
    passed: int
    failed: int
    errors: int
    reasons: str
    not_applicable: int

    @property
    def applicable(self) -> int:
        return self.passed + self.failed + self.errors

    @property
    def methods(self) -> int:
        return self.applicable + self.not_applicable

    def __str__(self) -> str:
        return f"{self.file}: {self.passed} of {self.applicable} pass ({_percentage(self)})" + (
            f", not applicable: {self.reasons}" if self.reasons else ""
        )


def _percentage(row: Row) -> str:
    return f"{100 * row.passed / row.applicable:.1f}%" if row.applicable else "-"


def write_table(path: Path, rows: Mapping[str, Row]) -> None:
    """Writes the page, files in the order of the alphabet."""
    lines = [
        f"| {row.file} | {row.methods} | {row.passed} | {row.failed} | {row.errors} | "
        f"{_percentage(row)} | {row.reasons} |\n"
        for _, row in sorted(rows.items())
    ]
    path.write_text(_HEAD + "".join(lines))


def read_table(path: Path) -> dict[str, Row]:
    """The lines of the page by their files; none if there is no page."""
    rows = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[1].isdigit():
            file, methods, passed, failed, errors = cells[0], *map(int, cells[1:5])
            rest = methods - passed - failed - errors
            rows[file] = Row(file, passed, failed, errors, cells[6], rest)
    return rows
