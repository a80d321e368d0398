"""Powers of symmetric matrices without negative eigenvalues, by iterations of products alone."""

from __future__ import annotations

from reflow import tf
from reflow.graph.operation import Tensor


def matrix_square_root(
    matrix: Tensor, size: int, iter_count: int = 100, ridge_epsilon: float = 1e-4
) -> Tensor:
    """The square root, by the coupled Newton iteration.

    Args:
      matrix: [size, size].
      iter_count: the most iterations; they end earlier when the error grows.
      ridge_epsilon: added to the diagonal.

    Source: Higham, "Stable iterations for the matrix square root" (1997), equation 2.6b.
    """
    identity = tf.eye(size)
    matrix = matrix + ridge_epsilon * identity
    norm = tf.sqrt(tf.reduce_sum(matrix * matrix))

    def goes_on(i: Tensor, y: Tensor, _: Tensor, z: Tensor, err: Tensor, before: Tensor) -> Tensor:
        both: Tensor = tf.logical_and(i < iter_count, err < before)
        return both

    def iteration(
        i: Tensor, y: Tensor, _: Tensor, z: Tensor, err: Tensor, __: Tensor
    ) -> tuple[Tensor, ...]:
        factor = 0.5 * (3.0 * identity - tf.matmul(z, y))
        new_y = tf.matmul(y, factor)
        root = new_y * tf.sqrt(norm)
        residual = matrix - tf.matmul(root, root)
        new_err = tf.sqrt(tf.reduce_sum(residual * residual)) / norm
        return i + 1, new_y, y, tf.matmul(factor, z), new_err, err

    start = matrix / norm
    # The last iterate but one: the last one had a larger error.
    _, _, root, _, _, _ = tf.while_loop(
        goes_on, iteration, [0, start, start, identity, norm, norm + 1.0]
    )
    return root * tf.sqrt(norm)  # type: ignore[no-any-return]


def matrix_inverse_pth_root(
    matrix: Tensor,
    size: int,
    alpha: float,
    iter_count: int = 100,
    epsilon: float = 1e-6,
    ridge_epsilon: float = 1e-6,
) -> Tensor:
    """matrix ^ alpha for alpha = -1 / p, where p is a whole number, by a Schur-Newton iteration.

    Args:
      matrix: [size, size].
      epsilon: the iterations end when no element is farther from the identity.
      ridge_epsilon: added to the diagonal.

    Source: Guo and Higham, "A Schur-Newton method for the matrix pth root and its inverse" (2006),
    equation 3.2.
    """
    if size == 1:
        return tf.pow(matrix + ridge_epsilon, alpha)  # type: ignore[no-any-return]
    identity = tf.eye(size)
    damped = matrix + ridge_epsilon * identity
    z = (1 - 1 / alpha) / (2 * tf.norm(damped))

    def goes_on(i: Tensor, m: Tensor, _: Tensor) -> Tensor:
        both: Tensor = tf.logical_and(i < iter_count, tf.reduce_max(tf.abs(m - identity)) > epsilon)
        return both

    def iteration(i: Tensor, m: Tensor, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        factor = (1 - alpha) * identity + alpha * m
        return i + 1, tf.matmul(_power(factor, round(-1.0 / alpha)), m), tf.matmul(x, factor)

    _, _, root = tf.while_loop(goes_on, iteration, [0, damped * z, identity * tf.pow(z, -alpha)])
    return root  # type: ignore[no-any-return]


def _power(matrix: Tensor, exponent: int) -> Tensor:
    """A matrix to the power of a whole number above 0, by squaring."""
    if exponent == 1:
        return matrix
    half = _power(matrix, exponent // 2)
    square: Tensor = tf.matmul(half, half)
    return tf.matmul(matrix, square) if exponent % 2 else square
