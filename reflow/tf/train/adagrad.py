"""tf.train.AdagradOptimizer, ProximalAdagradOptimizer and AdagradDAOptimizer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reflow import tf
from reflow.graph.dtypes import DType
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Tensor
from reflow.ops.training.adagrad import ADAGRAD, ADAGRAD_DA, PROXIMAL_ADAGRAD
from reflow.tf.initializers import Constant
from reflow.tf.train.rule_optimizer import RuleOptimizer


def _check_positive(value: float, name: str) -> None:
    if value <= 0.0:
        raise ValueError(f"{name} must be positive: {value}")


class AdagradOptimizer(RuleOptimizer):
    """Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011).

    accumulator += gradient^2;  var -= learning_rate * gradient / sqrt(accumulator)

    Slot: "accumulator".

    Raises:
      ValueError: initial_accumulator_value is not positive.
    """

    _rule = ADAGRAD
    _rule_slots = MappingProxyType({"accum": "accumulator"})

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        _check_positive(initial_accumulator_value, "initial_accumulator_value")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._learning_rate_tensor: Tensor | None = None

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            shape, dtype = var.get_shape(), var.dtype.base_dtype
            initializer = (
                Constant(self._initial_accumulator_value, dtype=dtype)
                if shape.is_fully_defined()
                else self._filled_like(var, dtype)
            )
            self._get_or_make_slot_with_initializer(
                var, initializer, shape, dtype, "accumulator", self._name
            )

    def _filled_like(self, var: Any, dtype: DType) -> Callable[[], Tensor]:
        """An initializer for a variable whose shape only a run knows."""
        return lambda: tf.cast(tf.fill(tf.shape(var), self._initial_accumulator_value), dtype)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {"lr": self._learning_rate_tensor}


class ProximalAdagradOptimizer(RuleOptimizer):
    """Duchi and Singer, "Efficient learning using forward-backward splitting" (2009): Adagrad's
    step, then one towards 0 by each regularization.

    Slot: "accumulator".

    Raises:
      ValueError: initial_accumulator_value is not positive.
    """

    _rule = PROXIMAL_ADAGRAD
    _rule_slots = MappingProxyType({"accum": "accumulator"})

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ) -> None:
        _check_positive(initial_accumulator_value, "initial_accumulator_value")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            with get_default_graph().colocate_with(var):
                value = tf.constant(
                    self._initial_accumulator_value, var.dtype.base_dtype, var.get_shape()
                )
            self._get_or_make_slot(var, value, "accumulator", self._name)

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
            "lr": self._learning_rate_tensor,
            "l1": self._l1_regularization_strength_tensor,
            "l2": self._l2_regularization_strength_tensor,
        }


class AdagradDAOptimizer(RuleOptimizer):
    """Duchi, Hazan and Singer (2011), dual averaging: for sparse linear models.

    Slots: "gradient_accumulator" and "gradient_squared_accumulator".

    Args:
      global_step: how many steps were taken before, a whole number.

    Raises:
      ValueError: initial_gradient_squared_accumulator_value is not positive.
    """

    _rule = ADAGRAD_DA
    _rule_slots = MappingProxyType(
        {
            "gradient_accumulator": "gradient_accumulator",
            "gradient_squared_accumulator": "gradient_squared_accumulator",
        }
    )

    def __init__(
        self,
        learning_rate: Any,
        global_step: Any,
        initial_gradient_squared_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "AdagradDA",
    ) -> None:
        _check_positive(
            initial_gradient_squared_accumulator_value,
            "initial_gradient_squared_accumulator_value",
        )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_gradient_squared_accumulator_value = (
            initial_gradient_squared_accumulator_value
        )
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._global_step = global_step

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            shape, dtype = var.get_shape(), var.dtype.base_dtype
            with get_default_graph().colocate_with(var):
                zeros = tf.constant(0.0, dtype, shape)
                squares = tf.constant(
                    self._initial_gradient_squared_accumulator_value, dtype, shape
                )
            self._get_or_make_slot(var, zeros, "gradient_accumulator", self._name)
            self._get_or_make_slot(var, squares, "gradient_squared_accumulator", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        with get_default_graph().colocate_with(self._learning_rate_tensor):
            self._global_step_on_worker = tf.identity(self._global_step) + 1

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        with tf.device(var.device):
            global_step = tf.identity(self._global_step_on_worker)
        return {
            "lr": self._learning_rate_tensor,
            "l1": self._l1_regularization_strength,
            "l2": self._l2_regularization_strength,
            "global_step": global_step,
        }
