"""tf.train.GradientDescentOptimizer."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.resource_updates import ResourceApplyGradientDescent, ResourceScatterAdd
from reflow.ops.training import ApplyGradientDescent
from reflow.tf.train.optimizer import Optimizer


class GradientDescentOptimizer(Optimizer):
    """var -= learning_rate * gradient.

    Args:
      learning_rate: a number, a scalar tensor, or a function that gives one.
    """

    def __init__(
        self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor: Tensor | None = None

    def _prepare(self) -> None:
        rate = self._call_if_callable(self._learning_rate)
        self._learning_rate_tensor = convert_to_tensor(rate, name="learning_rate")

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        rate = tf.cast(self._learning_rate_tensor, var.dtype.base_dtype)
        return ApplyGradientDescent(var, rate, grad, use_locking=self._use_locking).op  # type: ignore[no-any-return]

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        rate = tf.cast(self._learning_rate_tensor, grad.dtype.base_dtype)
        update: Operation = ResourceApplyGradientDescent(
            var.handle, rate, grad, use_locking=self._use_locking
        )
        return update

    def _resource_apply_sparse_duplicate_indices(
        self, grad: Tensor, var: Any, indices: Tensor
    ) -> Operation:
        # TensorFlow multiplies by the rate as it was given here, not by its tensor.
        update: Operation = ResourceScatterAdd(var.handle, indices, -grad * self._learning_rate)
        return update

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Any) -> Operation:
        rate = tf.cast(self._learning_rate_tensor, var.dtype.base_dtype)
        delta = IndexedSlices(grad.values * rate, grad.indices, grad.dense_shape)
        return var.scatter_sub(delta, use_locking=self._use_locking).op  # type: ignore[no-any-return]
