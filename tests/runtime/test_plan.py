import gc
import weakref

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime.plan import Plan
from reflow.runtime.plans import _MAX_SHAPES
from reflow.runtime.states import States


def plan_of(fetches, targets=(), fed=None):
    """A plan for fetches given feeds of the shapes in `fed`."""
    return Plan(list(fetches), list(targets), fed or {}, States(), torch.device("cpu"))


@pytest.fixture
def session():
    with tf.Session() as session:
        yield session


def variable(session, value):
    w = tf.Variable(np.array(value, np.float32))
    session.run(w.initializer)
    return w


# -- Order ---------------------------------------------------------------------------------------


def test_reads_made_before_an_assignment_see_the_old_value(session):
    w = variable(session, [1.0, 2.0])
    before = tf.identity(w)
    more = tf.assign_add(w, [10.0, 10.0])
    for fetches in ([before, more], [more, before]):
        values = dict(zip(fetches, session.run(fetches)))
        assert (values[more] - values[before]).tolist() == [10.0, 10.0]


def test_fetched_variable_and_training_op(session):
    w = variable(session, [1.0, 2.0])
    step = tf.assign_sub(w, [1.0, 1.0]).op
    value, _ = session.run([w, step])
    kept = value.copy()
    session.run(step)
    assert value.tolist() == kept.tolist()
    assert session.run(w).tolist() == [-1.0, 0.0]


@pytest.mark.parametrize("use_resource", [False, True])
def test_of_updates_that_do_not_wait_for_each_other_the_first_ready_is_first(session, use_resource):
    w = tf.Variable([[0.5], [-0.5]], use_resource=use_resource)
    hidden = tf.nn.relu(tf.matmul(tf.ones([4, 2]), w) + 1.0)
    loss = tf.reduce_mean(tf.square(hidden - 3.0))
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
    clip = w.assign(tf.clip_by_value(w, -0.1, 0.1))
    session.run(w.initializer)
    session.run([train, loss, clip])  # TensorFlow 1.15.5: 0.14 and -0.06
    np.testing.assert_allclose(session.run(w), [[0.14], [-0.06]], rtol=1e-5)


def test_equally_ready_updates_run_in_the_order_of_creation(session):
    w = variable(session, [1.0])
    first, second = tf.assign(w, [5.0]).op, tf.assign_add(w, [2.0]).op
    session.run([second, first])
    assert session.run(w).tolist() == [7.0]


def test_joined_updates_wait_for_what_clips_their_variables(session):
    weights = [variable(session, [2.0, -2.0]) for _ in range(3)]
    loss = tf.add_n([tf.reduce_sum(tf.square(w - 1.0)) for w in weights])
    train = tf.train.AdamOptimizer(0.5).minimize(loss)
    clip = [w.assign(tf.clip_by_value(w, -1.0, 1.0)) for w in weights]
    session.run(tf.global_variables_initializer())
    session.run([w.initializer for w in weights])
    session.run([train, clip])
    for w in weights:
        np.testing.assert_allclose(session.run(w), [0.5, -0.5], rtol=1e-5)


def test_control_dependencies_decide(session):
    w = variable(session, [1.0])
    more = tf.assign_add(w, [1.0])
    with tf.control_dependencies([more]):
        after = w.read_value()
    assert session.run(after).tolist() == [2.0]


@pytest.mark.parametrize(
    "view",
    [
        lambda w: tf.reshape(w, [4]),
        tf.transpose,
        lambda w: w[0],
        lambda w: w[:, ::-1],
        lambda w: tf.expand_dims(w, 0),
        lambda w: tf.reshape(tf.transpose(tf.identity(w)), [2, 2]),
    ],
    ids=["reshape", "transpose", "row", "reversed", "expand", "views of views"],
)
def test_views_never_see_updates(session, view):
    w = variable(session, [[1.0, 2.0], [3.0, 4.0]])
    seen = view(w.value())
    expected = session.run(seen)
    more = tf.assign_add(w, [[10.0, 10.0], [10.0, 10.0]])
    with tf.control_dependencies([more]):
        late = tf.add(seen, 0.0)  # computed from the view, after the update
    values = session.run([seen, late, more.op])
    np.testing.assert_array_equal(values[0], expected)
    np.testing.assert_array_equal(values[1], expected)


