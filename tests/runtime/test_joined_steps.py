"""Steps that go once through large tensors, beside the steps of which they are made."""

import numpy as np
import pytest
import torch

from reflow import tf
from reflow.runtime import fusion, moments, product_sums
from reflow.runtime.plan import Plan
from reflow.runtime.states import States

RANDOM = np.random.RandomState(0)


def plan_of(*fetches, fed):
    return Plan(
        list(fetches), [], {tensor: tensor.shape for tensor in fed}, States(), torch.device("cpu")
    )


def types(plan):
    return [step.op.type for step in plan.steps]


@pytest.fixture(autouse=True)
def product_sums_are_large(monkeypatch):
    monkeypatch.setattr(product_sums, "_LARGE", 1 << 15)


@pytest.fixture
def compared(monkeypatch):
    """A function that gives what fetches are, and checks that they are the same unfused."""

    def compare(fetches, feeds, exact=False):
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            fused = session.run(fetches, feeds)
        with monkeypatch.context() as patch, tf.Session() as session:
            patch.setattr(fusion, "weigh", lambda steps, kept: list(steps))
            patch.setattr(fusion, "join_moments", lambda steps, kept: list(steps))
            patch.setattr(fusion, "join_product_sums", lambda steps, kept: list(steps))
            session.run(tf.global_variables_initializer())
            plain = session.run(fetches, feeds)
        for one, other in zip(fused, plain):
            assert one.shape == other.shape
            if exact:
                np.testing.assert_array_equal(one, other)
            else:
                scale = np.abs(other).max()
                np.testing.assert_allclose(one, other, atol=1e-5 * scale, rtol=1e-5)
        return fused

    return compare


def pictures(dtype=np.float32, *sizes):
    return (RANDOM.randn(*(sizes or (20, 16, 16, 8))) * 2 + 3).astype(dtype)


# -- Batch normalisation ---------------------------------------------------------------------------


def normalised(x, axes, keep_dims=False, with_scale=True):
    mean, variance = tf.nn.moments(x, axes, keep_dims=keep_dims)
    channels = x.shape[-1:].as_list()
    offset = tf.Variable(tf.linspace(0.0, 1.0, channels[0]))
    scale = tf.Variable(tf.linspace(1.0, 2.0, channels[0])) if with_scale else None
    offset, scale = (None if v is None else tf.cast(v, x.dtype) for v in (offset, scale))
    y = tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-5)
    return mean, variance, y


@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
@pytest.mark.parametrize("sizes", [(20, 16, 16, 8), (600, 64), (7, 5120), (16411, 3)])
@pytest.mark.parametrize("with_scale", [True, False])
def test_batch_normalisation_and_its_gradients(compared, dtype, sizes, with_scale):
    x = tf.placeholder(dtype, sizes)
    axes = list(range(len(sizes) - 1))
    mean, variance, y = normalised(x, axes, with_scale=with_scale)
    dy = tf.constant(RANDOM.randn(*sizes), dtype)
    variables = tf.global_variables()
    gradients = tf.gradients(tf.nn.relu(y), [x, *variables], dy)
    values = pictures(dtype.as_numpy_dtype, *sizes)
    compared(gradients, {x: values})
    compared([mean, variance, y, *gradients], {x: values})


def test_batch_normalisation_goes_few_times_through_memory():
    x = tf.placeholder(tf.float32, [20, 16, 16, 8])
    _, _, y = normalised(x, [0, 1, 2])
    dx = tf.gradients(y * y, x)[0]
    large = [
        step
        for step in plan_of(dx, fed=[x]).steps
        if step.outputs and step.outputs[0].shape.num_elements() == 20 * 16 * 16 * 8
    ]
    # The moments give small ones; y; dy; x * dy for its sum; dx.
    assert len(large) <= 6


