"""tf.train.AdamOptimizer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.resource_updates import ResourceScatterAdd
from reflow.ops.training.adam import ADAM
from reflow.tf.train.optimizer import operation_of
from reflow.tf.train.rule_optimizer import RuleOptimizer


class AdamOptimizer(RuleOptimizer):
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2014).

    epsilon is TensorFlow's, the "epsilon hat" of the paper's section 2.1:
    var -= lr_t * m / (sqrt(v) + epsilon), lr_t = lr * sqrt(1 - beta2^t) / (1 - beta1^t).

    Slots: "m" and "v"; and the variables beta1_power and beta2_power.
    """

    _rule = ADAM
    _rule_slots = MappingProxyType({"m": "m", "v": "v"})

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon

    def _get_beta_accumulators(self) -> tuple[Any, Any]:
        graph = get_default_graph()
        return (
            self._get_non_slot_variable("beta1_power", graph),
            self._get_non_slot_variable("beta2_power", graph),
        )

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._call_if_callable(self._beta1), "beta1_power", first)
        self._create_non_slot_variable(self._call_if_callable(self._beta2), "beta2_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _prepare(self) -> None:
        self._lr_t = self._hyperparameter(self._lr, "learning_rate")
        self._beta1_t = self._hyperparameter(self._beta1, "beta1")
        self._beta2_t = self._hyperparameter(self._beta2, "beta2")
        self._epsilon_t = self._hyperparameter(self._epsilon, "epsilon")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        beta1_power, beta2_power = self._get_beta_accumulators()
        return {
            "beta1_power": beta1_power,
            "beta2_power": beta2_power,
            "lr": self._lr_t,
            "beta1": self._beta1_t,
            "beta2": self._beta2_t,
            "epsilon": self._epsilon_t,
        }

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        def scatter_add(slot: Any, indices: Tensor, rows: Tensor) -> Tensor:
            added: Tensor = tf.scatter_add(slot, indices, rows, use_locking=self._use_locking)
            return added

        return self._apply_rows(grad.values, var, grad.indices, scatter_add)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        def scatter_add(slot: Any, indices: Tensor, rows: Tensor) -> Tensor:
            added = ResourceScatterAdd(slot.handle, indices, rows)
            with get_default_graph().control_dependencies([added]):
                value: Tensor = slot.value()
                return value

        return self._apply_rows(grad, var, indices, scatter_add)

    def _apply_rows(
        self, grad: Tensor, var: Any, indices: Tensor, scatter_add: Callable[..., Tensor]
    ) -> Operation:
        """As TensorFlow: m and v of all rows decay, and all rows move."""
        dtype, graph = var.dtype.base_dtype, get_default_graph()
        beta1_power, beta2_power = self._get_beta_accumulators()
        beta1_power, beta2_power = tf.cast(beta1_power, dtype), tf.cast(beta2_power, dtype)
        lr, beta1, beta2, epsilon = (
            tf.cast(parameter, dtype)
            for parameter in (self._lr_t, self._beta1_t, self._beta2_t, self._epsilon_t)
        )
        step_size = lr * tf.sqrt(1 - beta2_power) / (1 - beta1_power)

        def moment(slot_name: str, beta: Tensor, rows: Tensor) -> Tensor:
            slot = self.get_slot(var, slot_name)
            decayed = tf.assign(slot, slot * beta, use_locking=self._use_locking)
            with graph.control_dependencies([decayed]):
                return scatter_add(slot, indices, rows)

        m = moment("m", beta1, grad * (1 - beta1))
        v = moment("v", beta2, (grad * grad) * (1 - beta2))
        root = tf.sqrt(v)
        step = step_size * m / (root + epsilon)
        return tf.group(tf.assign_sub(var, step, use_locking=self._use_locking), m, v)

    def _finish(self, update_ops: Sequence[Operation], name_scope: str) -> Operation:
        """The powers of the betas advance after all updates."""
        graph = get_default_graph()
        with graph.control_dependencies(update_ops):
            beta1_power, beta2_power = self._get_beta_accumulators()
            with graph.colocate_with(beta1_power):
                powers = [
                    power.assign(power * beta, use_locking=self._use_locking)
                    for power, beta in ((beta1_power, self._beta1_t), (beta2_power, self._beta2_t))
                ]
        return tf.group(*update_ops, *map(operation_of, powers), name=name_scope)
