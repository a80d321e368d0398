"""What goes around each run of a monitored session."""

from __future__ import annotations

from typing import Any, NamedTuple


class SessionRunHook:
    """Base class of what takes part in the runs of a monitored session."""

    def begin(self) -> None:
        """Before the session is made: the last time that the graph may change."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """After a session was made, for the first time or after a failure; the graph is final."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Before each run: what to fetch and feed beside what the program does."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """After each run that did not fail; `run_context.request_stop()` ends them."""

    def end(self, session: Any) -> None:
        """After the last run, unless that failed."""


class SessionRunArgs(
    NamedTuple("SessionRunArgs", [("fetches", Any), ("feed_dict", Any), ("options", Any)])
):
    """The arguments of a run: fetches, a feed_dict, and RunOptions."""

    def __new__(cls, fetches: Any, feed_dict: Any = None, options: Any = None) -> SessionRunArgs:
        return super().__new__(cls, fetches, feed_dict, options)


class SessionRunValues(NamedTuple):
    """What a run gave.

    Attributes:
      results: of the hook's own fetches, in their structure; None if it had none.
      options, run_metadata: the RunOptions and RunMetadata of the run.
    """

    results: Any
    options: Any
    run_metadata: Any


class SessionRunContext:
    """What hooks know of the run that they go around."""

    def __init__(self, original_args: SessionRunArgs, session: Any) -> None:
        self._original_args = original_args
        self._session = session
        self._stop_requested = False

    @property
    def original_args(self) -> SessionRunArgs:
        """The program's own arguments of `run`."""
        return self._original_args

    @property
    def session(self) -> Any:
        """The session, without hooks."""
        return self._session

    @property
    def stop_requested(self) -> bool:
        """Whether this run shall be the last."""
        return self._stop_requested

    def request_stop(self) -> None:
        """Makes this run the last."""
        self._stop_requested = True
