"""tf.contrib.opt.DropStaleGradientOptimizer: gradients that come too late are left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.tf import summary
from reflow.tf.train.global_step import get_global_step
from reflow.tf.train.optimizer import Optimizer


class DropStaleGradientOptimizer(Optimizer):
    """Makes another optimizer's steps, unless others have been made since their gradients were
    computed.  The variable "stale_counter" counts what was left out.

    Args:
      opt: makes the steps.
      staleness: how many other steps are allowed.
    """

    def __init__(
        self, opt: Any, staleness: int, use_locking: bool = False, name: str = "DropStaleGradient"
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = opt
        self._staleness = staleness

    def compute_gradients(self, loss: Any, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        graph = get_default_graph()
        with graph.colocate_with(loss):
            self._local_step = get_global_step() + 0
        with graph.control_dependencies([self._local_step]):
            gradients: list[tuple[Any, Any]] = self._opt.compute_gradients(
                tf.identity(loss), *args, **kwargs
            )
            return gradients

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> list[str]:
        names: list[str] = self._opt.get_slot_names(*args, **kwargs)
        return names

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Any:
        pairs = list(grads_and_vars)
        graph = get_default_graph()
        with graph.colocate_with(global_step):
            counter = tf.get_variable(
                "stale_counter", [], initializer=tf.zeros_initializer(), trainable=False
            )

        def accept() -> Tensor:
            step = self._opt.apply_gradients(pairs, global_step=global_step, name=name)
            with graph.control_dependencies([step]):
                return tf.identity(0.0)

        gradients = [
            gradient if isinstance(gradient, Tensor) else gradient.op
            for gradient, _ in pairs
            if gradient is not None
        ]
        with graph.control_dependencies(gradients), graph.colocate_with(global_step):
            staleness = tf.reshape(global_step - self._local_step, shape=())
        is_fresh = tf.less_equal(staleness, self._staleness)
        dropped = tf.cond(is_fresh, accept, lambda: tf.identity(1.0))
        train = counter.assign_add(dropped)
        part = counter / tf.cast(global_step + 1, tf.float32)
        summary.scalar("Gradient staleness percentage", part)
        return train
