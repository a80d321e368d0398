"""Session: runs parts of a graph and holds its variables."""

from __future__ import annotations

import threading
import warnings
import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import nullcontext
from time import perf_counter, thread_time
from types import TracebackType
from typing import Any

from reflow.graph import default_session, errors
from reflow.graph.graph import DefaultGraph, Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.runtime import taps
from reflow.runtime.config import (
    apply_threads,
    check_config,
    check_run_options,
    check_target,
    placement_for,
    wants_trace,
)
from reflow.runtime.deadline import Deadline
from reflow.runtime.denormals import without_denormals
from reflow.runtime.devices import Device
from reflow.runtime.feeds import Feed, Shape, resolve, resolve_keys
from reflow.runtime.fetches import Builder, FetchStructure, fetch_key
from reflow.runtime.memory import keep_freed_memory
from reflow.runtime.partial_run import PartialRuns
from reflow.runtime.plan import InferenceMode, Plan
from reflow.runtime.plans import Key, Planner, Plans
from reflow.runtime.states import States
from reflow.runtime.taps import Observer, Watcher
from reflow.runtime.tensor_handles import TensorHandle

_NOTHING_FED: tuple[tuple[()], tuple[()]] = ((), ())


_sessions: weakref.WeakSet[BaseSession] = weakref.WeakSet()


def observe(observer: Observer | None) -> None:
    """From now on the runs of all sessions are watched by `observer`; None: by nobody."""
    before, taps.current.observer = taps.current.observer, observer
    for session in list(_sessions):
        with session._lock:
            for plans in session._plans.values():
                session._watch(plans)
    if before is not None:
        before.end()


