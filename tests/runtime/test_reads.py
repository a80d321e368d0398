"""Which value of a variable an operation sees that is updated in the same run."""

import numpy as np
import pytest

import reflow as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


@pytest.fixture
def v(session):
    variable = tf.Variable([1.0, 2.0])
    session.run(variable.initializer)
    return variable


def test_identity_behind_an_assignment_is_the_new_value(session, v):
    with tf.control_dependencies([v.assign_add([10.0, 10.0])]):
        updated = tf.identity(v)
        doubled = v * 2.0
    seen = session.run([updated, doubled])
    np.testing.assert_array_equal(seen, [[11.0, 12.0], [22.0, 24.0]])


def test_each_of_several_updates_is_seen_by_what_waits_for_it(session, v):
    before = v * 1.0
    first = v.assign([3.0, 4.0])
    with tf.control_dependencies([first]):
        between = v * 1.0
        second = v.assign([5.0, 6.0])
    with tf.control_dependencies([second]):
        after = v * 1.0
    seen = session.run([after, between, before])
    np.testing.assert_array_equal(seen, [[5.0, 6.0], [3.0, 4.0], [1.0, 2.0]])


def test_what_waits_for_nothing_sees_the_old_value(session, v):
    read = v.value() * 1.0
    update = v.assign([3.0, 4.0])
    unrelated = v * 1.0
    seen = session.run([unrelated, update.op, read])
    np.testing.assert_array_equal([seen[0], seen[2]], [[1.0, 2.0], [1.0, 2.0]])


def test_an_update_of_another_variable_changes_nothing(session, v):
    w = tf.Variable(1.0)
    session.run(w.initializer)
    with tf.control_dependencies([v.assign([3.0, 4.0])]):
        update = w.assign(5.0)
    with tf.control_dependencies([update]):
        both = v * w
    np.testing.assert_array_equal(session.run(both), [15.0, 20.0])


def test_waiting_passes_through_other_operations(session, v):
    group = tf.group(v.assign([3.0, 4.0]))
    with tf.control_dependencies([group]):
        one = tf.constant(1.0)
    np.testing.assert_array_equal(session.run(v * one), [3.0, 4.0])


def test_a_read_that_nobody_uses_still_fails_without_a_value(session):
    uninitialized = tf.Variable([1.0], name="uninitialized")
    with pytest.raises(
        tf.errors.FailedPreconditionError, match="uninitialized value uninitialized"
    ):
        session.run(uninitialized.value().op)
