"""tf.contrib.slim.evaluation: metrics of checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow.tf import summary
from reflow.tf._absence import part_or_error
from reflow.tf.contrib.training import _evaluation
from reflow.tf.train.checkpoint_utils import checkpoints_iterator, wait_for_new_checkpoint
from reflow.tf.train.saver import Saver
from reflow.tf.train.scaffold import Scaffold
from reflow.tf.train.session_run_hook import SessionRunHook

__all__ = ["checkpoints_iterator", "evaluate_once", "evaluation_loop", "wait_for_new_checkpoint"]

# All summaries of the graph.
_USE_DEFAULT = 0

Feeds = Mapping[Any, Any]


def evaluate_once(
    master: str,
    checkpoint_path: str,
    logdir: str,
    num_evals: int | None = 1,
    initial_op: Any = None,
    initial_op_feed_dict: Feeds | None = None,
    eval_op: Any = None,
    eval_op_feed_dict: Feeds | None = None,
    final_op: Any = None,
    final_op_feed_dict: Feeds | None = None,
    summary_op: Any = _USE_DEFAULT,
    summary_op_feed_dict: Feeds | None = None,
    variables_to_restore: Any = None,
    session_config: Any = None,
    hooks: Sequence[SessionRunHook] | None = None,
) -> Any:
    """Evaluates a checkpoint.

    Args:
      master: of the session; "" for this process.
      logdir: where summaries go.
      num_evals: how often `eval_op` is run.
      initial_op, final_op: run before, and after it.
      summary_op: summaries to write in the end (default: all; None for none).
      variables_to_restore: by default all.

    Returns:
      The value of `final_op`.
    """
    return _evaluation.evaluate_once(
        checkpoint_path,
        master,
        _scaffold(initial_op, initial_op_feed_dict, None, variables_to_restore),
        eval_op,
        eval_op_feed_dict,
        final_op,
        final_op_feed_dict,
        _hooks(num_evals, summary_op, summary_op_feed_dict, logdir, hooks),
        session_config,
    )


def evaluation_loop(
    master: str,
    checkpoint_dir: str,
    logdir: str,
    num_evals: int | None = 1,
    initial_op: Any = None,
    initial_op_feed_dict: Feeds | None = None,
    init_fn: Callable[[Any, Any], Any] | None = None,
    eval_op: Any = None,
    eval_op_feed_dict: Feeds | None = None,
    final_op: Any = None,
    final_op_feed_dict: Feeds | None = None,
    summary_op: Any = _USE_DEFAULT,
    summary_op_feed_dict: Feeds | None = None,
    variables_to_restore: Any = None,
    eval_interval_secs: float = 60,
    max_number_of_evaluations: int | None = None,
    session_config: Any = None,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
    hooks: Sequence[SessionRunHook] | None = None,
) -> Any:
    """`evaluate_once` of each checkpoint that comes into a folder.

    Args:
      eval_interval_secs: the least time between two evaluations.
      max_number_of_evaluations: by default no end.
      timeout, timeout_fn: see `checkpoints_iterator`.

    Returns:
      The value of `final_op` at the last evaluation.
    """
    return _evaluation.evaluate_repeatedly(
        checkpoint_dir,
        master,
        _scaffold(initial_op, initial_op_feed_dict, init_fn, variables_to_restore),
        eval_op,
        eval_op_feed_dict,
        final_op,
        final_op_feed_dict,
        eval_interval_secs,
        _hooks(num_evals, summary_op, summary_op_feed_dict, logdir, hooks),
        session_config,
        max_number_of_evaluations,
        timeout,
        timeout_fn,
    )


def _scaffold(
    initial_op: Any,
    initial_op_feed_dict: Feeds | None,
    init_fn: Callable[[Any, Any], Any] | None,
    variables_to_restore: Any,
) -> Scaffold:
    saver = None if variables_to_restore is None else Saver(variables_to_restore)
    return Scaffold(initial_op, initial_op_feed_dict, init_fn, saver=saver)


def _hooks(
    num_evals: int | None,
    summary_op: Any,
    summary_op_feed_dict: Feeds | None,
    logdir: str,
    hooks: Sequence[SessionRunHook] | None,
) -> list[SessionRunHook]:
    all_hooks: list[SessionRunHook] = [_evaluation.StopAfterNEvalsHook(num_evals)]
    if summary_op is _USE_DEFAULT:
        summary_op = summary.merge_all()
    if summary_op is not None:
        all_hooks.append(
            _evaluation.SummaryAtEndHook(
                log_dir=logdir, summary_op=summary_op, feed_dict=summary_op_feed_dict
            )
        )
    return all_hooks + list(hooks or [])


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
