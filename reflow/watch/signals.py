"""The system may tell a program to end: its run is interrupted then, and not lost."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["on_termination"]

# How the shell, a scheduler or a container ends a program, where the system has it.
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))

# Seconds that the end is put off for at most.
_PATIENCE = 3.0


def on_termination(action: Callable[[], None]) -> None:
    """Calls `action` before a signal ends the process, unless the program answers to it itself."""
    if threading.current_thread() is not threading.main_thread():
        return

    def end(number: int, _: FrameType | None) -> None:
        # What was interrupted here may hold a lock that the action wants: so another thread has it.
        acting = threading.Thread(target=action, daemon=True)
        acting.start()
        acting.join(_PATIENCE)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
