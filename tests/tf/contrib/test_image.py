"""tf.contrib.image: colours in YIQ, which no table reaches, and what is as it is for a reason."""

import subprocess
import sys

import numpy as np
import pytest

import reflow as tf
from reflow.ops.image.projecting import ImageProjectiveTransform
from reflow.ops.image.stereograms import _Dots
from reflow.tf.contrib.image import distort_image_ops

IMAGES = np.random.RandomState(0).rand(2, 4, 5, 3).astype(np.float32)


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def adjusted(images, angle, saturation, value):
    """As the definition of YIQ has it."""
    to_yiq = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    y, i, q = np.moveaxis(images.astype(np.float64) @ to_yiq.T, -1, 0)
    colours = (i + 1j * q) * np.exp(1j * angle) * saturation
    changed = np.stack([y, colours.real, colours.imag], -1) * value
    return changed @ np.linalg.inv(to_yiq).T


@pytest.mark.parametrize("settings", [(0.4, 1.3, 0.8), (0, 1, 1), (-2.5, 0, 1)])
def test_hsv_in_yiq(session, settings):
    found = session.run(distort_image_ops.adjust_hsv_in_yiq(IMAGES, *settings))
    np.testing.assert_allclose(found, adjusted(IMAGES, *settings), rtol=1e-4, atol=1e-5)


def test_hsv_in_yiq_of_bytes(session):
    given = (IMAGES * 255).astype(np.uint8)
    found = session.run(distort_image_ops.adjust_hsv_in_yiq(given, scale_value=0.5))
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found, given / 2, atol=1)


def test_random_hsv_draws_only_what_differs(session):
    distort_image_ops.random_hsv_in_yiq(IMAGES, lower_value=0.5, seed=1)
    drawn = [op for op in session.graph.get_operations() if op.type == "RandomUniform"]
    assert len(drawn) == 1


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ({"max_delta_hue": -1}, "max_delta must be non-negative"),
        ({"lower_saturation": -1}, "lower_saturation must be non-negative"),
        ({"lower_value": -1}, "lower_value must be non-negative"),
        ({"lower_saturation": 2}, "lower_saturation must be < upper_saturation"),
        ({"lower_value": 2}, "lower_value must be < upper_value"),
    ],
)
def test_bounds_of_random_hsv(bounds, text):
    with pytest.raises(ValueError, match=text):
        distort_image_ops.random_hsv_in_yiq(IMAGES, **bounds)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4)])
def test_images_without_colours(session, shape):
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        session.run(distort_image_ops.adjust_hsv_in_yiq(np.zeros(shape, np.float32)))


def test_an_interpolation_that_there_is_not(session):
    turned = tf.contrib.image.rotate(IMAGES, 1.0, interpolation="bicubic")
    with pytest.raises(tf.errors.InvalidArgumentError, match="BICUBIC"):
        session.run(turned)


def test_transform_of_the_first_version(session):
    transforms = tf.contrib.image.angles_to_projective_transforms(0.5, 4.0, 5.0)
    first = ImageProjectiveTransform(IMAGES, transforms, interpolation="NEAREST")
    second = tf.contrib.image.transform(IMAGES, transforms)
    np.testing.assert_array_equal(*session.run([first, second]))


def test_places_that_are_no_numbers_are_outside(session):
    transforms = np.full([1, 8], np.nan, np.float32)
    shown = session.run(tf.contrib.image.transform(IMAGES, transforms))
    np.testing.assert_array_equal(shown, np.zeros_like(IMAGES))


def test_rotating_by_quarters_is_exact(session):
    squares = np.arange(32.0).reshape(2, 4, 4, 1)
    turned = tf.contrib.image.rotate(squares, [np.pi / 2, np.pi])
    expected = [np.rot90(squares[0]), np.rot90(squares[1], 2)]
    np.testing.assert_array_equal(session.run(turned), expected)


def test_a_winding_part_is_one(session):
    """Whose first pixel is far from its last ones."""
    picture = np.zeros([41, 41], np.int32)
    picture[::2] = 1
    picture[1::4, -1] = 1
    picture[3::4, 0] = 1
    found = session.run(tf.contrib.image.connected_components(picture))
    np.testing.assert_array_equal(found, picture)


def test_numbers_of_an_image_that_is_not_equal_to_itself(session):
    picture = np.array([[np.nan, np.nan], [1, 1]], np.float32)
    found = session.run(tf.contrib.image.connected_components(picture))
    np.testing.assert_array_equal(found, [[1, 2], [3, 3]])


def test_stereograms_are_drawn_anew(session):
    depths = tf.placeholder(tf.float32, [2, 3])
    picture = tf.contrib.image.single_image_random_dot_stereograms(depths)
    first, second = (session.run(picture, {depths: np.eye(2, 3)}) for _ in range(2))
    assert first.shape == (768, 1024, 1)
    assert (first != second).mean() > 0.9


def test_dots_are_those_of_the_c_library():
    first = [1804289383, 846930886, 1681692777, 1714636915, 1957747793]
    np.testing.assert_array_equal(_Dots().draw(5), first)


def test_stereograms_need_a_matrix(session):
    depths = tf.placeholder(tf.float32)
    picture = tf.contrib.image.single_image_random_dot_stereograms(depths)
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be a matrix"):
        session.run(picture, {depths: np.zeros([3])})


INNER_NAMES = """
import reflow.hook
import tensorflow as tf
from tensorflow.contrib.image.ops import gen_image_ops
from tensorflow.contrib.image.python.ops import dense_image_warp, image_ops

assert dense_image_warp.dense_image_warp is tf.contrib.image.dense_image_warp
assert image_ops.rotate is tf.contrib.image.rotate
assert gen_image_ops.image_projective_transform.name == "ImageProjectiveTransform"
"""


def test_inner_modules_come_before_functions_of_their_names():
    subprocess.run([sys.executable, "-c", INNER_NAMES], check=True)
