"""tf.contrib.opt.LARSOptimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.operation import Operation, Tensor
from reflow.ops.training.gradient_descent import MOMENTUM
from reflow.tf.train.momentum import MomentumOptimizer


class LARSOptimizer(MomentumOptimizer):
    """You, Gitman and Ginsburg, "Large batch training of convolutional networks" (2017).

    Each variable's rate is learning_rate * eeta * |var| / (|gradient| + weight_decay * |var| +
    epsilon), and weight_decay * var is added to its gradient.  Sparse gradients are applied with
    plain momentum.

    Args:
      skip_list: variables with one of these strings in their names are not scaled.

    Raises:
      ValueError: momentum or weight_decay is negative.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: float = 0.9,
        weight_decay: float = 0.0001,
        eeta: float = 0.001,
        epsilon: float = 0.0,
        name: str = "LARSOptimizer",
        skip_list: Sequence[str] | None = None,
        use_nesterov: bool = False,
    ) -> None:
        if momentum < 0.0:
            raise ValueError(f"momentum should be positive: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"weight_decay should be positive: {weight_decay}")
        super().__init__(learning_rate, momentum, name=name, use_nesterov=use_nesterov)
        self._weight_decay = weight_decay
        self._eeta = eeta
        self._epsilon = epsilon
        self._skip_list = skip_list

    def compute_lr(self, grad: Tensor, var: Any) -> tuple[Any, Tensor]:
        """The variable's learning rate and its gradient with the decay of weights."""
        if self._skip_list is not None and any(part in var.name for part in self._skip_list):
            return self._learning_rate, grad
        weight_norm, grad_norm = tf.norm(var, ord=2), tf.norm(grad, ord=2)
        trust = tf.where(
            tf.greater(weight_norm, 0),
            tf.where(
                tf.greater(grad_norm, 0),
                self._eeta
                * weight_norm
                / (grad_norm + self._weight_decay * weight_norm + self._epsilon),
                1.0,
            ),
            1.0,
        )
        return self._learning_rate * trust, grad + self._weight_decay * var

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        rate, grad = self.compute_lr(grad, var)
        return MOMENTUM.dense(  # type: ignore[misc, no-any-return]
            var,
            self.get_slot(var, "momentum"),
            tf.cast(1.0, var.dtype.base_dtype),
            grad * rate,
            self._momentum,
            use_nesterov=self._use_nesterov,
        ).op

    def _resource_apply_dense(self, grad: Tensor, var: Any) -> Operation:
        rate, grad = self.compute_lr(grad, var)
        slot = self.get_slot(var, "momentum")
        assert slot is not None
        return MOMENTUM.resource_dense(  # type: ignore[no-any-return]
            var.handle,
            slot.handle,
            tf.cast(1.0, var.dtype.base_dtype),
            grad * rate,
            self._momentum,
            use_nesterov=self._use_nesterov,
        )
