"""Operations that wait until another run of the session lets them go on.

Each is an attempt that stands in a line of the thing that it wants something of.  Whenever that
thing changes, the attempts go on as far as they can: the first in line first, so that whoever came
first is served first.  Nothing holds a lock while it waits.
"""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from reflow.graph import errors
from reflow.ops.cancellation import cancelled_by


class Attempt:
    """What one operation wants.

    Args:
      owner: what it wants something of.
      advance: does what can be done now, and says whether that is anything.  It calls `finish`
        when the operation has what it wants, and raises what the operation is to fail with.
      cancelled: the message of the CancelledError with which the operation fails if it is
        cancelled while it waits.
    """

    __slots__ = ("_cancelled", "_event", "_finished", "_owner", "advance", "error", "value")

    def __init__(
        self, owner: Shared, advance: Callable[[Attempt], bool], cancelled: str = ""
    ) -> None:
        self._owner = owner
        self._cancelled = cancelled
        self._event: threading.Event | None = None
        self._finished = False
        self.advance = advance
        self.error: BaseException | None = None
        self.value: Callable[[], Any] | None = None

    @property
    def is_finished(self) -> bool:
        return self._finished

    def finish(self, value: Callable[[], Any] | None = None) -> None:
        """The operation has what it wants; `value` makes its outputs, without the owner's lock."""
        self.value = value
        self._finished = True
        if self._event is not None:
            self._event.set()

    def fail(self, error: BaseException) -> None:
        self.error = error
        self.finish()

    def cancel(self) -> None:
        """Ends the attempt with CancelledError, unless it is finished."""
        self._owner.cancel(self)

    def cancelled_error(self) -> errors.CancelledError:
        return errors.CancelledError(None, None, self._cancelled)

    def result(self) -> Any:
        """What the operation gives, waited for.  Raises what it fails with."""
        if not self._finished:
            self._wait()
        if self.error is not None:
            raise self.error
        return None if self.value is None else self.value()

    def _wait(self) -> None:
        with self._owner.lock:
            if self._finished:
                return
            self._event = threading.Event()
        try:
            with cancelled_by(self.cancel):
                self._event.wait()
        except BaseException:
            self.cancel()
            raise


class Line:
    """Attempts that wait, in the order of their arrival.

    Args:
      in_order: one goes on only after those before it are finished.
    """

    def __init__(self, in_order: bool = True) -> None:
        self._attempts: deque[Attempt] = deque()
        self._in_order = in_order

    def __len__(self) -> int:
        return len(self._attempts)

    def join(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)

    def cancel(self) -> None:
        """Fails all that wait."""
        while self._attempts:
            attempt = self._attempts.popleft()
            attempt.fail(attempt.cancelled_error())

    def leave(self, attempt: Attempt) -> None:
        if attempt in self._attempts:
            self._attempts.remove(attempt)

    def advance(self) -> bool:
        """Lets the attempts go on as far as they can; says whether any could."""
        changed = False
        for attempt in list(self._attempts):
            try:
                changed |= attempt.advance(attempt)
            except Exception as error:  # Its own run raises it, not the one that advances all.
                attempt.fail(error)
            if attempt.is_finished:
                self._attempts.remove(attempt)
                changed = True
            elif self._in_order:
                break
        return changed


class Shared:
    """Something that the runs of a session share.

    Attributes:
      lock: held while it, or an attempt in one of its lines, changes.
    """

    def __init__(self, *lines: Line) -> None:
        self.lock = threading.RLock()
        self._lines = lines

    def attempt(
        self, line: Line, advance: Callable[[Attempt], bool], cancelled: str = ""
    ) -> Attempt:
        """Puts an attempt in line, and lets all go on as far as they can."""
        attempt = Attempt(self, advance, cancelled)
        with self.lock:
            line.join(attempt)
            self.advance()
        return attempt

    def advance(self) -> None:
        """Lets all attempts go on, for as long as what one does lets another go on."""
        while sum(line.advance() for line in self._lines):
            pass

    def cancel(self, attempt: Attempt) -> None:
        with self.lock:
            if not attempt.is_finished:
                attempt.fail(attempt.cancelled_error())
                for line in self._lines:
                    line.leave(attempt)
                self.advance()

    def close(self) -> None:
        """Ends all attempts: the session is closed."""
        with self.lock:
            for line in self._lines:
                line.cancel()


def awaited(begin: Callable[..., Attempt]) -> Callable[..., Any]:
    """A kernel that waits for the attempt which `begin` makes.

    The runtime can also begin several attempts of one run before it waits for the first: TensorFlow
    runs independent operations side by side, so that one may need what another does.
    """

    def kernel(*inputs: Any, **keywords: Any) -> Any:
        return begin(*inputs, **keywords).result()

    kernel.__signature__ = inspect.signature(begin)  # type: ignore[attr-defined]
    kernel.begin = begin  # type: ignore[attr-defined]
    return kernel
