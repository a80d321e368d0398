"""tf.train.MomentumOptimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.resource_updates import ResourceApplyMomentum, ResourceSparseApplyMomentum
from reflow.ops.training import ApplyMomentum, SparseApplyMomentum
from reflow.tf.train.optimizer import Optimizer


class MomentumOptimizer(Optimizer):
    """accumulation = momentum * accumulation + gradient;  var -= learning_rate * accumulation.

    Slot: "momentum".

    Args:
      use_nesterov: look ahead along the momentum, as in Sutskever et al. (2013).
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self) -> None:
        rate = self._call_if_callable(self._learning_rate)
        self._learning_rate_tensor = convert_to_tensor(rate, name="learning_rate")
        momentum = self._call_if_callable(self._momentum)
        self._momentum_tensor = convert_to_tensor(momentum, name="momentum")

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        return ApplyMomentum(  # type: ignore[no-any-return]
            var,
            self.get_slot(var, "momentum"),
            tf.cast(self._learning_rate_tensor, dtype),
            grad,
            tf.cast(self._momentum_tensor, dtype),
            use_locking=self._use_locking,
            use_nesterov=self._use_nesterov,
        ).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        dtype, slot = grad.dtype.base_dtype, self.get_slot(var, "momentum")
        assert slot is not None
        update: Operation = ResourceApplyMomentum(
            var.handle,
            slot.handle,
            tf.cast(self._learning_rate_tensor, dtype),
            grad,
            tf.cast(self._momentum_tensor, dtype),
            use_locking=self._use_locking,
            use_nesterov=self._use_nesterov,
        )
        return update

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        dtype, slot = grad.dtype.base_dtype, self.get_slot(var, "momentum")
        assert slot is not None
        update: Operation = ResourceSparseApplyMomentum(
            var.handle,
            slot.handle,
            tf.cast(self._learning_rate_tensor, dtype),
            grad,
            indices,
            tf.cast(self._momentum_tensor, dtype),
            use_locking=self._use_locking,
            use_nesterov=self._use_nesterov,
        )
        return update

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        return SparseApplyMomentum(  # type: ignore[no-any-return]
            var,
            self.get_slot(var, "momentum"),
            tf.cast(self._learning_rate_tensor, dtype),
            grad.values,
            grad.indices,
            tf.cast(self._momentum_tensor, dtype),
            use_locking=self._use_locking,
            use_nesterov=self._use_nesterov,
        ).op
