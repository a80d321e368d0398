"""Taps: what lets an observer read values off the runs of sessions.

A process has at most one observer (`reflow.runtime.session.observe`).  A session asks it, for
each set of fetches that is new, for a watcher of their runs; a run that nobody watches costs one
test of an attribute.  Before a watched run the watcher may ask for tensors besides the program's
own fetches.  What runs for them besides what would run anyhow only computes (`prune.harmless`), so
random streams, states and the program's own values are those of a run that nobody watches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from reflow.graph.graph import Graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import VariableSlot
from reflow.runtime.feeds import Feed, Shape

if TYPE_CHECKING:
    from reflow.runtime.session import BaseSession

# What was fed and its shapes: feed, shape, feed, shape, ...
FeedKey = Sequence[Feed | Shape]


class Tap:
    """What is read off one run.

    Attributes:
      tensors: those to read; taken away if the program has the run traced.
      traced: the run is to be timed operation by operation; then no tensors are read.
      values: after the run, what the tensors were: torch tensors that nobody else writes to, where
        they were computed (NumPy arrays of what is computed on the host); None for one that is no
        number, that only another run could compute, or that may be dead or different in each
        iteration, as it is inside a conditional or a loop.
      times: after a traced run, by the names of operations their seconds and bytes.
      planning: the CPU seconds that planning the tapped run took; about 0 if it was planned before.
    """

    __slots__ = ("planning", "tensors", "times", "traced", "values")

    def __init__(self, tensors: tuple[Tensor, ...] = (), traced: bool = False) -> None:
        self.tensors = tensors
        self.traced = traced
        self.values: tuple[Any, ...] = ()
        self.times: dict[str, tuple[float, int]] = {}
        self.planning = 0.0


class Count:
    """Counts the runs of which a watcher is not told: between quick kernels each call of Python
    costs a microsecond, so the session only leaves here what it knows.

    Attributes:
      step: the number of the last run.
      wake: the next one that the watcher is told of.
      fed: what the last run was fed: feeds and shapes, and their values; None before the first.
      fetched: who watched it, and what it gave; None before the first.
      advance: counts a run, and gives its number.
    """

    __slots__ = ("advance", "fed", "fetched", "step", "wake")

    def __init__(self) -> None:
        self.step = 0
        self.wake: float = 0
        self.fed: tuple[FeedKey, Sequence[Any]] | None = None
        self.fetched: tuple[Watcher, Sequence[Any]] | None = None
        self.advance: Callable[[], int] = itertools.count(1).__next__


def nothing_bad(_: int) -> float:
    """A `Watcher.item` that never gives an alarm."""
    return 0.0


class Watcher(Protocol):
    """Is told of the runs of one set of fetches in one session, by any thread.

    Attributes:
      count: of the runs that it is not told of.
      item: gives, as `item(0)`, a number that tells after a run that is only counted whether all
        is well: then it is finite.
    """

    count: Count
    item: Callable[[int], float]

    def alarm(self, fetched: Sequence[Any]) -> None:
        """After a run that was only counted, the item is NaN or infinite.

        Args:
          fetched: as for `after`.
        """

    def before(self, key: FeedKey) -> Tap | None:
        """A run is to begin: what to read off it; None for nothing.

        Args:
          key: the feeds and their shapes.
        """

    def after(
        self,
        tap: Tap | None,
        key: FeedKey,
        fed: Sequence[Any],
        fetched: Sequence[Any],
        seconds: float,
    ) -> None:
        """A run has ended well.

        Args:
          tap: what `before` gave, with its values.
          key: the feeds and their shapes.
          fed: the runtime values of what was fed; they may share memory with the program's arrays.
          fetched: the arrays that the program gets, one for each fetched tensor (and more).
          seconds: how long the run took, without planning.
        """


class Observer(Protocol):
    """Decides which runs are watched."""

    def watch(
        self, session: BaseSession, tensors: Sequence[Tensor], operations: Sequence[Operation]
    ) -> Watcher | None:
        """A watcher for the runs that fetch these; None if there is nothing to see."""

    def session_ends(self, graph: Graph) -> None:
        """A session of this graph is closed."""

    def end(self) -> None:
        """No run is watched any more."""


class _Current:
    """The process's observer.

    Attributes:
      observer: None: nobody watches.
    """

    observer: Observer | None = None


current = _Current()


def fed_values(key: FeedKey, fed: Sequence[Any]) -> dict[Tensor, Any]:
    """What was fed, by tensor."""
    return {feed.tensor: value for feed, value in zip(key[::2], fed) if isinstance(feed, Feed)}


def slot_of(session: BaseSession, variable: Operation) -> VariableSlot | None:
    """Where a session keeps a variable, given the op that owns it; None if it owns none."""
    state = session._states.of(variable)
    return state if isinstance(state, VariableSlot) else None
