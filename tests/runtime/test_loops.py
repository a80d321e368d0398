"""The code that plans make of loops."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime.plan import Plan
from reflow.runtime.states import States


def plan_of(*fetches, fed=None):
    """A plan for fetches, given feeds of these shapes."""
    return Plan(list(fetches), [], fed or {}, States(), torch.device("cpu"))


@pytest.fixture
def session():
    with tf.Session() as session:
        yield session


def test_a_loop_becomes_a_loop():
    x = tf.placeholder(tf.float32, [2])
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [0, x])[1]
    plan = plan_of(y, fed={x: x.shape})
    assert plan.source.count("while True:") == 1
    assert plan.run([torch.ones(2)])[0].tolist() == [8.0, 8.0]


def test_counters_are_plain_numbers():
    loop = tf.while_loop(lambda i: i < 1000, lambda i: i + 1, [0])
    plan = plan_of(loop)
    assert [step.function.__name__ for step in plan.steps if step.function] == ["lt", "bool", "add"]


def test_what_a_loop_takes_from_outside_is_converted_before_it():
    x = tf.placeholder(tf.float32, [None, 3])
    rows = tf.shape(tf.boolean_mask(x, x[:, 0] > 0))[0]  # on the host, known only in the run
    y = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, a + tf.cast(rows, tf.float32)), [0, 0.0]
    )[1]
    with tf.Session() as session:
        assert session.run(y, {x: np.ones([2, 3])}) == 6.0


def test_a_body_is_lowered_again_for_a_shape_that_grows(session):
    x = tf.placeholder(tf.float32, [None])
    y = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.concat([a, tf.reshape(a, [-1])], 0)),
        [0, x],
        shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
    )[1]
    assert session.run(y, {x: [1.0]}).tolist() == [1.0] * 8


def test_what_a_loop_reads_of_a_variable_that_it_updates_is_never_old(session):
    v = tf.Variable(1.0)
    read = v.read_value()

    def step(i, seen):
        with tf.control_dependencies([read + seen]):
            update = v.assign_add(1.0)
        with tf.control_dependencies([update]):
            return i + 1, seen + v.read_value()

    total = tf.while_loop(lambda i, s: i < 3, step, [0, 0.0], parallel_iterations=1)[1]
    session.run(v.initializer)
    assert session.run(total) == 2.0 + 3.0 + 4.0


def test_what_leaves_the_loop_is_not_changed_by_a_later_update(session):
    v = tf.Variable([1.0, 2.0])
    y = tf.while_loop(lambda i, a: i < 0, lambda i, a: (i + 1, a * 2.0), [0, v])[1]
    with tf.control_dependencies([y]):
        update = v.assign_add([10.0, 10.0])
    session.run(v.initializer)
    assert session.run([y, update])[0].tolist() == [1.0, 2.0]


def test_remembered_values_are_not_changed_by_updates(session):
    v = tf.Variable(2.0, use_resource=True)

    def step(i, a):
        product = a * v.read_value()
        with tf.control_dependencies([product, v.assign_add(1.0)]):
            return i + 1, tf.identity(product)

    x = tf.constant(1.0)
    y = tf.while_loop(lambda i, a: i < 3, step, [0, x], parallel_iterations=1)[1]
    gradient = tf.gradients(y, x)[0]
    session.run(v.initializer)
    assert session.run([y, gradient]) == [24.0, 24.0]


def test_a_failure_names_the_operation_in_the_loop(session):
    x = tf.placeholder(tf.float32, [2])
    y = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a + tf.gather(x, i, name="fetch_row")),
        [0, 0.0],
    )[1]
    with pytest.raises(tf.errors.InvalidArgumentError, match="fetch_row"):
        session.run(y, {x: [1.0, 2.0]})


def test_a_loop_that_does_not_end_is_ended(session):
    loop = tf.while_loop(lambda i: tf.constant(True), lambda i: i + 1, [0])
    with pytest.raises(tf.errors.DeadlineExceededError):
        session.run(loop, options=tf.RunOptions(timeout_in_ms=50))


def test_loops_of_an_imported_graph_run(session):
    x = tf.placeholder(tf.float32, [2], name="x")
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [0, x])[1]
    tf.identity(y, name="y")
    graph_def = tf.get_default_graph().as_graph_def()
    with tf.Graph().as_default(), tf.Session() as other:
        (copy,) = tf.import_graph_def(graph_def, return_elements=["y:0"], name="copied")
        assert other.run(copy, {"copied/x:0": np.ones(2)}).tolist() == [8.0, 8.0]
