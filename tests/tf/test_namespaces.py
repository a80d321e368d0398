"""Functions that TensorFlow has under several names."""

import pytest

import reflow as tf


@pytest.mark.parametrize(
    "name",
    [
        "in_top_k",
        "l2_normalize",
        "log_softmax",
        "softmax",
        "softplus",
        "softsign",
        "top_k",
        "zero_fraction",
    ],
)
def test_tf_math_has_functions_of_tf_nn(name):
    assert getattr(tf.math, name) is getattr(tf.nn, name)


@pytest.mark.parametrize(
    "name",
    [
        "batch_to_space_nd",
        "gather_nd",
        "reshape",
        "reverse",
        "roll",
        "scatter_nd",
        "space_to_batch_nd",
        "tile",
    ],
)
def test_tf_manip_has_functions_of_tf(name):
    assert getattr(tf.manip, name) is getattr(tf, name)


@pytest.mark.parametrize("name", ["is_finite", "is_inf", "is_nan"])
def test_tf_debugging_has_functions_of_tf(name):
    assert getattr(tf.debugging, name) is getattr(tf, name)


def test_sizes_of_dimensions():
    shape = tf.TensorShape([2, None])
    assert [tf.dimension_value(size) for size in (*shape, 3, None)] == [2, None, 3, None]
    assert tf.dimension_at_index(shape, 0) == tf.Dimension(2)
    assert tf.dimension_at_index(tf.TensorShape(None), 0).value is None


@pytest.mark.parametrize("name", ["depth_to_space", "space_to_batch", "space_to_depth", "tanh"])
def test_tf_nn_has_functions_of_tf(name):
    assert getattr(tf.nn, name) is getattr(tf, name)


def test_single_functions_under_other_names():
    assert tf.no_gradient is tf.NoGradient is tf.NotDifferentiable
    assert tf.get_logger is tf.logging.get_logger
