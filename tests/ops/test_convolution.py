"""Convolutions where TensorFlow 1.15 has kernels for GPUs only, and the ways to compute them."""

import random

import numpy as np
import pytest
import torch

import reflow as tf
from reflow.ops.convolution import choice, lowerings
from reflow.ops.convolution.costs import AVX2, AVX512, HERE
from reflow.ops.convolution.geometry import Geometry, extent, places

KINDS = ("convolution", "input gradient", "filter gradient")


def drawn(*shape):
    return np.random.RandomState(1).uniform(-1, 1, shape)


def evaluated(*tensors):
    with tf.Session() as session:
        return session.run(tensors)


def observed(convolve, image, filter):
    """The output, the gradients of a weighted sum of it, and those of the squares of these."""
    with tf.Graph().as_default():
        inputs = [tf.constant(image), tf.constant(filter)]
        output = convolve(*inputs)
        first = tf.gradients(output * drawn(*output.shape.as_list()), inputs)
        second = tf.gradients([tf.reduce_sum(tf.square(g)) for g in first], inputs)
        return evaluated(output, *first, *second)


def close(found, expected):
    for ours, theirs in zip(found, expected):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


# -- Formats, groups, holes ------------------------------------------------------------------------


def channels_second(convolve, format):
    """A convolution in a format such as "NCHW", for inputs and outputs with channels last."""

    def call(image, filter, strides, padding):
        rank = len(format)
        strides = [1, 1, *strides[1:-1]]
        turned = tf.transpose(image, [0, rank - 1, *range(1, rank - 1)])
        output = convolve(turned, filter, strides, padding, data_format=format)
        return tf.transpose(output, [0, *range(2, rank), 1])

    return call


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(
    ("name", "image", "filter", "strides"),
    [
        ("conv2d", (2, 5, 6, 3), (3, 2, 3, 4), [1, 2, 1, 1]),
        ("depthwise_conv2d", (2, 5, 6, 3), (3, 2, 3, 2), [1, 2, 2, 1]),
        ("conv3d", (1, 4, 3, 5, 2), (2, 3, 2, 2, 3), [1, 1, 2, 1, 1]),
    ],
)
def test_channels_may_be_second(name, image, filter, strides, padding):
    convolve = getattr(tf.nn, name)
    turned = channels_second(convolve, "NCHW" if len(image) == 4 else "NCDHW")
    found, expected = (
        observed(lambda a, w, f=f: f(a, w, strides, padding), drawn(*image), drawn(*filter))
        for f in (turned, convolve)
    )
    close(found, expected)


def test_explicit_padding_of_channels_second():
    def convolve(image, filter):
        turned = tf.transpose(image, [0, 3, 1, 2])
        margins = [[0, 0], [0, 0], [1, 2], [0, 3]]
        output = tf.nn.conv2d(turned, filter, 1, margins, data_format="NCHW")
        return tf.transpose(output, [0, 2, 3, 1])

    def plain(image, filter):
        return tf.nn.conv2d(image, filter, 1, [[0, 0], [1, 2], [0, 3], [0, 0]])

    image, filter = drawn(2, 5, 6, 3), drawn(3, 2, 3, 4)
    close(observed(convolve, image, filter), observed(plain, image, filter))


def test_sequences_with_channels_second():
    def convolve(image, filter):
        turned = tf.transpose(image, [0, 2, 1])
        output = tf.nn.conv1d(turned, filter, 2, "SAME", data_format="NCW")
        return tf.transpose(output, [0, 2, 1])

    def plain(image, filter):
        return tf.nn.conv1d(image, filter, 2, "SAME")

    image, filter = drawn(2, 7, 3), drawn(3, 3, 4)
    close(observed(convolve, image, filter), observed(plain, image, filter))


