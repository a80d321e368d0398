"""Python functions in graphs, tf.py_func against TensorFlow 1.15.5 (see data_programs.py)."""

import numpy as np
import pytest

import reflow as tf
from reflow.graph.execution import eager_mode
from tests.tf import recorded


@recorded.programs("python_functions")
def test_programs(program):
    recorded.check(program)


def test_py_function_executes_eagerly_and_has_gradients():
    kinds = []

    def function(x, y):
        kinds.append(tf.executing_eagerly())
        return [x * y if x.numpy() > 0 else y, tf.as_string(x)]

    x, y = tf.placeholder(tf.float32, []), tf.constant([2.0, 3.0])
    product, text = tf.py_function(function, [x, y], [tf.float32, tf.string])
    gradients = tf.gradients(product, [x, y])
    with tf.Session() as session:
        values = session.run([product, text, *gradients], {x: 4.0})
        assert [np.asarray(value).tolist() for value in values] == [
            [8.0, 12.0],
            b"4.000000",
            5.0,
            [4.0, 4.0],
        ]
        by_x, by_y = session.run(gradients, {x: -1.0})
    assert (by_x, by_y.tolist()) == (0.0, [1.0, 1.0])
    assert kinds == [True, True] and not tf.executing_eagerly()


def test_py_function_of_nothing_is_an_operation():
    calls = []
    node = tf.py_function(lambda: calls.append(1), [], [])
    assert node.type == "EagerPyFunc"
    assert tf.Session().run(node) is None and calls == [1]


def test_py_function_says_what_it_cannot_take():
    with pytest.raises(ValueError, match="callable"):
        tf.py_function(1, [], tf.float32)
    two = tf.py_function(lambda: (1.0,), [], [tf.float32, tf.float32])
    with pytest.raises(tf.errors.InvalidArgumentError, match="returns 1 values"):
        tf.Session().run(two)
    variable = tf.get_variable("v", [], use_resource=True)
    returned = tf.py_function(lambda: variable, [], tf.float32)
    with pytest.raises(tf.errors.UnknownError, match="Attempting to return a variable"):
        tf.Session().run(returned)


def test_py_func_of_arrays_in_eager_execution():
    with eager_mode():
        total = tf.py_func(lambda x, y: x + y, [tf.constant([1, 2]), 3], tf.int32)
        assert total.numpy().tolist() == [4, 5]
        assert tf.py_func(lambda: None, [], []) is None
