"""tf.train.MomentumOptimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reflow.ops.training.gradient_descent import MOMENTUM
from reflow.tf.train.rule_optimizer import RuleOptimizer


class MomentumOptimizer(RuleOptimizer):
    """accumulation = momentum * accumulation + gradient;  var -= learning_rate * accumulation.

    Slot: "momentum".

    Args:
      use_nesterov: look ahead along the momentum, as in Sutskever et al. (2013).
    """

    _rule = MOMENTUM
    _rule_slots = MappingProxyType({"accum": "momentum"})

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
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        self._momentum_tensor = self._hyperparameter(self._momentum, "momentum")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {"lr": self._learning_rate_tensor, "momentum": self._momentum_tensor}

    def _rule_attrs(self) -> Mapping[str, Any]:
        return {"use_nesterov": self._use_nesterov}
