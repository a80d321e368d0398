"""tf.train.GradientDescentOptimizer and ProximalGradientDescentOptimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reflow import tf
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.resource_updates import ResourceScatterAdd
from reflow.ops.training.gradient_descent import GRADIENT_DESCENT, PROXIMAL_GRADIENT_DESCENT
from reflow.tf.train.rule_optimizer import RuleOptimizer


class GradientDescentOptimizer(RuleOptimizer):
    """var -= learning_rate * gradient.

    Args:
      learning_rate: a number, a scalar tensor, or a function that gives one.
    """

    _rule = GRADIENT_DESCENT

    def __init__(
        self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent"
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._learning_rate_tensor: Tensor | None = None

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {"alpha": self._learning_rate_tensor}

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


class ProximalGradientDescentOptimizer(RuleOptimizer):
    """Duchi and Singer, "Efficient learning using forward-backward splitting" (2009): gradient
    descent, then a step towards 0 by each regularization."""

    _rule = PROXIMAL_GRADIENT_DESCENT

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        self._l1_regularization_strength_tensor = self._hyperparameter(
            self._l1_regularization_strength, "l1_regularization_strength"
        )
        self._l2_regularization_strength_tensor = self._hyperparameter(
            self._l2_regularization_strength, "l2_regularization_strength"
        )

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {
            "alpha": self._learning_rate_tensor,
            "l1": self._l1_regularization_strength_tensor,
            "l2": self._l2_regularization_strength_tensor,
        }
