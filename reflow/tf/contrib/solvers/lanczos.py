"""tf.contrib.solvers.lanczos: a matrix as a product with a small bidiagonal one."""

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

__all__ = ["bidiag_matmul", "lanczos_bidiag"]

LanczosBidiagState = namedtuple("LanczosBidiagState", ["u", "v", "alpha", "beta"])

# A vector that projections have made shorter than this part of itself is projected once more.
_TOO_SHORT = 0.7071


def lanczos_bidiag(
    operator: Any,
    k: Any,
    orthogonalize: bool = True,
    starting_vector: Any = None,
    name: str | None = "lanczos_bidiag",
) -> Any:
    """Matrices with A V = U B, of orthonormal columns, B lower bidiagonal: Golub, Kahan, Lanczos.

    Args:
      operator: A, of shape [m, n]; it has `shape`, `dtype`, `apply` and `apply_adjoint`, the
        products with a column, as `util.create_operator` makes it.
      k: the number of steps.
      orthogonalize: whether rounding is kept from making columns less and less orthogonal.
      starting_vector: [m], the first column of U (made of length 1); by default random numbers.

    Returns:
      A tuple (u, v, alpha, beta): U [m, k + 1], V [n, k], and B's diagonal and what is below it,
      [k] each.
    """

    def goes_on(i: Tensor, _: LanczosBidiagState) -> Tensor:
        return i < k

    def step(i: Tensor, state: LanczosBidiagState) -> tuple[Tensor, LanczosBidiagState]:
        u = _column(state.u, i)
        r = operator.apply_adjoint(u)
        shape = r.shape
        r = tf.cond(i > 0, lambda: r - state.beta.read(i - 1) * _column(state.v, i - 1), lambda: r)
        r.set_shape(shape)
        v, alpha = _orthonormal(i - 1, state.v, r) if orthogonalize else util.l2normalize(r)
        p = operator.apply(v) - alpha * u
        u, beta = _orthonormal(i, state.u, p) if orthogonalize else util.l2normalize(p)
        return i + 1, LanczosBidiagState(
            _with_column(state.u, u, i + 1),
            _with_column(state.v, v, i),
            state.alpha.write(i, alpha),
            state.beta.write(i, beta),
        )

    with name_scope(name):
        dtype = operator.dtype
        if starting_vector is None:
            starting_vector = tf.random_uniform(operator.shape[:1], -1, 1, dtype=dtype)
        first, _ = util.l2normalize(starting_vector)
        state = LanczosBidiagState(
            _with_column(_array(k + 1, dtype, "u"), first, 0),
            _array(k, dtype, "v"),
            _array(k, dtype, "alpha"),
            _array(k, dtype, "beta"),
        )
        _, state = tf.while_loop(goes_on, step, [constant(0, dtypes.int32), state])
        return LanczosBidiagState(
            tf.matrix_transpose(state.u.stack()),
            tf.matrix_transpose(state.v.stack()),
            state.alpha.stack(),
            state.beta.stack(),
        )


def _array(size: Any, dtype: Any, name: str) -> Any:
    return tf.TensorArray(dtype, size, tensor_array_name=name, clear_after_read=False)


def _column(array: Any, i: Any) -> Tensor:
    return tf.expand_dims(array.read(i), -1)


def _with_column(array: Any, column: Tensor, i: Any) -> Any:
    return array.write(i, tf.squeeze(column))


def _orthonormal(count: Tensor, basis: Any, v: Tensor) -> tuple[Tensor, Tensor]:
    """A column made orthogonal to the first ones of a basis and of length 1, and its length then.

    "Twice is enough": where much of it is lost, rounding leaves too much of the rest.
    """
    length = util.l2norm(v)
    once, length_once = _projected(count, basis, v)
    return tf.cond(  # type: ignore[no-any-return]
        length_once < _TOO_SHORT * length,
        lambda: _projected(count, basis, v),
        lambda: (once, length_once),
    )


def _projected(count: Tensor, basis: Any, v: Tensor) -> tuple[Tensor, Tensor]:
    """By the method of Gram and Schmidt, as it is numerically stable."""

    def step(j: Tensor, basis: Any, v: Tensor) -> tuple[Any, ...]:
        shape = v.shape
        column = _column(basis, j)
        v -= tf.matmul(column, v, adjoint_a=True) * column
        v.set_shape(shape)
        return j + 1, basis, v

    j = constant(0, dtypes.int32)
    _, _, v = tf.while_loop(lambda j, _, __: j < count, step, [j, basis, v])
    return util.l2normalize(v)


def bidiag_matmul(
    matrix: Tensor,
    alpha: Tensor,
    beta: Tensor,
    adjoint_b: bool = False,
    name: str | None = "bidiag_matmul",
) -> Tensor:
    """The product of a matrix and a lower bidiagonal one B, or B's transpose.

    Args:
      matrix: [m, k + 1]; for the transpose, [m, k].
      alpha: [k], B's diagonal.
      beta: [k], what is below it: B is [k + 1, k].
      adjoint_b: whether to multiply by the transpose of the first k rows.

    Returns:
      [m, k].
    """
    with name_scope(name):
        alpha = tf.expand_dims(alpha, 0)
        if adjoint_b is False:
            beta = tf.expand_dims(beta, 0)
            return matrix[:, :-1] * alpha + matrix[:, 1:] * beta
        beta = tf.expand_dims(beta[:-1], 0)
        rows = tf.shape(matrix)[:1]
        zeros = tf.expand_dims(tf.zeros(rows, dtype=matrix.dtype), 1)
        return matrix * alpha + tf.concat([zeros, matrix[:, :-1] * beta], 1)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
