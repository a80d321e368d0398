"""tf.train.RMSPropOptimizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reflow import tf
from reflow.ops.training.moving_squares import CENTERED_RMS_PROP, RMS_PROP
from reflow.tf.initializers import Ones
from reflow.tf.train.rule_optimizer import RuleOptimizer


class RMSPropOptimizer(RuleOptimizer):
    """Tieleman and Hinton, "Lecture 6.5: RMSProp" (2012).

    rms = decay * rms + (1 - decay) * gradient^2;
    momentum = momentum * momentum + learning_rate * gradient / sqrt(rms + epsilon);
    var -= momentum

    Slots: "rms", "momentum" and, where centered, "mg".

    Args:
      centered: divide by the root of the gradient's variance, rms - mg^2, where mg is the moving
        average of the gradient.
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered
        self._rule = CENTERED_RMS_PROP if centered else RMS_PROP
        self._rule_slots = {"ms": "rms", "mom": "momentum", **({"mg": "mg"} if centered else {})}

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            shape, dtype = var.get_shape(), var.dtype.base_dtype
            ones = Ones(dtype=dtype) if shape.is_fully_defined() else tf.ones_like(var)
            self._get_or_make_slot_with_initializer(var, ones, shape, dtype, "rms", self._name)
            if self._centered:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._hyperparameter(self._learning_rate, "learning_rate")
        self._decay_tensor = self._hyperparameter(self._decay, "decay")
        self._momentum_tensor = self._hyperparameter(self._momentum, "momentum")
        self._epsilon_tensor = self._hyperparameter(self._epsilon, "epsilon")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {
            "lr": self._learning_rate_tensor,
            "rho": self._decay_tensor,
            "momentum": self._momentum_tensor,
            "epsilon": self._epsilon_tensor,
        }
