"""Graphs, names, scopes, collections and elements, against TensorFlow 1.15.5."""

import pytest

from reflow import tf
from tests.tf import recorded


@recorded.programs("graph")
def test_graphs(program):
    recorded.check(program)


@recorded.programs("names")
def test_names(program):
    recorded.check(program)


@recorded.programs("collections")
def test_collections(program):
    recorded.check(program)


@recorded.programs("control")
def test_control_dependencies(program):
    recorded.check(program)


@recorded.programs("places")
def test_devices_colocation_containers_and_attributes(program):
    recorded.check(program)


@recorded.programs("elements")
def test_elements(program):
    recorded.check(program)


def test_default_graphs_are_left_in_the_order_of_entering():
    outermost = tf.get_default_graph()
    outer, inner = tf.Graph().as_default(), tf.Graph().as_default()
    with outer:
        with inner:
            with pytest.raises(AssertionError, match="Nesting violated"):
                outer.__exit__(None, None, None)
    assert tf.get_default_graph() is outermost


def test_reset_default_graph_replaces_the_global_one():
    before = tf.get_default_graph()
    tf.reset_default_graph()
    after = tf.get_default_graph()
    assert after is not before
    assert after.get_operations() == []
    with tf.Graph().as_default(), pytest.raises(AssertionError, match="nested graphs"):
        tf.reset_default_graph()
    assert tf.get_default_graph() is after


def test_names_not_in_the_graph_are_answered_with_the_nearest():
    tf.constant(1.0, name="weights")
    with pytest.raises(KeyError, match="Did you mean 'weights'"):
        tf.get_default_graph().get_tensor_by_name("wieghts:0")


def test_a_refused_operation_leaves_nothing_behind():
    a, b = tf.zeros([2, 3]), tf.zeros([4, 5])
    before = tf.get_default_graph().get_operations()
    with pytest.raises(ValueError, match="Dimensions must be equal"):
        tf.matmul(a, b)
    assert tf.get_default_graph().get_operations() == before
    assert a.consumers() == b.consumers() == []
