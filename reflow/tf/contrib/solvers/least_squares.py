"""tf.contrib.solvers.least_squares: the x for which A x comes nearest to a vector."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.constants import constant
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.solvers import util

__all__ = ["cgls"]

CGLSState = namedtuple("CGLSState", ["i", "x", "r", "p", "gamma"])


def cgls(
    operator: Any, rhs: Tensor, tol: Any = 1e-6, max_iter: Any = 20, name: str | None = "cgls"
) -> Any:
    """The x of least |rhs - A x|, by conjugate gradients.

    Björck, "Numerical methods for least squares problems" (1996).

    Args:
      operator: A, of shape [m, n]; it has `shape`, `apply` and `apply_adjoint`, the products with
        a column, as `util.create_operator` makes it.
      rhs: [m].
      tol: where |A' r| has fallen to this part of what it was, the solution is good enough.
      max_iter: the largest number of steps.

    Returns:
      A tuple (i, x, r, p, gamma): the number of steps, the solution [n], what is left of `rhs` [m],
      the direction of the next step [n], and |A' r| squared.
    """

    def goes_on(i: Tensor, state: CGLSState) -> Tensor:
        return tf.logical_and(i < max_iter, state.gamma > bound)

    def step(i: Tensor, state: CGLSState) -> tuple[Tensor, CGLSState]:
        q = operator.apply(state.p)
        alpha = state.gamma / util.l2norm_squared(q)
        x = state.x + alpha * state.p
        r = state.r - alpha * q
        s = operator.apply_adjoint(r)
        gamma = util.l2norm_squared(s)
        beta = gamma / state.gamma
        p = s + beta * state.p
        return i + 1, CGLSState(i + 1, x, r, p, gamma)

    with name_scope(name):
        columns = operator.shape[1:]
        rhs = tf.expand_dims(rhs, -1)
        s = operator.apply_adjoint(rhs)
        gamma = util.l2norm_squared(s)
        bound = tol * tol * gamma
        x = tf.expand_dims(tf.zeros(columns, dtype=rhs.dtype.base_dtype), -1)
        i = constant(0, dtypes.int32)
        _, state = tf.while_loop(goes_on, step, [i, CGLSState(i, x, rhs, s, gamma)])
        return CGLSState(
            state.i, tf.squeeze(state.x), tf.squeeze(state.r), tf.squeeze(state.p), state.gamma
        )


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