@pytest.mark.parametrize("update", ["assign_add", "assign", "assign itself", "descent"])
@pytest.mark.parametrize("use", [tf.identity, lambda w: w + 0.0, lambda w: w.read_value()])
def test_uses_that_wait_for_an_update_see_it(session, update, use):
    # As TensorFlow 1.15.5 does for all of these, though the variable's read runs before.
    w = variable(session, [1.0, 2.0])
    if update == "assign_add":
        done = tf.assign_add(w, [1.0, 1.0])
    elif update == "assign":
        done = tf.assign(w, [7.0, 7.0])
    elif update == "assign itself":
        done = tf.assign(w, w * 2.0)
    else:
        done = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(w * w))
    with tf.control_dependencies([done]):
        y = use(w)
    for _ in range(2):
        value = session.run(y)
        assert value.tolist() == session.run(w).tolist()


def test_assignments_from_views_of_the_variable_itself(session):
    w = variable(session, [[1.0, 2.0], [3.0, 4.0]])
    session.run(tf.assign(w, tf.transpose(w)))
    assert session.run(w).tolist() == [[1.0, 3.0], [2.0, 4.0]]
    session.run(tf.assign_add(w, tf.transpose(w)))
    assert session.run(w).tolist() == [[2.0, 5.0], [5.0, 8.0]]
    session.run(tf.assign(w, w[::-1]))
    assert session.run(w).tolist() == [[5.0, 8.0], [2.0, 5.0]]


def test_assigned_variables_do_not_share_memory(session):
    a, b = variable(session, [1.0, 2.0]), variable(session, [0.0, 0.0])
    session.run(tf.assign(b, a))
    session.run(tf.assign_add(a, [1.0, 1.0]))
    assert session.run(b).tolist() == [1.0, 2.0]


def test_swap(session):
    a, b = variable(session, [1.0]), variable(session, [2.0])
    old_a, old_b = tf.identity(a), tf.identity(b)
    with tf.control_dependencies([old_a, old_b]):
        swap = tf.group(tf.assign(a, old_b), tf.assign(b, old_a))
    session.run(swap)
    assert [v.tolist() for v in session.run([a, b])] == [[2.0], [1.0]]


# -- What runs -----------------------------------------------------------------------------------


def test_only_what_is_needed_runs(session):
    w = variable(session, 1.0)
    tf.assign_add(w, 1.0)
    x = tf.placeholder(tf.float32)
    x + 1.0
    assert session.run(w * 2.0) == 2.0
    assert session.run(w) == 1.0


def test_stateful_operations_run_once_in_a_run(session):
    w = variable(session, 0.0)
    count = tf.assign_add(w, 1.0)
    fetches = [count + 0.0, count * 1.0, count, count.op, [count]]
    session.run(fetches)
    assert session.run(w) == 1.0
    numbers = tf.random_uniform([3])
    first, second = session.run([numbers + 0.0, numbers * 1.0])
    assert first.tolist() == second.tolist()
    assert session.run(numbers).tolist() != first.tolist()


def test_constants_are_computed_once():
    x = tf.placeholder(tf.float32, [2])
    folded = tf.reduce_sum(tf.constant([1.0, 2.0]) * 3.0 + 1.0)
    plan = plan_of([x * folded], fed={x: x.shape})
    assert [step.op.type for step in plan.steps] == ["Mul"]
    assert plan.run([torch.ones(2)])[0].tolist() == [11.0, 11.0]


def test_shapes_are_computed_with_the_plan():
    x = tf.placeholder(tf.float32, [None, 3])
    rows = tf.shape(x)[0]
    y = tf.reshape(x, [rows * 3])
    plan = plan_of([y], fed={x: tf.TensorShape([2, 3])})
    assert [step.op.type for step in plan.steps] == ["Reshape"]
    assert plan.run([torch.ones(2, 3)])[0].shape == (6,)


def test_random_numbers_are_not_folded(session):
    y = tf.random_normal([4]) + 1.0
    assert session.run(y).tolist() != session.run(y).tolist()


# -- Memory --------------------------------------------------------------------------------------


