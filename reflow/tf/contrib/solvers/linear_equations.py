"""tf.contrib.solvers.linear_equations: the x for which A x is a vector."""

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

__all__ = ["conjugate_gradient"]

CGState = namedtuple("CGState", ["i", "x", "r", "p", "gamma"])


def conjugate_gradient(
    operator: Any,
    rhs: Tensor,
    preconditioner: Any = None,
    x: Any = None,
    tol: Any = 1e-4,
    max_iter: Any = 20,
    name: str | None = "conjugate_gradient",
) -> Any:
    """The solution of A x = rhs, by conjugate gradients.

    Golub, Van Loan, "Matrix computations" (4th edition), 11.3 and 11.5.

    Args:
      operator: A, symmetric (or Hermitian) and positive definite, of shape [n, n]; it has `shape`
        and `apply`, the product with a column, as `util.create_operator` makes it.
      rhs: [n].
      preconditioner: an operator near the inverse of A.
      x: [n], where to begin; by default zeros.
      tol: where |r| has fallen to this part of what it was, the solution is good enough.
      max_iter: the largest number of steps.

    Returns:
      A tuple (i, x, r, p, gamma): the number of steps, the solution, what is left of `rhs`, the
      direction of the next step, each [n], and the product of r and M r, with M the preconditioner.
    """

    def goes_on(i: Tensor, state: CGState) -> Tensor:
        return tf.logical_and(i < max_iter, tf.norm(state.r) > bound)

    def step(i: Tensor, state: CGState) -> tuple[Tensor, CGState]:
        z = operator.apply(state.p)
        alpha = state.gamma / util.dot(state.p, z)
        x = state.x + alpha * state.p
        r = state.r - alpha * z
        q = r if preconditioner is None else preconditioner.apply(r)
        gamma = util.dot(r, q)
        beta = gamma / state.gamma
        p = q + beta * state.p
        return i + 1, CGState(i + 1, x, r, p, gamma)

    with name_scope(name):
        columns = operator.shape[1:]
        rhs = tf.expand_dims(rhs, -1)
        if x is None:
            x = tf.expand_dims(tf.zeros(columns, dtype=rhs.dtype.base_dtype), -1)
            r = rhs
        else:
            x = tf.expand_dims(x, -1)
            r = rhs - operator.apply(x)
        p = r if preconditioner is None else preconditioner.apply(r)
        gamma = util.dot(r, p)
        bound = tol * tf.norm(r)
        i = constant(0, dtypes.int32)
        _, state = tf.while_loop(goes_on, step, [i, CGState(i, x, r, p, gamma)])
        return CGState(
            state.i, tf.squeeze(state.x), tf.squeeze(state.r), tf.squeeze(state.p), state.gamma
        )


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
