"""tf.contrib.slim.learning: what goes around an optimizer's step."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from reflow import tf
from reflow.files import file_io
from reflow.graph import errors
from reflow.graph.graph import Graph
from reflow.graph.operation import Tensor
from reflow.runtime.timeline import Timeline
from reflow.tf import train as _train
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.training._gradients import (
    Gradients,
    clip_gradient_norms,
    multiply_gradients,
)
from reflow.tf.contrib.training._gradients import summarize_gradients as _summarize
from reflow.tf.contrib.training._train_op import USE_GLOBAL_STEP
from reflow.tf.contrib.training._train_op import train_op as _train_op

# Stands for an argument that is made of others.
_USE_DEFAULT = 0


def add_gradients_summaries(grads_and_vars: Iterable[Any]) -> list[Tensor]:
    """A histogram of each gradient, and its norm."""
    return _summarize(grads_and_vars, separator="/")


def create_train_op(
    total_loss: Tensor,
    optimizer: Any,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Iterable[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = _train.Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: Mapping[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor of the loss that, when it is run, makes a step of the optimizer.

    See `tf.contrib.training.create_train_op` for the other arguments.

    Args:
      clip_gradient_norm: the largest norm of each gradient; 0 for any.
      gradient_multipliers: factors of gradients, by variables or their operations' names.
    """

    def transform(gradients: Gradients) -> Gradients:
        if gradient_multipliers:
            with name_scope("multiply_grads"):
                gradients = multiply_gradients(gradients, gradient_multipliers)
        if clip_gradient_norm > 0:
            with name_scope("clip_grads"):
                gradients = clip_gradient_norms(gradients, clip_gradient_norm)
        return gradients

    # These summaries are called as tf.contrib.training calls them, not as `add_gradients_summaries`
    # of this module does.
    return _train_op(
        total_loss,
        optimizer,
        global_step,
        update_ops,
        variables_to_train,
        transform,
        (lambda gradients: _summarize(gradients, "_")) if summarize_gradients else None,
        gate_gradients,
        aggregation_method,
        colocate_gradients_with_ops,
        check_numerics,
    )


def train_step(
    sess: Any, train_op: Any, global_step: Any, train_step_kwargs: Mapping[str, Any]
) -> tuple[Any, Any]:
    """One step of training: (loss, whether to stop).

    Args:
      train_op: what `create_train_op` gave.
      global_step: the variable that counts.
      train_step_kwargs: scalars "should_stop", "should_log" (log loss and time) and "should_trace"
        (write a trace to the folder "logdir"), each optional.

    Raises:
      ValueError: there is no "logdir" for traces.
    """
    start = time.time()
    options = metadata = None
    if "should_trace" in train_step_kwargs:
        if "logdir" not in train_step_kwargs:
            raise ValueError(
                "logdir must be present in train_step_kwargs when should_trace is present"
            )
        if sess.run(train_step_kwargs["should_trace"]):
            options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
            metadata = tf.RunMetadata()
    loss, step = sess.run([train_op, global_step], options=options, run_metadata=metadata)
    elapsed = time.time() - start
    if metadata is not None:
        path = os.path.join(train_step_kwargs["logdir"], f"tf_trace-{step}.json")
        tf.logging.info("Writing trace to %s", path)
        trace = Timeline(metadata.step_stats).generate_chrome_trace_format()
        file_io.write_string_to_file(path, trace)
        if "summary_writer" in train_step_kwargs:
            train_step_kwargs["summary_writer"].add_run_metadata(metadata, f"run_metadata-{step}")
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        tf.logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, loss, elapsed)
    should_stop = "should_stop" in train_step_kwargs and sess.run(train_step_kwargs["should_stop"])
    return loss, should_stop


