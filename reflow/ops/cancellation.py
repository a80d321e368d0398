"""Ending what waits in a run from outside (TensorFlow's CancellationManager)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

_current = threading.local()


class Cancellation:
    """`with Cancellation() as cancellation:` what waits inside ends when `cancel()` is called.

    It holds for the thread that enters it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._is_cancelled = False

    def __enter__(self) -> Cancellation:
        self._outer: Cancellation | None = getattr(_current, "value", None)
        _current.value = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _current.value = self._outer

    def cancel(self) -> None:
        """Ends all that waits, and from now on whatever begins to."""
        with self._lock:
            self._is_cancelled = True
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    def add(self, callback: Callable[[], None]) -> None:
        """Has `callback` called by `cancel`; at once, if that has been called already."""
        with self._lock:
            self._callbacks.append(callback)
            is_late = self._is_cancelled
        if is_late:
            callback()

    def remove(self, callback: Callable[[], None]) -> None:
        with self._lock:
            self._callbacks.remove(callback)


@contextmanager
def cancelled_by(callback: Callable[[], None]) -> Iterator[None]:
    """While this lasts, `callback` is called if the run of this thread is cancelled."""
    cancellation: Cancellation | None = getattr(_current, "value", None)
    if cancellation is None:
        yield
        return
    cancellation.add(callback)
    try:
        yield
    finally:
        cancellation.remove(callback)
