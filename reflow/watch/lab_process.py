"""Starts the lab, which shows runs, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

__all__ = ["LabError", "start_lab"]


class LabError(Exception):
    """The lab did not start; says why."""


def start_lab(directory: str, run: str, options: Sequence[str] = ()) -> str:
    """Starts a lab, and waits until it answers.

    Args:
      directory: of all runs.
      run: the one to show.
      options: more for `reflow lab`; of `--program PID` it ends when nobody needs it any more.

    Returns:
      The address of the page.

    Raises:
      LabError: there is none.
    """
    directory = os.path.abspath(directory)
    command = [sys.executable, "-m", "reflow", "lab", directory, "--announce", "--run", run]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=directory,  # not the program's, whose modules might be taken for Python's
            env=_environment(),
            start_new_session=True,  # Ctrl-C is meant for the program alone
            text=True,
        )
        assert process.stdout is not None
        with process.stdout:
            line = process.stdout.readline()
        try:
            return str(json.loads(line)["address"])
        except (ValueError, KeyError, TypeError):
            process.terminate()
            process.wait()
            errors.seek(0)
            said = errors.read().strip() or line.strip() or "it ended"
            raise LabError(said.splitlines()[-1]) from None


def _environment() -> dict[str, str]:
    """This process's, with reflow where it is found by this one."""
    above = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    paths = [above, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
