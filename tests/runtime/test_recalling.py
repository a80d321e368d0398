"""What ops remember for their gradients."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.ops.pooling import maxima
from reflow.runtime.plan import Plan
from reflow.runtime.states import States


@pytest.fixture
def x():
    return tf.placeholder(tf.float32, [2, 5, 5, 3])


def plan_of(*fetches, fed):
    return Plan(
        list(fetches), [], {tensor: tensor.shape for tensor in fed}, States(), torch.device("cpu")
    )


def functions(plan):
    return [step.function for step in plan.steps]


def test_the_places_of_maxima_are_looked_for_once(x):
    y = tf.nn.max_pool(x, 3, 2, "SAME")
    dx = tf.gradients(y, x)[0]
    plan = plan_of(y, dx, fed=[x])
    rules = maxima.MaxPool.rules, maxima.MaxPoolGrad.rules
    assert rules[0].remembering in functions(plan)
    assert rules[1].recalling in functions(plan)

    pictures = np.random.RandomState(0).randn(2, 5, 5, 3).astype(np.float32)
    with tf.Session() as session:
        both = session.run([y, dx], {x: pictures})
        apart = [session.run(y, {x: pictures}), session.run(dx, {x: pictures, y: both[0]})]
    np.testing.assert_array_equal(both[0], apart[0])
    np.testing.assert_array_equal(both[1], apart[1])


def test_a_forward_op_alone_remembers_nothing(x):
    plan = plan_of(tf.nn.max_pool(x, 3, 2, "SAME"), fed=[x])
    assert maxima.MaxPool.rules.remembering not in functions(plan)


def test_other_inputs_have_other_memories(x):
    other = tf.placeholder(tf.float32, [2, 5, 5, 3])
    y = tf.nn.max_pool(x, 3, 2, "SAME")
    windows = {"ksize": [1, 3, 3, 1], "strides": [1, 2, 2, 1], "padding": "SAME"}
    dx = maxima.MaxPoolGrad(other, y, y, **windows)
    assert maxima.MaxPoolGrad.rules.recalling not in functions(plan_of(dx, fed=[x, other]))


def test_other_windows_have_other_memories(x):
    y = tf.nn.max_pool(x, 3, 2, "SAME")
    windows = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "SAME"}
    dx = maxima.MaxPoolGrad(x, y, y, **windows)
    assert maxima.MaxPoolGrad.rules.recalling not in functions(plan_of(dx, fed=[x]))
