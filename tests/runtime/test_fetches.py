import collections

import numpy as np
import pytest

from reflow import tf
from reflow.graph.indexed_slices import (
    IndexedSlices,
    IndexedSlicesValue,
    SparseTensor,
    SparseTensorValue,
)
from reflow.runtime.expansions import _expansions, register_session_run_conversion_functions

Pair = collections.namedtuple("Pair", "first second")
Couple = collections.namedtuple("Couple", "first second")


class Field:
    def __init__(self, name):
        self.name = name


class Record:
    """As the attrs package makes classes."""

    __attrs_attrs__ = (Field("a"), Field("b"))
    __hash__ = None

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __eq__(self, other):
        return (self.a, self.b) == (other.a, other.b)


@pytest.fixture
def ab():
    return tf.constant(1.0, name="a"), tf.constant(2.0, name="b")


def test_structures(ab):
    a, b = ab
    session = tf.Session()
    for _ in range(2):  # a structure is found again, and not mistaken for another
        assert session.run(a) == 1.0
        assert session.run([a, b]) == [1.0, 2.0]
        assert session.run((a, b)) == (1.0, 2.0)
        assert session.run([]) == []
        assert session.run(()) == ()
        assert session.run({}) == {}
        assert session.run([a]) == [1.0]
        assert session.run([[a], (b, [a, []])]) == [[1.0], (2.0, [1.0, []])]
        assert session.run({"x": a, "y": [b, a]}) == {"x": 1.0, "y": [2.0, 1.0]}
        ordered = session.run(collections.OrderedDict([("y", a), ("x", b)]))
        assert type(ordered) is collections.OrderedDict
        assert list(ordered.items()) == [("y", 1.0), ("x", 2.0)]
        for kind in (Pair, Couple):
            pair = session.run(kind(a, [b]))
            assert type(pair) is kind
            assert pair == (1.0, [2.0])
            assert type(session.run([kind(a, b)])[0]) is kind
        assert session.run(Record(a, (b,))) == Record(1.0, (2.0,))
        assert session.run([(a, b)]) == [(1.0, 2.0)]


def test_types_of_values(ab):
    a, _ = ab
    session = tf.Session()
    assert type(session.run(a)) is np.float32
    vector = session.run(tf.constant([1, 2]))
    assert type(vector) is np.ndarray
    assert vector.dtype == np.int32
    assert session.run(tf.constant("text")) == b"text"
    assert session.run(tf.constant(["a", "é"])).tolist() == [b"a", "é".encode()]
    assert session.run(tf.constant(True)) is np.True_


def test_operations_give_none(ab):
    a, _ = ab
    nothing = tf.no_op(name="nothing")
    session = tf.Session()
    assert session.run(nothing) is None
    assert session.run([a, nothing, a.op]) == [1.0, None, None]
    assert session.run({"n": nothing}) == {"n": None}


def test_names_and_variables(ab):
    w = tf.Variable([1.0, 2.0], name="w")
    session = tf.Session()
    assert session.run("w/Assign") is None
    assert session.run(["a:0", b"b:0", "a"]) == [1.0, 2.0, None]
    assert session.run(w).tolist() == [1.0, 2.0]
    assert session.run({w.name: w})["w:0"].tolist() == [1.0, 2.0]


def test_fetched_twice_is_computed_once_and_not_shared():
    x = tf.placeholder(tf.float32, [None])
    y = x * 2.0
    first, second = tf.Session().run([y, y], {x: [1.0]})
    assert first.tolist() == second.tolist() == [2.0]


def test_values_are_the_programs_own():
    w = tf.Variable([1.0, 2.0])
    session = tf.Session()
    session.run(w.initializer)
    value = session.run(w)
    value[:] = 7.0
    constant = tf.constant([1.0, 2.0])
    session.run(constant)[:] = 7.0
    assert session.run(w).tolist() == session.run(constant).tolist() == [1.0, 2.0]
    fed = np.ones(2, np.float32)
    x = tf.placeholder(tf.float32, [2])
    for fetch in (x, tf.identity(x), tf.reshape(x, [1, 2])):
        session.run(fetch, {x: fed})[...] = 7.0
    assert fed.tolist() == [1.0, 1.0]


def test_fed_tensors_may_be_fetched():
    x = tf.placeholder(tf.float32, [None])
    y = x + 1.0
    assert [v.tolist() for v in tf.Session().run([x, y], {x: [1.0], y: [5.0]})] == [[1.0], [5.0]]


def test_sparse_values(ab):
    sparse = SparseTensor([[0, 1]], [3.0], [2, 2])
    slices = IndexedSlices(tf.constant([[1.0]]), tf.constant([4]))
    dense = IndexedSlices(tf.constant([[1.0]]), tf.constant([4]), tf.constant([9, 1]))
    session = tf.Session()
    value, (part, whole) = session.run([sparse, (slices, dense)])
    assert type(value) is SparseTensorValue
    assert value.indices.tolist() == [[0, 1]]
    assert value.dense_shape.tolist() == [2, 2]
    assert type(part) is IndexedSlicesValue
    assert part.dense_shape is None
    assert whole.dense_shape.tolist() == [9, 1]
    assert sparse.eval(session=session).values.tolist() == [3.0]


def test_types_of_the_programs_own(ab):
    class Squared:
        def __init__(self, tensor):
            self.squared = tf.square(tensor)

    register_session_run_conversion_functions(
        Squared,
        lambda s: ([s.squared], lambda values: f"squared {values[0]}"),
        lambda s, value: [(s.squared, value)],
        lambda s: [s.squared],
    )
    try:
        squared = Squared(ab[1])
        session = tf.Session()
        assert session.run([squared, ab[0]]) == ["squared 4.0", 1.0]
        assert session.run(squared.squared + 1.0, {squared: 8.0}) == 9.0
        with pytest.raises(ValueError, match="already been registered"):
            register_session_run_conversion_functions(Squared, lambda s: ([], None))
    finally:
        del _expansions[0]


def test_fetched_later_names_find_new_operations():
    session = tf.Session()
    tf.constant(1.0, name="c")
    with pytest.raises(ValueError, match="Did you mean 'c'"):
        session.run("cc:0")
    tf.constant(2.0, name="cc")
    assert session.run("cc:0") == 2.0
