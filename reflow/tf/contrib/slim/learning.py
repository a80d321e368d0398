"""tf.contrib.slim.learning: what goes around an optimizer's step."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.files import file_io
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


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