def test_averages_in_training_and_in_testing(compared):
    x = tf.placeholder(tf.float32, [20, 16, 16, 8])
    testing = tf.placeholder(tf.bool, [])
    batch_mean, batch_variance = tf.nn.moments(x, [0, 1, 2])
    averages = tf.train.ExponentialMovingAverage(0.9)
    update = averages.apply([batch_mean, batch_variance])
    mean, variance = (
        tf.cond(testing, lambda m=moment: averages.average(m), lambda m=moment: m)
        for moment in (batch_mean, batch_variance)
    )
    y = tf.nn.batch_normalization(x, mean, variance, tf.ones([8]), None, 1e-5)
    dx = tf.gradients(tf.nn.relu(y), x)[0]
    with tf.control_dependencies([update]):
        y = tf.identity(y)
    for is_testing in (False, True):
        compared([y, dx], {x: pictures(), testing: is_testing})


def test_layers_that_normalise(compared):
    x = tf.placeholder(tf.float32, [20, 16, 16, 8])
    old = tf.layers.batch_normalization(x, training=True, fused=False)
    new = tf.contrib.layers.batch_norm(x, is_training=True, fused=False)
    for y in (old, new):
        dy = tf.constant(pictures())
        compared([y, *tf.gradients(y, x, dy)], {x: pictures()})


# -- Moments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep_dims", [True, False])
@pytest.mark.parametrize("axes", [[0], [0, 1], [0, 1, 2], [-4, -2, -3], [0, 1, 2, 3]])
def test_moments_of_the_first_axes(compared, axes, keep_dims):
    x = tf.placeholder(tf.float32, [32, 16, 16, 8])
    compared(tf.nn.moments(x, axes, keep_dims=keep_dims), {x: pictures(np.float32, *x.shape)})


@pytest.mark.parametrize("axes", [[1], [1, 2], [3]])
def test_moments_of_other_axes_stay_as_they_are(compared, axes):
    x = tf.placeholder(tf.float32, [20, 16, 16, 8])
    compared(tf.nn.moments(x, axes), {x: pictures()}, exact=True)


@pytest.mark.parametrize("rows", [1000, 1009, 100_000])
def test_moments_are_exact(rows):
    x = tf.placeholder(tf.float32, [rows, 40])
    values = (RANDOM.randn(rows, 40) + 100).astype(np.float32)
    with tf.Session() as session:
        mean, variance = session.run(tf.nn.moments(x, [0]), {x: values})
    exact = values.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(0), rtol=1e-6)
    np.testing.assert_allclose(variance, exact.var(0), rtol=1e-5)


def test_moments_are_one_step():
    x = tf.placeholder(tf.float32, [20, 16, 16, 8])
    plan = plan_of(*tf.nn.moments(x, [0, 1, 2]), fed=[x])
    assert [step.function.func for step in plan.steps if step.op.type == "Mean"] == [
        moments.moments
    ]
    assert "SquaredDifference" not in types(plan)


def test_differences_that_are_needed_are_there(compared):
    x = tf.placeholder(tf.float32, [20, 16, 16, 8])
    mean = tf.reduce_mean(x, [0, 1, 2])
    difference = tf.squared_difference(x, mean)
    variance = tf.reduce_mean(difference, [0, 1, 2])
    for fetches in ([difference, variance], [variance], [variance, tf.reduce_max(difference)]):
        compared([*fetches, mean, *tf.gradients(variance, x)], {x: pictures()})


def test_a_difference_from_another_mean_stays(compared):
    x, y = (tf.placeholder(tf.float32, [20, 16, 16, 8]) for _ in range(2))
    for mean in (tf.reduce_mean(x, [0, 1]), tf.reduce_mean(y, [0, 1, 2]), tf.reduce_mean(x)):
        distance = tf.reduce_mean(tf.squared_difference(x, mean), [0, 1, 2])
        compared([distance], {x: pictures(), y: pictures()}, exact=True)


# -- Sums of products ------------------------------------------------------------------------------


def joined_sums(*fetches, fed):
    """How many sums each joined step gives."""
    steps = plan_of(*fetches, fed=fed).steps
    functions = {step: getattr(step.function, "func", None) for step in steps}
    return [len(step.outputs) for step in steps if functions[step] is product_sums.product_sums]


@pytest.fixture
def images():
    return [tf.placeholder(tf.float32, [20, 16, 16, 8]) for _ in range(2)]


