"""Networks that are computed in a mirror, beside the same networks as they are."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime import convolutions, mirrors, moments, weighted_sums
from reflow.runtime.plan import Plan
from reflow.runtime.states import States

IMAGES = [2, 14, 14, 8]


@pytest.fixture(autouse=True)
def much_is_saved(monkeypatch):
    monkeypatch.setattr(mirrors, "_PRODUCTS", 1)


def numbers(seed, sizes):
    return np.random.RandomState(seed).uniform(-1, 1, sizes).astype(np.float32)


def turned(fetches, fed, targets=()):
    """The names of what a plan turns around: of the operations that it does that for."""
    shapes = {tensor: tensor.shape for tensor in fed}
    plan = Plan(fetches, targets, shapes, States(), torch.device("cpu"))
    return [step.op.type for step in plan.steps if step.rearranges]


def check_same(fetches, feeds, targets=()):
    results = []
    for function in (mirrors.mirror, lambda steps, *_: list(steps)):
        with pytest.MonkeyPatch.context() as patch, tf.Session() as session:
            patch.setattr(convolutions, "mirror", function)
            session.run(tf.global_variables_initializer())
            for _ in range(2):
                found = session.run([fetches, *targets], feeds)[0]
            results.append([*found, *session.run(tf.trainable_variables())])
    for one, other in zip(*results):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=5e-5)


def convolved(x, size=5, outputs=6, stride=2, seed=1, padding="SAME"):
    w = tf.Variable(numbers(seed, [size, size, x.shape.as_list()[3], outputs]) / size)
    return tf.nn.conv2d(x, w, stride, padding)


def loss_and_gradients(y):
    loss = tf.reduce_sum(tf.tanh(tf.reshape(y, [2, -1])))
    return [loss, *tf.gradients(loss, tf.trainable_variables())]


@pytest.mark.parametrize(
    ("side", "size", "stride"), [(14, 5, 2), (16, 5, 2), (15, 4, 3), (9, 6, 3)]
)
def test_one_convolution(side, size, stride):
    x = tf.placeholder(tf.float32, [2, side, side, 8])
    y = convolved(x, size, stride=stride)
    fetches = [y, *tf.gradients(y, [x, *tf.trainable_variables()], tf.sin(y))]
    # The image, the filter and its gradient, the output and the image's gradient.
    assert len(turned(fetches, [x])) == 5
    check_same(fetches, {x: numbers(2, [2, side, side, 8])})


def test_a_network_is_turned_at_its_ends():
    x = tf.placeholder(tf.float32, IMAGES)
    inner = tf.nn.relu(convolved(x, 6, stride=1) + tf.Variable(numbers(3, [6])))
    outer = tf.nn.leaky_relu(convolved(inner, seed=4) * 0.5 - 1.0)
    fetches = loss_and_gradients(convolved(outer, 3, 4, 1, seed=5))
    # The image, what is laid out as rows and its gradient; three filters and their gradients.
    assert len(turned(fetches, [x])) == 9
    check_same(fetches, {x: numbers(2, IMAGES)})


@pytest.mark.parametrize("in_few_passes", [False, True])
def test_batch_normalisation(monkeypatch, in_few_passes):
    if in_few_passes:
        monkeypatch.setattr(moments, "_LARGE", 1)
        monkeypatch.setattr(weighted_sums, "_LARGE", 1)
    x = tf.placeholder(tf.float32, IMAGES)
    y = convolved(x, 6, 16, stride=1)
    mean, variance = tf.nn.moments(y, [0, 1, 2])
    offset, scale = tf.Variable(numbers(3, [16])), tf.Variable(numbers(4, [16]))
    y = tf.nn.relu(tf.nn.batch_normalization(y, mean, variance, offset, scale, 1e-5))
    fetches = [*loss_and_gradients(convolved(y, seed=5)), mean, variance]
    # Unfused, the gradients of the means are repeated, which is no matter of places.
    assert len(turned(fetches, [x])) == (7 if in_few_passes else 9)
    check_same(fetches, {x: numbers(2, IMAGES)})


@pytest.mark.parametrize(
    "factor",
    [
        lambda x: tf.Variable(numbers(3, [14, 14, 1])),
        lambda x: tf.Variable(numbers(4, [14, 1])),
        lambda x: tf.reduce_sum(x, 3, keepdims=True),
        lambda x: tf.reduce_max(x, [1, 2], keepdims=True),
        lambda x: tf.constant(numbers(5, IMAGES)),
    ],
)
def test_factors_of_places_and_of_images(factor):
    x = tf.placeholder(tf.float32, IMAGES)
    y = convolved(tf.nn.relu(convolved(x, 3, 8, 1) * factor(x)))
    fetches = [tf.reduce_sum(tf.tanh(y)), *tf.gradients(tf.tanh(y), tf.trainable_variables())]
    assert turned(fetches, [x])
    check_same(fetches, {x: numbers(2, IMAGES)})


@pytest.mark.parametrize("axes", [[1, 2], [0, 1, 2], [1, 2, 3], [0, 1, 2, 3], [1], [2, 3], [0, 3]])
@pytest.mark.parametrize("reduce", [tf.reduce_mean, tf.reduce_sum, tf.reduce_max])
def test_reductions(axes, reduce):
    x = tf.placeholder(tf.float32, IMAGES)
    y = tf.nn.relu(convolved(x, 3, 8, 1))
    fetches = [reduce(y, axes), reduce(y, axes, keepdims=True), convolved(y)]
    # Reduced over all of space, an image in a mirror is as good as the image.
    assert len(turned(fetches, [x])) == (4 if {1, 2} <= {*axes} else 5)
    check_same(fetches, {x: numbers(2, IMAGES)})


def test_other_ops_see_images_as_they_are():
    x = tf.placeholder(tf.float32, IMAGES)
    y = tf.nn.relu(convolved(x, 3, 8, 1))
    others = [
        tf.nn.max_pool(y, 3, 2, "SAME"),
        tf.concat([y, x], 3),
        y[:, 2:, ::3],
        tf.nn.softmax(y),
        tf.cumsum(y, 1),
        tf.argmax(y, 2),
        tf.transpose(y, [0, 2, 1, 3]),
    ]
    check_same([convolved(y), *others], {x: numbers(2, IMAGES)})
    for other in others:
        check_same([convolved(y), other], {x: numbers(2, IMAGES)})


def test_random_numbers_are_those_of_their_places():
    tf.set_random_seed(3)
    x = tf.placeholder(tf.float32, IMAGES)
    y = tf.nn.dropout(tf.nn.relu(convolved(x, 3, 8, 1)), rate=0.5)
    fetches = [y, convolved(y)]
    assert turned(fetches, [x])
    check_same(fetches, {x: numbers(2, IMAGES)})


def test_training():
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, IMAGES)
    y = tf.layers.conv2d(x, 8, 5, 2, "same", activation=tf.nn.relu)
    y = tf.layers.conv2d_transpose(y, 4, 5, 2, "same", activation=tf.nn.leaky_relu)
    loss = tf.reduce_mean(tf.square(y - 1.0))
    step = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    assert turned([loss], [x], [step])
    check_same([loss], {x: numbers(2, IMAGES)}, [step])


@pytest.mark.parametrize("value", [True, False])
def test_branches(value):
    x, flag = tf.placeholder(tf.float32, IMAGES), tf.placeholder(tf.bool, [])
    y = tf.nn.relu(convolved(x, 3, 8, 1))
    output = tf.cond(flag, lambda: convolved(y), lambda: convolved(y * 2.0, seed=3))
    fetches = [output, convolved(y, seed=5), *tf.gradients(output, [x])]
    check_same(fetches, {x: numbers(2, IMAGES), flag: value})


def test_loops():
    x = tf.placeholder(tf.float32, IMAGES)
    y = tf.nn.relu(convolved(x, 3, 8, 1))
    looped = tf.while_loop(lambda i, z: i < 3, lambda i, z: (i + 1, z + y), (0, tf.zeros(IMAGES)))
    check_same([convolved(y), looped[1]], {x: numbers(2, IMAGES)})


def test_a_filter_that_is_updated_between():
    x = tf.placeholder(tf.float32, IMAGES)
    w = tf.Variable(numbers(1, [5, 5, 8, 16]))
    before = tf.nn.conv2d(x, w, 2, "SAME")
    with tf.control_dependencies([before]):
        update = tf.assign(w, -w)
    with tf.control_dependencies([update]):
        after = tf.nn.conv2d(x, tf.identity(w), 2, "SAME")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        one, other = session.run([before, after], {x: numbers(2, IMAGES)})
    np.testing.assert_allclose(one, -other, rtol=1e-6)


def test_an_image_that_is_a_filter_too():
    x = tf.placeholder(tf.float32, [5, 10, 10, 8])
    other = tf.placeholder(tf.float32, [2, 14, 14, 5])
    image = convolved(x, outputs=6)  # [5, 5, 5, 6]
    y = tf.nn.conv2d(other, image, 2, "SAME")
    fetches = [y, convolved(image, seed=3), *tf.gradients(y, [x, other], tf.sin(y) / 9.0)]
    assert turned(fetches, [x, other])
    fed = {x: numbers(2, [5, 10, 10, 8]), other: numbers(3, [2, 14, 14, 5])}
    check_same(fetches, fed)


@pytest.mark.parametrize(
    ("side", "size", "stride", "padding"),
    [(14, 5, 1, "SAME"), (14, 4, 2, "SAME"), (14, 5, 2, "VALID"), (13, 3, 2, "SAME")],
)
def test_where_a_mirror_does_not_help(side, size, stride, padding):
    x = tf.placeholder(tf.float32, [2, side, side, 8])
    y = convolved(x, size, stride=stride, padding=padding)
    assert not turned([y, *tf.gradients(tf.tanh(y), [x])], [x])


def test_windows_that_leave_places_at_the_end():
    x = tf.placeholder(tf.float32, [2, 16, 16, 8])
    y = tf.nn.relu(convolved(x, 3, 8, 2, padding="VALID"))  # of 16 places, the last is left
    y = tf.nn.relu(convolved(tf.pad(y, [[0, 0], [3, 4], [3, 4], [0, 0]]), seed=3))
    fetches = loss_and_gradients(y)
    check_same(fetches, {x: numbers(2, [2, 16, 16, 8])})


def test_a_mirror_is_for_much_to_multiply(monkeypatch):
    monkeypatch.setattr(mirrors, "_PRODUCTS", 300)
    for channels, expected in ((64, True), (1, False)):
        x = tf.placeholder(tf.float32, [2, 14, 14, channels])
        y = convolved(x, outputs=128)
        assert bool(turned([y, *tf.gradients(tf.tanh(y), [x])], [x])) is expected


def test_watching_decides_nothing(monkeypatch):
    """Else a watched run would be rounded otherwise than one that is not."""
    monkeypatch.setattr(mirrors, "_PRODUCTS", 1000)
    x = tf.placeholder(tf.float32, [2, 14, 14, 64])
    inner = tf.nn.relu(convolved(x, 3, 64, 1))
    y = convolved(inner, outputs=64)

    def turned_with(fetches, taps):
        shapes = {x: x.shape}
        plan = Plan(fetches, [], shapes, States(), torch.device("cpu"), taps=taps)
        return [step.op.type for step in plan.steps if step.rearranges]

    total, rows = tf.reduce_sum(y), tf.reshape(y, [2, -1])
    alone, watched = turned_with([total], []), turned_with([total], [inner, y])
    assert alone and len(watched) == len(alone) + 2
    # What is watched may be needed otherwise too.
    monkeypatch.setattr(mirrors, "_PRODUCTS", 3000)
    assert turned_with([total], []) and not turned_with([rows], []) + turned_with([rows], [y])


def test_an_error_names_the_operation():
    x, b = tf.placeholder(tf.float32, IMAGES), tf.placeholder(tf.float32)
    y = tf.add(convolved(tf.nn.relu(convolved(x, 3, 8, 1))), b, name="added")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="added"):
            session.run(y, {x: numbers(2, IMAGES), b: numbers(3, [5])})


def test_what_is_mirrored_can_be_printed(monkeypatch, capsys):
    monkeypatch.setenv("REFLOW_LOG_CONVOLUTIONS", "1")
    x = tf.placeholder(tf.float32, IMAGES)
    check_same([convolved(x)], {x: numbers(2, IMAGES)})
    shown = capsys.readouterr().err
    assert "in a mirror: Conv2D of 2x14x14x8 * 5x5x8x6 -> 2x7x7x6\n" in shown
