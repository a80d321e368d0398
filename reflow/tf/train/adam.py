"""tf.train.AdamOptimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.training import ApplyAdam
from reflow.tf.train.optimizer import Optimizer


class AdamOptimizer(Optimizer):
    """Kingma and Ba, "Adam: a method for stochastic optimization" (2014).

    epsilon is TensorFlow's, the "epsilon hat" of the paper's section 2.1:
    var -= lr_t * m / (sqrt(v) + epsilon), lr_t = lr * sqrt(1 - beta2^t) / (1 - beta1^t).

    Slots: "m" and "v"; and the variables beta1_power and beta2_power.
    """

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
        def tensor(value: Any, name: str) -> Tensor:
            return convert_to_tensor(self._call_if_callable(value), name=name)

        self._lr_t = tensor(self._lr, "learning_rate")
        self._beta1_t = tensor(self._beta1, "beta1")
        self._beta2_t = tensor(self._beta2, "beta2")
        self._epsilon_t = tensor(self._epsilon, "epsilon")

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        beta1_power, beta2_power = self._get_beta_accumulators()
        return ApplyAdam(  # type: ignore[no-any-return]
            var,
            self.get_slot(var, "m"),
            self.get_slot(var, "v"),
            tf.cast(beta1_power, dtype),
            tf.cast(beta2_power, dtype),
            tf.cast(self._lr_t, dtype),
            tf.cast(self._beta1_t, dtype),
            tf.cast(self._beta2_t, dtype),
            tf.cast(self._epsilon_t, dtype),
            grad,
            use_locking=self._use_locking,
        ).op

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        """As TensorFlow: m and v of all rows decay, and all rows move."""
        dtype, graph = var.dtype.base_dtype, get_default_graph()
        beta1_power, beta2_power = (
            tf.cast(power, dtype) for power in self._get_beta_accumulators()
        )
        beta1, beta2 = tf.cast(self._beta1_t, dtype), tf.cast(self._beta2_t, dtype)
        lr = tf.cast(self._lr_t, dtype) * tf.sqrt(1 - beta2_power) / (1 - beta1_power)
        moments = []
        for slot_name, beta, rows in (
            ("m", beta1, grad.values * (1 - beta1)),
            ("v", beta2, grad.values * grad.values * (1 - beta2)),
        ):
            slot = self.get_slot(var, slot_name)
            assert slot is not None
            decayed = slot.assign(slot * beta, use_locking=self._use_locking)
            with graph.control_dependencies([decayed]):
                added = IndexedSlices(rows, grad.indices, grad.dense_shape)
                moments.append(slot.scatter_add(added, use_locking=self._use_locking))
        m, v = moments
        step = lr * m / (tf.sqrt(v) + tf.cast(self._epsilon_t, dtype))
        return tf.group(var.assign_sub(step, use_locking=self._use_locking), m, v)

    def _finish(self, update_ops: Sequence[Operation], name_scope: str) -> Operation:
        """The powers of the betas advance after all updates."""
        graph = get_default_graph()
        with graph.control_dependencies(update_ops):
            beta1_power, beta2_power = self._get_beta_accumulators()
            with graph.colocate_with(beta1_power.op):
                powers = [
                    power.assign(power * beta, use_locking=self._use_locking)
                    for power, beta in ((beta1_power, self._beta1_t), (beta2_power, self._beta2_t))
                ]
        return tf.group(*update_ops, *(power.op for power in powers), name=name_scope)