@pytest.mark.parametrize("keep_dims", [True, False])
@pytest.mark.parametrize("axes", [[0], [0, 1], [1, 0, -2]])
@pytest.mark.parametrize("factor", [0, 1, None])
def test_sums_of_products_and_of_a_factor(compared, images, axes, keep_dims, factor):
    x, y = images
    fetches = [tf.reduce_sum(x * y, axes, keep_dims)]
    if factor is not None:
        fetches.append(tf.reduce_sum(images[factor], axes, keep_dims))
    assert joined_sums(*fetches, fed=images) == [len(fetches)]
    compared(fetches, {x: pictures(), y: pictures()})
    compared(fetches[::-1], {x: pictures(), y: pictures()})


def test_sums_of_squares_and_of_both_factors(compared, images):
    x, y = images
    sums = [tf.reduce_sum(value, [0, 1, 2]) for value in (x * x, x, x * y, y)]
    assert joined_sums(*sums, fed=images) == [2, 2]
    compared(sums, {x: pictures(), y: pictures()})


def test_products_that_are_needed_are_there(compared, images):
    x, y = images
    product = x * y
    feeds = {x: pictures(), y: pictures()}
    for fetches in (
        [tf.reduce_sum(product, [0, 1, 2]), product],
        [tf.reduce_sum(product, [0, 1]), tf.reduce_max(product, [0, 1])],
        [tf.reduce_sum(product, [2, 3])],
        [tf.reduce_sum(product)],
        [tf.reduce_sum(x * tf.ones([8]), [0, 1, 2])],
    ):
        assert joined_sums(*fetches, fed=images) == []
        compared(fetches, feeds)


def test_sums_of_other_axes_are_their_own(compared, images):
    x, y = images
    sums = [tf.reduce_sum(x * y, [0, 1, 2]), tf.reduce_sum(x, [0, 1])]
    assert joined_sums(*sums, fed=images) == [1]
    compared(sums, {x: pictures(), y: pictures()})


def test_products_of_a_variable_that_is_updated_meanwhile(compared, images):
    x, y = images
    variable = tf.get_variable("v", [20, 16, 16, 8], use_resource=False)
    before = tf.reduce_sum(x, [0, 1, 2])
    with tf.control_dependencies([before, variable.assign(y)]):
        after = tf.reduce_sum(x * variable, [0, 1, 2])
    compared([before, after], {x: pictures(), y: pictures()})


def test_sums_of_products_in_branches_and_loops(compared, images):
    x, y = images
    flag = tf.placeholder(tf.bool, [])
    branch = tf.cond(
        flag,
        lambda: [tf.reduce_sum(x * y, [0, 1, 2]), tf.reduce_sum(x, [0, 1, 2])],
        lambda: [tf.reduce_sum(y, [0, 1, 2]), tf.reduce_sum(x * x, [0, 1, 2])],
    )
    loop = tf.while_loop(
        lambda i, _: i < 3,
        lambda i, total: (i + 1, total + tf.reduce_sum(x * y, [0, 1, 2])),
        (0, tf.zeros([8])),
    )
    for choice in (True, False):
        compared([*branch, loop[1]], {x: pictures(), y: pictures(), flag: choice})


def test_a_network_in_a_mirror_has_its_sums_joined(compared):
    x = tf.placeholder(tf.float32, [20, 32, 32, 3])
    first, second = (
        tf.Variable((RANDOM.randn(*sizes) * 0.1).astype(np.float32))
        for sizes in ([6, 6, 3, 8], [5, 5, 8, 16])
    )
    inner = tf.nn.conv2d(x, first, [1, 2, 2, 1], "SAME")
    *_, normal = normalised(inner, [0, 1, 2])
    output = tf.nn.conv2d(tf.nn.relu(normal), second, [1, 2, 2, 1], "SAME")
    gradients = tf.gradients(tf.square(output), tf.trainable_variables())
    assert joined_sums(*gradients, fed=[x]) == [2]
    steps = plan_of(*gradients, fed=[x]).steps
    turned = [step.outputs[0].shape.as_list() for step in steps if step.rearranges]
    assert x.shape.as_list() in turned and inner.shape.as_list() not in turned
    compared(gradients, {x: pictures(np.float32, 20, 32, 32, 3)})


# -- Weighted sums ---------------------------------------------------------------------------------

