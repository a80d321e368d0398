"""Ops that compute large inputs in another way than small ones: the results are the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

import reflow as tf
from reflow.ops.event_summaries.histograms import bucket_limits, histogram_proto
from reflow.ops.philox.swapping import swapped

NAN, INF = math.nan, math.inf


def run(tensor, feeds=None):
    with tf.Session() as session:
        return session.run(tensor, feeds)


@pytest.mark.parametrize(
    "kind", ["ties", "zeros", "nan", "falling", "signed zeros", "ints", "half"]
)
@pytest.mark.parametrize(("shape", "count"), [((3, 20000), 2), ((2, 2, 5000), 40), ((1, 90001), 7)])
def test_top_k_of_equals_are_the_first(kind, shape, count):
    random = np.random.RandomState(0)
    x = random.randint(0, 500, shape).astype(np.float32)
    if kind == "zeros":
        x[...] = 0
    elif kind == "nan":
        x[..., ::3] = NAN
    elif kind == "falling":
        x[...] = -np.arange(shape[-1])
    elif kind == "signed zeros":
        x = np.where(x > 250, np.float32(0), np.float32(-0.0))
    elif kind == "ints":
        x = x.astype(np.int64)
    elif kind == "half":
        x = x.astype(np.float16)
    keys = np.where(np.isnan(x), INF, x)
    expected = np.argsort(-keys, axis=-1, kind="stable")[..., :count]
    values, places = run(tf.nn.top_k(x, count))
    np.testing.assert_array_equal(places, expected)
    assert values.tobytes() == np.take_along_axis(x, expected, -1).tobytes()


@pytest.mark.parametrize("count", [1, 3, 400])
@pytest.mark.parametrize("targets_are", ["random", "best"])
def test_in_top_k_of_many_classes(count, targets_are):
    random = np.random.RandomState(0)
    x = random.randint(0, 300, (50, 700)).astype(np.float32)
    targets = random.randint(0, 700, 50) if targets_are == "random" else x.argmax(1)
    x[3, 600], x[4, 0], x[5, targets[5]] = NAN, INF, -INF
    larger = (x > x[np.arange(50), targets][:, None]).sum(1)
    expected = (larger < count) & np.isfinite(x).all(1)
    np.testing.assert_array_equal(run(tf.nn.in_top_k(x, targets, count)), expected)


@pytest.mark.parametrize("length", [301, 1000, 20000])
def test_swaps_at_once_are_those_one_after_another(length):
    random = np.random.RandomState(length)
    partners = np.array([random.randint(i, length) for i in range(length - 1)], np.uint32)
    order = list(range(length))
    for i, j in enumerate(partners.tolist()):
        order[i], order[j] = order[j], order[i]
    assert swapped(partners).tolist() == order


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("repeats", [1, 1000])
def test_maximum_and_minimum_take_x_for_nan_and_equal_zeros(dtype, repeats):
    numbers = np.array([NAN, 1, 0, -0.0, -1, INF, -INF], dtype)
    x, y = (np.tile(part.ravel(), repeats) for part in np.meshgrid(numbers, numbers))
    larger, smaller = run([tf.maximum(x, y), tf.minimum(x, y)])
    for found, expected in ((larger, np.where(x < y, y, x)), (smaller, np.where(y < x, y, x))):
        np.testing.assert_array_equal(found, expected)
        signs = (np.signbit(array[expected == 0]) for array in (found, expected))
        np.testing.assert_array_equal(*signs)


def test_buckets_of_a_histogram_of_many_values():
    limits = bucket_limits()
    random = np.random.RandomState(0)
    values = np.concatenate(
        [
            limits,
            np.nextafter(limits[:-1], INF),
            np.nextafter(limits[1:], -INF),
            [0.0, -0.0, 5e-324, -5e-324, 1e-300, -1e-300],
            random.randn(4000) * 10.0 ** random.randint(-15, 22, 4000),
        ]
    )
    with np.errstate(over="ignore"):
        proto = histogram_proto(values)
    places = np.minimum(np.searchsorted(limits, values, side="right"), len(limits) - 1)
    numbers, counts = np.unique(places, return_counts=True)
    found = {limit: count for limit, count in zip(proto.bucket_limit, proto.bucket) if count}
    assert found == dict(zip(limits[numbers], counts))


def test_colours_of_large_images_are_those_of_small_ones():
    images = np.random.RandomState(0).rand(30, 60, 60, 3).astype(np.float32)
    images[0, 0, :, 1] = images[0, 0, :, 0]
    images[0, 1] = 0.5
    images[0, 2] = 0
    images[1, 0, 0] = NAN
    images[2, 0, 0, 0] = INF
    images[3] -= 1
    for change in (
        tf.image.rgb_to_hsv,
        tf.image.hsv_to_rgb,
        lambda x: tf.image.adjust_hue(x, 0.3),
        lambda x: tf.image.adjust_saturation(x, 1.7),
    ):
        parts = [run(change(row)) for row in images.reshape(-1, 1, 60, 3)]
        np.testing.assert_array_equal(run(change(images)).reshape(-1, 1, 60, 3), parts)


@pytest.mark.parametrize("sizes", [(17, 40), (17, 9), (20, 40), (20, 10), (7, 60)])
@pytest.mark.parametrize("channels", [3, 16])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "nearest_neighbor"])
def test_images_resized_together_are_those_resized_alone(method, sizes, channels):
    before, after = sizes
    images = np.random.RandomState(0).randn(60, before, before, channels).astype(np.float32)
    x = tf.placeholder(tf.float32, [None, before, before, channels])
    resized = getattr(tf.image, f"resize_{method}")(x, [after, after])
    gradient = tf.gradients(tf.reduce_sum(resized**2 / 2), x)[0]
    together = run([resized, gradient], {x: images})
    alone = [run([resized, gradient], {x: image[None]}) for image in images]
    for found, expected in zip(together, zip(*alone)):
        np.testing.assert_array_equal(found, np.concatenate(expected))


def test_the_gradient_of_an_infinite_pixel_is_its_own():
    dy = np.ones((1, 8, 8, 1), np.float32)
    dy[0, 0, 0] = INF
    x = tf.zeros([1, 4, 4, 1])
    gradient = tf.gradients(tf.image.resize_nearest_neighbor(x, [8, 8]), x, dy)[0]
    expected = np.full((1, 4, 4, 1), 4, np.float32)
    expected[0, 0, 0] = INF
    np.testing.assert_array_equal(run(gradient), expected)


def test_local_response_of_infinite_numbers_stays_local():
    x = np.ones((1, 1, 1, 16), np.float32)
    x[..., 0] = INF
    y = run(tf.nn.lrn(x, 2))
    assert np.isnan(y[..., 0]).all() and (y[..., 1:3] == 0).all() and (y[..., 3:] > 0).all()
