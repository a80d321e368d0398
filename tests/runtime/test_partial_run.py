import numpy as np
import pytest

from reflow import tf
from reflow.graph.indexed_slices import SparseTensor


@pytest.fixture
def session():
    with tf.Session() as session:
        yield session


@pytest.fixture
def abc():
    return [tf.placeholder(tf.float32, [], name=name) for name in "abc"]


def test_parts_use_what_earlier_parts_computed(session, abc):
    a, b, c = abc
    r1 = tf.add(a, b)
    r2 = tf.multiply(r1, c)
    for _ in range(2):
        handle = session.partial_run_setup([r1, r2], [a, b, c])
        first = session.partial_run(handle, r1, {a: 1, b: 2})
        assert first == 3.0
        assert session.partial_run(handle, {"r2": r2}, {c: first}) == {"r2": 9.0}


def test_several_at_once(session, abc):
    a, b, _ = abc
    y = a + b
    one = session.partial_run_setup(y, [a, b])
    two = session.partial_run_setup(y, [a, b])
    assert one != two
    session.partial_run(one, [], {a: 1.0})
    session.partial_run(two, [], {a: 10.0})
    assert session.partial_run(one, y, {b: 1.0}) == 2.0
    assert session.partial_run(two, y, {b: 1.0}) == 11.0


def test_operations_run_once(session, abc):
    a, b, _ = abc
    w = tf.Variable(0.0)
    session.run(w.initializer)
    count = tf.assign_add(w, a)
    twice = tf.multiply(count, b)
    numbers = tf.random_uniform([3])
    shifted = numbers + b
    handle = session.partial_run_setup([count, twice, numbers, shifted], [a, b])
    assert session.partial_run(handle, count, {a: 5.0}) == 5.0
    drawn = session.partial_run(handle, numbers)
    doubled, moved = session.partial_run(handle, [twice, shifted], {b: 10.0})
    assert doubled == 50.0
    np.testing.assert_allclose(moved, drawn + 10.0, rtol=1e-6)
    assert session.run(w) == 5.0


def test_reads_of_variables_stay_as_they_were(session, abc):
    a, b, _ = abc
    w = tf.Variable(1.0)
    session.run(w.initializer)
    first = w.value() + a
    second = w.value() + b
    handle = session.partial_run_setup([first, second], [a, b])
    assert session.partial_run(handle, first, {a: 0.0}) == 1.0
    session.run(tf.assign(w, 100.0))
    assert session.partial_run(handle, second, {b: 0.0}) == 1.0


def test_operations_run_as_soon_as_they_can(session, abc):
    a, b, _ = abc
    w = tf.Variable(0.0)
    session.run(w.initializer)
    assign = tf.assign(w, a).op
    y = b + 1.0
    handle = session.partial_run_setup([assign, y], [a, b])
    session.partial_run(handle, [], {a: 7.0})
    assert session.run(w) == 7.0
    session.run(tf.assign(w, 0.0))
    assert session.partial_run(handle, y, {b: 1.0}) == 2.0
    assert session.run(w) == 0.0


def test_control_inputs_of_earlier_parts(session, abc):
    a, b, _ = abc
    w = tf.Variable(0.0)
    session.run(w.initializer)
    more = tf.assign_add(w, 1.0)
    with tf.control_dependencies([more]):
        first, second = a + 1.0, b + 1.0
    handle = session.partial_run_setup([first, second], [a, b])
    session.partial_run(handle, first, {a: 1.0})
    session.partial_run(handle, second, {b: 1.0})
    assert session.run(w) == 1.0


def test_text_and_several_outputs(session):
    text = tf.placeholder(tf.string, [2], name="text")
    x = tf.placeholder(tf.float32, [None], name="x")
    values, indices = tf.nn.top_k(x, 2)
    y = tf.gather(text, tf.minimum(indices, 1))
    handle = session.partial_run_setup([values, y], [text, x])
    assert session.partial_run(handle, values, {x: [1.0, 3.0, 2.0]}).tolist() == [3.0, 2.0]
    assert session.partial_run(handle, y, {text: ["a", "b"]}).tolist() == [b"b", b"b"]


def test_sparse_feeds(session):
    sparse = SparseTensor(
        tf.placeholder(tf.int64), tf.placeholder(tf.float32), tf.placeholder(tf.int64)
    )
    y = sparse.values * 2.0
    handle = session.partial_run_setup([y], [sparse])
    assert session.partial_run(handle, y, {sparse: ([[0]], [2.0], [1])}).tolist() == [4.0]


def test_a_failed_part_ends_the_run(session):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.reshape(x, [2])
    handle = session.partial_run_setup([y], [x])
    with pytest.raises(tf.errors.InvalidArgumentError, match="node Reshape"):
        session.partial_run(handle, y, {x: [1.0]})
    with pytest.raises(tf.errors.InvalidArgumentError, match="Must run 'setup'"):
        session.partial_run(handle, y, {x: [1.0, 2.0]})


def test_a_refused_part_may_be_tried_again(session, abc):
    a, b, _ = abc
    y = a + b
    handle = session.partial_run_setup([y], [a, b])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Missing: b:0"):
        session.partial_run(handle, y, {a: 1.0})
    assert session.partial_run(handle, y, {a: 1.0, b: 2.0}) == 3.0


def test_part_of_nothing(session, abc):
    a, b, _ = abc
    handle = session.partial_run_setup([a + b], [a, b])
    assert session.partial_run(handle, [], {}) == []