def train(
    train_op: Any,
    logdir: str | None,
    train_step_fn: Callable[..., tuple[Any, Any]] = train_step,
    train_step_kwargs: Any = _USE_DEFAULT,
    log_every_n_steps: int = 1,
    graph: Graph | None = None,
    master: str = "",
    is_chief: bool = True,
    global_step: Any = None,
    number_of_steps: int | None = None,
    init_op: Any = _USE_DEFAULT,
    init_feed_dict: Mapping[Any, Any] | None = None,
    local_init_op: Any = _USE_DEFAULT,
    init_fn: Callable[[Any], Any] | None = None,
    ready_op: Any = _USE_DEFAULT,
    summary_op: Any = _USE_DEFAULT,
    save_summaries_secs: float = 600,
    summary_writer: Any = _USE_DEFAULT,
    startup_delay_steps: int = 0,
    saver: Any = None,
    save_interval_secs: float = 600,
    sync_optimizer: Any = None,
    session_config: Any = None,
    session_wrapper: Callable[[Any], Any] | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
) -> Any:
    """Trains until the last step, and gives the last loss.

    Checkpoints and summaries are written beside training, by a `tf.train.Supervisor`; at the end
    a checkpoint of the last values is.

    Args:
      train_op: what `create_train_op` gave.
      logdir: where checkpoints and summaries go; None for none.
      train_step_fn: makes a step, as `train_step`, with `train_step_kwargs` (default: made of
        `number_of_steps`, `log_every_n_steps` and `trace_every_n_steps`).
      number_of_steps: the global step to end at; by default the end of the input.
      save_summaries_secs, save_interval_secs: how often summaries and checkpoints are written.
      startup_delay_steps: how far the chief has to be before a worker begins.
      session_wrapper: makes another session of the session.
      others: see `tf.train.Supervisor`.

    Raises:
      ValueError: an argument needs a `logdir`, or is none of these.
    """
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None:
        for name, is_given in (
            ("summary_op", summary_op is not _USE_DEFAULT),
            ("saver", saver is not None),
            ("trace_every_n_steps", trace_every_n_steps is not None),
        ):
            if is_given:
                raise ValueError(f"Cannot provide {name} because logdir=None")
    if sync_optimizer is not None:
        raise ValueError("`sync_optimizer` must be a tf.train.SyncReplicasOptimizer.")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")
    graph = graph or tf.get_default_graph()
    with graph.as_default():
        if global_step is None:
            global_step = _train.get_or_create_global_step()
        saver = saver or _train.Saver()
        with name_scope("init_ops"):
            if init_op is _USE_DEFAULT:
                init_op = tf.global_variables_initializer()
            if ready_op is _USE_DEFAULT:
                ready_op = tf.report_uninitialized_variables()
            if local_init_op is _USE_DEFAULT:
                local_init_op = tf.group(tf.local_variables_initializer(), tf.tables_initializer())
        if summary_op is _USE_DEFAULT:
            summary_op = tf.summary.merge_all()
        if train_step_kwargs is _USE_DEFAULT:
            train_step_kwargs = _default_step_kwargs(
                global_step,
                number_of_steps,
                log_every_n_steps,
                trace_every_n_steps if is_chief else None,
                logdir,
            )
    supervisor = _train.Supervisor(
        graph=graph,
        is_chief=is_chief,
        logdir=logdir,
        init_op=init_op,
        init_feed_dict=init_feed_dict,
        local_init_op=local_init_op,
        ready_for_local_init_op=None,
        ready_op=ready_op,
        summary_op=summary_op,
        summary_writer=summary_writer,
        global_step=global_step,
        saver=saver,
        save_summaries_secs=save_summaries_secs,
        save_model_secs=save_interval_secs,
        init_fn=init_fn,
    )
    if summary_writer is not None:
        train_step_kwargs["summary_writer"] = supervisor.summary_writer
    last_delayed_step = 0 if is_chief else min(startup_delay_steps, number_of_steps or sys.maxsize)
    while True:
        try:
            with supervisor.managed_session(
                master, start_standard_services=False, config=session_config
            ) as session:
                tf.logging.info("Starting Session.")
                if session_wrapper is not None:
                    tf.logging.info("Wrapping session with wrapper function: %s", session_wrapper)
                    session = session_wrapper(session)
                if is_chief and logdir:
                    supervisor.start_standard_services(session)
                elif last_delayed_step > 0:
                    _wait_for_step(session, global_step, last_delayed_step)
                threads = supervisor.start_queue_runners(session)
                tf.logging.info("Starting Queues.")
                loss = _run_steps(
                    supervisor,
                    partial(train_step_fn, session, train_op, global_step, train_step_kwargs),
                )
                if is_chief and logdir:
                    tf.logging.info("Finished training! Saving model to disk.")
                    supervisor.saver.save(
                        session, supervisor.save_path, global_step=supervisor.global_step
                    )
                    supervisor.stop(threads, ignore_live_threads=ignore_live_threads)
            return loss
        except errors.AbortedError:
            tf.logging.info("Retrying training!")


def _run_steps(supervisor: Any, step: Callable[[], tuple[Any, Any]]) -> Any:
    """Makes steps until one, the supervisor or the end of the input ends them; the last loss."""
    loss = None
    try:
        while not supervisor.should_stop():
            loss, should_stop = step()
            if should_stop:
                tf.logging.info("Stopping Training.")
                supervisor.request_stop()
                break
    except errors.OutOfRangeError as error:
        tf.logging.info("Caught OutOfRangeError. Stopping Training. %s", error)
    return loss


def _default_step_kwargs(
    global_step: Any,
    number_of_steps: int | None,
    log_every_n_steps: int,
    trace_every_n_steps: int | None,
    logdir: str | None,
) -> dict[str, Any]:
    """What `train_step` is told of when to stop, log and trace."""
    with name_scope("train_step"):
        told: dict[str, Any] = {
            "should_stop": (
                tf.greater_equal(global_step, number_of_steps)
                if number_of_steps
                else tf.constant(False)
            )
        }
        if log_every_n_steps > 0:
            told["should_log"] = tf.equal(tf.mod(global_step, log_every_n_steps), 0)
        if trace_every_n_steps is not None:
            told["should_trace"] = tf.equal(tf.mod(global_step, trace_every_n_steps), 0)
            told["logdir"] = logdir
    return told


def _wait_for_step(sess: Any, global_step: Any, step: int) -> None:
    while _train.global_step(sess, global_step) < step:
        tf.logging.info("Waiting for step %d before starting training.", step)
        time.sleep(1)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
