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

#: (variable or slot, indices, rows) -> what it holds after the rows were added.
ScatterAdd = Callable[[Any, Tensor, Tensor], Tensor]


def step_size(numbers: Mapping[str, Tensor]) -> Tensor:
    """lr * sqrt(1 - beta2^t) / (1 - beta1^t)"""
    rate: Tensor = (
        numbers["lr"] * tf.sqrt(1 - numbers["beta2_power"]) / (1 - numbers["beta1_power"])
    )
    return rate


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

    def _cast_numbers(self, var: Any) -> dict[str, Tensor]:
        """What the update of some rows computes with, in the variable's type."""
        dtype = var.dtype.base_dtype
        return {name: tf.cast(number, dtype) for name, number in self._rule_numbers(var).items()}

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        return self._apply_sparse_shared(grad.values, var, grad.indices, self._scatter_add)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        return self._apply_sparse_shared(grad, var, indices, self._resource_scatter_add)

    def _scatter_add(self, slot: Any, indices: Tensor, rows: Tensor) -> Tensor:
        added: Tensor = tf.scatter_add(slot, indices, rows, use_locking=self._use_locking)
        return added

    def _resource_scatter_add(self, slot: Any, indices: Tensor, rows: Tensor) -> Tensor:
        added = ResourceScatterAdd(slot.handle, indices, rows)
        with get_default_graph().control_dependencies([added]):
            value: Tensor = slot.value()
            return value

    def _apply_sparse_shared(
        self, grad: Tensor, var: Any, indices: Tensor, scatter_add: ScatterAdd
    ) -> Operation:
        """As TensorFlow: m and v of all rows decay, and all rows move."""
        numbers = self._cast_numbers(var)
        rate, beta1, beta2 = step_size(numbers), numbers["beta1"], numbers["beta2"]
        m = self._decay_and_add(var, "m", beta1, indices, grad * (1 - beta1), scatter_add)
        v = self._decay_and_add(var, "v", beta2, indices, (grad * grad) * (1 - beta2), scatter_add)
        root = tf.sqrt(v)
        step = rate * m / (root + numbers["epsilon"])
        return tf.group(tf.assign_sub(var, step, use_locking=self._use_locking), m, v)

    def _decay_and_add(
        self,
        var: Any,
        slot_name: str,
        beta: Tensor,
        indices: Tensor,
        rows: Tensor,
        scatter_add: ScatterAdd,
    ) -> Tensor:
        """slot *= beta;  slot[indices] += rows"""
        slot = self.get_slot(var, slot_name)
        decayed = tf.assign(slot, slot * beta, use_locking=self._use_locking)
        with get_default_graph().control_dependencies([decayed]):
            return scatter_add(slot, indices, rows)

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