def test_values_are_freed_after_their_last_use(monkeypatch):
    x = tf.placeholder(tf.float32, [4])
    values = [x]
    for _ in range(6):
        values.append(tf.exp(values[-1]))
    alive = []
    references = []

    def trace(step, start, end, outputs):
        references.extend(weakref.ref(value) for value in outputs)
        alive.append(sum(reference() is not None for reference in references))

    plan = Plan([values[-1]], [], {x: x.shape}, States(), torch.device("cpu"), trace)
    gc.disable()
    try:
        plan.run([torch.zeros(4)])
    finally:
        gc.enable()
    assert len(alive) >= 1
    # At the end of a step its output lives, and its input until the line after.
    assert max(alive) <= 2
    assert all(reference() is None for reference in references)


# -- Shapes --------------------------------------------------------------------------------------


def test_more_shapes_than_plans_are_made_for(session):
    x = tf.placeholder(tf.float32, [None, 3])
    w = variable(session, np.ones((3, 2)))
    b = variable(session, np.zeros(2))
    y = tf.matmul(x, w) + b
    loss = tf.reduce_mean(tf.square(y))
    flat = tf.reshape(y, [-1])
    gradients = tf.gradients(loss, [w, b, x])
    rng = np.random.RandomState(0)
    sizes = [*range(1, _MAX_SHAPES + 5), 2, 30, 1]
    for n in sizes:
        value = rng.rand(n, 3).astype(np.float32)
        got = session.run([loss, flat, tf.shape(y), gradients], {x: value})
        product = value @ np.ones((3, 2), np.float32)
        upstream = 2 * product / product.size
        np.testing.assert_allclose(got[0], (product**2).mean(), rtol=1e-5)
        np.testing.assert_allclose(got[1], product.ravel(), rtol=1e-5)
        assert got[2].tolist() == [n, 2]
        np.testing.assert_allclose(got[3][0], value.T @ upstream, rtol=1e-4)
        np.testing.assert_allclose(got[3][1], upstream.sum(0), rtol=1e-4)
        np.testing.assert_allclose(
            got[3][2], upstream.sum(1, keepdims=True) * np.ones(3), rtol=1e-4
        )


def test_plan_for_any_shape_is_used_and_checks_shapes(session):
    x = tf.placeholder(tf.float32, [None, 3])
    y = tf.reduce_sum(x)
    for n in range(1, _MAX_SHAPES + 5):
        assert session.run(y, {x: np.ones((n, 3))}) == 3 * n
    (plans,) = [p for p in session._plans.values() if y in p.tensors]
    assert len(plans.exact) == _MAX_SHAPES
    assert len(plans._general) == 1
    with pytest.raises(ValueError, match="Cannot feed value of shape"):
        session.run(y, {x: np.ones((2, 4))})


def test_shape_clash_in_the_plan_for_any_shape(session):
    a = tf.placeholder(tf.float32, [None], name="a")
    b = tf.placeholder(tf.float32, [None], name="b")
    y = tf.add(a, b, name="y")
    for n in range(1, _MAX_SHAPES + 2):
        session.run(y, {a: np.ones(n), b: np.ones(n)})
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(y, {a: np.ones(2), b: np.ones(3)})
    assert caught.value.op is y.op
    assert "inputs: a:0 float32 [2], b:0 float32 [3]" in str(caught.value)


def test_unknown_rank(session):
    x = tf.placeholder(tf.float32)
    y = tf.reduce_sum(x * 2.0)
    for shape in [(), (2,), (2, 3), (1, 2, 3), *[(n,) for n in range(3, 12)], (2, 2)]:
        assert session.run(y, {x: np.ones(shape)}) == 2 * np.prod(shape)


def test_order_of_creation_with_edges_added_later(session):
    w = variable(session, 1.0)
    y = tf.identity(w)
    last = tf.assign(w, 5.0)
    y.op._add_control_input(last.op)
    w.value().op._add_control_input(last.op)
    assert session.run(y) == 5.0


def test_cycle_is_an_error(session, graphs):
    a = tf.constant(1.0, name="a")
    b = tf.add(a, 1.0, name="b")
    a.op._add_control_input(b.op)
    with pytest.raises(tf.errors.InvalidArgumentError, match="cycle with 2 nodes"):
        session.run(b)
    graphs.discard(a.graph)


def test_source_can_be_read():
    x = tf.placeholder(tf.float32, [2])
    assert plan_of([tf.exp(x)], fed={x: x.shape}).source.startswith("def run(v0):")
