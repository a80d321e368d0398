"""Supervisor: a session with threads that save and summarize beside training."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf import logging, summary
from reflow.tf.io._graphs import write_graph
from reflow.tf.train._meta_graph import create_meta_graph_def
from reflow.tf.train.coordinator import Coordinator, LooperThread
from reflow.tf.train.global_step import global_step as value_of_global_step
from reflow.tf.train.saver import Saver
from reflow.tf.train.session_manager import SessionManager
from reflow.tf.train.supervisor_services import (
    SVStepCounterThread,
    SVSummaryThread,
    SVTimerCheckpointThread,
)

# What is not given is made, or taken from the collection for it.
USE_DEFAULT = 0


class Supervisor:
    """Prepares a session, and runs services beside what the program does with it.

    Args:
      ready_op, ready_for_local_init_op, init_op, local_init_op, summary_op, saver, global_step: by
        default made, or taken from the graph's collections; None for none.
      is_chief: whether this process initializes and saves, or waits for the one that does.
      logdir: where checkpoints and summaries go.
      save_summaries_secs, save_model_secs: how often in seconds; 0 for never.
      recovery_wait_secs: between two looks at whether the session is ready.
      stop_grace_secs: how long threads may take to stop.
      checkpoint_basename: the names of checkpoints begin with it.
      init_fn: called with the session after `init_op`.

    Raises:
      RuntimeError: while executing eagerly.
      ValueError: this is not the chief, and a variable has no device.
    """

    USE_DEFAULT = USE_DEFAULT

    def __init__(
        self,
        graph: Graph | None = None,
        ready_op: Any = USE_DEFAULT,
        ready_for_local_init_op: Any = USE_DEFAULT,
        is_chief: bool = True,
        init_op: Any = USE_DEFAULT,
        init_feed_dict: Mapping[Any, Any] | None = None,
        local_init_op: Any = USE_DEFAULT,
        logdir: str | None = None,
        summary_op: Any = USE_DEFAULT,
        saver: Any = USE_DEFAULT,
        global_step: Any = USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: Any = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], Any] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        if executing_eagerly():
            raise RuntimeError("Supervisors are compatible with eager execution.")
        self._graph = graph or get_default_graph()
        with self._graph.as_default():
            self._ready_op = _given_or_collected(
                ready_op, GraphKeys.READY_OP, tf.report_uninitialized_variables
            )
            self._ready_for_local_init_op = _given_or_collected(
                ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP
            )
            self._init_op = _given_or_collected(
                init_op, GraphKeys.INIT_OP, tf.global_variables_initializer
            )
            self._local_init_op = _given_or_collected(
                local_init_op,
                GraphKeys.LOCAL_INIT_OP,
                lambda: tf.group(tf.local_variables_initializer(), tf.tables_initializer()),
            )
            self._saver = _given_or_collected(
                saver, GraphKeys.SAVERS, lambda: Saver() if tf.global_variables() else None
            )
            self._summary_op = _given_or_collected(
                summary_op, GraphKeys.SUMMARY_OP, summary.merge_all
            )
            self._global_step = _given_or_collected(
                global_step, GraphKeys.GLOBAL_STEP, _named_global_step
            )
        self._init_feed_dict = init_feed_dict
        self._init_fn = init_fn
        self._meta_graph_def = create_meta_graph_def(
            saver_def=self._saver.saver_def if self._saver else None, graph=self._graph
        )
        self._is_chief = is_chief
        self._coord = Coordinator()
        self._stop_grace_secs = stop_grace_secs
        self._logdir = logdir if is_chief else None
        self._save_summaries_secs = save_summaries_secs if is_chief else None
        self._save_model_secs = save_model_secs if is_chief else None
        self._save_path = os.path.join(self._logdir, checkpoint_basename) if self._logdir else None
        self._summary_writer: Any = None
        self._graph_added_to_summary = False
        if is_chief:
            self._summary_writer = summary_writer
            if summary_writer is USE_DEFAULT:
                self._summary_writer = summary.FileWriter(self._logdir) if self._logdir else None
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op,
            ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op,
            graph=self._graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._check_devices()
        self._graph.finalize()

    def _check_devices(self) -> None:
        if self._is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError(
                    f"When using replicas, all Variables must have their device set: {op}"
                )

    # -- Sessions -------------------------------------------------------------------------------

    @contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Any]:
        """A session, ready; afterwards all threads are stopped and it is closed.

        An OutOfRangeError ends the block quietly, as other ends of input do.
        """
        session = None
        try:
            session = self.prepare_or_wait_for_session(
                master, config, start_standard_services=start_standard_services
            )
            yield session
        except Exception as error:
            self.request_stop(error)
        finally:
            try:
                # Raises what was reported: by the block, or by a thread.
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if session is not None:
                    session.close()

    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Any:
        """A session, ready, with queue runners and services started if asked."""
        self._coord.clear_stop()
        if self._summary_writer:
            self._summary_writer.reopen()
        if self._is_chief:
            session = self._session_manager.prepare_session(
                master,
                init_op=self.init_op,
                saver=self.saver,
                checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs,
                config=config,
                init_feed_dict=self._init_feed_dict,
                init_fn=self._init_fn,
            )
            self._write_graph()
            if start_standard_services:
                logging.info("Starting standard services.")
                self.start_standard_services(session)
        else:
            session = self._session_manager.wait_for_session(
                master, config=config, max_wait_secs=max_wait_secs
            )
        if start_standard_services:
            logging.info("Starting queue runners.")
            self.start_queue_runners(session)
        return session

    def _write_graph(self) -> None:
        if self._logdir:
            definition = self._graph.as_graph_def(add_shapes=True)
            write_graph(definition, self._logdir, "graph.pbtxt")
        if self._summary_writer and not self._graph_added_to_summary:
            self._summary_writer.add_graph(self._graph)
            self._summary_writer.add_meta_graph(self._meta_graph_def)
            self._graph_added_to_summary = True

    # -- Threads --------------------------------------------------------------------------------

    def start_standard_services(self, sess: Any) -> list[threading.Thread] | None:
        """Starts the threads that write summaries, the speed and checkpoints; gives them.

        Raises:
          RuntimeError: this is not the chief.
        """
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief "
                "supervisors can write events."
            )
        if not self._logdir:
            logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer:
            self.log_session(sess, status=summary.SessionLog.START)
        threads: list[LooperThread] = []
        if self._save_summaries_secs and self._summary_writer:
            if self._summary_op is not None:
                threads.append(SVSummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(SVStepCounterThread(self, sess))
        if self.saver and self._save_model_secs:
            threads.append(SVTimerCheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return list(threads)

    def log_session(self, sess: Any, **fields: Any) -> None:
        """Writes a SessionLog with these fields."""
        step = value_of_global_step(sess, self._global_step)
        self._summary_writer.add_session_log(summary.SessionLog(**fields), step)

    def start_queue_runners(
        self, sess: Any, queue_runners: Sequence[Any] | None = None
    ) -> list[threading.Thread]:
        """Starts the threads of queue runners (default: the graph's); gives them."""
        if executing_eagerly():
            raise RuntimeError("Queues are not compatible with eager execution.")
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        threads: list[threading.Thread] = []
        for runner in queue_runners:
            threads += runner.create_threads(sess, coord=self._coord, daemon=True, start=True)
        return threads

    def loop(
        self,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> LooperThread:
        """Starts a thread that calls target(*args, **kwargs) again and again; see LooperThread."""
        looper = LooperThread(
            self._coord, timer_interval_secs, target=target, args=args, kwargs=kwargs
        )
        looper.start()
        return looper

    def stop(
        self,
        threads: Sequence[threading.Thread] | None = None,
        close_summary_writer: bool = True,
        ignore_live_threads: bool = False,
    ) -> None:
        """Stops all threads and waits for them; raises what they reported."""
        self._coord.request_stop()
        try:
            self._coord.join(
                threads,
                stop_grace_period_secs=self._stop_grace_secs,
                ignore_live_threads=ignore_live_threads,
            )
        finally:
            if close_summary_writer and self._summary_writer:
                log = summary.SessionLog(status=summary.SessionLog.STOP)
                self._summary_writer.add_session_log(log)
                self._summary_writer.close()
                self._graph_added_to_summary = False

    def request_stop(self, ex: Any = None) -> None:
        """As the coordinator's."""
        self._coord.request_stop(ex=ex)

    def should_stop(self) -> bool:
        return self._coord.should_stop()

    def stop_on_exception(self) -> Any:
        return self._coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        self._coord.wait_for_stop()

    def summary_computed(self, sess: Any, summary: Any, global_step: int | None = None) -> None:
        """Writes a summary that a run gave; RuntimeError without a writer."""
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self.global_step is not None:
            global_step = value_of_global_step(sess, self.global_step)
        self._summary_writer.add_summary(summary, global_step)

    # -- What it is made of ---------------------------------------------------------------------

    @property
    def is_chief(self) -> bool:
        return self._is_chief

    @property
    def session_manager(self) -> Any:
        return self._session_manager

    @property
    def coord(self) -> Coordinator:
        return self._coord

    @property
    def init_op(self) -> Any:
        return self._init_op

    @property
    def init_feed_dict(self) -> Mapping[Any, Any] | None:
        return self._init_feed_dict

    @property
    def ready_op(self) -> Any:
        return self._ready_op

    @property
    def ready_for_local_init_op(self) -> Any:
        return self._ready_for_local_init_op

    @property
    def summary_writer(self) -> Any:
        return self._summary_writer

    @property
    def summary_op(self) -> Any:
        return self._summary_op

    @property
    def save_summaries_secs(self) -> float | None:
        return self._save_summaries_secs

    @property
    def global_step(self) -> Any:
        return self._global_step

    @property
    def saver(self) -> Any:
        return self._saver

    @property
    def save_model_secs(self) -> float | None:
        return self._save_model_secs

    @property
    def save_path(self) -> str | None:
        return self._save_path

    # As they were called first.
    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop = stop
    RequestStop = request_stop
    Loop = loop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop
    SummaryComputed = summary_computed


def _given_or_collected(given: Any, key: str, make: Callable[[], Any] = lambda: None) -> Any:
    """What is given, the first element of a collection, or what is made for it."""
    if given is not USE_DEFAULT:
        return given
    collected = tf.get_collection(key)
    if len(collected) > 1:
        logging.info("Found %d %s operations. Returning the first one.", len(collected), key)
    if collected:
        return collected[0]
    made = make()
    if made is not None:
        tf.add_to_collection(key, made)
    return made


def _named_global_step() -> Tensor | None:
    """The tensor "global_step:0", if it is one of integers."""
    try:
        step = get_default_graph().get_tensor_by_name("global_step:0")
    except KeyError:
        return None
    if step.dtype.base_dtype in (dtypes.int32, dtypes.int64):
        return step
    logging.warning("Found 'global_step' is not an int type: %s", step.dtype)
    return None
