"""create_train_op: a tensor of the loss that makes a step of an optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf import train
from reflow.tf._control_flow import with_dependencies
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.training._gradients import Gradients, add_gradients_summaries

#: Stands for the graph's global step, which is made if there is none.
USE_GLOBAL_STEP: Final = 0


def create_train_op(
    total_loss: Tensor,
    optimizer: Any,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Iterable[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    transform_grads_fn: Callable[[Gradients], Gradients] | None = None,
    summarize_gradients: bool = False,
    gate_gradients: int = train.Optimizer.GATE_OP,
    aggregation_method: int | None = None,
    colocate_gradients_with_ops: bool = False,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor of the loss that, when it is run, makes a step of the optimizer.

    Args:
      total_loss: a scalar.
      global_step: a variable that counts; default: the graph's; None: nothing counts.
      update_ops: what is to run before; default: the collection UPDATE_OPS.
      variables_to_train: default: all trainable ones.
      transform_grads_fn: a function of a list of (gradient, variable) that gives such a list.
      summarize_gradients: whether to summarize the gradients.
      gate_gradients, aggregation_method, colocate_gradients_with_ops: see
        `Optimizer.compute_gradients`.
      check_numerics: whether a loss that is no finite number is an error.
    """
    return train_op(
        total_loss,
        optimizer,
        global_step,
        update_ops,
        variables_to_train,
        transform_grads_fn,
        add_gradients_summaries if summarize_gradients else None,
        gate_gradients,
        aggregation_method,
        colocate_gradients_with_ops,
        check_numerics,
    )


def train_op(
    total_loss: Tensor,
    optimizer: Any,
    global_step: Any,
    update_ops: Iterable[Any] | None,
    variables_to_train: Sequence[Any] | None,
    transform_grads_fn: Callable[[Gradients], Gradients] | None,
    summarize: Callable[[Gradients], Any] | None,
    gate_gradients: int,
    aggregation_method: int | None,
    colocate_gradients_with_ops: bool,
    check_numerics: bool,
) -> Tensor:
    """`create_train_op`, with the function that summarizes the gradients."""
    if global_step is USE_GLOBAL_STEP:
        global_step = train.get_or_create_global_step()
    total_loss = _after_updates(total_loss, update_ops)
    if variables_to_train is None:
        variables_to_train = tf.trainable_variables()
    else:
        trainable = tf.trainable_variables()
        assert all(variable.trainable or variable in trainable for variable in variables_to_train)
    assert variables_to_train
    gradients = optimizer.compute_gradients(
        total_loss,
        variables_to_train,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
    )
    if transform_grads_fn:
        gradients = transform_grads_fn(gradients)
    if summarize is not None:
        with name_scope("summarize_grads"):
            summarize(gradients)
    step = optimizer.apply_gradients(gradients, global_step=global_step)
    with name_scope("train_op"):
        if check_numerics:
            total_loss = tf.check_numerics(total_loss, "LossTensor is inf or nan")
        made = with_dependencies([step], total_loss)
    train_ops = tf.get_collection_ref(GraphKeys.TRAIN_OP)
    if made not in train_ops:
        train_ops.append(made)
    return made


def _after_updates(total_loss: Tensor, update_ops: Iterable[Any] | None) -> Tensor:
    collected = tf.get_collection(GraphKeys.UPDATE_OPS)
    updates = list(dict.fromkeys(collected if update_ops is None else update_ops))
    if not set(collected) <= set(updates):
        tf.logging.warning(
            "update_ops in create_train_op does not contain all the update_ops in "
            "GraphKeys.UPDATE_OPS"
        )
    if not updates:
        return total_loss
    with tf.control_dependencies(updates):
        barrier = tf.no_op(name="update_barrier")
    return with_dependencies([barrier], total_loss)
