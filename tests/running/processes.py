"""Programs run as a newcomer runs them: `reflow run` in a folder of their own."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment():
    """That of a process that finds reflow, wherever it runs."""
    inherited = {k: v for k, v in os.environ.items() if k in ("HOME", "PATH", "TMPDIR")}
    return {**inherited, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "100"}


def reflow_run(folder, program, *args, options=()):
    """Writes the program to `program.py` in the folder and runs it to its end."""
    (folder / "program.py").write_text(program)
    return subprocess.run(
        [sys.executable, "-m", "reflow", "run", *options, "program.py", *args],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )


@contextlib.contextmanager
def started(folder, program):
    """Writes the program to `program.py` in the folder and starts it, to be killed at the end.

    Its output is piped.
    """
    (folder / "program.py").write_text(program)
    with started_file(folder, "program.py") as process:
        yield process


@contextlib.contextmanager
def started_file(folder, name):
    """Starts the program or notebook of this name in the folder, as `started` does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reflow", "run", name],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
