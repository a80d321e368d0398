"""tf.contrib.opt's variants of Adam: AdaMax, Nadam, LazyAdam, and those that count global steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.resource_updates import ResourceScatterSub, ResourceScatterUpdate
from reflow.ops.training.adam import ADA_MAX
from reflow.tf.train.adam import AdamOptimizer, ScatterAdd, step_size
from reflow.tf.train.optimizer import operation_of


class AdaMaxOptimizer(AdamOptimizer):
    """Kingma and Ba, "Adam" (2014), section 7.1: v is a decaying maximum of |gradient|.

    m = beta1 * m + (1 - beta1) * gradient;  v = max(beta2 * v, |gradient|);
    var -= learning_rate / (1 - beta1^t) * m / (v + epsilon)

    Of sparse gradients only the rows that come are updated.
    """

    _rule = ADA_MAX

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "AdaMax",
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)

    def _get_beta_accumulators(self) -> Any:
        return self._get_non_slot_variable("beta1_power", get_default_graph())

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        first = min(var_list, key=lambda v: v.name)
        self._create_non_slot_variable(self._call_if_callable(self._beta1), "beta1_power", first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {
            "beta1_power": self._get_beta_accumulators(),
            "lr": self._lr_t,
            "beta1": self._beta1_t,
            "beta2": self._beta2_t,
            "epsilon": self._epsilon_t,
        }

    def _apply_sparse_shared(
        self, grad: Tensor, var: Any, indices: Tensor, scatter_add: ScatterAdd
    ) -> Operation:
        numbers, graph = self._cast_numbers(var), get_default_graph()
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        beta1, beta2 = numbers["beta1"], numbers["beta2"]
        m_rows = tf.gather(m, indices) * beta1 + grad * (1 - beta1)
        with graph.control_dependencies([m_rows]):
            new_m = self._scatter_update(m, indices, m_rows)
        v_rows = tf.maximum(tf.gather(v, indices) * beta2, tf.abs(grad))
        with graph.control_dependencies([v_rows]):
            new_v = self._scatter_update(v, indices, v_rows)
        rate = -numbers["lr"] / (1 - numbers["beta1_power"])
        steps = rate * (m_rows / (v_rows + numbers["epsilon"]))
        with graph.control_dependencies([steps]):
            moved = scatter_add(var, indices, steps)
        return tf.group(moved, new_m, new_v)

    def _scatter_update(self, slot: Any, indices: Tensor, rows: Tensor) -> Tensor:
        """What the slot holds once the rows are put in place."""
        if not hasattr(slot, "handle"):
            return tf.scatter_update(  # type: ignore[no-any-return]
                slot, indices, rows, use_locking=self._use_locking
            )
        updated = ResourceScatterUpdate(slot.handle, indices, rows)
        with get_default_graph().control_dependencies([updated]):
            return slot.value()  # type: ignore[no-any-return]

    def _finish(self, update_ops: Sequence[Operation], name_scope: str) -> Operation:
        graph = get_default_graph()
        with graph.control_dependencies(update_ops):
            power = self._get_beta_accumulators()
            with graph.colocate_with(power):
                advanced = power.assign(power * self._beta1_t, use_locking=self._use_locking)
        return tf.group(*update_ops, operation_of(advanced), name=name_scope)


class NadamOptimizer(AdamOptimizer):
    """Dozat, "Incorporating Nesterov momentum into Adam" (2015)."""

    def _rule_attrs(self) -> Mapping[str, Any]:
        return {"use_nesterov": True}

    def _apply_sparse_shared(
        self, grad: Tensor, var: Any, indices: Tensor, scatter_add: ScatterAdd
    ) -> Operation:
        numbers, graph = self._cast_numbers(var), get_default_graph()
        rate, beta1, beta2 = step_size(numbers), numbers["beta1"], numbers["beta2"]
        m = self.get_slot(var, "m")
        m_rows = grad * (1 - beta1)
        decayed = tf.assign(m, m * beta1, use_locking=self._use_locking)
        with graph.control_dependencies([decayed]):
            new_m = scatter_add(m, indices, m_rows)
            ahead = m_rows + beta1 * tf.gather(new_m, indices)
        v = self._decay_and_add(var, "v", beta2, indices, (grad * grad) * (1 - beta2), scatter_add)
        root = tf.sqrt(tf.gather(v, indices))
        moved = scatter_add(var, indices, -rate * ahead / (root + numbers["epsilon"]))
        return tf.group(moved, ahead, v)


class LazyAdamOptimizer(AdamOptimizer):
    """Adam that of a sparse gradient updates only the rows that come, and their m and v."""

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        numbers, indices, locking = self._cast_numbers(var), grad.indices, self._use_locking
        rate, beta1, beta2 = step_size(numbers), numbers["beta1"], numbers["beta2"]
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        m_rows = beta1 * tf.gather(m, indices) + (1 - beta1) * grad.values
        new_m = tf.scatter_update(m, indices, m_rows, use_locking=locking)
        v_rows = beta2 * tf.gather(v, indices) + (1 - beta2) * tf.square(grad.values)
        new_v = tf.scatter_update(v, indices, v_rows, use_locking=locking)
        m_rows, v_rows = tf.gather(new_m, indices), tf.gather(new_v, indices)
        bounds = tf.sqrt(v_rows) + numbers["epsilon"]
        moved = tf.scatter_sub(var, indices, rate * m_rows / bounds, use_locking=locking)
        return tf.group(moved, new_m, new_v)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        numbers = self._cast_numbers(var)
        rate, beta1, beta2 = step_size(numbers), numbers["beta1"], numbers["beta2"]
        m, v = self.get_slot(var, "m"), self.get_slot(var, "v")
        assert m is not None and v is not None
        m_rows = beta1 * tf.gather(m, indices) + (1 - beta1) * grad
        m_updated = ResourceScatterUpdate(m.handle, indices, m_rows)
        v_rows = beta2 * tf.gather(v, indices) + (1 - beta2) * tf.square(grad)
        v_updated = ResourceScatterUpdate(v.handle, indices, v_rows)
        steps = rate * m_rows / (tf.sqrt(v_rows) + numbers["epsilon"])
        return tf.group(ResourceScatterSub(var.handle, indices, steps), m_updated, v_updated)


class AdamGSOptimizer(AdamOptimizer):
    """Adam whose count of steps is a variable of the program's: beta^t is a power of that.

    Args:
      global_step: how many steps were taken before.
    """

    def __init__(
        self,
        global_step: Any = 0,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, use_locking, name)
        self._global_step = global_step

    def _get_beta_accumulators(self) -> tuple[Any, Any]:
        return (
            tf.pow(self._beta1_t, self._global_step_on_worker),
            tf.pow(self._beta2_t, self._global_step_on_worker),
        )

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _prepare(self) -> None:
        super()._prepare()
        self._global_step_on_worker = tf.cast(tf.identity(self._global_step) + 1, dtypes.float32)

    def _finish(self, update_ops: Sequence[Operation], name_scope: str) -> Operation:
        return tf.group(*update_ops, name=name_scope)


class LazyAdamGSOptimizer(AdamGSOptimizer, LazyAdamOptimizer):
    """LazyAdam whose count of steps is a variable of the program's."""
