"""Locks that runs of a session share: what critical sections are made of."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data_flow.resources import (
    Array,
    Place,
    found,
    give_resource,
    invalid,
    shared_key,
)
from reflow.ops.data_flow.waiting import Attempt, Line, Shared, awaited
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import handle


class Mutex(Shared):
    """A lock that one operation has at a time; the others stand in line."""

    def __init__(self) -> None:
        self._waiting = Line()
        super().__init__(self._waiting)
        self._is_locked = False

    def check(self, op: Operation) -> None:
        """All nodes of one shared name want the same."""

    def acquire(self) -> Attempt:
        """Waits for the lock; the attempt gives a `Held`."""

        def take(attempt: Attempt) -> bool:
            if self._is_locked:
                return False
            self._is_locked = True
            attempt.finish(Held(self).handle)
            return True

        return self.attempt(self._waiting, take, "Lock acquisition cancelled.")

    def cancel(self, attempt: Attempt) -> None:
        """Also gives back what an attempt has got in a run that failed before it took it."""
        super().cancel(attempt)
        if attempt.value is not None:
            held: Held = attempt.value.__self__  # type: ignore[attr-defined]
            held.release()

    def release(self) -> None:
        with self.lock:
            self._is_locked = False
            self.advance()


class Held:
    """The lock, as long as this object lives or until it is released."""

    def __init__(self, mutex: Mutex) -> None:
        self._mutex: Mutex | None = mutex

    def handle(self) -> Array:
        """This object as a value in a run."""
        return handle(self)

    def release(self) -> None:
        mutex, self._mutex = self._mutex, None
        if mutex is not None:
            mutex.release()

    # A run that fails ends before the operation that gives the lock back.
    __del__ = release


@op
class MutexV2:
    """The handle of a lock; nodes of one shared name have one."""

    outputs = "resource: resource"
    attrs = ("container: string = ''", "shared_name: string = ''")
    stateful = True
    gradient = None
    shape = shapes.scalar
    state = Place
    state_key = shared_key("mutex")
    kernel = give_resource

    def make(op: Operation) -> Mutex:
        return Mutex()


@op
class MutexLock:
    """Waits for the lock.  The output has it until the run is done with it."""

    inputs = "mutex: resource"
    outputs = "mutex_lock: variant"
    stateful = True
    gradient = None

    def shape(mutex: TensorShape) -> TensorShape:
        return shapes.SCALAR

    @awaited
    def kernel(mutex: Host) -> Attempt:
        return found(mutex, Mutex, "a mutex").acquire()


@op
class ConsumeMutexLock:
    """Gives the lock back."""

    inputs = "mutex_lock: variant"
    stateful = True
    gradient = None

    def shape(mutex_lock: TensorShape) -> tuple[()]:
        return ()

    def kernel(mutex_lock: Host) -> None:
        held: Any = mutex_lock.ravel()[0]
        if not isinstance(held, Held):
            raise invalid(f"Expected the lock of a mutex. Received: {type(held).__name__}")
        held.release()
