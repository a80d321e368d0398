"""Convolutions that share work, beside the same steps left alone."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.ops.convolution import choice, lowerings
from reflow.ops.convolution.lowerings import padded
from reflow.runtime import fusion, mirrors
from reflow.runtime.plan import Plan
from reflow.runtime.states import States

IMAGES = [2, 14, 14, 8]


def numbers(seed, sizes):
    return np.random.RandomState(seed).uniform(-1, 1, sizes).astype(np.float32)


@pytest.fixture(autouse=True)
def never_mirrored(monkeypatch):
    monkeypatch.setattr(mirrors, "_gain", lambda g: 0)


def steps_of(fetches, fed):
    shapes = {tensor: tensor.shape for tensor in fed}
    return Plan(fetches, [], shapes, States(), torch.device("cpu")).steps


def functions(fetches, fed):
    """What the steps of a plan call."""
    return [getattr(step.function, "func", step.function) for step in steps_of(fetches, fed)]


def check_same(fetches, feeds):
    results = []
    for function in (fusion.join_convolutions, lambda steps, *_: list(steps)):
        with pytest.MonkeyPatch.context() as patch, tf.Session() as session:
            patch.setattr(fusion, "join_convolutions", function)
            session.run(tf.global_variables_initializer())
            results.append(session.run(fetches, feeds))
    for joined, alone in zip(*results):
        assert joined.shape == alone.shape
        np.testing.assert_allclose(joined, alone, rtol=1e-5, atol=2e-5)


def convolved(x, stride=2, size=5, outputs=16, padding="SAME", data_format="NHWC"):
    """(output, its gradients by image and filter)"""
    channels = x.shape.as_list()[3 if data_format == "NHWC" else 1]
    w = tf.Variable(numbers(1, [size, size, channels, outputs]))
    strides = [1, stride, stride, 1] if data_format == "NHWC" else [1, 1, stride, stride]
    y = tf.nn.conv2d(x, w, strides, padding, data_format=data_format)
    return [y, *tf.gradients(tf.tanh(y), [x, w])]


# -- Margins ---------------------------------------------------------------------------------------


def test_an_image_is_padded_once():
    x = tf.placeholder(tf.float32, IMAGES)
    outputs = convolved(x)
    called = functions(outputs, [x])
    assert called.count(padded) == 1
    check_same(outputs, {x: numbers(2, IMAGES)})


def test_other_margins_are_others():
    x = tf.placeholder(tf.float32, IMAGES)
    outputs = [*convolved(x), *convolved(x, 1, 6), *convolved(x, outputs=4)]
    assert functions(outputs, [x]).count(padded) == 2
    check_same(outputs, {x: numbers(2, IMAGES)})


@pytest.mark.parametrize("value", [True, False])
def test_a_branch_pads_for_itself(value):
    x, flag = tf.placeholder(tf.float32, IMAGES), tf.placeholder(tf.bool, [])
    w = tf.Variable(numbers(1, [5, 5, 8, 16]))

    def branch(factor):
        return lambda: tf.nn.conv2d(x, w * factor, 2, "SAME")

    output = tf.cond(flag, branch(2.0), branch(3.0))
    outputs = [output, *tf.gradients(output, [x, w]), tf.nn.conv2d(x, w, 2, "SAME")]
    check_same(outputs, {x: numbers(2, IMAGES), flag: value})


# -- Biases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("add", [tf.nn.bias_add, tf.add, lambda y, b: b + y])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_a_bias_is_added_by_the_convolution(add, padding):
    x, b = tf.placeholder(tf.float32, IMAGES), tf.Variable(numbers(3, [16]))
    w = tf.Variable(numbers(1, [5, 5, 8, 16]))
    y = tf.nn.relu(add(tf.nn.conv2d(x, w, 2, padding), b))
    outputs = [y, *tf.gradients(tf.tanh(y), [x, w, b])]
    ways = (lowerings.convolve_direct, lowerings.convolve_padded, lowerings.convolve_columns)
    joined = [s for s in steps_of([y], [x]) if getattr(s.function, "func", None) in ways]
    assert [step.op.type for step in joined] == [y.op.inputs[0].op.type]
    check_same(outputs, {x: numbers(2, IMAGES)})


def test_a_bias_of_channels_second():
    x, b = tf.placeholder(tf.float32, [2, 8, 14, 14]), tf.Variable(numbers(3, [14]))
    w = tf.Variable(numbers(1, [5, 5, 8, 14]))
    y = tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME", data_format="NCHW")
    fed = {x: numbers(2, [2, 8, 14, 14])}
    with_bias, along_columns = tf.nn.bias_add(y, b, "NCHW"), y + b
    check_same([with_bias], fed)
    check_same([along_columns], fed)
    check_same([with_bias, along_columns], fed)


def test_what_is_no_bias_alone():
    x = tf.placeholder(tf.float32, IMAGES)
    w, b = tf.Variable(numbers(1, [5, 5, 8, 16])), tf.Variable(numbers(3, [16]))
    y = tf.nn.conv2d(x, w, 2, "SAME")
    for outputs in ([y + b, y], [y + b, y * 2.0], [y + y], [y + tf.reduce_sum(b)], [y + b[:1]]):
        assert "Conv2D" in [step.op.type for step in steps_of(outputs, [x])]
        check_same(outputs, {x: numbers(2, IMAGES)})


@pytest.mark.parametrize("dtype", [tf.float16, tf.float64])
def test_other_types_are_left_alone(dtype):
    x = tf.placeholder(tf.float32, IMAGES)
    w, b = (tf.cast(tf.Variable(numbers(1, sizes)), dtype) for sizes in ([5, 5, 8, 16], [16]))
    y = tf.nn.conv2d(tf.cast(x, dtype), w, 2, "SAME") + b
    assert choice.convolution in functions([y], [x])
    assert "Conv2D" in [step.op.type for step in steps_of([y], [x])]


def test_empty_batches():
    x = tf.placeholder(tf.float32, [0, 14, 14, 8])
    b = tf.Variable(numbers(3, [16]))
    y, dx, dw = convolved(x)
    check_same([y + b, dx, dw], {x: np.zeros([0, 14, 14, 8])})


def test_an_error_names_the_convolution():
    x, w = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    y = tf.nn.conv2d(x, w, 2, "SAME", name="narrow") + numbers(3, [16])
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="narrow"):
        session.run(y, {x: numbers(2, IMAGES), w: numbers(1, [5, 5, 3, 16])})