class BaseSession:
    """What Session and InteractiveSession share.

    Args:
      target: "" or None: computation is in this process.
      graph: what is run; default: the default graph.
      config: a tf.ConfigProto.  Of its fields these mean something here: device_count,
        allow_soft_placement, log_device_placement, operation_timeout_in_ms, and
        intra_op_parallelism_threads, which holds for the whole process.

    Raises:
      TypeError: an argument has the wrong type.
      NotFoundError: the target is not this process.
    """

    def __init__(
        self, target: str | bytes | None = "", graph: Graph | None = None, config: Any = None
    ) -> None:
        if graph is not None and not isinstance(graph, Graph):
            raise TypeError(f"graph must be a tf.Graph, but got {type(graph)}")
        check_target(target)
        if config is not None:
            check_config(config)
        self._graph = get_default_graph() if graph is None else graph
        self._target = target.encode() if isinstance(target, str) else target
        self._config = config
        apply_threads(config)
        keep_freed_memory()
        self._placement = placement_for(config)
        self._device = self._placement.torch_device
        # A run that takes longer, in milliseconds, fails; 0: none does.
        self._timeout: int = 0 if config is None else config.operation_timeout_in_ms
        self._closed = False
        self._was_reset = False
        self._states = States()
        places_pruned = config is not None and config.graph_options.place_pruned_graph
        self._planner = Planner(
            self._graph, self._states, self._device, self._placement, places_pruned
        )
        self._fetches: dict[Hashable, tuple[Builder, Plans]] = {}
        self._plans: dict[tuple[Tensor | Operation, ...], Plans] = {}
        self._feeds: dict[Any, Feed] = {}
        self._partial_runs = PartialRuns(self._graph, self._states, self._device)
        self._rewired = self._graph._rewired
        self._lock = self._planner.lock
        _sessions.add(self)

    @property
    def graph(self) -> Graph:
        """The graph that this session runs."""
        return self._graph

    @property
    def graph_def(self) -> Any:
        """The graph as a GraphDef message."""
        add_shapes = self._config is not None and self._config.graph_options.infer_shapes
        return self._graph.as_graph_def(add_shapes=add_shapes)

    @property
    def sess_str(self) -> bytes | None:
        """The target that the session was made with."""
        return self._target

    def list_devices(self) -> list[Device]:
        """The devices that operations may be placed on."""
        return list(self._placement.devices)

    def close(self) -> None:
        """Frees what the session holds.  Running it afterwards is an error."""
        observer = taps.current.observer
        if observer is not None and not self._closed:
            observer.session_ends(self._graph)
        self._closed = True
        self._free()

    def _free(self) -> None:
        self._fetches.clear()
        self._plans.clear()
        self._feeds.clear()
        self._partial_runs.clear()
        self._states.clear()

    def as_default(self) -> default_session.DefaultSession:
        """`with session.as_default():` without closing the session at the end."""
        return default_session.DefaultSession(self)

    # -- Runs -------------------------------------------------------------------------------

    def run(
        self,
        fetches: Any,
        feed_dict: Mapping[Any, Any] | None = None,
        options: Any = None,
        run_metadata: Any = None,
    ) -> Any:
        """Runs what `fetches` needs and gives its values in the same structure.

        Args:
          fetches: tensors, operations or their names, in nested lists, tuples or dicts.
          feed_dict: tensors (or their names) -> the values to use for them.
          options: a tf.RunOptions; with trace_level=FULL_TRACE every operation is timed; a run
            that takes longer than its timeout_in_ms ends with DeadlineExceededError.
          run_metadata: a tf.RunMetadata that takes the trace.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: something that cannot be fetched or fed.
          tf.errors.OpError: an operation failed.
        """
        build, plans = self._fetched(fetches)
        # Feeds are taken inside inference mode too: torch keeps less account of them there.
        with without_denormals, InferenceMode(True):
            key, values = self._take(feed_dict) if feed_dict else _NOTHING_FED
            is_plain = options is None and run_metadata is None and not self._timeout
            watcher = plans.watcher
            if watcher is not None and (
                watcher.count.step + 1 >= watcher.count.wake or not is_plain
            ):
                run = self._watched(watcher, plans, key, values, options, run_metadata)
                return build(run)
            if not is_plain:
                return build(self._run_with_options(plans, key, values, options, run_metadata))
            plan = plans.exact.get(key)
            if plan is None:
                key, values = _without_repeats(key, values)
                plan = plans.plan(key)
            run = plan.execute(values)
            if watcher is not None:
                count = watcher.count
                count.step, count.fed = count.advance(), (key, values)
                count.fetched = watcher, run
                value = watcher.item(0)
                if value - value != 0.0:
                    watcher.alarm(run)
            return build(run)

    def _check_usable(self) -> None:
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        if self._was_reset:
            raise errors.CancelledError(None, None, "Session has been closed.")
        if not self._graph._ordered:
            raise RuntimeError(
                "The Session graph is empty.  Add operations to the graph before calling run()."
            )

    def _take(self, feed_dict: Mapping[Any, Any]) -> tuple[tuple[Feed | Shape, ...], Sequence[Any]]:
        """What is fed, with the shapes, and the runtime values."""
        if type(feed_dict) is not dict and not isinstance(feed_dict, Mapping):
            raise TypeError(
                f"The feed_dict argument must be a dictionary. Received: {type(feed_dict)}"
            )
        known = self._feeds
        key: list[Feed | Shape] = []
        values: list[Any] = []
        for fed, value in feed_dict.items():
            feed = known.get(fed)
            if feed is not None:
                taken, shape = feed.take(value)
                key.append(feed)
                key.append(shape)
                values.append(taken)
                continue
            for tensor, part in resolve(self._graph, fed, value):
                feed = self._feed(tensor)
                taken, shape = feed.take(part)
                key += (feed, shape)
                values.append(taken)
        return tuple(key), values

    def _feed(self, tensor: Tensor) -> Feed:
        feed = self._feeds.get(tensor)
        if feed is None:
            feed = self._feeds.setdefault(tensor, Feed(tensor, self._device))
        return feed

    def _fetched(self, fetches: Any) -> tuple[Builder, Plans]:
        """How the result of `fetches` is built, and the plans that compute its parts.

        What is found again needs no checks: a closed session has forgotten everything.
        """
        key = fetch_key(fetches)
        if key is not None and self._graph._rewired == self._rewired:
            known = self._fetches.get(key)
            if known is not None:
                return known
        return self._newly_fetched(fetches, key)

    def _structure(self, fetches: Any) -> FetchStructure:
        return FetchStructure(self._graph, fetches, self._tensor_handle)

    def _tensor_handle(self, op: Operation, handle: bytes) -> TensorHandle:
        """What a run gives for a GetSessionHandle."""
        dtype = op.inputs[0].dtype.base_dtype
        return TensorHandle(handle, dtype, self, self._states.of(op))

    def _newly_fetched(self, fetches: Any, key: Hashable | None) -> tuple[Builder, Plans]:
        self._check_usable()
        with self._lock:
            if self._graph._rewired != self._rewired:
                self._rewired = self._graph._rewired
                self._fetches.clear()
                self._plans.clear()
            structure = self._structure(fetches)
            elements: tuple[Tensor | Operation, ...] = (
                *structure.tensors,
                *structure.operations,
            )
            plans = self._plans.get(elements)
            if plans is None:
                plans = self._plans[elements] = Plans(structure, self._planner)
                self._watch(plans)
            found = structure.build, plans
            if key is not None:
                self._fetches[key] = found
            return found

    def _run_with_options(
        self,
        plans: Plans,
        key: Key,
        values: Sequence[Any],
        options: Any,
        run_metadata: Any,
        plan: Plan | None = None,
    ) -> tuple[Any, ...]:
        """A run that fills `run_metadata` with what `options` ask for, or has a time limit.

        Args:
          plan: what to run unless it is to be traced; None: the plan for these shapes.
        """
        check_run_options(options, run_metadata)
        key, values = _without_repeats(key, values)
        tracer = None
        if run_metadata is None or not wants_trace(options):
            plan = plans.plan(key) if plan is None else plan
        else:
            plan, tracer = plans.traced(key)
            tracer.begin()
        timeout = getattr(options, "timeout_in_ms", 0) or self._timeout
        with Deadline(timeout) if timeout else nullcontext():
            result = plan.execute(values)
        if run_metadata is not None:
            run_metadata.Clear()
            if tracer is not None:
                device = self._placement.default.name
                run_metadata.step_stats.CopyFrom(tracer.step_stats(device))
            if options is not None and options.output_partition_graphs:
                nodes = [op.node_def for op in plan.operations]
                run_metadata.partition_graphs.add().node.extend(nodes)
        return result

    # -- Watched runs -----------------------------------------------------------------------

    def _watch(self, plans: Plans) -> None:
        """Asks the process's observer, if there is one, who watches the runs of these plans."""
        observer = taps.current.observer
        plans.watcher = (
            None if observer is None else observer.watch(self, plans.tensors, plans.operations)
        )

    def _watched(
        self,
        watcher: Watcher,
        plans: Plans,
        key: Key,
        values: Sequence[Any],
        options: Any,
        run_metadata: Any,
    ) -> tuple[Any, ...]:
        """The fetches' values, and perhaps more, of a run that `watcher` is told of."""
        plan = plans.exact.get(key)
        if plan is None:
            key, values = _without_repeats(key, values)
            plan = plans.plan(key)
        tap = watcher.before(key)
        tracer = None
        if tap is not None:
            start = thread_time()
            if run_metadata is not None and wants_trace(options):
                tap.tensors = ()  # the program traces what it runs itself
            elif tap.traced:
                plan, tracer = plans.traced(key)
                tracer.begin()
            elif tap.tensors:
                plan = plans.tapped(plan, key, tap.tensors)
            tap.planning = thread_time() - start
        start = perf_counter()
        if options is not None or run_metadata is not None or self._timeout:
            result = self._run_with_options(plans, key, values, options, run_metadata, plan)
        else:
            result = plan.execute(values)
        seconds = perf_counter() - start
        if tap is not None:
            tap.values = result[len(plans.tensors) :]
            if tracer is not None:
                tap.times = tracer.times()
        watcher.after(tap, key, values, result, seconds)
        return result

    def make_callable(
        self, fetches: Any, feed_list: Sequence[Any] | None = None, accept_options: bool = False
    ) -> Callable[..., Any]:
        """A function that runs `fetches`; its arguments are the values of `feed_list`.

        Args:
          fetches: as for `run`.
          feed_list: keys of a feed_dict.
          accept_options: the function takes `options` and `run_metadata` too.

        Raises:
          TypeError, ValueError: something that cannot be fetched or fed.
        """
        if feed_list is not None and not isinstance(feed_list, (list, tuple)):
            raise TypeError("`feed_list` must be a list or tuple.")
        self._check_usable()
        keys = list(feed_list or ())
        for key in keys:
            resolve_keys(self._graph, key)
        self._fetched(fetches)

        def call(*values: Any, options: Any = None, run_metadata: Any = None) -> Any:
            if len(values) != len(keys):
                raise TypeError(
                    f"The callable takes {len(keys)} values, those of its feed_list. "
                    f"Received: {len(values)}"
                )
            return self.run(fetches, dict(zip(keys, values)), options, run_metadata)

        if accept_options or keys:
            return call
        return lambda: self.run(fetches)

    # -- Partial runs -----------------------------------------------------------------------

    def partial_run_setup(self, fetches: Any, feeds: Any = None) -> str:
        """Prepares a run that is done in parts, each with some of the feeds and fetches.

        Args:
          fetches: all that the parts will fetch.
          feeds: the keys of all that the parts will feed.

        Returns:
          A handle for `partial_run`.

        Raises:
          RuntimeError: the session is closed, or its graph is empty.
          TypeError, ValueError: something that cannot be fetched or fed.
          tf.errors.InvalidArgumentError: there is nothing to fetch.
        """
        self._check_usable()
        self._placement.place(self._graph)
        keys = () if feeds is None else feeds if isinstance(feeds, (list, tuple)) else (feeds,)
        tensors = [tensor for key in keys for tensor in resolve_keys(self._graph, key)]
        return self._partial_runs.set_up(self._structure(fetches), tensors)

    def partial_run(
        self, handle: str, fetches: Any, feed_dict: Mapping[Any, Any] | None = None
    ) -> Any:
        """Continues a run with more feeds and fetches; what earlier parts computed stays.

        Args:
          handle: what `partial_run_setup` gave.
          fetches, feed_dict: as for `run`, within what was set up.

        Raises:
          tf.errors.InvalidArgumentError: the handle is not (or no longer) valid; something is
            fed or fetched twice, or was not set up; a fetch needs what was not fed yet.
        """
        self._check_usable()
        key, values = self._take(feed_dict) if feed_dict else _NOTHING_FED
        fed = {}
        for feed, shape, value in zip(key[::2], key[1::2], values):
            assert isinstance(feed, Feed) and isinstance(shape, tuple)
            feed.check_shape(shape)
            fed[feed.tensor] = value
        with without_denormals:
            return self._partial_runs.run(handle, self._structure(fetches), fed)


