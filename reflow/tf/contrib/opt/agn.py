"""tf.contrib.opt.AGNOptimizer: accumulated gradient normalization."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation
from reflow.tf._state import assign, assign_add
from reflow.tf._variables import variable_creator_scope
from reflow.tf.contrib.opt.worker_variables import CompanionsGetter, StartHook, steps_on_worker
from reflow.tf.train.optimizer import Optimizer
from reflow.tf.train.session_run_hook import SessionRunHook

GRAD_VARIABLE_NAME = "grad_variable"


class AGNCustomGetter(CompanionsGetter):
    """Gives each trainable variable one for all workers, and the sum of its gradients."""

    _OWN_NAME = GRAD_VARIABLE_NAME


def _make_local(next_creator: Callable[..., Any], collections: Any = None, **kwargs: Any) -> Any:
    """Makes a variable that belongs to the worker, where it would have been a global one."""
    if not collections:
        collections = [GraphKeys.LOCAL_VARIABLES]
    elif GraphKeys.GLOBAL_VARIABLES in collections:
        others = [key for key in collections if key != GraphKeys.GLOBAL_VARIABLES]
        collections = [*others, GraphKeys.LOCAL_VARIABLES]
    return next_creator(collections=collections, **kwargs)


class AGNOptimizer(Optimizer):
    """Trains a worker's variables with another optimizer and adds up their gradients, which
    every few steps train the variables of all workers, in whose place the worker's are then put.

    Hermans et al., "Accumulated Gradient Normalization" (2017).

    Args:
      optimizer: makes the steps.
      num_worker: how many workers there are.
      custom_getter: what made the variables.
      communication_period: how many steps of a worker make one of all.
    """

    def __init__(
        self,
        optimizer: Any,
        num_worker: int,
        custom_getter: AGNCustomGetter,
        communication_period: int = 10,
        use_locking: bool = True,
        name: str = "AGNOptimizer",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = optimizer
        self._num_worker = num_worker
        self._period = communication_period
        self._global_map = custom_getter._global_map
        self._grad_map = custom_getter._own_map
        self._local_step = steps_on_worker()
        self._opt._prepare()

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        pairs = list(grads_and_vars)
        trained = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        with variable_creator_scope(_make_local):
            updates = [self._opt.apply_gradients(pairs)]
        sums = [self._grad_map[variable] for _, variable in trained]
        for (gradient, _), total in zip(trained, sums):
            updates.append(assign_add(total, gradient))
        variables = [variable for _, variable in trained]
        graph = get_default_graph()
        counted = assign_add(self._local_step, 1, name="local_step_update").op
        with graph.control_dependencies([counted]):
            is_due = tf.equal(tf.mod(self._local_step, self._period), 0)
        with graph.control_dependencies(updates):
            train: Operation = tf.cond(
                is_due, lambda: self._step_of_all(variables, sums, global_step), tf.no_op
            )
            return train

    def _step_of_all(self, variables: list[Any], sums: list[Any], global_step: Any) -> Operation:
        """Trains the variables of all workers by the mean gradients, and begins anew with them."""
        graph = get_default_graph()
        shared = [self._global_map[variable] for variable in variables]
        means = [assign(total, total / self._period) for total in sums]
        with graph.control_dependencies(means):
            trained = self._opt.apply_gradients(list(zip(sums, shared)))
        with graph.control_dependencies([trained]):
            updates = []
            if global_step is not None:
                with graph.colocate_with(global_step):
                    updates.append(assign_add(global_step, 1))
            for variable, source in zip(variables, shared):
                updates.append(assign(variable, source.read_value()))
            updates += [assign(total, tf.zeros_like(total)) for total in sums]
        group: Operation = tf.group(*updates)
        return group

    def get_init_op(self, task_index: int) -> Operation:
        """Puts the worker's variables in the place of those of all; ValueError without any."""
        variables = tf.trainable_variables()
        if not variables:
            raise ValueError("There are no trainable variables of the AGNCustomGetter.")
        updates = [assign(variable, self._global_map[variable]) for variable in variables]
        sums = [self._grad_map[variable] for variable in variables]
        updates += [assign(total, tf.zeros_like(total)) for total in sums]
        group: Operation = tf.group(*updates)
        return group

    def make_session_run_hook(self, is_chief: bool, task_index: int) -> SessionRunHook:
        """The hook that runs `get_init_op` at the beginning."""
        return StartHook(lambda: self.get_init_op(task_index), is_chief)
