"""The public programs that must run on reflow, and how one of them is run."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Outcome", "Program", "read_programs", "run_program"]

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".csv")

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ERROR = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Interrupt|Warning)\b.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """A line of the list.

    Attributes:
      name: in the table.
      repository: OWNER/NAME on GitHub, or OWNER/NAME@COMMIT.
      path: of the program in it.
      arguments: for the program, separated by spaces.
      seconds: how long it may take.
      figure: a regular expression; its group in the last match is the figure that it printed.
      own_error: what a program says that ends with an error under TensorFlow too.
    """

    name: str
    repository: str
    path: str
    arguments: str
    seconds: int
    figure: str
    own_error: str


@dataclass(frozen=True)
class Outcome:
    """How a program ended: "ran", or its first error; after how long, and what it printed."""

    result: str
    seconds: float
    figure: str

    @property
    def succeeded(self) -> bool:
        return self.result.startswith("ran")


def read_programs() -> list[Program]:
    """The programs of the list."""
    with LIST.open(newline="") as file:
        return [Program(**{**row, "seconds": int(row["seconds"])}) for row in csv.DictReader(file)]


def run_program(program: Program, checkouts: Path) -> Outcome:
    """Run a program by `reflow run`, in a copy of its checkout.

    Args:
      checkouts: the folder that holds the checkouts, each in a folder NAME, NAME@COMMIT or
        OWNER/NAME.
    """
    checkout = _find(program.repository, checkouts)
    if checkout is None:
        return Outcome(f"no checkout of {program.repository}", 0.0, "")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "checkout")
        shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(".git"), symlinks=True)
        target = copy / program.path
        if not target.exists():
            return Outcome(f"no {program.path} in {checkout.name}", 0.0, "")
        return _run(program, target)


def _find(repository: str, checkouts: Path) -> Path | None:
    name = repository.rpartition("/")[2]
    return next(
        (path for path in (checkouts / repository, checkouts / name) if path.is_dir()), None
    )


def _run(program: Program, target: Path) -> Outcome:
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "reflow", "run", target.name, *program.arguments.split()],
        cwd=target.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(timeout=program.seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        result = f"took longer than {program.seconds} s"
    else:
        result = _result(program, process.returncode, errors)
    return Outcome(result, time.monotonic() - started, _figure(program, output))


def _result(program: Program, status: int, errors: str) -> str:
    plain = _ANSI.sub("", errors)
    if status == 0:
        return "ran"
    if program.own_error and program.own_error in plain:
        return f"ran, up to its own error: {program.own_error}"
    found = _ERROR.findall(plain)
    return found[-1] if found else f"exit status {status}"


def _figure(program: Program, output: str) -> str:
    found = re.findall(program.figure, output, re.MULTILINE) if program.figure else []
    return found[-1].strip() if found else ""