def _without_repeats(
    key: Sequence[Feed | Shape], values: Sequence[Any]
) -> tuple[tuple[Feed | Shape, ...], Sequence[Any]]:
    """For a tensor that is fed under several keys the last value counts."""
    last = {feed: (shape, value) for feed, shape, value in zip(key[::2], key[1::2], values)}
    kept = [part for feed, (shape, _) in last.items() for part in (feed, shape)]
    return tuple(kept), [value for _, value in last.values()]


class Session(BaseSession):
    """A session that `with` makes the default one, with its graph, and closes at the end.

    Arguments and errors are those of `BaseSession`.
    """

    _graph_scope: DefaultGraph | None = None

    @staticmethod
    def reset(
        target: str | None, containers: Sequence[str] | None = None, config: Any = None
    ) -> None:
        """Frees what all sessions of this process hold: running one is a CancelledError.

        As in TensorFlow it is of no account which containers are named, nor the config.

        Raises:
          NotFoundError: the target is not this process.
        """
        check_target(target)
        for session in list(_sessions):
            session._was_reset = True
            session._free()

    def __enter__(self) -> Session:
        if self._graph_scope is not None:
            raise RuntimeError(
                "Session context managers are not re-entrant. Use `Session.as_default()` if you "
                "want to enter a session multiple times."
            )
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
        if self._graph_scope is not None:
            self._graph_scope.__exit__(exc_type, exc, traceback)
            self._graph_scope = None
        self.close()