SIZES = [64, 1024]


@pytest.fixture
def x():
    return tf.placeholder(tf.float32, SIZES, name="x")


@pytest.fixture
def y():
    return tf.placeholder(tf.float32, SIZES, name="y")


def row(low=1.0, high=2.0):
    return tf.Variable(tf.linspace(low, high, SIZES[1]))


FORMS = {
    "scaled and shifted": (1, lambda x, y: x * row() + row()),
    "shifted and divided": (2, lambda x, y: (x - row()) / row()),
    "both scaled": (1, lambda x, y: x * row() + y * row()),
    "one scaled": (1, lambda x, y: x - y * 0.5),
    "less one scaled": (2, lambda x, y: x * 0.5 - y),
    "a sum of three": (1, lambda x, y: tf.add_n([x * row(), (y - row()) * row(), x / 3.0])),
    "negative": (1, lambda x, y: -(x * row()) - row()),
    "from a row": (1, lambda x, y: row() - x / row()),
    "stretched": (1, lambda x, y: x * row() + tf.broadcast_to(row(), SIZES) / 7.0),
    "tiled": (1, lambda x, y: x * row() + tf.tile(row()[None], [64, 1])),
    "plain": (1, lambda x, y: x + y),
    "with itself": (1, lambda x, y: x + x * 0.25),
    "of columns": (1, lambda x, y: x * tf.reshape(tf.linspace(0.0, 1.0, 64), [64, 1]) + y),
    "of a product": (2, lambda x, y: (x * y) * row() + row()),
    "of higher rank": (2, lambda x, y: (x * row() + row()) * tf.reshape(row(), [1, 1, 1024])),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(compared, x, y, name):
    passes, form = FORMS[name]
    value = form(x, y)
    compared([value], {x: pictures(np.float32, *SIZES), y: pictures(np.float32, *SIZES)})
    large = [
        step
        for step in plan_of(value, fed=[x, y]).steps
        if step.outputs and (step.outputs[0].shape.num_elements() or 0) == 64 * 1024
    ]
    assert len(large) == passes


def test_what_becomes_zero_is_zero(x):
    values = pictures(np.float32, *SIZES)
    least = tf.reduce_min(x)
    with tf.Session() as session:
        scaled = session.run((x - least) * 0.3 + 0.0, {x: values})
    assert (scaled == 0).sum() == (values == values.min()).sum()


def test_intermediate_values_can_be_fetched_and_used_twice(compared, x, y):
    scaled = x * row()
    total = scaled + row() + y
    feeds = {x: pictures(np.float32, *SIZES), y: pictures(np.float32, *SIZES)}
    compared([total], feeds)
    compared([total, scaled], feeds)
    compared([total * scaled], feeds)


def test_a_variable_that_is_updated_meanwhile(compared, x):
    scale = row()
    scaled = x * scale
    with tf.control_dependencies([scaled]):
        update = scale.assign_add(tf.ones([1024]))
    with tf.control_dependencies([update]):
        shifted = scaled + tf.reduce_sum(tf.identity(update))
    compared([shifted], {x: pictures(np.float32, *SIZES)})


def test_branches(compared, x, y):
    is_first = tf.placeholder(tf.bool, [])
    a, b = row(), row()
    scaled = x * a
    value = tf.cond(is_first, lambda: scaled + y * 2.0 + b, lambda: (y * a - x) * 2.0)
    for choice in (True, False):
        feeds = {x: pictures(np.float32, *SIZES), y: pictures(np.float32, *SIZES)}
        compared([value], {**feeds, is_first: choice})


def test_small_tensors_stay_as_they_are():
    x = tf.placeholder(tf.float32, [10, 10])
    plan = plan_of(x * 2.0 + 1.0, fed=[x])
    assert types(plan) == ["Mul", "AddV2"] or types(plan) == ["Mul", "Add"]


def test_a_failure_names_the_operation():
    x = tf.placeholder(tf.float32, [None, 1024])
    y = tf.placeholder(tf.float32, [None, 1024])
    total = tf.add(x * 2.0, y * 3.0, name="total")
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="total"):
        session.run(total, {x: np.zeros([64, 1024]), y: np.zeros([65, 1024])})
