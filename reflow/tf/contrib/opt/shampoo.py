"""tf.contrib.opt.ShampooOptimizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.tf import logging
from reflow.tf.contrib.opt.matrix_roots import matrix_inverse_pth_root, matrix_square_root
from reflow.tf.train.optimizer import Optimizer, operation_of


class ShampooOptimizer(Optimizer):
    """Gupta, Koren and Singer, "Shampoo: preconditioned stochastic tensor optimization" (2018).

    For each dimension of a variable, of n in all, the products of its gradients with themselves
    along the other dimensions are added up, and the gradient is multiplied by the sum to the power
    of -alpha / n.  Dimensions that are too large have a sum of squares instead of a matrix.

    Slots: "gbar", the gradients' average; "Gbar_0", "Gbar_1", ..., the sums, and "H_0", ..., their
    powers if `svd_interval` is above 1.

    Args:
      global_step: counts steps, for arguments that depend on them: each number may be a function of
        the step.
      max_matrix_size: the largest dimension with a matrix.
      gbar_decay, gbar_weight: gbar = gbar_decay * gbar + gbar_weight * gradient.
      mat_gbar_decay, mat_gbar_weight: of the sums, as these.
      svd_interval: the powers are computed every so many steps.
      precond_update_interval: the sums are updated every so many steps.
      epsilon: added to the diagonals.
      alpha: the power of all sums together.
      use_iterative_root: computes powers by products of matrices, not by singular values.
    """

    def __init__(
        self,
        global_step: Any = 0,
        max_matrix_size: int = 768,
        gbar_decay: Any = 0.0,
        gbar_weight: Any = 1.0,
        mat_gbar_decay: Any = 1.0,
        mat_gbar_weight: Any = 1.0,
        learning_rate: Any = 1.0,
        svd_interval: Any = 1,
        precond_update_interval: Any = 1,
        epsilon: float = 1e-4,
        alpha: Any = 0.5,
        use_iterative_root: bool = False,
        use_locking: bool = False,
        name: str = "Shampoo",
    ) -> None:
        super().__init__(use_locking, name)
        self._global_step = tf.cast(global_step, tf.float32)
        self._max_matrix_size = max_matrix_size
        self._gbar_decay = gbar_decay
        self._gbar_weight = gbar_weight
        self._mat_gbar_decay = mat_gbar_decay
        self._mat_gbar_weight = mat_gbar_weight
        self._learning_rate = learning_rate
        self._svd_interval = svd_interval
        self._precond_update_interval = precond_update_interval
        self._epsilon = epsilon
        self._alpha = alpha
        self._use_iterative_root = use_iterative_root

    # -- Slots ----------------------------------------------------------------------------------

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for var in var_list:
            with get_default_graph().colocate_with(var):
                self._zeros_slot(var, "gbar", self._name)
                for axis, size in enumerate(var.shape.as_list()):
                    self._create_sum(var, axis, size)

    def _create_sum(self, var: Any, axis: int, size: int) -> None:
        if size > self._max_matrix_size:
            start = tf.zeros([size])
        else:
            start = tf.zeros_like(tf.eye(size))
            if self._stores_powers:
                self._get_or_make_slot(var, tf.eye(size), f"H_{axis}", self._name)
        self._get_or_make_slot(var, start, f"Gbar_{axis}", self._name)

    @property
    def _stores_powers(self) -> bool:
        return callable(self._svd_interval) or self._svd_interval > 1

    # -- Updates --------------------------------------------------------------------------------

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        gbar = _averaged(
            self.get_slot(var, "gbar"),
            self._gbar_decay,
            self._now(self._gbar_decay),
            self._now(self._gbar_weight) * grad,
        )
        step = self._preconditioned(gbar, grad, var, None)
        return operation_of(tf.assign_sub(var, self._now(self._learning_rate) * step))  # type: ignore[no-any-return]

    _resource_apply_dense = _apply_dense

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        return self._resource_apply_sparse(grad.values, var, grad.indices)

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        if var.shape.as_list()[0] <= self._max_matrix_size or self._gbar_decay != 0.0:
            # Few rows, or all of them move: as good as a gradient of all.
            shape = tf.shape(var, out_type=indices.dtype)
            dense = tf.scatter_nd(tf.expand_dims(indices, axis=1), grad, shape)
            return self._apply_dense(dense, var)
        if self._mat_gbar_decay != 1.0:
            raise ValueError("Rows of large variables are updated with mat_gbar_decay=1.0 only.")
        step = self._preconditioned(grad, grad, var, indices)
        rate = self._now(self._learning_rate)
        return operation_of(tf.scatter_add(var, indices, -rate * step))  # type: ignore[no-any-return]

    def _now(self, parameter: Any) -> Any:
        """A number at this step."""
        return parameter(self._global_step + 1) if callable(parameter) else parameter

    def _preconditioned(
        self, gbar: Tensor, grad: Tensor, var: Any, indices: Tensor | None
    ) -> Tensor:
        """The average times the powers of the sums, axis by axis.

        Each product drops the first axis and adds a last one, so that after all they are in order.
        """
        rank = var.shape.ndims
        power = -self._now(self._alpha) / rank
        for axis, size in enumerate(var.shape.as_list()):
            others = [other for other in range(rank) if other != axis]
            if size <= self._max_matrix_size:
                matrix = self._power_of_sum(grad, var, axis, size, others, power)
                gbar = tf.tensordot(gbar, matrix, axes=([0], [0]), name=f"precond_{axis}")
            else:
                factors = self._power_of_squares(grad, var, axis, size, others, power, indices)
                gbar = tf.transpose(gbar, perm=[*range(1, rank), 0]) * factors
        return gbar

    def _power_of_sum(
        self, grad: Tensor, var: Any, axis: int, size: int, others: list[int], power: Any
    ) -> Tensor:
        """The matrix [size, size] of an axis, to the power."""
        total = self.get_slot(var, f"Gbar_{axis}")
        interval = self._now(self._precond_update_interval)

        def added() -> Tensor:
            product = tf.tensordot(grad, grad, axes=(others, others), name=f"grad_outer_{axis}")
            decay, weight = self._now(self._mat_gbar_decay), self._now(self._mat_gbar_weight)
            return _averaged(total, self._mat_gbar_decay, decay, weight * interval * product)

        is_due = tf.mod(self._global_step + 1, interval) < 1
        mean = tf.cond(is_due, added, lambda: tf.identity(total)) / float(size)
        if not self._stores_powers:
            return self._power(mean, size, power)
        stored = self.get_slot(var, f"H_{axis}")
        powered: Tensor = tf.cond(
            tf.mod(self._global_step + 1, self._now(self._svd_interval)) < 1,
            lambda: tf.identity(tf.assign(stored, self._power(mean, size, power))),
            lambda: tf.identity(stored),
        )
        return powered

    def _power(self, matrix: Tensor, size: int, power: Any) -> Tensor:
        with get_default_graph().name_scope("matrix_iterative_power"):
            if self._use_iterative_root:
                root = matrix_square_root(matrix, size, ridge_epsilon=self._epsilon)
                return matrix_inverse_pth_root(root, size, 2 * power, ridge_epsilon=0.0)
            if size == 1:
                return tf.pow(matrix + self._epsilon, power)  # type: ignore[no-any-return]
            values, u, v = tf.linalg.svd(matrix + self._epsilon * tf.eye(size), full_matrices=True)
            powers = tf.pow(tf.maximum(values, self._epsilon), power)
            return tf.matmul(v * powers, tf.transpose(u))  # type: ignore[no-any-return]

    def _power_of_squares(
        self,
        grad: Tensor,
        var: Any,
        axis: int,
        size: int,
        others: list[int],
        power: Any,
        indices: Tensor | None,
    ) -> Tensor:
        """The sums of squares [size] of an axis, to the power.

        Where the gradient is of the rows `indices`: of the first axis only theirs.
        """
        squares = grad * grad
        if others:
            # Of rows alone TensorFlow takes the sum, of all the mean.
            squares = tf.reduce_sum(squares, axis=others)
            squares = squares / (1.0 if indices is not None else float(size))
        total = self.get_slot(var, f"Gbar_{axis}")
        weighted = self._now(self._mat_gbar_weight) * squares
        if axis > 0 or indices is None:
            decay = self._now(self._mat_gbar_decay)
            total = _averaged(total, self._mat_gbar_decay, decay, weighted)
        else:
            total = tf.gather(tf.scatter_add(total, indices, weighted), indices)
        powers: Tensor = tf.where(tf.greater(total, 0), tf.pow(total, power), tf.zeros_like(total))
        return powers


def _averaged(variable: Any, decay: Any, decay_now: Any, added: Tensor) -> Tensor:
    """decay * variable + added, which becomes the variable's value unless nothing of it stays."""
    if not callable(decay) and decay == 0.0:
        return added
    if not callable(decay) and decay == 1.0:
        return tf.convert_to_tensor(tf.assign_add(variable, added))  # type: ignore[no-any-return]
    return tf.convert_to_tensor(variable.assign_add((decay_now - 1) * variable + added))  # type: ignore[no-any-return]
