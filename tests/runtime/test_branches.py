"""Guards, and the code that plans make of conditionals."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime.branches import ALWAYS, NEVER, both, common, either, negations
from reflow.runtime.plan import Plan
from reflow.runtime.states import States
from reflow.runtime.steps import Flag

P, Q, R = (Flag(number) for number in range(3))


def plan_of(*fetches, fed):
    """A plan for fetches, given feeds of these shapes."""
    return Plan(list(fetches), [], fed, States(), torch.device("cpu"))


# -- Guards ----------------------------------------------------------------------------------------


def test_both_orders_by_the_flags_and_knows_contradictions():
    assert both([((Q, True),), ((P, False),)]) == ((P, False), (Q, True))
    assert both([((P, True),), ((P, False),)]) == NEVER
    assert both([NEVER, ((P, True),)]) == NEVER
    assert both([]) == ALWAYS


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        ([((P, True),), ((P, False),)], ALWAYS),
        ([((P, True), (Q, True)), ((P, True), (Q, False))], ((P, True),)),
        ([((P, True), (Q, True)), ((P, True), (Q, False)), ((P, False),)], ALWAYS),
        ([((P, True),), ((P, True), (Q, False))], ((P, True),)),
        ([((P, True),), NEVER], ((P, True),)),
        ([NEVER], NEVER),
        ([((P, True),), ((Q, True),)], None),
    ],
)
def test_either_simplifies_to_one_conjunction(guards, expected):
    assert either(guards) == expected


def test_common_is_what_all_ask_for():
    assert common([((P, True), (Q, True)), ((P, True), (R, False))]) == ((P, True),)


def test_negations_exclude_each_other_and_cover_the_rest():
    guard = ((P, True), (Q, False))
    assert negations(guard) == [((P, False),), ((P, True), (Q, True))]


# -- Code ------------------------------------------------------------------------------------------


def test_a_conditional_becomes_ifs():
    x, p = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.exp(x), lambda: tf.sin(x))
    plan = plan_of(y, fed={x: x.shape, p: p.shape})
    assert "    if v2:\n        v3 = " in plan.source
    assert "    if not v2:\n        v4 = " in plan.source
    assert {step.op.type for step in plan.steps} == {"Exp", "Sin", "Switch", "Merge"}


def test_a_known_predicate_leaves_one_branch():
    x = tf.placeholder(tf.float32, [2])
    y = tf.cond(tf.constant(True), lambda: tf.exp(x), lambda: tf.sin(x))
    plan = plan_of(y, fed={x: x.shape})
    assert "if " not in plan.source
    assert [step.op.type for step in plan.steps] == ["Exp"]


def test_plans_without_conditionals_have_no_conditions():
    x = tf.placeholder(tf.float32, [2])
    assert "if " not in plan_of(tf.exp(x) + 1.0, fed={x: x.shape}).source


def test_shapes_that_clash_in_the_branch_not_taken_are_no_error():
    x, p = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.bool, [])
    y = tf.cond(p, lambda: tf.reshape(x, [-1]), lambda: tf.reshape(x, [3, -1]))
    with tf.Session() as session:
        assert session.run(y, {x: [1.0, 2.0], p: True}).tolist() == [1.0, 2.0]
        with pytest.raises(tf.errors.InvalidArgumentError):
            session.run(y, {x: [1.0, 2.0], p: False})


def test_conversions_between_host_and_device_belong_to_their_value():
    x, p = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.bool, [])
    rows = tf.shape(tf.boolean_mask(x, x[:, 0] > 0))[0]  # known only in the run
    y = tf.cond(p, lambda: tf.fill([rows], 1.0), lambda: tf.zeros([0]))
    z = tf.cond(p, lambda: tf.zeros([0]), lambda: tf.fill([rows, 1], 2.0))
    with tf.Session() as session:
        for taken, count in ((True, 2), (False, 0)):
            got_y, got_z = session.run([y, z], {x: np.eye(3)[[0, 0, 1]], p: taken})
            assert (len(got_y), len(got_z)) == (count, 2 - count)


def test_merges_of_other_conditions_get_a_flag_of_their_own():
    x, p, q = (tf.placeholder(tf.bool, []) for _ in range(3))
    _, if_p = tf.raw_ops.Switch(data=x, pred=p)
    _, if_q = tf.raw_ops.Switch(data=x, pred=q)
    merged = tf.logical_not(tf.raw_ops.Merge(inputs=[if_p, if_q]).output)
    with tf.Session() as session:
        for p_value, q_value in ((True, False), (False, True)):
            assert not session.run(merged, {x: True, p: p_value, q: q_value})
        with pytest.raises(tf.errors.InvalidArgumentError, match="does not have value"):
            session.run(merged, {x: True, p: False, q: False})


def test_an_update_in_a_branch_leaves_what_was_read_before():
    v, p = tf.Variable([1.0, 2.0]), tf.placeholder(tf.bool, [])
    before = tf.identity(v)
    updated = tf.cond(p, lambda: v.assign_add([10.0, 10.0]), lambda: tf.identity(v))
    with tf.Session() as session:
        session.run(v.initializer)
        old, new = session.run([before, updated], {p: True})
        assert (old.tolist(), new.tolist()) == ([1.0, 2.0], [11.0, 12.0])
