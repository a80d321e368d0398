"""How many elements iterators give at once, and in which order functions are called."""

import pytest

import reflow as tf
from reflow.graph import errors
from reflow.ops.data.base import Context
from reflow.runtime.functions import compile_function


def iterator_over(dataset):
    """The iterator that a session would walk through."""
    with tf.Session() as session:
        value = session.run(dataset._variant_tensor)
    return value.iterate(Context(compile_function))


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        yield


def given(iterator, limits):
    """What is given for limits in turn, None standing for an error."""
    blocks = []
    for limit in limits:
        try:
            block = iterator.next(limit)
        except errors.OpError:
            blocks.append(None)
            continue
        assert 0 < len(block) <= limit
        blocks.append(block.columns[0].tolist())
    return blocks


def picked(x):
    """Fails for 9, and cannot be computed for several elements at once."""
    return tf.gather([10, 11, 12, 13, 14], x)


def test_map_never_gives_more_than_asked_for():
    dataset = tf.data.Dataset.from_tensor_slices([0, 1, 9, 2, 3, 4])
    iterator = iterator_over(dataset.map(picked))
    assert given(iterator, [6, 6, 2, 1]) == [[10, 11], None, [12, 13], [14]]
    assert iterator.next(1) is None


def test_filter_never_gives_more_than_asked_for():
    dataset = tf.data.Dataset.from_tensor_slices([0, 1, 9, 2, 3, 4])
    iterator = iterator_over(dataset.filter(lambda x: tf.not_equal(picked(x), 12)))
    assert given(iterator, [6, 6, 2, 6, 6]) == [[0], [1], None, [3], [4]]
    assert iterator.next(1) is None


def test_effects_come_element_by_element():
    seen = []

    def noting(name):
        def note(x):
            seen.append(f"{name}{x}")
            return x

        return lambda x: tf.py_func(note, [x], tf.int64)

    dataset = tf.data.Dataset.range(3).map(noting("a")).map(lambda x: x + 1).map(noting("b"))
    get_next = dataset.batch(3).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        session.run(get_next)
    assert seen == ["a0", "b1", "a1", "b2", "a2", "b3"]
