"""tf.contrib.util: what ops a graph needs."""

import numpy as np
import pytest

import reflow as tf
from reflow.tf._defun import Defun


@Defun(tf.float32)
def square_of(x):
    return tf.square(x)


def test_ops_of_a_graph_and_of_functions_that_it_calls():
    with tf.Graph().as_default() as graph:
        square_of(tf.placeholder(tf.float32))
    message = graph.as_graph_def()
    used = tf.contrib.util.ops_used_by_graph_def(message)
    assert sorted(used) == ["Placeholder", "Square"]
    _, square = tf.contrib.util.stripped_op_list_for_graph(message).op
    assert square.name == "Square"
    assert [arg.name for arg in square.input_arg] == ["x"]


def test_unknown_op():
    message = tf.GraphDef()
    message.node.add(name="x", op="NoSuchOp")
    assert tf.contrib.util.ops_used_by_graph_def(message) == ["NoSuchOp"]
    with pytest.raises(ValueError, match="Op NoSuchOp is used by the graph, but is not registered"):
        tf.contrib.util.stripped_op_list_for_graph(message)


def test_tensors_as_messages():
    proto = tf.contrib.util.make_tensor_proto([[1.0, 2.0]])
    np.testing.assert_array_equal(tf.contrib.util.make_ndarray(proto), [[1, 2]])
    assert tf.contrib.util.constant_value(tf.placeholder(tf.float32)) is None
    np.testing.assert_array_equal(tf.contrib.util.constant_value(tf.constant([3])), [3])
    with pytest.raises(AttributeError):
        _ = tf.contrib.util.loader
