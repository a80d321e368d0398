"""Gradient checkers: right gradients agree with finite differences, planted wrong ones do not."""

import numpy as np
import pytest

import reflow.tf as tf
from reflow.tf.test import _gradient_checker_v2 as gradient_checker_v2


@pytest.fixture(autouse=True)
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


@tf.custom_gradient
def wrong_square(x):
    return x * x, lambda dy: 3 * dy * x


def test_the_jacobian_of_a_right_gradient():
    x = tf.constant([1.0, 2.0, 3.0])
    y = tf.stack([x[0] * x[1], x[2] * x[2]])
    theoretical, numeric = tf.test.compute_gradient(x, [3], y, [2], np.float32([1, 2, 3]))
    np.testing.assert_allclose(theoretical, [[2, 0], [1, 0], [0, 6]])
    np.testing.assert_allclose(numeric, theoretical, atol=1e-2)


def test_a_wrong_gradient_is_found():
    x = tf.constant([[1.0, 2.0]], tf.float64)
    start = np.array([[1.0, 2.0]])
    right = tf.test.compute_gradient_error(x, [1, 2], tf.square(x), [1, 2], start)
    wrong = tf.test.compute_gradient_error(x, [1, 2], wrong_square(x), [1, 2], start)
    assert right < 1e-9 and wrong == pytest.approx(2)


def test_lists_of_tensors_and_other_feeds():
    x, y = tf.placeholder(tf.float64, [2]), tf.placeholder(tf.float64, [2])
    scale = tf.placeholder(tf.float64, [])
    pairs = tf.test.compute_gradient(
        [x, y],
        [[2], [2]],
        scale * x * y,
        [2],
        [np.array([1.0, 2.0]), np.array([3.0, 4.0])],
        extra_feed_dict={x: [1.0, 2.0], y: [3.0, 4.0], scale: 10.0},
    )
    np.testing.assert_allclose(pairs[0][0], [[30, 0], [0, 40]])
    np.testing.assert_allclose(pairs[1][1], [[10, 0], [0, 20]])


def test_a_complex_number_counts_as_two_real_ones():
    x = tf.constant([1 + 2j], tf.complex128)
    theoretical, numeric = tf.test.compute_gradient(x, [1], x * x, [1], np.array([1 + 2j]))
    np.testing.assert_allclose(theoretical, [[2, 4], [-4, 2]])
    np.testing.assert_allclose(numeric, theoretical, atol=1e-9)


def test_gradients_of_gathered_rows():
    x = tf.Variable(np.ones([3, 2]))
    x.initializer.run()
    y = tf.gather(x, [2, 0, 2])
    assert tf.test.compute_gradient_error(x.value(), [3, 2], y, [3, 2]) < 1e-9


def test_empty_results():
    x = tf.zeros([2], tf.float64)
    assert tf.test.compute_gradient_error(x, [2], x[:0], [0]) == 0


def test_initial_values_are_run_and_checked():
    variable = tf.Variable([1.0, 2.0], dtype=tf.float64)
    y = tf.square(variable.value())
    error = tf.test.compute_gradient_error(
        variable.value(), [2], tf.square(variable), [2], init_targets=[variable.initializer]
    )
    assert error >= 0 and y.eval().tolist() == [1, 4]
    with pytest.raises(AssertionError, match="init_data shape"):
        tf.test.compute_gradient(tf.zeros([2]), [2], tf.zeros([2]), [2], np.zeros([3]))
    with pytest.raises(AssertionError, match="Don't support type int32 for x"):
        tf.test.compute_gradient(tf.zeros([2], tf.int32), [2], tf.zeros([2]), [2])


def test_functions_of_tensors():
    arguments = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
    right = gradient_checker_v2.compute_gradient(lambda x, y: x * y, arguments)
    assert gradient_checker_v2.max_error(*right) < 1e-9
    wrong = gradient_checker_v2.compute_gradient(wrong_square, [np.array([1.0])])
    assert gradient_checker_v2.max_error(*wrong) == pytest.approx(1)
    with pytest.raises(ValueError, match="must be a list"):
        gradient_checker_v2.compute_gradient(wrong_square, 1.0)
