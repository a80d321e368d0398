"""Gradients of bands of diagonals, which TensorFlow 1.15 itself does not give."""

import numpy as np
import pytest

import reflow as tf

BANDS = [0, 1, -2, (0, 1), (-1, 1), (-2, -1)]


def gradient_error(function, *values):
    """The largest error of a gradient by central differences."""
    with tf.Graph().as_default(), tf.Session():
        inputs = [tf.constant(value) for value in values]
        output = function(*inputs)
        return max(
            tf.test.compute_gradient_error(x, x.shape.as_list(), output, output.shape.as_list())
            for x in inputs
        )


def drawn(*shape):
    return np.random.RandomState(1).uniform(-1, 1, shape)


@pytest.mark.parametrize("k", BANDS)
def test_matrices_of_bands(k):
    values = drawn(2, *tf.linalg.diag_part(np.zeros([4, 3]), k=k).shape.as_list())
    assert gradient_error(lambda d: tf.linalg.diag(d, k=k), values) < 1e-6


@pytest.mark.parametrize("k", BANDS)
def test_bands_of_matrices(k):
    assert gradient_error(lambda m: tf.linalg.diag_part(m, k=k), drawn(2, 4, 3)) < 1e-6


@pytest.mark.parametrize("k", BANDS)
def test_matrices_with_other_bands(k):
    band = drawn(2, *tf.linalg.diag_part(np.zeros([4, 3]), k=k).shape.as_list())
    assert gradient_error(lambda m, d: tf.linalg.set_diag(m, d, k=k), drawn(2, 4, 3), band) < 1e-6


def test_bands_of_matrices_of_unknown_size():
    def function(m):
        return tf.linalg.diag_part(tf.placeholder_with_default(m, [None, None]), k=(-1, 0))

    with tf.Graph().as_default(), tf.Session() as session:
        matrix = tf.constant(drawn(3, 3))
        (gradient,) = tf.gradients(function(matrix), matrix)
        assert np.array_equal(session.run(gradient), np.tri(3) - np.tri(3, k=-2))
