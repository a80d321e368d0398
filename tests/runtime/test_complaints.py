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
