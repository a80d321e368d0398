"""tf.train.AdadeltaOptimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reflow.ops.training.moving_squares import ADADELTA
from reflow.tf.train.rule_optimizer import RuleOptimizer


class AdadeltaOptimizer(RuleOptimizer):
    """Zeiler, "ADADELTA: an adaptive learning rate method" (2012), where learning_rate is 1.

    Slots: "accum", the moving average of squared gradients, and "accum_update", of squared steps.
    """

    _rule = ADADELTA
    _rule_slots = MappingProxyType({"accum": "accum", "accum_update": "accum_update"})

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-8,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._rho = rho
        self._epsilon = epsilon

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "accum", self._name)
            self._zeros_slot(var, "accum_update", self._name)

    def _prepare(self) -> None:
        self._lr_t = self._hyperparameter(self._lr, "lr")
        self._rho_t = self._hyperparameter(self._rho, "rho")
        self._epsilon_t = self._hyperparameter(self._epsilon, "epsilon")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {"lr": self._lr_t, "rho": self._rho_t, "epsilon": self._epsilon_t}