def test_a_filter_with_fewer_inputs_is_one_of_groups():
    def by_group(image, filter):
        groups = zip(tf.split(image, 2, 3), tf.split(filter, 2, 3))
        return tf.concat([tf.nn.conv2d(a, w, 1, "SAME") for a, w in groups], 3)

    image, filter = drawn(2, 5, 6, 4), drawn(3, 2, 2, 6)
    grouped = observed(lambda a, w: tf.nn.conv2d(a, w, 1, "SAME"), image, filter)
    close(grouped, observed(by_group, image, filter))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_filters_with_holes_have_gradients(padding):
    image, filter = drawn(2, 7, 8, 2), drawn(3, 2, 2, 3)
    found = observed(lambda a, w: tf.nn.conv2d(a, w, 1, padding, dilations=2), image, filter)
    close(found, observed(lambda a, w: tf.nn.atrous_conv2d(a, w, 2, padding), image, filter))


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16])
def test_short_floats(dtype):
    def convolve(image, filter):
        short = tf.nn.conv2d(tf.cast(image, dtype), tf.cast(filter, dtype), 2, "SAME")
        assert short.dtype is dtype
        return tf.cast(short, tf.float64)

    image, filter = drawn(2, 5, 6, 3), drawn(3, 3, 3, 4)
    expected = observed(lambda a, w: tf.nn.conv2d(a, w, 2, "SAME"), image, filter)
    for ours, theirs in zip(observed(convolve, image, filter), expected):
        np.testing.assert_allclose(ours, theirs, rtol=0.1, atol=0.1)


# -- Lowerings -------------------------------------------------------------------------------------


def random_geometry(numbers):
    """None for a filter that does not fit."""
    space, filter, strides = (
        tuple(numbers.randint(1, most) for _ in range(2)) for most in (9, 4, 4)
    )
    dilations = numbers.choice([(1, 1), (1, 1), (2, 1)])
    padding = numbers.choice(["SAME", "VALID", "EXPLICIT"])
    margins = None
    if padding == "EXPLICIT":
        margins = tuple((numbers.randint(0, 3), numbers.randint(0, 3)) for _ in range(2))
    covered = tuple(map(extent, filter, dilations))
    try:
        output, margins = places(space, covered, strides, padding, margins)
    except ValueError:
        return None
    if 0 in output:
        return None
    inputs, outputs = numbers.randint(1, 4), numbers.randint(1, 4)
    return Geometry(2, space, inputs, filter, outputs, output, 1, strides, dilations, margins, True)


def by_autograd(g):
    """(arguments, result) of each kind of computation, by torch's automatic differentiation."""
    input = torch.randn(g.input_sizes, dtype=torch.float64, requires_grad=True)
    filter = torch.randn(g.filter_sizes, dtype=torch.float64, requires_grad=True)
    (top, bottom), (left, right) = g.margins
    padded = torch.nn.functional.pad(input, (0, 0, left, right, top, bottom)).permute(0, 3, 1, 2)
    weights = filter.permute(3, 2, 0, 1).contiguous()
    output = torch.conv2d(padded, weights, None, g.strides, 0, g.dilations).permute(0, 2, 3, 1)
    dy = torch.randn_like(output)
    by_input, by_filter = torch.autograd.grad(output, (input, filter), dy)
    input, filter = input.detach(), filter.detach()
    results = (((input, filter), output), ((filter, dy), by_input), ((input, dy), by_filter))
    return dict(zip(KINDS, results))


def test_all_ways_to_compute_give_the_same():
    numbers = random.Random(0)
    torch.manual_seed(0)
    used = set()
    for g in filter(None, (random_geometry(numbers) for _ in range(60))):
        for what, (arguments, expected) in by_autograd(g).items():
            for lowering in choice.estimates(what, g):
                used.add(lowering)
                found = lowering(g, *arguments)
                assert found.is_contiguous()
                torch.testing.assert_close(found, expected)
                if what == "convolution":
                    bias = torch.randn(g.outputs, dtype=torch.float64)
                    torch.testing.assert_close(lowering(g, *arguments, bias), expected + bias)
    assert len(used) == 12


