"""tf.contrib.opt.GGTOptimizer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.tf.train.optimizer import Optimizer, operation_of


class GGTOptimizer(Optimizer):
    """Agarwal et al., "Efficient full-matrix adaptive regularization" (2018).

    Gradients of all variables are one vector, m its moving average, and G the matrix whose columns
    are the last `window` values of m, divided by sqrt(their number).  A step goes along
    (G G^T)^(-1/2) m, which the singular values of the small matrix G^T G give.

    Args:
      beta1: how much of the moving average stays at a step.
      window: how many moving averages are kept.
      eps: what lies outside the span of G is followed only if all singular values are above it.
      svd_eps: added to the diagonal of G^T G.
      sigma_eps: added to singular values before they are inverted.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        use_locking: bool = False,
        name: str = "GGT",
        window: int = 10,
        eps: Any = 1e-4,
        svd_eps: Any = 1e-6,
        sigma_eps: Any = 1e-2,
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta1 = beta1
        self._window = window
        self._eps = eps
        self._svd_eps = svd_eps
        self._sigma_eps = sigma_eps

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        first = var_list[0]
        dtype = first.dtype.base_dtype
        # Where each variable's gradient begins in the vector of all.
        self._offsets = {}
        length = 0
        for var in sorted(var_list, key=lambda var: var.name):
            self._offsets[var.name] = length
            length += math.prod(var.shape.as_list())
        for name, value in (
            ("global_step", tf.cast(0.0, dtype)),
            ("grad_buffer", tf.zeros([self._window, length], dtype)),
            ("moment1", tf.zeros([length], dtype)),
            ("flat_grad", tf.zeros([length], dtype)),
        ):
            self._create_non_slot_variable(value, name, first)

    def _prepare(self) -> None:
        self._trained: list[Any] = []

    def _apply_dense(self, grad: Tensor, var: Any) -> Operation:
        self._trained.append(var)
        start = self._offsets[var.name]
        places = tf.range(start, start + math.prod(var.shape.as_list()))
        flat = self._own("flat_grad")
        return operation_of(tf.scatter_update(flat, places, tf.reshape(grad, [-1])))  # type: ignore[no-any-return]

    _resource_apply_dense = _apply_dense

    def _apply_sparse(self, grad: IndexedSlices, var: Any) -> Operation:
        raise NotImplementedError("Sparse gradient updates are not supported.")

    def _resource_apply_sparse(self, grad: Tensor, var: Any, indices: Tensor) -> Operation:
        raise NotImplementedError("Sparse gradient updates are not supported.")

    def _own(self, name: str) -> Any:
        return self._get_non_slot_variable(name, self._trained[0].graph)

    def _finish(self, update_ops: Sequence[Operation], name_scope: str) -> Operation:
        dtype = self._trained[0].dtype.base_dtype
        with get_default_graph().control_dependencies(update_ops):
            step = tf.assign_add(self._own("global_step"), 1.0)
            moment = self._own("moment1")
            beta = tf.cast(self._call_if_callable(self._beta1), dtype)
            m = moment.assign(
                beta * moment.read_value() + (1.0 - beta) * self._own("flat_grad").read_value()
            )
            place = tf.floormod(tf.cast(step - 1.0, tf.int32), self._window)
            window = tf.scatter_update(self._own("grad_buffer"), place, m)
            count = tf.minimum(tf.convert_to_tensor(step), tf.cast(self._window, dtype))
            way = self._preconditioned(
                tf.transpose(tf.divide(window, tf.sqrt(count))), tf.expand_dims(m, -1), dtype
            )
            rate = tf.cast(self._call_if_callable(self._lr), dtype)
            updates = []
            for var in self._trained:
                start = self._offsets[var.name]
                part = way[start : start + math.prod(var.shape.as_list())]
                updates.append(tf.assign_sub(var, rate * tf.reshape(part, var.shape)))
        return tf.group(*updates, name=name_scope)

    def _preconditioned(self, history: Tensor, m: Tensor, dtype: Any) -> Tensor:
        """(G G^T)^(-1/2) m, [length, 1], of G [length, window] and m [length, 1]."""
        eps, svd_eps, sigma_eps = (
            tf.cast(self._call_if_callable(number), dtype)
            for number in (self._eps, self._svd_eps, self._sigma_eps)
        )
        gram = tf.matmul(history, history, transpose_a=True)
        sigma, u, _ = tf.linalg.svd(gram + tf.eye(self._window, dtype=dtype) * svd_eps)
        roots = tf.sqrt(sigma)
        least = tf.reduce_min(roots)
        inside = tf.matmul(u, tf.matmul(history, m, transpose_a=True), transpose_a=True)

        def back(factors: Tensor) -> Tensor:
            """Of what lies inside the span of G: each direction by its factor."""
            product: Tensor = tf.matmul(history, tf.matmul(u, tf.expand_dims(factors, -1) * inside))
            return product

        head = back(tf.divide(tf.cast(1.0, dtype), tf.pow(roots + sigma_eps, 3)))
        outside = m - back(tf.divide(tf.cast(1.0, dtype), sigma))
        way: Tensor = tf.cond(least > eps, lambda: head + outside / least, lambda: head)
        return way
