"""Graphs as messages: whole texts against those of TensorFlow 1.15.5 (see graph_programs.py)."""

from reflow import tf
from tests.tf import recorded


@recorded.programs("exports")
def test_programs(program):
    recorded.check(program)


def test_from_version_leaves_out_what_was_there():
    """As TensorFlow documents it; TensorFlow 1.15.5 itself gives the whole graph."""
    with tf.Graph().as_default() as graph:
        tf.constant(1, name="a")
        version = graph.version
        b = tf.constant(2, name="b")
        tf.identity(b, name="c")
        assert [node.name for node in graph.as_graph_def(from_version=version).node] == ["b", "c"]
        assert len(graph.as_graph_def(from_version=0).node) == 3
        assert not graph.as_graph_def(from_version=graph.version).node
        shapes = graph.as_graph_def(version, add_shapes=True).node[0].attr["_output_shapes"]
        assert len(shapes.list.shape) == 1
