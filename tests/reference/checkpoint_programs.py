"""A graph with variables of many kinds and a saver, for TensorFlow and for reflow."""

import numpy as np


def build(tf):
    """Gives the saver."""
    tf.Variable(np.arange(6, dtype=np.float32).reshape(2, 3), name="matrix")
    tf.get_variable("resource", initializer=np.ones([2, 2]), use_resource=True)
    tf.get_variable(
        "parted",
        [4, 3],
        initializer=tf.constant_initializer(7.0),
        partitioner=tf.fixed_size_partitioner(2),
    )
    tf.Variable([b"text", b"", b"x" * 300], name="texts")
    tf.Variable(3, name="number")
    tf.Variable(np.zeros([0, 3]), name="empty")
    tf.Variable([True, False], name="truths")
    return tf.train.Saver()


def saving_nodes(graph):
    """The name, type, inputs and device of each node of the saver."""
    return [
        [node.name, node.op, list(node.input), node.device.upper()]
        for node in graph.as_graph_def().node
        if node.name.startswith("save/")
    ]
