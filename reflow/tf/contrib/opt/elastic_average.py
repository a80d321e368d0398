"""tf.contrib.opt.ElasticAverageOptimizer: workers that are drawn to a common centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation
from reflow.tf._queues import FIFOQueue
from reflow.tf._state import assign, assign_add, assign_sub
from reflow.tf.contrib.opt.moving_average import by_name
from reflow.tf.contrib.opt.worker_variables import (
    CompanionsGetter,
    StartHook,
    on_worker_if_local,
    steps_on_worker,
)
from reflow.tf.train.optimizer import Optimizer
from reflow.tf.train.saver import Saver
from reflow.tf.train.session_run_hook import SessionRunHook

LOCAL_VARIABLE_NAME = "local_center_variable"


class ElasticAverageCustomGetter(CompanionsGetter):
    """Gives each trainable variable a centre of all workers, and the worker's copy of that."""

    _OWN_NAME = LOCAL_VARIABLE_NAME

    def _others(self, getter: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return on_worker_if_local(getter, self._worker_device, *args, **kwargs)


class ElasticAverageOptimizer(Optimizer):
    """Trains a worker's variables with another optimizer; every few steps they and the centres
    of all workers are moved towards each other.

    Zhang et al., "Deep learning with Elastic Averaging SGD" (2015).

    Args:
      opt: makes the steps.
      num_worker: how many workers there are.
      ea_custom_getter: what made the variables.
      communication_period: after how many steps they are moved.
      moving_rate: by which part of their difference; default: BETA / communication_period /
        num_worker.
      rho: how strongly the loss holds the variables to the centres; default: moving_rate over the
        learning rate.
      synchronous: workers wait for each other at the beginning.
    """

    BETA = 0.9

    def __init__(
        self,
        opt: Any,
        num_worker: int,
        ea_custom_getter: ElasticAverageCustomGetter,
        communication_period: int = 10,
        moving_rate: Any = None,
        rho: Any = None,
        use_locking: bool = True,
        synchronous: bool = False,
        name: str = "ElasticAverageOptimizer",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = opt
        self._num_worker = num_worker
        self._period = communication_period
        self._local_map = ea_custom_getter._own_map
        self._global_map = ea_custom_getter._global_map
        self._synchronous = synchronous
        if moving_rate is None:
            moving_rate = self.BETA / communication_period / num_worker
        self._moving_rate = moving_rate
        self._rho = moving_rate / opt._learning_rate if rho is None else rho
        self._local_step = steps_on_worker()
        self._opt._prepare()

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = Optimizer.GATE_OP,
        aggregation_method: int | None = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        var_list = var_list or tf.trainable_variables()
        centres = [self._local_map[variable] for variable in var_list]
        pairs = zip(tf.trainable_variables(), centres)
        differences = [tf.subtract(variable, centre) for variable, centre in pairs]
        distance = self._rho * tf.add_n([tf.nn.l2_loss(each) for each in differences])
        gradients: list[tuple[Any, Any]] = self._opt.compute_gradients(
            loss + distance,
            var_list,
            gate_gradients,
            aggregation_method,
            colocate_gradients_with_ops,
            grad_loss,
        )
        return gradients

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        pairs = list(grads_and_vars)
        graph = get_default_graph()
        before = set(tf.global_variables())
        trained = self._opt.apply_gradients(pairs)
        with graph.control_dependencies([trained]):
            counted = assign_add(self._local_step, 1, name="local_step_update").op
        _make_local([variable for variable in tf.global_variables() if variable not in before])
        variables = [variable for gradient, variable in pairs if gradient is not None]
        with graph.control_dependencies([counted]):
            is_due = tf.equal(tf.mod(self._local_step, self._period), 0)
            train: Operation = tf.cond(
                is_due, lambda: self._move_together(variables, global_step), tf.no_op
            )
            return train

    def _move_together(self, variables: Sequence[Any], global_step: Any) -> Operation:
        """Moves variables and centres towards each other."""
        graph = get_default_graph()
        shared = [self._global_map[variable] for variable in variables]
        own = [self._local_map[variable] for variable in variables]
        copies = [copy.assign(centre) for copy, centre in zip(own, shared)]
        with graph.control_dependencies(copies):
            differences = []
            for variable, centre in zip(variables, own):
                with tf.device(variable.device):
                    differences.append(tf.subtract(variable, centre))
            updates = []
            for update, moved in ((assign_sub, variables), (assign_add, shared)):
                for variable, difference in zip(moved, differences):
                    with tf.device(variable.device):
                        way = tf.multiply(self._moving_rate, difference)
                        updates.append(update(variable, way))
            if global_step is not None:
                with graph.colocate_with(global_step):
                    updates.append(assign_add(global_step, 1))
        group: Operation = tf.group(*updates)
        return group

    def get_init_op(self, task_index: int) -> Operation:
        """Puts the worker's variables in the place of the centres; ValueError without any."""
        variables = tf.trainable_variables()
        if not variables:
            raise ValueError("There are no trainable variables of the ElasticAverageCustomGetter.")
        updates = []
        for variable in variables:
            centre = self._global_map[variable]
            updates.append(assign(variable, centre))
            updates.append(assign(self._local_map[variable], centre))
        start: Operation = tf.group(*updates)
        return self._when_all_are(start, task_index) if self._synchronous else start

    def _when_all_are(self, start: Operation, task_index: int) -> Operation:
        """Ends when `start` has run on all workers: each tells all others in their queues."""
        queues = [
            FIFOQueue(
                self._num_worker,
                [tf.bool],
                shapes=[[]],
                shared_name=f"variable_init_sync_queue{i}",
            )
            for i in range(self._num_worker)
        ]
        token = tf.constant(False)
        with get_default_graph().control_dependencies([start]):
            told = [
                tf.no_op() if i == task_index else queue.enqueue(token)
                for i, queue in enumerate(queues)
            ]
        told.append(queues[task_index].dequeue_many(len(queues) - 1))
        group: Operation = tf.group(*told)
        return group

    def make_session_run_hook(self, is_chief: bool, task_index: int) -> SessionRunHook:
        """The hook that runs `get_init_op` at the beginning."""
        return StartHook(lambda: self.get_init_op(task_index), is_chief)

    def swapping_saver(
        self, var_list: Any = None, name: str = "swapping_saver", **kwargs: Any
    ) -> Saver:
        """A Saver that saves the centres under the names of the variables.

        Args:
          var_list: as Saver's (default: the trainable variables so far).
          kwargs: more of Saver's arguments.

        Raises:
          RuntimeError: the getter has made no variables yet.
        """
        if not self._global_map:
            raise RuntimeError(
                "global_center_variable is empty, please make sure this is called after model "
                "created and ElasticAverageCustomGetter is used when declaring you model"
            )
        named = by_name(tf.trainable_variables() if var_list is None else var_list)
        return Saver(_swapped(named, self._global_map), name=name, **kwargs)


def _swapped(named: Mapping[str, Any], centres: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        key: [centres.get(part, part) for part in item]
        if isinstance(item, list)
        else centres.get(item, item)
        for key, item in named.items()
    }


def _make_local(variables: Sequence[Any]) -> None:
    """Moves variables of the optimizer, as Adam's powers, to those that belong to the worker."""
    graph = get_default_graph()
    of_all = graph.get_collection_ref(GraphKeys.GLOBAL_VARIABLES)
    for variable in variables:
        graph.add_to_collection(GraphKeys.LOCAL_VARIABLES, variable)
        of_all.remove(variable)
