"""Coordinator: has the threads of a program stop together."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TypeAlias

from reflow.graph.errors import OutOfRangeError
from reflow.tf import logging

ExceptionInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType]


def _raise(info: Sequence[Any]) -> None:
    raise info[1].with_traceback(info[2])


class Coordinator:
    """Tells threads when to stop, and waits for them.

    Any thread may ask that all stop (`request_stop`); all have to ask themselves from time to time
    whether they should (`should_stop`).  An exception that a thread reports is raised by `join`.

    Args:
      clean_stop_exception_types: exceptions which mean that nothing is left to do, and are not
        raised; default: tf.errors.OutOfRangeError.
    """

    def __init__(
        self, clean_stop_exception_types: Iterable[type[BaseException]] | None = None
    ) -> None:
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (OutOfRangeError,)
        self._clean_stop_exception_types = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop_event = threading.Event()
        self._reported: ExceptionInfo | None = None
        self._joined = False
        self._registered_threads: set[threading.Thread] = set()

    def request_stop(self, ex: BaseException | Sequence[Any] | None = None) -> None:
        """Asks that all threads stop.

        Args:
          ex: an exception, or what sys.exc_info() tells of it, for `join` to raise; only that of
            the first request counts.  After `join`, it is raised here.

        Raises:
          ValueError: from `join`, if `ex` is nothing of the kind.
        """
        with self._lock:
            is_clean = self._clean_stop_exception_types
            if isinstance(ex[1] if isinstance(ex, tuple) else ex, is_clean):
                ex = None
            if self._joined and ex is not None:
                _raise(ex if isinstance(ex, tuple) else _current_or(ex))
            if self._stop_event.is_set():
                return
            if ex and self._reported is None:
                self._reported = _information(ex)
            self._stop_event.set()

    def clear_stop(self) -> None:
        """Makes everything as if nobody had asked to stop."""
        with self._lock:
            self._joined = False
            self._reported = None
            self._stop_event.clear()

    def should_stop(self) -> bool:
        """Whether somebody asked that all stop."""
        return self._stop_event.is_set()

    @contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """`with coord.stop_on_exception():` has all stop if an exception is raised inside."""
        try:
            yield
        except BaseException:
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Waits until somebody asks that all stop, or for `timeout` seconds; whether that was."""
        return self._stop_event.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """Has `join` wait for this thread, too."""
        with self._lock:
            self._registered_threads.add(thread)

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Waits until all threads have ended, those given and those registered.

        Args:
          threads: more of them.
          stop_grace_period_secs: how long they may go on, in seconds, once they should stop.
          ignore_live_threads: go on if some have not stopped by then.

        Raises:
          RuntimeError: some have not stopped by then.
          Exception: what a thread reported.
        """
        with self._lock:
            waited_for = [*self._registered_threads.union(threads or ())]
        while any(thread.is_alive() for thread in waited_for) and not self.wait_for_stop(1.0):
            pass
        end = time.monotonic() + stop_grace_period_secs
        for thread in waited_for:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))
        late = " ".join(thread.name for thread in waited_for if thread.is_alive())
        with self._lock:
            self._joined = True
            self._registered_threads = set()
            if self._reported is not None:
                _raise(self._reported)
        if late:
            message = f"Coordinator stopped with threads still running: {late}"
            if not ignore_live_threads:
                raise RuntimeError(message)
            logging.info(message)

    @property
    def joined(self) -> bool:
        """Whether `join` has returned."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raises the exception that a thread reported, if one did."""
        with self._lock:
            if self._reported is not None:
                _raise(self._reported)


def _current_or(error: BaseException) -> Sequence[Any]:
    """What is known of the exception that is being handled, else of this one."""
    current = sys.exc_info()
    return current if current[1] is not None else (type(error), error, error.__traceback__)


def _information(reported: BaseException | Sequence[Any]) -> ExceptionInfo:
    """What is known of a reported exception; of a ValueError if that is nothing of the kind."""
    if isinstance(reported, tuple):
        logging.info("Error reported to Coordinator: %s", reported[1], exc_info=reported)
        information: Any = reported
    else:
        logging.info("Error reported to Coordinator: %s, %s", type(reported), reported)
        information = sys.exc_info()
    if len(information) == 3 and information[0] and information[1]:
        return information
    try:
        raise ValueError(
            f"ex must be a tuple or sys.exc_info must return the current exception: {information}"
        )
    except ValueError:
        found: Any = sys.exc_info()
        return found


class LooperThread(threading.Thread):
    """A thread that does something again and again until its coordinator has it stop.

    Subclasses may have methods `start_loop`, `run_loop` and `stop_loop`.  What these raise is
    reported to the coordinator.

    Args:
      coord: a Coordinator.
      timer_interval_secs: one call of `run_loop` begins so many seconds after the one before; None:
        when that has ended.
      target, args, kwargs: what `run_loop` calls.

    Raises:
      ValueError: `coord` is no Coordinator, or there are arguments without `target`.
    """

    def __init__(
        self,
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any] | None = None,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__()
        self.daemon = True
        self._coord = coord
        self._timer_interval_secs = timer_interval_secs
        self._target = target
        if target:
            self._args = args or ()
            self._kwargs = kwargs or {}
        elif args or kwargs:
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        coord.register_thread(self)

    @staticmethod
    def loop(
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> LooperThread:
        """A thread that calls `target` again and again, and has begun."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._timer_interval_secs is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                next_time = time.time()
                while not self._coord.wait_for_stop(next_time - time.time()):
                    next_time += self._timer_interval_secs
                    self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called once, first."""

    def stop_loop(self) -> None:
        """Called once, at the end, unless something failed."""

    def run_loop(self) -> None:
        """Called again and again."""
        if self._target:
            self._target(*self._args, **self._kwargs)
