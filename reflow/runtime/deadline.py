"""Runs that end after some time even if they would not end by themselves."""

from __future__ import annotations

import ctypes
import threading
import time
from types import TracebackType
from typing import Any

from reflow.graph import errors
from reflow.ops.cancellation import Cancellation


class _TimedOut(errors.DeadlineExceededError):
    """What is raised in the thread that runs: Python makes it without arguments."""

    def __init__(
        self,
        node_def: Any = None,
        op: Any = None,
        message: str = "Timed out waiting for notification",
    ) -> None:
        super().__init__(node_def, op, message)


# Programs that show the name of the class see that of TensorFlow's.
_TimedOut.__name__ = errors.DeadlineExceededError.__name__


class Deadline:
    """`with Deadline(milliseconds):` raises DeadlineExceededError inside if that takes longer.

    A kernel that is being computed ends first; what waits for other runs is cancelled.
    """

    def __init__(self, milliseconds: int) -> None:
        self._thread = threading.get_ident()
        self._lock = threading.Lock()
        self._is_over = False
        self._has_struck = False
        self._timer = threading.Timer(milliseconds / 1000, self._strike)
        self._timer.daemon = True
        self._cancellation = Cancellation()

    def __enter__(self) -> None:
        self._cancellation.__enter__()
        self._timer.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._is_over = True
        self._timer.cancel()
        self._cancellation.__exit__(kind, error, traceback)
        if self._has_struck and kind is None:
            # The exception is on its way: it must not arrive anywhere else.
            time.sleep(1)

    def _strike(self) -> None:
        with self._lock:
            if not self._is_over:
                self._has_struck = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(_TimedOut)
                )
                self._cancellation.cancel()
