"""Functions that take the argument order of TensorFlow 0.x as well."""

import numpy as np
import pytest

import reflow as tf


def evaluated(fetches):
    with tf.Session() as session:
        return session.run(fetches)


def test_concat_takes_the_axis_first():
    old = tf.concat(1, [[[1, 2]], [[3]]])
    assert evaluated(old).tolist() == [[1, 2, 3]]


def test_concat_takes_the_axis_first_by_position_alone():
    values = [tf.zeros([2, 2]), tf.ones([2, 2])]
    new = tf.concat(values, 0)
    for old in (tf.concat(0, values), tf.concat(concat_dim=0, values=values)):
        np.testing.assert_array_equal(*evaluated([old, new]))


def test_split_takes_the_axis_first():
    x = tf.reshape(tf.range(12), [6, 2])
    new = tf.split(x, 2, 0)
    for old in (tf.split(0, 2, x), tf.split(split_dim=0, num_split=2, value=x)):
        assert [part.shape.as_list() for part in old] == [[3, 2], [3, 2]]
        np.testing.assert_array_equal(*evaluated([old, new]))


def test_reverse_takes_a_truth_for_each_axis():
    x = [[1, 2], [3, 4]]
    new = tf.reverse(x, [1])
    for truths in ([False, True], np.array([False, True]), tf.constant([False, True])):
        for old in (tf.reverse(x, truths), tf.reverse(x, dims=truths)):
            np.testing.assert_array_equal(*evaluated([old, new]))


def test_sparse_split_takes_its_arguments_by_position():
    sparse = tf.SparseTensor([[0, 0], [1, 1]], [1.0, 2.0], [2, 2])
    old = tf.sparse_split(1, 2, sparse)
    new = tf.sparse_split(sp_input=sparse, num_split=2, axis=1)
    for (indices, values, shape), expected in zip(*evaluated([old, new])):
        np.testing.assert_array_equal(indices, expected.indices)
        np.testing.assert_array_equal(values, expected.values)
        np.testing.assert_array_equal(shape, expected.dense_shape)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("softmax_cross_entropy_with_logits", [[0.25, 0.75]]),
        ("sparse_softmax_cross_entropy_with_logits", [1]),
        ("sigmoid_cross_entropy_with_logits", [[0.0, 1.0]]),
    ],
)
def test_losses_take_the_logits_first(name, labels):
    logits = tf.constant([[1.0, 3.0]])
    function = getattr(tf.nn, name)
    new = function(labels=labels, logits=logits)
    np.testing.assert_array_equal(*evaluated([function(logits, tf.constant(labels)), new]))


def test_the_sigmoid_loss_calls_its_labels_targets():
    new = tf.nn.sigmoid_cross_entropy_with_logits(logits=[1.0], labels=[0.0])
    for old in (
        tf.nn.sigmoid_cross_entropy_with_logits(logits=[1.0], targets=[0.0]),
        tf.nn.sigmoid_cross_entropy_with_logits([1.0], targets=[0.0]),
    ):
        np.testing.assert_array_equal(*evaluated([old, new]))


def test_sparse_tensors_call_their_dense_shape_shape():
    for make in (tf.SparseTensor, tf.SparseTensorValue):
        sparse = make(indices=[[0, 1]], values=[1.0], shape=[2, 2])
        dense = evaluated(tf.sparse_tensor_to_dense(sparse))
        np.testing.assert_array_equal(dense, [[0, 1], [0, 0]])
        with pytest.raises(TypeError, match="dense_shape"):
            make([[0, 1]], [1.0])


def test_sparse_concat_calls_its_axis_concat_dim():
    sparse = tf.SparseTensor([[0, 0]], [1.0], [1, 2])
    joined = tf.sparse_concat(concat_dim=0, sp_inputs=[sparse, sparse])
    np.testing.assert_array_equal(evaluated(tf.sparse_tensor_to_dense(joined)), [[1, 0], [1, 0]])


@pytest.mark.parametrize("name", ["nce_loss", "sampled_softmax_loss"])
def test_sampled_losses_take_the_inputs_first(name):
    weights, biases = tf.ones([10, 2]), tf.zeros([10])
    inputs, labels = tf.constant([[1.0, 2.0]]), tf.constant([[1]], tf.int64)
    sampled = (tf.constant([4, 5], tf.int64), tf.constant([[0.5]]), tf.constant([0.3, 0.2]))
    loss = getattr(tf.nn, name)
    new = loss(weights, biases, labels, inputs, 2, 10, sampled_values=sampled)
    old = loss(weights, biases, inputs, labels, 2, 10, sampled_values=sampled)
    np.testing.assert_array_equal(*evaluated([old, new]))
