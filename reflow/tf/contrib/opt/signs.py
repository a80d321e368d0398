"""tf.contrib.opt.AddSignOptimizer and PowerSignOptimizer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.training.signs import ADD_SIGN, POWER_SIGN
from reflow.tf.train.rule_optimizer import RuleOptimizer


class _SignOptimizer(RuleOptimizer):
    """An optimizer whose steps depend on whether gradient and moving average agree in sign.

    Slot: "m".

    Args:
      sign_decay_fn: how much that counts, a function of the global step (see sign_decay.py).
    """

    _rule_slots = MappingProxyType({"m": "m"})

    def __init__(
        self,
        learning_rate: Any,
        beta: Any,
        sign_decay_fn: Callable[[Any], Any] | None,
        use_locking: bool,
        name: str,
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta = beta
        self._sign_decay_fn = sign_decay_fn

    def apply_gradients(
        self,
        grads_and_vars: Iterable[tuple[Any, Any]],
        global_step: Any = None,
        name: str | None = None,
    ) -> Operation:
        if self._sign_decay_fn is not None:
            self._sign_decay_t = convert_to_tensor(
                self._sign_decay_fn(global_step), name="sign_decay"
            )
        return super().apply_gradients(grads_and_vars, global_step, name)

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            self._zeros_slot(var, "m", self._name)

    def _prepare(self) -> None:
        self._lr_t = self._hyperparameter(self._lr, "learning_rate")
        self._beta_t = self._hyperparameter(self._beta, "beta")
        self._prepare_scale()
        if self._sign_decay_fn is None:
            self._sign_decay_t = convert_to_tensor(1.0, name="sign_decay")

    def _prepare_scale(self) -> None:
        """Makes a tensor of the subclass's own number."""
        raise NotImplementedError

    def _move_rows(
        self,
        grad: IndexedSlices,
        var: Any,
        rate: Tensor,
        beta: Tensor,
        scale: Callable[[Tensor, Tensor], Tensor],
    ) -> Operation:
        """var[indices] -= rate * scale(sign_decay, agreement of signs) * gradient"""
        m = self.get_slot(var, "m")
        new_m = tf.assign(m, (m * beta) + (grad * (1 - beta)), use_locking=self._use_locking)
        signs = tf.sign(grad.values)
        agreement = tf.gather(tf.sign(new_m), grad.indices) * signs
        scales = scale(tf.cast(self._sign_decay_t, var.dtype.base_dtype), agreement)
        moved = tf.scatter_sub(
            var, grad.indices, rate * scales * grad.values, use_locking=self._use_locking
        )
        return tf.group(moved, new_m)


class AddSignOptimizer(_SignOptimizer):
    """Bello et al., "Neural optimizer search with reinforcement learning" (2017).

    m = beta * m + (1 - beta) * g;  var -= learning_rate * (alpha + sign_decay * sign(g * m)) * g
    """

    _rule = ADD_SIGN

    def __init__(
        self,
        learning_rate: Any = 0.1,
        alpha: Any = 1.0,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = "AddSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._alpha = alpha

    def _prepare_scale(self) -> None:
        self._alpha_t = self._hyperparameter(self._alpha, "alpha")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {
            "lr": self._lr_t,
            "alpha": self._alpha_t,
            "sign_decay": self._sign_decay_t,
            "beta": self._beta_t,
        }

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        rate, alpha = tf.cast(self._lr_t, dtype), tf.cast(self._alpha_t, dtype)
        return self._move_rows(
            grad,
            var,
            rate,
            tf.cast(self._beta_t, dtype),
            lambda sign_decay, agreement: alpha + sign_decay * agreement,
        )


class PowerSignOptimizer(_SignOptimizer):
    """Bello et al., "Neural optimizer search with reinforcement learning" (2017).

    m = beta * m + (1 - beta) * g;  var -= learning_rate * base^(sign_decay * sign(g * m)) * g
    """

    _rule = POWER_SIGN

    def __init__(
        self,
        learning_rate: Any = 0.1,
        base: float = math.e,
        beta: Any = 0.9,
        sign_decay_fn: Callable[[Any], Any] | None = None,
        use_locking: bool = False,
        name: str = "PowerSignOptimizer",
    ) -> None:
        super().__init__(learning_rate, beta, sign_decay_fn, use_locking, name)
        self._logbase = math.log(base)

    def _prepare_scale(self) -> None:
        self._logbase_t = self._hyperparameter(self._logbase, "logbase")

    def _rule_numbers(self, var: Any) -> Mapping[str, Any]:
        return {
            "lr": self._lr_t,
            "logbase": self._logbase_t,
            "sign_decay": self._sign_decay_t,
            "beta": self._beta_t,
        }

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        dtype = var.dtype.base_dtype
        rate, beta = tf.cast(self._lr_t, dtype), tf.cast(self._beta_t, dtype)
        logbase, e = tf.cast(self._logbase_t, dtype), tf.cast(math.e, dtype)
        return self._move_rows(
            grad,
            var,
            rate,
            beta,
            lambda sign_decay, agreement: tf.pow(e, logbase * sign_decay * agreement),
        )
