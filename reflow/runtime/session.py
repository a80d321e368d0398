"""Session: runs parts of a graph and holds its variables."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

import torch

from reflow.graph import default_session
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.runtime.devices import default_device
from reflow.runtime.feeds import Feed, resolve
from reflow.runtime.fetches import FetchStructure, fetch_key
from reflow.runtime.plan import Plan
from reflow.runtime.states import States

# A set of fetches and feeds that is run with more different shapes than this gets one plan
# for any shape instead of one for each.
_MAX_SHAPES = 8


class _Program:
    """The plans for one set of fetches and feeds, one for each combination of fed shapes."""

    def __init__(self, structure: FetchStructure, feeds: Sequence[Feed]) -> None:
        self.structure = structure
        self.feeds = feeds
        self.plans: dict[tuple[tuple[int, ...], ...], Plan] = {}
        self.general: Plan | None = None


class BaseSession:
    """What Session and InteractiveSession share."""

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        if graph is not None and not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        self._graph = get_default_graph() if graph is None else graph
        self._closed = False
        self._target = target
        self._config = config
        self._device = default_device(config)
        self._states = States()
        self._structures: dict[Any, FetchStructure] = {}
        self._feeds: dict[Tensor, Feed] = {}
        self._programs: dict[Any, _Program] = {}
        self._lock = threading.RLock()

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def graph_def(self) -> Any:
        return self._graph.as_graph_def()

    @property
    def sess_str(self) -> str:
        return self._target

    def close(self) -> None:
        """Frees what the session holds.  Running it afterwards is an error."""
        self._closed = True
        self._programs.clear()
        self._structures.clear()
        self._states.clear()

    def as_default(self) -> default_session.DefaultSession:
        return default_session.DefaultSession(self)

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """Runs what `fetches` needs and gives its values in the same structure.

        Args:
          fetches: tensors, operations or their names, in nested lists, tuples or dicts.
          feed_dict: tensors (or their names) -> the values to use for them.
          options: a RunOptions; with trace_level FULL_TRACE every op is timed.
          run_metadata: a RunMetadata that takes the trace.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: something that cannot be fetched or fed.
          tf.errors.OpError: an operation failed.
        """
        self._check_usable()
        if feed_dict:
            return self._run_fed(fetches, feed_dict)
        program = self._program(self._structure(fetches), ())
        plan = program.plans.get(()) or self._plan(program, ())
        return program.structure.build(plan.run(()))

    def _check_usable(self) -> None:
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if not self._graph._ordered:
            raise RuntimeError(
                "The Session graph is empty. Add operations to the graph before calling run()."
            )

    def _run_fed(self, fetches: Any, feed_dict: Any) -> Any:
        structure = self._structure(fetches)
        feeds = []
        values = []
        shapes = []
        for key, value in feed_dict.items():
            feed = self._feeds.get(key) if type(key) is Tensor else None
            if feed is not None:
                taken, shape = feed.take(value)
                feeds.append(feed)
                values.append(taken)
                shapes.append(shape)
                continue
            for tensor, part in resolve(self._graph, key, value):
                feed = self._feeds.get(tensor)
                if feed is None:
                    feed = self._feeds[tensor] = Feed(tensor, self._device)
                taken, shape = feed.take(part)
                feeds.append(feed)
                values.append(taken)
                shapes.append(shape)
        program = self._program(structure, tuple(feeds))
        plan = program.plans.get(tuple(shapes)) or self._plan(program, tuple(shapes))
        return structure.build(plan.run(values))

    def _structure(self, fetches: Any) -> FetchStructure:
        key = fetch_key(fetches)
        if key is None:
            return FetchStructure(self._graph, fetches)
        structure = self._structures.get(key)
        if structure is None:
            structure = self._structures[key] = FetchStructure(self._graph, fetches)
        return structure

    def _program(self, structure: FetchStructure, feeds: tuple[Feed, ...]) -> _Program:
        key = (structure, feeds, self._graph._rewired)
        program = self._programs.get(key)
        if program is None:
            with self._lock:
                program = self._programs.setdefault(key, _Program(structure, feeds))
        return program

    def _plan(self, program: _Program, shapes: tuple[tuple[int, ...], ...]) -> Plan:
        """A new plan for these shapes, or the one for any shapes once there are many."""
        with self._lock:
            if shapes in program.plans:
                return program.plans[shapes]
            if len(program.plans) >= _MAX_SHAPES:
                if program.general is None:
                    program.general = self._make_plan(program, [f.tensor.shape for f in program.feeds])
                return program.general
            plan = self._make_plan(program, [TensorShape.of(shape) for shape in shapes])
            program.plans[shapes] = plan
            return plan

    def _make_plan(self, program: _Program, shapes: Sequence[TensorShape]) -> Plan:
        structure = program.structure
        fed_shapes = {feed.tensor: shape for feed, shape in zip(program.feeds, shapes)}
        return Plan(structure.tensors, structure.operations, fed_shapes, self._states, self._device)

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """A function of the values of `feed_list` that runs `fetches`."""
        keys = [self._graph.as_graph_element(key, allow_operation=False) for key in feed_list or ()]

        def call(*values: Any, options: Any = None, run_metadata: Any = None) -> Any:
            if len(values) != len(keys):
                raise TypeError(f"make_callable: expected {len(keys)} values. Received: {len(values)}")
            return self.run(fetches, dict(zip(keys, values)), options, run_metadata)

        return call


class Session(BaseSession):
    """A session that `with` makes the default one, with its graph, and closes."""

    def __enter__(self) -> Session:
        self._graph_scope = self._graph.as_default()
        self._graph_scope.__enter__()
        default_session.push(self)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        default_session.remove(self)
        self._graph_scope.__exit__(exc_type, exc, traceback)
        self.close()


class InteractiveSession(BaseSession):
    """A session that is the default one from the moment it is made until it is closed."""

    def __init__(self, target: str = "", graph: Graph | None = None, config: Any = None) -> None:
        super().__init__(target, graph, config)
        self._graph_scope = None
        if graph is not None:
            self._graph_scope = graph.as_default()
            self._graph_scope.__enter__()
        default_session.push(self)

    def close(self) -> None:
        super().close()
        default_session.remove(self)
        if self._graph_scope is not None:
            self._graph_scope.__exit__(None, None, None)
            self._graph_scope = None


