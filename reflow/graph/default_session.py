"""The stack of default sessions, one for each thread."""

from __future__ import annotations

import threading
from typing import Any, Final, Literal

from reflow.graph.graph import Graph


class _Stack(threading.local):
    def __init__(self) -> None:
        self.sessions: list[Any] = []


_stack = _Stack()


def get_default_session() -> Any:
    """The innermost session entered with `with` or `as_default()` in this thread, or None."""
    return _stack.sessions[-1] if _stack.sessions else None


def push(session: Any) -> None:
    _stack.sessions.append(session)


def leave_all() -> None:
    """Forgets which sessions are entered in this thread, as a test does after one that failed."""
    _stack.sessions.clear()


def remove(session: Any) -> None:
    """Takes `session` off wherever it stands: sessions may be closed out of order."""
    for position in reversed(range(len(_stack.sessions))):
        if _stack.sessions[position] is session:
            del _stack.sessions[position]
            return


class DefaultSession:
    """`with session.as_default():`; such scopes are left in the order of entering.

    Raises:
      AssertionError: another session is the default one when the scope is left.
    """

    def __init__(self, session: Any) -> None:
        self._session = session

    def __enter__(self) -> Any:
        push(self._session)
        return self._session

    def __exit__(self, *exc_info: object) -> None:
        if _stack.sessions and _stack.sessions[-1] is not self._session:
            raise AssertionError(
                f"Nesting violated for default stack of {type(self._session)} objects"
            )
        remove(self._session)


# What `eval` and `run` do, for messages.
_ACTS: Final = {"eval": "evaluate tensor", "run": "execute operation"}


def session_for(graph: Graph, session: Any, method: Literal["eval", "run"]) -> Any:
    """The session that `Tensor.eval` and `Operation.run` use; ValueError when there is none."""
    act = _ACTS[method]
    if session is None:
        session = get_default_session()
        if session is None:
            raise ValueError(
                f"Cannot {act} using `{method}()`: No default session is registered. Use `with "
                f"sess.as_default()` or pass an explicit session to `{method}(session=sess)`"
            )
        if session.graph is not graph:
            raise ValueError(
                f"Cannot use the default session to {act}: the {act.split()[1]}'s graph is "
                "different from the session's graph. Pass an explicit session to "
                f"`{method}(session=sess)`."
            )
    elif session.graph is not graph:
        raise ValueError(
            f"Cannot use the given session to {act}: the {act.split()[1]}'s graph is different "
            "from the session's graph."
        )
    return session
