"""`reflow run --watch`: the program is recorded, and a page shows it."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Sequence
from typing import NamedTuple

from reflow.running import report
from reflow.watch.current import current

__all__ = ["Watching", "begin_watching", "ends_with"]

# Seconds that a short program waits for its page.
_PATIENCE = 10.0


class Watching(NamedTuple):
    """How a program is watched.

    Attributes:
      directory: where runs are.
      budget: the part of the training time that it may cost; None: as by default.
      page: whether the lab is started.
      keep: whether the lab stays when the program has ended and no page is open.
      quiet: whether the terminal shows nothing of it.
    """

    directory: str = "runs"
    budget: float | None = None
    page: bool = True
    keep: bool = False
    quiet: bool = False


def begin_watching(watching: Watching, program: str, arguments: Sequence[str]) -> None:
    """Records from now on; what does not work is said, and the program runs without it.

    Args:
      program: its file; arguments: what it is started with.
    """
    from reflow.watch.starting import start

    try:
        recorder = start(
            watching.directory,
            program=program,
            arguments=arguments,
            quiet=watching.quiet,
            budget=watching.budget,
        )
    except OSError as error:
        report.show(f"not watched: {error.filename}: {error.strerror}")
        return
    if watching.page:
        files = recorder.files
        starting = threading.Thread(
            target=_show_page, args=(watching, files.run.id), name="reflow lab", daemon=True
        )
        starting.start()
        atexit.register(starting.join, _PATIENCE)


def _show_page(watching: Watching, run: str) -> None:
    from reflow.watch.lab_process import LabError, start_lab

    options = [] if watching.keep else ["--program", str(os.getpid())]
    try:
        address = start_lab(watching.directory, run, options)
    except (LabError, OSError) as error:
        report.show(f"there is no page: {error}")
        return
    recorder = current.recorder
    if recorder is not None:
        recorder.shows_at(address)
    print(f"reflow run: watch it at {address}", file=sys.stderr)


def ends_with(error: BaseException, full_traceback: bool = False) -> None:
    """Tells the recording, if there is one, what ended the program."""
    if current.recorder is not None:
        from reflow.watch.starting import ends_with

        ends_with(error, report.text_of(error, full_traceback))