class InteractiveSession(BaseSession):
    """A session that is the default one from the moment it is made until it is closed.

    Arguments and errors are those of `BaseSession`.
    """

    _active_session_count = 0
    _lock_of_count = threading.Lock()

    def __init__(
        self, target: str | bytes | None = "", graph: Graph | None = None, config: Any = None
    ) -> None:
        super().__init__(target, graph, config)
        self._places_pruned_graph = True
        with InteractiveSession._lock_of_count:
            if InteractiveSession._active_session_count:
                warnings.warn(
                    "An interactive session is already active. This can cause out-of-memory "
                    "errors in some cases. You must explicitly call `InteractiveSession.close()` "
                    "to release resources held by the other session(s).",
                    stacklevel=2,
                )
            InteractiveSession._active_session_count += 1
        default_session.push(self)
        self._graph_scope = None if graph is None else graph.as_default()
        if self._graph_scope is not None:
            self._graph_scope.__enter__()

    def close(self) -> None:
        """Frees what the session holds; it is the default session no longer."""
        already_closed = self._closed
        super().close()
        if already_closed:
            return
        with InteractiveSession._lock_of_count:
            InteractiveSession._active_session_count -= 1
        if self._graph_scope is not None:
            self._graph_scope.__exit__(None, None, None)
        default_session.remove(self)
