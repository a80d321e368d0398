"""Whether a thread builds graphs or executes eagerly, and what surrounds operations that do run.

Calling an op adds a node to the default graph; while a thread executes eagerly, it computes at
once.  What computes is supplied by the room of the runtime.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reflow.graph.tape import Tape

# (op definition, positional arguments, keyword arguments, name) -> what the op gives.
Execute = Callable[..., Any]


class Engine:
    """What computes operations that run at once.

    Attributes:
      execute: runs an op.
      constant: what tf.constant does.
      constant_of_array: (array, dtype) -> an eager tensor of a copy of the array.
      to_array: a value as the engine holds it -> NumPy array, possibly of the same memory.
      device_name: (device scope) -> the full name of the device that computes there.
      forget_calls: forgets what ops keep from one call to the next.
    """

    execute: Execute
    constant: Callable[..., Any]
    constant_of_array: Callable[..., Any]
    to_array: Callable[[Any], Any]
    device_name: Callable[[str], str]
    forget_calls: Callable[[], None]


engine = Engine()


class _Thread(threading.local):
    """What holds for one thread; the class attributes for each thread that starts.

    Attributes:
      execute: what calling an op does while executing eagerly; None while building graphs.
      tapes: the gradient tapes that record, the outermost first.
      callbacks: functions that are told of each operation that has run.
      scope: the name scope of eager operations, "" or ending in "/".
      device: the device asked for by the scopes around eager operations.
    """

    execute: Execute | None = None
    tapes: tuple[Tape, ...] = ()
    callbacks: tuple[Callable[..., Any], ...] = ()
    scope: str = ""
    device: str = ""


current = _Thread()


def executing_eagerly() -> bool:
    """Whether calling an op computes at once in this thread."""
    return current.execute is not None


def execute_eagerly_by_default() -> None:
    """Has this thread, and all that start from now on, execute eagerly."""
    _Thread.execute = staticmethod(engine.execute)
    current.execute = engine.execute


def record(op: Any) -> None:
    """Tells all tapes of this thread of an operation."""
    for tape in current.tapes:
        tape.record(op)


def variable_accessed(variable: Any) -> None:
    """Tells all tapes of this thread that a trainable resource variable is read."""
    for tape in current.tapes:
        if tape.watches_variables:
            tape.watch_variable(variable)


def build_graphs_by_default() -> None:
    """Takes back `execute_eagerly_by_default`."""
    _Thread.execute = None
    current.execute = None


class _Mode:
    """`with eager_mode():`; may be entered again inside."""

    __slots__ = ("_eager", "_saved")

    def __init__(self, eager: bool) -> None:
        self._eager = eager
        self._saved: list[Execute | None] = []

    def __enter__(self) -> None:
        self._saved.append(current.execute)
        current.execute = engine.execute if self._eager else None

    def __exit__(self, *exc_info: object) -> None:
        current.execute = self._saved.pop()


def eager_mode() -> _Mode:
    """Operations made inside compute at once."""
    return _Mode(True)


def graph_mode() -> _Mode:
    """Operations made inside are added to the default graph."""
    return _Mode(False)


class EagerNameScope:
    """A name scope of eager operations: it prefixes the names of variables, made unique or not."""

    __slots__ = ("_name", "_saved")

    def __init__(self, name: str | None) -> None:
        self._name = name

    def __enter__(self) -> str:
        self._saved = current.scope
        name = self._name
        if not name:
            current.scope = ""
        elif name.endswith("/"):
            current.scope = name
        else:
            current.scope = f"{self._saved}{name}/"
        return current.scope

    def __exit__(self, *exc_info: object) -> None:
        current.scope = self._saved


class EagerDevice:
    """Places eager operations; what inner scopes say counts.

    Args:
      merged: a function that adds the scope's device to that of the scopes around.

    Raises:
      RuntimeError: when entered, where there is no such device.
    """

    __slots__ = ("_merged", "_saved")

    def __init__(self, merged: Callable[[str], str]) -> None:
        self._merged = merged
        self._saved = ""

    def __enter__(self) -> None:
        self._saved = current.device
        device = self._merged(self._saved)
        engine.device_name(device)
        current.device = device

    def __exit__(self, *exc_info: object) -> None:
        current.device = self._saved


class NoScope:
    """A scope that means nothing to operations that run at once, in the order of the program."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exc_info: object) -> None:
        return None


NO_SCOPE = NoScope()
