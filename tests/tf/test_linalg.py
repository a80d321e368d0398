"""tf.linalg where TensorFlow 1.15 is no witness: its names of 0.x, and second derivatives."""

import numpy as np
import pytest

import reflow as tf

MATRIX = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -0.5], [0.5, -0.5, 2.0]])


def evaluated(fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


@pytest.mark.parametrize(
    ("old", "function"),
    [
        ("batch_cholesky", np.linalg.cholesky),
        ("batch_matrix_inverse", np.linalg.inv),
        ("batch_matrix_determinant", np.linalg.det),
        ("batch_self_adjoint_eigvals", np.linalg.eigvalsh),
        ("batch_fft", np.fft.fft),
    ],
)
def test_batches_have_names_of_their_own_in_0_x(old, function):
    matrices = np.stack([MATRIX, 2 * MATRIX])
    x = matrices.astype(np.complex128) if old == "batch_fft" else matrices
    np.testing.assert_allclose(evaluated(getattr(tf, old)(x)), function(x), atol=1e-12)


def test_batch_svd_takes_compute_uv_first():
    values = evaluated(tf.batch_svd(MATRIX, False))
    np.testing.assert_allclose(values, np.linalg.svd(MATRIX, compute_uv=False))
    assert len(tf.batch_svd(MATRIX)) == 3


@pytest.mark.parametrize(
    "function",
    [
        tf.linalg.det,
        lambda m: tf.linalg.inv(m, adjoint=True),
        lambda m: tf.linalg.expm(m / 4.0),
        tf.linalg.sqrtm,
    ],
)
def test_second_derivatives(function):
    with tf.Graph().as_default(), tf.Session():
        matrix = tf.constant(MATRIX)
        (first,) = tf.gradients(tf.square(function(matrix)), matrix)
        error = tf.test.compute_gradient_error(matrix, [3, 3], first, [3, 3], x_init_value=MATRIX)
        assert error < 1e-4


@pytest.mark.parametrize("axes", [(0, 1), (2, 0), (-1, -2)])
def test_the_norm_of_matrices_of_unknown_rank(axes):
    values = np.arange(24.0).reshape(2, 3, 4)
    x = tf.placeholder(tf.float64)
    norm = tf.norm(x, ord=2, axis=axes, keepdims=True)
    expected = np.linalg.norm(values, 2, axes, keepdims=True)
    np.testing.assert_allclose(evaluated(norm, {x: values}), expected)


def test_matrices_that_are_not_diagonalizable():
    turn, _ = np.linalg.qr(np.random.RandomState(0).randn(4, 4))
    jordan = turn @ (2 * np.eye(4) + np.eye(4, k=1)) @ turn.T
    root, exponential = evaluated(
        [tf.linalg.sqrtm(jordan), tf.linalg.expm(tf.linalg.logm(jordan.astype(complex)))]
    )
    np.testing.assert_allclose(root @ root, jordan, atol=1e-12)
    np.testing.assert_allclose(exponential, jordan, atol=1e-12)
