import time

import numpy as np
import pytest

from reflow import tf


@pytest.fixture
def options():
    return tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)


def traced(session, options, fetches, feed_dict=None):
    metadata = tf.RunMetadata()
    result = session.run(fetches, feed_dict, options=options, run_metadata=metadata)
    (device,) = metadata.step_stats.dev_stats
    return result, device


def test_every_operation_that_runs_is_timed(options):
    x = tf.placeholder(tf.float32, [None, 200], name="x")
    w = tf.Variable(np.ones((200, 300), np.float32), name="w")
    y = tf.matmul(x, w, name="y")
    z = tf.nn.top_k(y, 5, name="z")
    unused = tf.exp(x, name="unused")
    session = tf.Session()
    session.run(w.initializer)
    before = time.time()
    result, device = traced(session, options, [z.values, z.indices], {x: np.ones((100, 200))})
    after = time.time()
    assert result[0].shape == (100, 5)
    assert device.device == "/job:localhost/replica:0/task:0/device:CPU:0"
    nodes = {node.node_name: node for node in device.node_stats}
    assert unused.op.name not in nodes
    assert {"y", "z"} <= set(nodes)
    product = nodes["y"]
    assert product.timeline_label == "y = MatMul(x, w/read)"
    assert before - 1 < product.all_start_micros / 1e6 < after + 1
    assert 0 < product.op_end_rel_micros <= (after - before) * 1e6
    assert product.op_end_rel_nanos <= product.op_end_rel_micros * 1000
    assert product.all_start_nanos // 1000 == product.all_start_micros
    assert nodes["z"].all_start_nanos >= product.all_start_nanos + product.op_end_rel_nanos
    assert device.thread_names[product.thread_id] == "MainThread"


def test_outputs_and_memory(options):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.exp(x, name="y")
    flat = tf.reshape(y, [-1], name="flat")
    text = tf.placeholder(tf.string, [2], name="text")
    joined = tf.gather(text, [1], name="part")
    session = tf.Session()
    feeds = {x: np.ones((4, 3)), text: ["a", "b"]}
    _, device = traced(session, options, [flat, joined], feeds)
    nodes = {node.node_name: node for node in device.node_stats}
    output = nodes["y"].output[0].tensor_description
    assert output.dtype == tf.float32.as_datatype_enum
    assert [d.size for d in output.shape.dim] == [4, 3]
    assert output.allocation_description.requested_bytes == 48
    assert output.allocation_description.allocated_bytes == 48
    assert nodes["y"].memory[0].total_bytes == 48
    view = nodes["flat"].output[0].tensor_description
    assert [d.size for d in view.shape.dim] == [12]
    assert view.allocation_description.allocated_bytes == 0
    assert not nodes["flat"].memory
    assert nodes["part"].output[0].tensor_description.dtype == tf.string.as_datatype_enum


def test_joined_operations_are_named(options):
    a, b = (tf.Variable(np.ones(2, np.float32), name=name) for name in "ab")
    x = tf.placeholder(tf.float32, [2])
    loss = tf.reduce_sum((a + b) * x)
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    _, device = traced(session, options, step, {x: np.ones(2)})
    labels = " ".join(node.timeline_label for node in device.node_stats)
    for name in "ab":
        assert f"GradientDescent/update_{name}/ApplyGradientDescent" in labels


def test_tracing_changes_no_result(options):
    x = tf.placeholder(tf.float32, [None], name="x")
    w = tf.Variable(0.0)
    y = tf.assign_add(w, tf.reduce_sum(x))
    session = tf.Session()
    session.run(w.initializer)
    for n in range(1, 12):
        value, device = traced(session, options, y, {x: np.ones(n)})
        assert value == sum(range(n + 1))
        assert len(device.node_stats) >= 2


def test_without_trace_level_there_are_no_times(options):
    c = tf.constant(1.0)
    session = tf.Session()
    metadata = tf.RunMetadata()
    session.run(c, options=options, run_metadata=metadata)
    session.run(c, run_metadata=metadata)
    assert not metadata.step_stats.dev_stats
    assert session.run(c, options=options) == 1.0
    assert session.run(c, options=tf.RunOptions(timeout_in_ms=1000)) == 1.0


def test_partition_graphs():
    x = tf.placeholder(tf.float32, name="x")
    y = tf.add(tf.nn.relu(x, name="r"), 1.0, name="y")
    tf.exp(x, name="unused")
    metadata = tf.RunMetadata()
    options = tf.RunOptions(output_partition_graphs=True)
    tf.Session().run(y, {x: 1.0}, options, metadata)
    (graph_def,) = metadata.partition_graphs
    assert [node.name for node in graph_def.node] == ["r", "y/y", "y"]


def test_wrong_types():
    c = tf.constant(1.0)
    session = tf.Session()
    with pytest.raises(
        TypeError, match=r"options must be a tf\.RunOptions, but got <class 'dict'>"
    ):
        session.run(c, options={})
    with pytest.raises(TypeError, match=r"run_metadata must be a tf\.RunMetadata"):
        session.run(c, run_metadata=tf.RunOptions())
