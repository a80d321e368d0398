"""What TensorFlow's inner modules have beside the public names."""

import numpy as np
import pytest

import reflow.tf as tf
from reflow.running.inner_names import control_flow_util as util
from reflow.running.inner_names.gradient_checker_v2 import _to_numpy


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_control_flow_is_told_apart(graph):
    limit = tf.constant(3, name="limit")

    def body(i):
        return tf.cond(i > 0, lambda: i + limit, lambda: i + 1)

    tf.while_loop(lambda i: i < limit, body, [0])
    ops = graph.get_operations()
    checks = ("IsCondSwitch", "IsLoopSwitch", "IsCondMerge", "IsLoopMerge")
    kinds = {check: {op.name for op in ops if getattr(util, check)(op)} for check in checks}
    assert kinds["IsLoopSwitch"] == {"while/Switch"}
    assert kinds["IsCondMerge"] == {"while/cond/Merge"}
    assert kinds["IsLoopMerge"] == {"while/Merge"}
    assert "while/cond/add/Switch" in kinds["IsCondSwitch"]
    assert all(util.IsSwitch(op) for op in ops if op.name in kinds["IsCondSwitch"])
    inner = graph.get_operation_by_name("while/cond/add")
    assert util.IsInCond(inner) and util.IsInWhileLoop(inner)
    assert not util.IsInWhileLoop(limit.op)
    loop = util.GetContainingWhileContext(inner._control_flow_context)
    branch = util.GetContainingCondContext(inner._control_flow_context)
    assert util.IsContainingContext(branch, loop) and not util.IsContainingContext(loop, branch)
    assert util.OpInContext(inner, loop) and util.TensorInContext(inner.outputs[0], branch)
    enter = util.GetLoopConstantEnter(inner.inputs[1])
    assert enter.inputs[0] is limit and util.IsLoopConstantEnter(enter)
    assert util.GetLoopConstantEnter(inner.inputs[0]) is None


def test_values_as_arrays():
    rows = tf.IndexedSlices(tf.ones([2, 2]), tf.constant([1, 1]), tf.constant([3, 2]))
    with tf.Session() as session:
        np.testing.assert_array_equal(_to_numpy(tf.constant([1, 2])), [1, 2])
        found = _to_numpy(session.run(rows))
    np.testing.assert_array_equal(found, [[0, 0], [2, 2], [0, 0]])
    assert _to_numpy(3) == 3
