"""tf.train.FtrlOptimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.ops.training.ftrl import FTRL, FTRL_V2
from reflow.tf.train.rule_optimizer import RuleOptimizer


def _check_not_negative(value: float, name: str) -> None:
    if value < 0.0:
        raise ValueError(f"{name} {value:f} needs to be positive or zero")


class FtrlOptimizer(RuleOptimizer):
    """McMahan et al., "Ad click prediction: a view from the trenches" (2013).

    Slots: "accum" and "linear".

    Args:
      learning_rate_power: how the rate decreases; at most 0, where it stays as it is.
      accum_name, linear_name: of the slots' variables (default: the optimizer's name).
      l2_shrinkage_regularization_strength: a penalty on the size of the weights, while
        l2_regularization_strength stabilises their changes.

    Raises:
      ValueError: learning_rate_power is positive, or another number negative.
    """

    _rule_slots = MappingProxyType({"accum": "accum", "linear": "linear"})

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
    ) -> None:
        super().__init__(use_locking, name)
        _check_not_negative(initial_accumulator_value, "initial_accumulator_value")
        if learning_rate_power > 0.0:
            raise ValueError(
                f"learning_rate_power {learning_rate_power:f} needs to be negative or zero"
            )
        _check_not_negative(l1_regularization_strength, "l1_regularization_strength")
        _check_not_negative(l2_regularization_strength, "l2_regularization_strength")
        _check_not_negative(
            l2_shrinkage_regularization_strength, "l2_shrinkage_regularization_strength"
        )
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self._accum_name = accum_name
        self._linear_name = linear_name
        self._rule = FTRL_V2 if l2_shrinkage_regularization_strength > 0.0 else FTRL

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            with get_default_graph().colocate_with(var):
                value = tf.constant(
                    self._initial_accumulator_value, var.dtype.base_dtype, var.get_shape()
                )
                self._get_or_make_slot(var, value, "accum", self._accum_name or self._name)
                self._zeros_slot(var, "linear", self._linear_name or self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        self._l1_regularization_strength_tensor = self._hyperparameter(
            self._l1_regularization_strength, "l1_regularization_strength"
        )
        self._l2_regularization_strength_tensor = self._hyperparameter(
            self._l2_regularization_strength, "l2_regularization_strength"
        )
        self._l2_shrinkage_regularization_strength_tensor = self._hyperparameter(
            self._l2_shrinkage_regularization_strength, "l2_shrinkage_regularization_strength"
        )
        self._learning_rate_power_tensor = self._hyperparameter(
            self._learning_rate_power, "learning_rate_power"
        )

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {
            "lr": self._learning_rate_tensor,
            "l1": self._l1_regularization_strength_tensor,
            "l2": self._l2_regularization_strength_tensor,
            "l2_shrinkage": self._l2_shrinkage_regularization_strength_tensor,
            "lr_power": self._learning_rate_power_tensor,
        }
