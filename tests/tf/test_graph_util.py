"""tf.graph_util: parts of graphs, and variables as constants."""

import numpy as np
import pytest

import reflow.tf as tf


def names(graph_def):
    return [node.name for node in graph_def.node]


@pytest.fixture
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_part_has_what_its_nodes_depend_on(graph):
    a, b = tf.constant(1, name="a"), tf.constant(2, name="b")
    with tf.control_dependencies([b]):
        tf.identity(a, name="c")
    tf.negative(b, name="d")
    graph_def = graph.as_graph_def()
    assert names(tf.graph_util.extract_sub_graph(graph_def, ["c"])) == ["a", "b", "c"]
    assert names(tf.graph_util.extract_sub_graph(graph_def, ["d"])) == ["b", "d"]
    with pytest.raises(AssertionError, match="e is not in graph"):
        tf.graph_util.extract_sub_graph(graph_def, ["e"])
    with pytest.raises(TypeError, match="dest_nodes must be a list"):
        tf.graph_util.extract_sub_graph(graph_def, "c")


@pytest.mark.parametrize("use_resource", [False, True])
def test_variables_become_constants(graph, use_resource):
    x = tf.placeholder(tf.float32, [2], name="x")
    w = tf.Variable([3.0, 4.0], name="w", use_resource=use_resource)
    b = tf.Variable([1.0, 1.0], name="b", use_resource=use_resource)
    rows = tf.gather(tf.Variable(np.eye(2), name="rows", use_resource=use_resource), [1])
    tf.add(x * w, b, name="y")
    tf.identity(rows, name="row")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        frozen = tf.graph_util.convert_variables_to_constants(
            session, graph.as_graph_def(), ["y", "row"]
        )
    assert not any("Var" in node.op for node in frozen.node)
    with tf.Graph().as_default(), tf.Session() as session:
        y, row = tf.import_graph_def(frozen, return_elements=["y:0", "row:0"], name="")
        found = session.run([y, row], {"x:0": [1.0, 2.0]})
    assert found[0].tolist() == [4, 9] and found[1].tolist() == [[0, 1]]


def test_checks_and_identities_are_taken_out(graph):
    a = tf.constant(1.0, name="a")
    tf.check_numerics(a, "", name="check")
    through = tf.identity(tf.identity(a, name="first"), name="second")
    with tf.control_dependencies([tf.identity(a, name="waited_for")]):
        tf.negative(through, name="result")
    slim = tf.graph_util.remove_training_nodes(graph.as_graph_def(), ["second"])
    assert names(slim) == ["a", "second", "waited_for", "result"]
    assert list(slim.node[1].input) == ["a"]


def test_shapes_and_places_of_nodes(graph):
    a = tf.zeros([2, 3], name="a")
    assert tf.graph_util.tensor_shape_from_node_def_name(graph, "a").as_list() == [2, 3]
    assert tf.graph_util.must_run_on_cpu(tf.constant("text").op)
    assert not tf.graph_util.must_run_on_cpu(a.op)
    variable = tf.Variable(1.0).op
    assert tf.graph_util.must_run_on_cpu(variable, pin_variables_on_cpu=True)
    assert not tf.graph_util.must_run_on_cpu(variable)
