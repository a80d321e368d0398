"""Starts to watch the program of this process, and ends when the process does."""

from __future__ import annotations

import atexit
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from reflow.datasets.on_import import OnImport
from reflow.files.run_directory import FAILED, FINISHED, INTERRUPTED
from reflow.watch.current import current
from reflow.watch.panel import make_panel
from reflow.watch.recorder import Recorder
from reflow.watch.run_files import RunFiles
from reflow.watch.settings import Settings
from reflow.watch.signals import on_termination

__all__ = ["DIRECTORY", "ends_with", "shell", "start", "stop"]

DIRECTORY = "runs"

_SESSIONS = "reflow.runtime.session"
_TAPS = "reflow.runtime.taps"


def start(
    directory: str = DIRECTORY,
    *,
    program: str | None = None,
    arguments: Sequence[str] | None = None,
    quiet: bool = False,
    **settings: Any,
) -> Recorder:
    """Records what this process trains from now on, in a new directory below `directory`.

    A second call changes nothing.

    Args:
      directory: where runs are.
      program: its file or module; default: as Python was started.
      arguments: the program's; default likewise.
      quiet: say nothing in the terminal.
      settings: those of `reflow.watch.settings.Settings`; `budget` is the part of the training time
        that watching may cost.

    Returns:
      The recorder; `stop` closes it, or the end of the process.

    Raises:
      OSError: the directory cannot be made or written.
      ValueError: a setting is wrong.
    """
    if current.recorder is not None:
        return current.recorder
    chosen = Settings.of(**settings)
    program = program or sys.argv[0] or "python"
    arguments = sys.argv[1:] if arguments is None else arguments
    files = RunFiles(directory, program, arguments)
    recorder = Recorder(files, program if os.path.isfile(program) else None, make_panel(quiet))
    recorder.start()
    current.recorder = recorder
    _when_there_are_sessions(lambda: _observe(recorder, chosen))
    ipython = shell()
    if ipython is not None:
        ipython.events.register("post_run_cell", _cell_has_run)
    atexit.register(stop)
    on_termination(_interrupted)
    os.register_at_fork(after_in_child=_forget)
    return recorder


def stop() -> None:
    """Ends the recording, if there is one; the run is finished, unless `ends_with` was called."""
    recorder, current.recorder = current.recorder, None
    if recorder is None:
        return
    _observe_no_more()
    error = getattr(sys, "last_value", None)
    if error is not None and shell() is None:  # Python has shown it, and ends
        ends_with(error, recorder=recorder)
    recorder.close()


def _interrupted() -> None:
    if current.recorder is not None:
        current.recorder.ends(INTERRUPTED)
        stop()


def ends_with(
    error: BaseException, shown: str | None = None, recorder: Recorder | None = None
) -> None:
    """Tells what ends the program, if it is recorded.

    Args:
      error: what nobody caught.
      shown: the traceback as the terminal has it; default: as Python shows it.
      recorder: the one to tell; default: the process's.
    """
    recorder = recorder or current.recorder
    if recorder is None:
        return
    if isinstance(error, KeyboardInterrupt):
        recorder.ends(INTERRUPTED)
    elif isinstance(error, SystemExit) and not error.code:
        recorder.ends(FINISHED)
    else:
        text = "".join(traceback.format_exception(error)) if shown is None else shown
        kind = type(error).__name__
        recorder.ends(FAILED, {"type": kind, "message": str(error), "traceback": text})


def shell() -> Any:
    """IPython's shell, if the program is typed there or a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _cell_has_run(result: Any) -> None:
    """What ended the last cell would be what ended the program."""
    if current.recorder is not None:
        error = result.error_in_exec
        current.recorder.ends(FINISHED)
        if error is not None:
            ends_with(error)


def _when_there_are_sessions(action: Callable[[], None]) -> None:
    """Calls it when the program has loaded the namespace: torch is not loaded before that."""
    if _SESSIONS in sys.modules:
        action()
    else:
        sys.meta_path.insert(0, OnImport({_SESSIONS: lambda module: action()}))


def _observe(recorder: Recorder, settings: Settings) -> None:
    if current.recorder is not recorder:  # It was stopped before there was anything to observe.
        return
    try:
        from reflow.runtime.session import observe
        from reflow.watch.observer import RunObserver

        observe(RunObserver(recorder, settings))
    except Exception as error:  # The program runs on, if unwatched.
        recorder.note(remarks=[f"nothing is read off runs: {type(error).__name__}: {error}"])


def _observe_no_more() -> None:
    session, taps = sys.modules.get(_SESSIONS), sys.modules.get(_TAPS)
    if session is not None and taps is not None:
        observer = taps.current.observer
        session.observe(None)
        if observer is not None:
            observer.end()


def _forget() -> None:
    """In a child that was forked: its parent's run is not its own."""
    recorder, current.recorder = current.recorder, None
    if recorder is not None:
        recorder.abandon()
        taps = sys.modules.get(_TAPS)
        if taps is not None:
            taps.current.observer = None
