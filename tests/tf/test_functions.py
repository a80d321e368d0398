"""Functions of the graph (Defun), graphs as functions (wrap_function), eager variable stores."""

import numpy as np
import pytest

import reflow.tf as tf
from reflow.graph.execution import eager_mode
from reflow.tf._defun import Defun
from reflow.tf._eager_variable_store import EagerVariableStore


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def values(fetches, feeds=None):
    with tf.Session() as session:
        return session.run(fetches, feeds)


@Defun(tf.float32, tf.float32)
def squared_plus(x, b):
    return x * x + b


def test_a_function_is_called_by_a_node_and_differentiated():
    x, b = tf.constant([2.0]), tf.constant([1.0])
    y = squared_plus(squared_plus(x, b), b)
    assert y.op.type == "PartitionedCall" and y.op.name == "squared_plus_1"
    assert values([y, *tf.gradients(y, [x, b])]) == [[26], [40], [11]]
    (second,) = tf.gradients(tf.gradients(y, x)[0], x)
    assert values(second) == [4 * 12 + 4]


def test_a_function_captures_what_it_uses_of_the_graph_around_it():
    factor = tf.placeholder(tf.float32)

    @Defun()
    def doubled():
        return factor * 2, factor

    first, second = doubled()
    assert values([first, second], {factor: 3.0}) == [6, 3]
    assert values(tf.gradients(first, factor), {factor: 3.0}) == [2]


def test_a_function_may_say_its_gradient():
    by_function = Defun(tf.float32, tf.float32)(lambda x, dy: dy * 10)
    y = Defun(tf.float32, grad_func=by_function)(lambda x: x + 0)(1.0)
    z = Defun(tf.float32, python_grad_func=lambda op, dy: dy * 20)(lambda x: x + 0)(1.0)
    assert values(tf.gradients(y, y.op.inputs[0]) + tf.gradients(z, z.op.inputs[0])) == [10, 20]
    with pytest.raises(ValueError, match="Gradient defined twice"):
        Defun(tf.float32, grad_func=by_function, python_grad_func=print)(lambda x: x + 0)(1.0)
    with pytest.raises(ValueError, match="2 arguments, but 1 input types"):
        Defun(tf.float32)(lambda x, y: x)
    with pytest.raises(ValueError, match="Expected number of arguments: 2, received: 1"):
        squared_plus(1.0)


def test_a_graph_as_a_function_keeps_its_variables():
    def count(by):
        total = tf.get_variable("total", initializer=10.0)
        return {"total": tf.assign_add(total, by), "nothing": None}

    with eager_mode():
        function = tf.wrap_function(count, [tf.TensorSpec([], tf.float32)])
        assert function(1.0)["total"].numpy() == 11
        result = function(tf.constant(2.0))
        assert result["total"].numpy() == 13 and result["nothing"] is None
        read = function.prune([], "total/read:0")
        assert read().numpy() == 13
        with pytest.raises(ValueError, match="takes 1 arguments"):
            function()


def test_a_store_keeps_eager_variables():
    with eager_mode():
        store = EagerVariableStore()
        with store.as_default():
            w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
            b = tf.get_variable("b", [], trainable=False)
            assert tf.get_variable("w", [2]) is w
        assert store.variables() == [b, w]
        assert store.trainable_variables() == [w] and store.non_trainable_variables() == [b]
        (_, copied) = store.copy().variables()
        copied.assign([5.0, 5.0])
        np.testing.assert_array_equal(w.numpy(), [1, 1])
        assert tf.get_variable("w", [2]) is not w


def test_gradients_are_recomputed_or_passed_through():
    x = tf.constant([1.0, 2.0])
    with tf.variable_scope("", use_resource=True):
        y = tf.recompute_grad(lambda x: tf.sin(x) * x)(x)
        passed = tf.grad_pass_through(tf.floor)(x * 1.5)
    plain = tf.sin(x) * x
    found = values([*tf.gradients(y, x), *tf.gradients(plain, x), *tf.gradients(passed, x), passed])
    np.testing.assert_allclose(found[0], found[1])
    np.testing.assert_allclose(found[2:], [[1.5, 1.5], [1, 3]])
