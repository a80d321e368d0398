"""contrib.layers.rev_block and recompute_grad, beside what layer_programs.py compares."""

import numpy as np
import pytest

import reflow as tf
from reflow import errors

rev_block, recompute_grad = tf.contrib.layers.rev_block, tf.contrib.layers.recompute_grad


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def dense(x):
    return tf.layers.dense(x, 4, tf.tanh)


def halves():
    return [tf.constant(np.random.RandomState(i).rand(3, 4).astype("f")) for i in range(2)]


def test_inputs_follow_from_outputs():
    x = halves()
    block = tf.contrib.layers.RevBlock(dense, dense, num_layers=3)
    again = block.backward(*block.forward(*x))
    assert len(block.trainable_weights) == 12
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        np.testing.assert_allclose(*session.run([again, x]), atol=1e-6)


def test_gradients_are_those_of_kept_values():
    x = halves()
    losses = []
    for is_training in (True, False):
        with tf.variable_scope("block", reuse=not is_training):
            y = rev_block(*x, dense, dense, num_layers=3, is_training=is_training)
        losses.append(tf.reduce_sum(y[0] * y[1]))
    variables = tf.trainable_variables()
    assert len(variables) == 12
    gradients = [tf.gradients(loss, x + variables) for loss in losses]
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        computed_back, kept = session.run(gradients)
    for actual, expected in zip(computed_back, kept):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


def test_what_lies_between_is_not_kept(graph):
    x = halves()
    y = rev_block(*x, dense, dense, num_layers=3)
    forward = set(graph.get_operations())
    tf.gradients(y, x + tf.trainable_variables())
    backward = [op for op in graph.get_operations() if op not in forward]
    kept = {tensor.op for op in backward for tensor in op.inputs if tensor.op in forward}
    # The outputs, before and behind the identity that has the gradient; and shapes.
    assert {op.type for op in kept} <= {"Identity", "IdentityN", "VarHandleOp", "Const"}
    assert sum(op.type == "Identity" for op in kept) == 2


def test_gradients_behind_other_scopes():
    """In TensorFlow, the block is not found where gradients are asked for within a scope."""
    x = halves()
    y = rev_block(*x, dense, dense)
    with tf.variable_scope("training"):
        assert None not in tf.gradients(y, tf.trainable_variables())


def test_functions_without_variables():
    x = halves()
    y = rev_block(*x, tf.sin, tf.cos, num_layers=2)
    plain = rev_block(*x, tf.sin, tf.cos, num_layers=2, is_training=False)
    with tf.Session() as session:
        found = session.run([tf.gradients(y, x), tf.gradients(plain, x)])
    np.testing.assert_allclose(*found, rtol=1e-5)


def test_too_few_functions():
    with pytest.raises(ValueError, match="g must be one function, or one for each of the 3 layers"):
        rev_block(*halves(), dense, [dense, dense], num_layers=3)


def test_a_residual_of_another_shape():
    with pytest.raises((ValueError, errors.InvalidArgumentError), match="4 and 5"):
        rev_block(*halves(), lambda x: tf.layers.dense(x, 5), dense)


class TestRecomputeGrad:
    def test_closing_over_a_tensor(self):
        x = tf.zeros([2], name="around")
        with pytest.raises(ValueError, match=r"closes over Tensor around:0 .*: x\)"):
            recompute_grad(lambda y: x * y)

    def test_other_arguments_than_tensors(self):
        with pytest.raises(ValueError, match=r"must be Tensors\. Received: 2\.0"):
            recompute_grad(tf.sin)(2.0)

    def test_two_calls_in_a_scope(self):
        x = tf.zeros([2, 4])
        layer = recompute_grad(dense)
        with tf.variable_scope("layers", use_resource=True):
            y = layer(x) + layer(x)
        with pytest.raises(ValueError, match="called twice in the same enclosing scope"):
            tf.gradients(y, tf.trainable_variables())

    def test_is_told_when_it_is_computed_again(self):
        told = []

        @recompute_grad(tupleize_grads=True)
        def squared(x, is_recomputing):
            told.append(is_recomputing)
            return tf.square(x)

        x = tf.constant([3.0])
        (gradient,) = tf.gradients(squared(x), x)
        assert told == [False, True]
        with tf.Session() as session:
            assert session.run(gradient) == [6.0]
