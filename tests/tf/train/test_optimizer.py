"""tf.train.Optimizer, against TensorFlow 1.15.5 (see training_programs.py)."""

import pytest

import reflow as tf
from tests.tf import recorded


@recorded.programs("optimizer")
def test_programs(program):
    recorded.check(program)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_function_of_reference_variables_has_no_gradients():
    v = tf.Variable(1.0)
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        tf.train.GradientDescentOptimizer(0.1).minimize(lambda: v * v)


@pytest.mark.parametrize("thing", [3.0, "v", None])
def test_what_is_no_variable_is_refused(thing):
    v = tf.Variable(1.0)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with pytest.raises(TypeError, match=r"is not a tf\.Variable"):
        optimizer.compute_gradients(v * v, [v, thing])
    with pytest.raises(TypeError, match=r"is not a tf\.Variable"):
        optimizer.apply_gradients([(1.0, thing)])


def test_variables_come_in_any_structure():
    first, second = tf.Variable(1.0), tf.Variable(2.0)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    for variables in ({"b": second, "a": first}, {"a": first, "b": second}.values()):
        pairs = optimizer.compute_gradients(first * second, variables)
        assert [variable for _, variable in pairs] == [first, second]


def test_a_tensor_has_gradients_but_is_not_updated():
    x = tf.constant(3.0)
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    ((gradient, of),) = pairs = optimizer.compute_gradients(x * x, [x])
    assert of is x
    with tf.Session() as session:
        assert session.run(gradient) == 6.0
    with pytest.raises(NotImplementedError, match="Trying to update a Tensor"):
        optimizer.apply_gradients(pairs)


def test_without_any_gradient_the_variables_are_named():
    v = tf.Variable(1.0, name="lonely")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    with pytest.raises(ValueError, match=r"(?s)No gradients provided for any variable.*lonely"):
        optimizer.apply_gradients([(None, v)])
    with pytest.raises(ValueError, match=r"(?s)No gradients provided for any variable.*lonely"):
        optimizer.minimize(tf.constant(1.0))
