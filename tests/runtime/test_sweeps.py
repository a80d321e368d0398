"""Runs of arithmetic on large tensors give what the steps by themselves give."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime import fusion, sweeps
from reflow.runtime.plan import Plan
from reflow.runtime.states import States
from reflow.runtime.sweeps import _Program

SIZES = [40, 5]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(sweeps, "_LARGE", 64)
    monkeypatch.setattr(sweeps, "_PIECE", 48)  # the last piece is shorter


def numbers(seed=0, sizes=SIZES, dtype=np.float32):
    return np.random.RandomState(seed).rand(*sizes).astype(dtype) + dtype(0.5)


def variable(value, use_resource=False):
    return tf.Variable(value, use_resource=use_resource)


def swept(fetches, fed=()):
    """The runs of a plan for these fetches, each by the types of its operations."""
    with_values = [t for t in fetches if isinstance(t, tf.Tensor)]
    targets = [t for t in fetches if isinstance(t, tf.Operation)]
    shapes = {tensor: tensor.shape for tensor in fed}
    plan = Plan(with_values, targets, shapes, States(), torch.device("cpu"))
    runs = [step for step in plan.steps if isinstance(step.function, _Program)]
    return [[op.type for op in (*step.fused, step.op)] for step in runs]


def both(build, feeds=None, runs=2):
    """What `build` gives, run after run: with sweeps, and without."""
    results = []
    for function in (fusion.sweep, lambda steps, kept: steps):
        with pytest.MonkeyPatch.context() as patch, tf.Graph().as_default():
            patch.setattr(fusion, "sweep", function)
            fetches = build()
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                found = [session.run(fetches, feeds and feeds()) for _ in range(runs)]
                held = session.run(tf.global_variables())
            results.append([*tf.contrib.framework.nest.flatten(found), *held])
    return results


def check_same(build, feeds=None):
    with_sweeps, without = both(build, feeds)
    assert len(with_sweeps) == len(without)
    for one, other in zip(with_sweeps, without):
        if one is not None:
            np.testing.assert_array_max_ulp(one, other, maxulp=2)


@pytest.mark.parametrize("use_resource", [False, True])
def test_adam_of_some_rows(use_resource):
    def build():
        w = variable(numbers(), use_resource)
        rows = tf.nn.embedding_lookup(w, tf.constant([3, 7, 3]))
        return tf.train.AdamOptimizer(0.1).minimize(tf.reduce_sum(rows * rows))

    types = swept([build()])
    assert [len(run) for run in types] == [2, 2, 5]
    check_same(build)


def test_what_others_need_is_kept():
    x = tf.placeholder(tf.float32, SIZES)
    inner = tf.sqrt(x * 2.0)
    outer = inner + x / 3.0
    assert swept([outer], [x]) == [["Mul", "Sqrt", "RealDiv", "AddV2"]]
    with tf.Session() as session:
        fed = {x: numbers()}
        both_values = session.run([inner, outer], fed)
        root = np.sqrt(numbers() * 2)
        np.testing.assert_allclose(both_values[0], root, rtol=1e-6)
        np.testing.assert_allclose(both_values[1], root + numbers() / 3, rtol=1e-6)
        np.testing.assert_array_equal(session.run(outer, fed), both_values[1])


def test_roots_of_negative_numbers_are_not_warned_of(recwarn):
    x = tf.placeholder(tf.float32, SIZES)
    with tf.Session() as session:
        assert np.isnan(session.run(tf.sqrt(-x) + 1.0, {x: numbers()})).all()
    assert not [w for w in recwarn if w.category is RuntimeWarning]


def test_order_of_memory_and_types():
    for dtype in (np.float32, np.float64):
        turned = np.asfortranarray(numbers(1, dtype=dtype))
        x = tf.placeholder(dtype, SIZES)
        y = (x * x + x) / (x + dtype(1))
        with tf.Session() as session:
            found = session.run(y, {x: turned})
        assert found.dtype == dtype
        np.testing.assert_allclose(found, turned, rtol=1e-6)


def test_values_from_before_an_update_stay():
    def build():
        w = variable(numbers())
        before = tf.identity(w)
        doubled = tf.square(w) + 1.0
        with tf.control_dependencies([doubled]):
            update = tf.assign_sub(w, doubled * 0.5)
        with tf.control_dependencies([update]):
            return before, tf.identity(w) * 2.0, update.op

    check_same(build)


def test_a_view_of_the_variable_in_another_order():
    def build():
        w = variable(numbers(sizes=[12, 12]))
        return tf.assign(w, tf.transpose(w) * 2.0 + 1.0).op

    check_same(build)


def test_one_variable_after_the_other():
    def build():
        v, w = variable(numbers(1)), variable(numbers(2))
        first = tf.assign(v, v * 0.5 + w)
        with tf.control_dependencies([first]):
            second = tf.assign_add(w, first * 3.0)
        with tf.control_dependencies([second]):
            return tf.assign_sub(v, second * 0.25 + 1.0).op

    check_same(build)


def test_matrices_that_are_kept_by_columns():
    def build():
        w = variable(numbers(sizes=[200, 10]))
        return tf.assign(w, tf.sqrt(w) * 0.5).op

    check_same(build)


def test_broadcast_rows_end_a_run():
    x, row = tf.placeholder(tf.float32, SIZES), tf.placeholder(tf.float32, [5])
    assert swept([tf.sqrt(tf.square(x)) * row], [x, row]) == [["Square", "Sqrt"]]


def test_a_variable_without_a_value_is_named():
    w = variable(numbers())
    update = tf.assign(w, w * 0.5)
    with (
        tf.Session() as session,
        pytest.raises(tf.errors.FailedPreconditionError, match="Variable"),
    ):
        session.run(update.op)


def test_first_assignment_of_a_sweep():
    w = variable(numbers())
    update = tf.assign(w, tf.constant(numbers(1)) * tf.placeholder_with_default(2.0, []) + 1.0)
    with tf.Session() as session:
        session.run(update.op)
        np.testing.assert_allclose(session.run(w), numbers(1) * 2 + 1)
