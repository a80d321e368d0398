"""Timelines of traces, as programs make them with tensorflow.python.client.timeline."""

import json

import numpy as np
import pytest

from reflow import tf
from reflow.runtime.timeline import Timeline


@pytest.fixture
def step_stats():
    """The trace of a training step."""
    x = tf.placeholder(tf.float32, [None, 100], name="x")
    w = tf.Variable(np.ones((100, 10), np.float32), name="w")
    loss = tf.reduce_sum(tf.nn.relu(tf.matmul(x, w, name="y"), name="relu"), name="loss")
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    metadata = tf.RunMetadata()
    session.run(
        [loss, step],
        {x: np.ones((50, 100))},
        options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
        run_metadata=metadata,
    )
    return metadata.step_stats


def events(step_stats, **options):
    text = Timeline(step_stats).generate_chrome_trace_format(**options)
    by_phase = {}
    for event in json.loads(text)["traceEvents"]:
        by_phase.setdefault(event["ph"], []).append(event)
    return by_phase


def test_every_op_is_there_with_its_time_and_inputs(step_stats):
    (process,) = events(step_stats)["M"]
    assert process["name"] == "process_name"
    assert process["args"]["name"] == "/job:localhost/replica:0/task:0/device:CPU:0 Compute"
    ops = {event["args"]["name"]: event for event in events(step_stats)["X"]}
    assert len(ops) == len(step_stats.dev_stats[0].node_stats)
    product = ops["y"]
    assert (product["name"], product["pid"], product["tid"]) == ("MatMul", 0, 0)
    assert product["args"] == {"name": "y", "op": "MatMul", "input0": "x", "input1": "w/read"}
    (node,) = [n for n in step_stats.dev_stats[0].node_stats if n.node_name == "y"]
    assert (product["ts"], product["dur"]) == (node.all_start_micros, node.op_end_rel_micros)


def test_arrows_lead_from_what_gives_a_value_to_what_uses_it(step_stats):
    shown = events(step_stats)
    starts = {event["id"]: event for event in shown["s"]}
    ends = {event["id"]: event for event in shown["t"]}
    assert len(starts) == len(shown["s"]) and starts.keys() == ends.keys()
    assert "relu" in {event["name"] for event in shown["s"]}
    for number, start in starts.items():
        assert start["ts"] <= ends[number]["ts"]
    assert not {"s", "t"} & events(step_stats, show_dataflow=False).keys()


def test_memory_rises_and_falls(step_stats):
    assert "C" not in events(step_stats)
    held = [event["args"]["bytes"] for event in events(step_stats, show_memory=True)["C"]]
    assert max(held) >= 2 * 50 * 10 * 4, "the product and its relu"
    assert min(held) == held[-1] == 0


def test_a_trace_without_labels():
    stats = tf.RunMetadata().step_stats
    assert list(events(stats)) == []
    stats.dev_stats.add(device="/gpu:0").node_stats.add(node_name="n", all_end_rel_micros=3)
    (event,) = events(stats)["X"]
    assert (event["name"], event["dur"], event["args"]) == (
        "unknown",
        3,
        {"name": "n", "op": "unknown"},
    )