def geometry(space, inputs, size, outputs, stride, batch=1):
    filter, strides = (size, size), (stride, stride)
    output, margins = places((space, space), filter, strides, "SAME")
    return Geometry(
        batch, (space, space), inputs, filter, outputs, output, 1, strides, (1, 1), margins, True
    )


@pytest.mark.parametrize(
    ("what", "sizes", "wide", "narrow"),
    [
        # Wide vectors are filled by two columns at a time, or by four.
        (
            "convolution",
            (28, 1, 6, 6, 1, 100),
            lowerings.convolve_column_blocks,
            lowerings.convolve_padded,
        ),
        (
            "filter gradient",
            (28, 1, 5, 4, 1, 100),
            lowerings.filter_gradient_column_blocks,
            lowerings.filter_gradient_direct,
        ),
        ("convolution", (28, 1, 6, 32, 1, 100), *2 * [lowerings.convolve_padded]),
        ("convolution", (28, 1, 5, 4, 1, 1), *2 * [lowerings.convolve_direct]),
        ("convolution", (14, 12, 4, 24, 2, 100), *2 * [lowerings.convolve_direct]),
        # A large filter for few places is not worth bringing into torch's order.
        ("convolution", (13, 512, 3, 1024, 1), *2 * [lowerings.convolve_columns]),
        ("input gradient", (28, 6, 5, 12, 2, 100), *2 * [lowerings.input_gradient_blocks]),
        # Narrow vectors are filled by few channels; the larger filter of blocks takes longer.
        (
            "input gradient",
            (28, 24, 5, 48, 2, 100),
            lowerings.input_gradient_column_blocks,
            lowerings.input_gradient_transposed,
        ),
        ("input gradient", (14, 64, 5, 128, 2, 64), *2 * [lowerings.input_gradient_transposed]),
        ("filter gradient", (14, 12, 4, 24, 2, 100), *2 * [lowerings.filter_gradient_direct]),
        (
            "filter gradient",
            (14, 64, 5, 128, 2, 64),
            lowerings.filter_gradient_padded,
            lowerings.filter_gradient_columns,
        ),
    ],
)
def test_the_fastest_is_chosen(what, sizes, wide, narrow):
    for costs, expected in ((AVX512, wide), (AVX2, narrow)):
        times = choice.estimates(what, geometry(*sizes), costs)
        assert min(times, key=times.__getitem__) is expected
        if costs is HERE:
            assert choice.chosen(what, geometry(*sizes), True) is expected


def test_choices_can_be_printed(monkeypatch, capsys):
    monkeypatch.setenv("REFLOW_LOG_CONVOLUTIONS", "1")
    choice.chosen.cache_clear()
    image, filter = np.ones([1, 3, 3, 2], np.float32), np.ones([2, 2, 2, 5], np.float32)
    evaluated(tf.nn.conv2d(image, filter, 1, "SAME"))
    shown = capsys.readouterr().err
    assert shown.startswith("convolution of 1x3x3x2 * 2x2x2x5 -> 1x3x3x5: convolve_")


@pytest.mark.parametrize("which", ["Input", "Filter"])
def test_gradients_of_volumes_as_before_version_0_9(which):
    image, filter, dy = (
        tf.constant(drawn(*s)) for s in ((1, 3, 4, 3, 2), (2, 2, 2, 2, 3), (1, 3, 4, 3, 3))
    )
    steps = {"strides": [1, 1, 1, 1, 1], "padding": "SAME"}
    op = getattr(tf.raw_ops, f"Conv3DBackprop{which}")
    old = op(input=image, filter=filter, out_backprop=dy, **steps)
    output = tf.nn.conv3d(image, filter, **steps)
    (new,) = tf.gradients(output, image if which == "Input" else filter, dy)
    close(*[[value] for value in evaluated(old, new)])
