"""What is said of inputs whose shapes clash in a run: TensorFlow's kernels' words."""

import numpy as np
import pytest

import reflow as tf


def message(fetch, feed_dict=None):
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as raised:
        session.run(fetch, feed_dict)
    return raised.value.message


def test_the_kernel_words_a_clash_of_fed_shapes():
    x = tf.placeholder(tf.int32)
    assert "Expected axis in the range [-1, 1), but got 1" in message(
        tf.gather(x, 0, axis=1), {x: [0, 1, 2]}
    )
    assert "input must be 1-D or higher" in message(tf.roll(x, 1, 0), {x: 7})


def test_the_shape_rule_words_what_the_kernel_does_not():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    said = message(x + y, {x: np.zeros(2), y: np.zeros(3)})
    assert "2" in said and "3" in said


def test_nothing_large_is_made_up_for_a_message():
    x = tf.placeholder(tf.float32)
    said = message(tf.gather(x, 0, axis=2), {x: np.zeros((1 << 11, 1 << 10), np.float32)})
    assert "rank" in said


def test_no_variable_changes_before_a_clash():
    x = tf.placeholder(tf.float32)
    count = tf.Variable(0)
    step = tf.assign_add(count, 1)
    with tf.Session() as session:
        session.run(count.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run([step, tf.gather(x, 0, axis=1)], {x: [1.0]})
        assert session.run(count) == 0


@pytest.mark.parametrize(("size", "stride", "fits"), [(3, 2, True), (3, 1, False), (2, 3, True)])
@pytest.mark.parametrize(
    ("op", "rank"),
    [
        (lambda x, k, s: tf.nn.conv1d(x, np.ones((k, 2, 3), "f"), s, "VALID"), 3),
        (lambda x, k, s: tf.nn.conv2d(x, np.ones((k, k, 2, 3), "f"), [1, s, s, 1], "VALID"), 4),
        (
            lambda x, k, s: tf.nn.depthwise_conv2d(
                x, np.ones((k, k, 2, 3), "f"), [1, s, s, 1], "VALID"
            ),
            4,
        ),
        (
            lambda x, k, s: tf.nn.conv3d(
                x, np.ones((k, k, k, 2, 3), "f"), [1, s, s, s, 1], "VALID"
            ),
            5,
        ),
        (lambda x, k, s: tf.nn.max_pool(x, [1, k, k, 1], [1, s, s, 1], "VALID"), 4),
        (lambda x, k, s: tf.nn.avg_pool(x, [1, k, k, 1], [1, s, s, 1], "VALID"), 4),
        (
            lambda x, k, s: tf.nn.max_pool_with_argmax(x, [1, k, k, 1], [1, s, s, 1], "VALID")[0],
            4,
        ),
    ],
)
def test_windows_that_miss_by_less_than_a_stride_fit_nowhere(op, rank, size, stride, fits):
    """Where the graph does not know the sizes; recorded with TensorFlow 1.15.5."""
    x = tf.placeholder(tf.float32, [None] * (rank - 1) + [2])
    y = op(x, 4 if stride > 1 else 5, stride)
    image = {x: np.ones([1] + [size] * (rank - 2) + [2])}
    if fits:
        with tf.Session() as session:
            assert session.run(y, image).shape[1:-1] == (0,) * (rank - 2)
    else:
        assert "Computed output size would be negative: -1" in message(y, image)
