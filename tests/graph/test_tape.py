"""Gradient tapes in graphs: what tf.gradients gives, of what was made while they recorded."""

import numpy as np
import pytest

from reflow import tf
from reflow.graph.execution import current


def values(*tensors):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(list(tensors))


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def test_a_tape_gives_what_gradients_gives():
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.exp(x) * x + tf.gather(x, [0, 0, 1]))
    tape_gradient, gradient = values(tape.gradient(y, x), tf.gradients(y, x)[0])
    np.testing.assert_allclose(tape_gradient, gradient)


def test_resource_variables_are_watched_when_they_are_read():
    v = tf.Variable(3.0, use_resource=True)
    with tf.GradientTape() as tape:
        y = v * v
    assert tape.watched_variables() == (v,)
    assert values(tape.gradient(y, v)) == [6.0]


def test_reference_variables_are_not():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    assert tape.watched_variables() == ()
    assert tape.gradient(y, v) is None


def test_what_was_made_before_is_constant():
    x = tf.constant(2.0)
    before = x * x
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = before * x
    assert values(tape.gradient(y, x)) == [4.0]


def test_tapes_nest():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x**3
        first = inner.gradient(y, x)
    assert values(first, outer.gradient(first, x)) == [12.0, 12.0]


def test_a_tape_that_fails_records_no_longer():
    with pytest.raises(ZeroDivisionError), tf.GradientTape():
        1 / 0  # noqa: B018
    assert current.tapes == ()


def test_entering_twice_is_refused():
    with tf.GradientTape() as tape, pytest.raises(ValueError, match="Tape is still recording"):
        tape.__enter__()


@pytest.mark.parametrize("thing", [3.0, "x", None])
def test_only_tensors_are_watched(thing):
    with tf.GradientTape() as tape, pytest.raises(ValueError, match="Passed in object of type"):
        tape.watch(thing)


def test_an_optimizer_differentiates_functions_of_resource_variables():
    v = tf.Variable(3.0, use_resource=True)
    train = tf.train.GradientDescentOptimizer(0.5).minimize(lambda: v * v)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        assert session.run(v) == 0.0
