"""tf.contrib.opt.ModelAverageOptimizer: workers whose variables are averaged from time to time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Operation
from reflow.tf._accumulators import ConditionalAccumulator
from reflow.tf._queues import FIFOQueue
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._state import assign, assign_add
from reflow.tf.contrib.opt.worker_variables import (
    GLOBAL_VARIABLE_NAME,
    on_worker_if_local,
    steps_on_worker,
)
from reflow.tf.train.optimizer import Optimizer
from reflow.tf.train.session_run_hook import SessionRunHook


class ModelAverageCustomGetter:
    """A custom getter that makes trainable variables local ones of a worker, each with one for
    all workers that begins with the same value.

    It is for variables of `tf.get_variable`.

    Args:
      worker_device: where the worker's variables are.
    """

    def __init__(self, worker_device: Any) -> None:
        self._worker_device = worker_device
        self._local_2_global: dict[Any, Any] = {}

    def __call__(
        self,
        getter: Callable[..., Any],
        name: str,
        trainable: Any,
        collections: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        if not trainable:
            given = (name, trainable, collections, *args)
            return on_worker_if_local(getter, self._worker_device, *given, **kwargs)
        with tf.device(self._worker_device):
            local = [GraphKeys.LOCAL_VARIABLES]
            variable = getter(name, *args, trainable=True, collections=local, **kwargs)
        self._local_2_global[variable] = tf.Variable(
            name=f"{GLOBAL_VARIABLE_NAME}/{name}",
            initial_value=variable.initialized_value(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES],
        )
        return variable


class ModelAverageOptimizer(Optimizer):
    """Trains a worker's variables with another optimizer; every few steps all workers wait for
    each other, and their variables become the mean of all.

    Args:
      opt: makes the steps.
      num_worker: how many workers there are.
      is_chief: whether this worker makes the mean.
      ma_custom_getter: what made the variables.
      interval_steps: after how many steps of a worker.
    """

    def __init__(
        self,
        opt: Any,
        num_worker: int,
        is_chief: bool,
        ma_custom_getter: ModelAverageCustomGetter,
        interval_steps: int = 100,
        use_locking: bool = True,
        name: str = "ModelAverageOptimizer",
    ) -> None:
        super().__init__(use_locking, name)
        self._opt = opt
        self._num_worker = num_worker
        self._is_chief = is_chief
        self._local_2_global = ma_custom_getter._local_2_global
        self._interval_steps = interval_steps
        self._accumulators: list[tuple[ConditionalAccumulator, str]] = []
        self._chief_init_op: Operation | None = None
        self._local_step = steps_on_worker()
        self._opt._prepare()

    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        gradients: list[tuple[Any, Any]] = self._opt.compute_gradients(*args, **kwargs)
        return gradients

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        """As Optimizer's; ValueError without variables or a global step."""
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required")
        graph = get_default_graph()
        with graph.control_dependencies([self._opt.apply_gradients(pairs)]):
            counted = assign_add(self._local_step, 1, name="local_step_update").op
        variables = [variable for gradient, variable in pairs if gradient is not None]
        with graph.control_dependencies([counted]):
            is_due = tf.equal(tf.mod(self._local_step, self._interval_steps), 0)
            train: Operation = tf.cond(
                is_due, lambda: self._average(variables, global_step), tf.no_op
            )
        starts = []
        for accumulator, place in self._accumulators:
            with tf.device(place):
                starts.append(accumulator.set_global_step(global_step, name="SetGlobalStep"))
        self._chief_init_op = tf.group(*starts)
        return train

    def _average(self, variables: Sequence[Any], global_step: Any) -> Operation:
        """Puts the mean of all workers in the place of variables, once all have come so far."""
        graph = get_default_graph()
        shared = [self._local_2_global[variable] for variable in variables]
        with graph.colocate_with(global_step):
            tokens = FIFOQueue(-1, [tf.bool], shapes=[[]], shared_name="sync_queue")
        given, means = [], []
        with tf.name_scope(None, f"{self._name}/global"):
            for variable, mean in zip(variables, shared):
                with tf.device(mean.device):
                    accumulator = _accumulator(variable, f"{mean.name}/var_accum")
                    value = variable._ref()
                    given.append(accumulator.apply_grad(value, local_step=global_step))
                    means.append(accumulator.take_grad(self._num_worker))
                self._accumulators.append((accumulator, mean.device))
        if self._is_chief:
            with graph.control_dependencies(given):
                updates = []
                for variable, mean in zip(shared, means):
                    with tf.device(variable.device):
                        updates.append(assign(variable, mean))
                with tf.device(global_step.device):
                    updates.append(assign_add(global_step, 1))
            with graph.control_dependencies(updates), tf.device(global_step.device):
                passed = tokens.enqueue_many(tf.fill([self._num_worker - 1], tf.constant(False)))
        else:
            with graph.control_dependencies(given), tf.device(global_step.device):
                passed = tokens.dequeue()
        with graph.control_dependencies([passed]):
            return self._take_shared(variables)

    def _take_shared(self, variables: Sequence[Any]) -> Operation:
        if not variables:
            raise ValueError("The list of local_variables should not be empty")
        updates = []
        for variable in variables:
            with tf.device(variable.device):
                updates.append(assign(variable, self._local_2_global[variable].read_value()))
        group: Operation = tf.group(*updates)
        return group

    def get_init_op(self) -> Operation:
        """Puts the variables of all workers in the place of this one's; ValueError without any."""
        return self._take_shared(tf.trainable_variables())

    def make_session_run_hook(self) -> SessionRunHook:
        """The hook that makes the operations for the beginning; it does not run them."""
        return _ModelAverageHook(self, self._is_chief)


def _accumulator(variable: Any, shared_name: str) -> ConditionalAccumulator:
    if isinstance(variable, BaseResourceVariable):
        raise ValueError(f"Expected a variable of references. Received: {variable}")
    return ConditionalAccumulator(
        variable.dtype.base_dtype, shape=variable.shape, shared_name=shared_name
    )


class _ModelAverageHook(SessionRunHook):
    def __init__(self, optimizer: ModelAverageOptimizer, is_chief: bool) -> None:
        self._optimizer = optimizer
        self._is_chief = is_chief

    def begin(self) -> None:
        tf.local_variables_initializer()
        if self._is_chief:
            tf.global_variables_initializer()
        self._optimizer.get_init_op()
