"""Functions of one element against the same functions of many: the numbers must be the same."""

import numpy as np
import pytest

import reflow as tf
from reflow.graph.tensor_spec import TensorSpec
from reflow.ops.batching import batched_body
from reflow.runtime.functions import compile_function
from reflow.tf._tracing import trace

X = np.random.RandomState(0).standard_normal((50, 6)).astype(np.float32)
N = np.arange(50) % 3
RAW = np.array([x.tobytes() for x in X], object)


def made(body):
    """The function of `body`, and what it is called with."""
    specs = [TensorSpec([6], tf.float32), TensorSpec([], tf.int64), TensorSpec([], tf.string)]
    with tf.Graph().as_default():
        return trace(lambda *arguments: [body(*arguments)], specs, "body")


TOGETHER = {
    "elementwise": lambda x, n, s: tf.sqrt(tf.abs(x)) * 2.0 - tf.cast(n, tf.float32),
    "broadcast": lambda x, n, s: tf.reshape(x, [2, 3]) + x[:3],
    "constant of higher rank": lambda x, n, s: x * tf.constant(X[:4]),
    "decoded": lambda x, n, s: tf.cast(tf.decode_raw(s, tf.uint8), tf.float32) / 256.0,
    "reshaped": lambda x, n, s: tf.reshape(x, [-1, 2]),
    "expanded": lambda x, n, s: tf.expand_dims(tf.expand_dims(x, 0), -1),
    "squeezed": lambda x, n, s: tf.squeeze(tf.reshape(x, [1, 6, 1])),
    "squeezed axis": lambda x, n, s: tf.squeeze(tf.reshape(x, [1, 6, 1]), [-1]),
    "transposed": lambda x, n, s: tf.transpose(tf.reshape(x, [1, 2, 3]), [2, 0, 1]),
    "concatenated": lambda x, n, s: tf.concat([tf.reshape(x, [2, 3])] * 2, -1),
    "stacked": lambda x, n, s: tf.stack([x, -x], 1),
    "slice": lambda x, n, s: x[4:0:-2],
    "slice with ellipsis": lambda x, n, s: tf.reshape(x, [1, 2, 3])[..., tf.newaxis, 1],
    "element": lambda x, n, s: x[-1],
    "one hot": lambda x, n, s: tf.one_hot(n, 3),
    "one hot first": lambda x, n, s: tf.one_hot([n, n], 3, axis=0),
    "largest": lambda x, n, s: tf.reduce_max(tf.reshape(x, [2, 3]), -1, keepdims=True),
    "smallest": lambda x, n, s: tf.reduce_min(tf.reshape(x, [2, 3]), [0, 1]),
    "index": lambda x, n, s: tf.argmax(tf.reshape(x, [2, 3]), 0),
    "whole sum": lambda x, n, s: tf.reduce_sum(tf.stack([n, n + 1])),
    "all": lambda x, n, s: tf.reduce_all(x > 0),
    "equal": lambda x, n, s: tf.equal(n, 1),
}
ONE_BY_ONE = {
    "a sum that rounds": lambda x, n, s: tf.reduce_sum(x),
    "random": lambda x, n, s: x + tf.random_uniform([6]),
    "the same for all": lambda x, n, s: tf.constant(1.0),
    "a size that depends on values": lambda x, n, s: tf.fill([n], 1.0),
    "a Python function": lambda x, n, s: tf.py_func(abs, [x], tf.float32),
    "control inputs": lambda x, n, s: _after(tf.no_op(), x),
}


def _after(op, x):
    with tf.control_dependencies([op]):
        return x + 1.0


@pytest.mark.parametrize("name", TOGETHER)
def test_same_numbers(name):
    graph = made(TOGETHER[name]).graph
    together = batched_body(graph, 3)
    assert together is not None
    one_by_one = compile_function(graph)
    expected = np.stack(
        [one_by_one([X[i], np.array(N[i]), np.array(RAW[i], object)])[0] for i in range(len(X))]
    )
    (found,) = compile_function(together)([X, N, RAW])
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_not_together(name):
    assert batched_body(made(ONE_BY_ONE[name]).graph, 3) is None
