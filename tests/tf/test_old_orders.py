"""Functions that take the argument order of TensorFlow 0.x as well."""

import numpy as np

import reflow as tf


def evaluated(fetches):
    with tf.Session() as session:
        return session.run(fetches)


def test_concat_takes_the_axis_first():
    old = tf.concat(1, [[[1, 2]], [[3]]])
    assert evaluated(old).tolist() == [[1, 2, 3]]


def test_concat_takes_the_axis_first_by_position_alone():
    values = [tf.zeros([2, 2]), tf.ones([2, 2])]
    np.testing.assert_array_equal(*evaluated([tf.concat(0, values), tf.concat(values, 0)]))


def test_split_takes_the_axis_first():
    x = tf.reshape(tf.range(12), [6, 2])
    old, new = tf.split(0, 2, x), tf.split(x, 2, 0)
    assert [part.shape.as_list() for part in old] == [[3, 2], [3, 2]]
    np.testing.assert_array_equal(*evaluated([old, new]))
