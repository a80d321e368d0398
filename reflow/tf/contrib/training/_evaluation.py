"""Evaluation of checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.tf import logging, summary
from reflow.tf._state import assign_add
from reflow.tf._variable_scope import get_variable
from reflow.tf.initializers import Zeros
from reflow.tf.train.checkpoint_utils import checkpoints_iterator
from reflow.tf.train.global_step import get_or_create_global_step
from reflow.tf.train.global_step import global_step as value_of_global_step
from reflow.tf.train.hooks.stopping import FinalOpsHook
from reflow.tf.train.monitored_session import ChiefSessionCreator, MonitoredSession
from reflow.tf.train.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)

Feeds = Mapping[Any, Any]


def get_or_create_eval_step() -> Any:
    """The local variable that counts steps of evaluation; ValueError if there are several."""
    steps = get_default_graph().get_collection(GraphKeys.EVAL_STEP)
    if len(steps) > 1:
        raise ValueError("Multiple tensors added to tf.GraphKeys.EVAL_STEP")
    if steps:
        return steps[0]
    return get_variable(
        "eval_step",
        shape=[],
        dtype=dtypes.int64,
        initializer=Zeros(),
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP],
    )


class StopAfterNEvalsHook(SessionRunHook):
    """Ends evaluation after so many steps; None for when the input ends."""

    def __init__(self, num_evals: int | None, log_progress: bool = True) -> None:
        self._num_evals = num_evals
        self._evals_completed: Any = None
        self._log_progress = log_progress
        # About ten times in all.
        self._log_frequency = (
            1 if num_evals is None or num_evals < 20 else math.floor(num_evals / 10.0)
        )

    def _set_evals_completed_tensor(self, updated_eval_step: Any) -> None:
        self._evals_completed = updated_eval_step

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        return SessionRunArgs({"evals_completed": self._evals_completed})

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        done, wanted = run_values.results["evals_completed"], self._num_evals
        if self._log_progress:
            if wanted is None:
                logging.info("Evaluation [%d]", done)
            elif done % self._log_frequency == 0 or done == wanted:
                logging.info("Evaluation [%d/%d]", done, wanted)
        if wanted is not None and done >= wanted:
            run_context.request_stop()


class SummaryAtEndHook(SessionRunHook):
    """Writes summaries once, after the last run.

    Args:
      log_dir: where to; or `summary_writer`.
      summary_op: by default all of the graph's summaries.
      feed_dict: fed to that.

    Raises:
      ValueError: there is no place to write to.
    """

    def __init__(
        self,
        log_dir: str | None = None,
        summary_writer: Any = None,
        summary_op: Any = None,
        feed_dict: Feeds | None = None,
    ) -> None:
        if log_dir is None and summary_writer is None:
            raise ValueError("One of log_dir or summary_writer should be used.")
        self._summary_op = summary_op
        self._takes_all = summary_op is None
        self._feed_dict = feed_dict
        self._summary_writer = summary_writer
        self._log_dir = log_dir

    def begin(self) -> None:
        if self._takes_all:
            # This graph may be another one than at the evaluation before.
            self._summary_op = summary.merge_all()
        self._global_step = get_or_create_global_step()

    def after_create_session(self, session: Any, coord: Any) -> None:
        if self._summary_writer is None and self._log_dir:
            self._summary_writer = summary.FileWriterCache.get(self._log_dir)

    def end(self, session: Any) -> None:
        if self._summary_op is not None:
            step = value_of_global_step(session, self._global_step)
            summaries = session.run(self._summary_op, self._feed_dict)
            if self._summary_writer:
                self._summary_writer.add_summary(summaries, step)
        if self._summary_writer:
            self._summary_writer.flush()


def _counted(eval_ops: Any, update: Any) -> Any:
    """What each step is to run, with the update of its count."""
    if isinstance(eval_ops, dict):
        return {**eval_ops, "update_eval_step": update}
    if isinstance(eval_ops, (tuple, list)):
        return [*eval_ops, update]
    return [eval_ops, update]


def _tell(hooks: Sequence[SessionRunHook], eval_step: Any) -> None:
    for hook in hooks:
        if isinstance(hook, StopAfterNEvalsHook):
            hook._set_evals_completed_tensor(eval_step)


def _evaluate(
    creator: ChiefSessionCreator, hooks: Sequence[SessionRunHook], eval_ops: Any, feeds: Any
) -> None:
    logging.info("Starting evaluation at %s", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    with MonitoredSession(creator, hooks) as session:
        if eval_ops is not None:
            while not session.should_stop():
                session.run(eval_ops, feeds)
    logging.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime()))


def evaluate_once(
    checkpoint_path: str | None,
    master: str = "",
    scaffold: Any = None,
    eval_ops: Any = None,
    feed_dict: Feeds | None = None,
    final_ops: Any = None,
    final_ops_feed_dict: Feeds | None = None,
    hooks: Sequence[SessionRunHook] | None = None,
    config: Any = None,
) -> Any:
    """Runs `eval_ops` with a checkpoint's values until a hook or the input ends.

    Args:
      eval_ops: a tensor, operation, list or dict.
      final_ops: what to give in the end.
      hooks: among them a StopAfterNEvalsHook, if the input has no end.

    Returns:
      The values of `final_ops`.
    """
    eval_step = get_or_create_eval_step()
    all_hooks = list(hooks or [])
    if eval_ops is not None:
        eval_ops = _counted(eval_ops, assign_add(eval_step, 1, use_locking=True))
        before = eval_ops.values() if isinstance(eval_ops, dict) else eval_ops
        with get_default_graph().control_dependencies(list(before)):
            done = tf.identity(eval_step.read_value())
        _tell(all_hooks, done)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    creator = ChiefSessionCreator(
        scaffold, master, config, checkpoint_filename_with_path=checkpoint_path
    )
    _evaluate(creator, [*all_hooks, final], eval_ops, feed_dict)
    return final.final_ops_values


def evaluate_repeatedly(
    checkpoint_dir: str,
    master: str = "",
    scaffold: Any = None,
    eval_ops: Any = None,
    feed_dict: Feeds | None = None,
    final_ops: Any = None,
    final_ops_feed_dict: Feeds | None = None,
    eval_interval_secs: float = 60,
    hooks: Sequence[SessionRunHook] | None = None,
    config: Any = None,
    max_number_of_evaluations: int | None = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Any:
    """`evaluate_once` of each checkpoint that comes into a folder.

    Args:
      eval_interval_secs: the least time between two evaluations.
      max_number_of_evaluations: by default no end.
      timeout, timeout_fn: see `checkpoints_iterator`.

    Returns:
      The values of `final_ops` at the last evaluation.
    """
    eval_step = get_or_create_eval_step()
    all_hooks = list(hooks or [])
    if eval_ops is not None:
        update = assign_add(eval_step, 1)
        _tell(all_hooks, update)
        eval_ops = _counted(eval_ops, update)
    final = FinalOpsHook(final_ops, final_ops_feed_dict)
    paths = checkpoints_iterator(checkpoint_dir, eval_interval_secs, timeout, timeout_fn)
    for count, path in enumerate(paths, start=1):
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_filename_with_path=path)
        _evaluate(creator, [*all_hooks, final], eval_ops, feed_dict)
        if max_number_of_evaluations is not None and count >= max_number_of_evaluations:
            break
    return final.final_ops_values
