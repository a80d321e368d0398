"""What the lab shows as small pictures."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from reflow.files.run_directory import Tags
from reflow.watch import tiles
from reflow.watch.sample import Batch


def picture(found):
    with Image.open(io.BytesIO(found.png)) as image:
        return np.asarray(image)


def tile(found, number):
    row, column = divmod(number, found.columns)
    height, width = found.height, found.width
    return picture(found)[row * height :, column * width :][:height, :width]


def batch(count, tag=Tags.TRAINING_BATCH, side=6):
    """Every third answer is wrong; the image of row i is all i."""
    images = np.arange(count).reshape(-1, 1, 1, 1) * np.ones([1, side, side, 1])
    labels = np.arange(count) % 10
    answers = np.where(np.arange(count) % 3, labels, (labels + 1) % 10)
    return Batch(tag, images.astype(np.uint8), labels, np.eye(10, dtype=np.float32)[answers] * 0.7)


def test_the_misrecognised_come_first():
    found = tiles.of_batch(batch(30))
    assert found.rows == [*range(0, 30, 3), *(i for i in range(30) if i % 3)]
    assert (found.total, found.correct, found.count, found.columns) == (30, 20, 30, 10)
    assert found.labels[:3] == [0, 3, 6] and found.predictions[:3] == [1, 4, 7]
    assert found.certainties[0] == pytest.approx(0.7)
    assert (tile(found, 1) == 3).all() and (tile(found, 10) == 1).all()


@pytest.mark.parametrize(
    ("tag", "count", "columns"), [(Tags.TRAINING_BATCH, 100, 10), (Tags.TEST_BATCH, 1000, 40)]
)
def test_as_many_as_the_canons(tag, count, columns):
    found = tiles.of_batch(batch(1200, tag))
    assert (found.count, found.columns, found.total, found.correct) == (count, columns, 1200, 800)
    assert picture(found).shape == (count // columns * 6, columns * 6)


def test_without_labels_the_order_is_that_of_the_batch():
    whole = batch(5)
    found = tiles.of_batch(Batch(whole.tag, whole.images, None, None))
    assert found.rows == [0, 1, 2, 3, 4]
    assert (found.labels, found.predictions, found.correct) == (None, None, None)


def test_a_batch_of_which_some_examples_are_given():
    whole = batch(3)
    some = replace(whole, rows=np.array([7, 70, 700]), total=10_000, correct=9_000)
    found = tiles.of_batch(some)
    assert (found.rows, found.total, found.correct) == ([7, 70, 700], 10_000, 9_000)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([-1.0, 0.0, 1.0], [0, 128, 255]),
        ([0.0, 100.0, 255.0], [0, 100, 255]),
        ([-2.0, 0.0, 2.0], [0, 128, 255]),
        ([np.nan, np.inf, 1.0], [0, 0, 255]),
        ([0.0, 0.0, 0.0], [0, 0, 0]),
    ],
)
def test_ranges_of_images(values, shown):
    images = np.array(values, np.float32).reshape(1, 1, 3)
    found = tiles.of_batch(Batch(Tags.TEST_BATCH, images, None, None))
    assert picture(found).ravel().tolist() == shown


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (4, "RGB")])
def test_channels_of_images(channels, mode):
    images = np.zeros([2, 5, 4, channels], np.uint8)
    found = tiles.of_batch(Batch(Tags.TEST_BATCH, images, None, None))
    with Image.open(io.BytesIO(found.png)) as image:
        assert (image.mode, image.size) == (mode, (8, 5))


def test_large_images_are_averaged_down():
    images = np.zeros([1, 130, 200, 3], np.uint8)
    images[:, ::2] = 200
    found = tiles.of_batch(Batch(Tags.TEST_BATCH, images, None, None))
    assert (found.height, found.width) == (32, 50)
    assert (picture(found) == 100).all()


def test_filters_in_colours():
    kernels = np.zeros([5, 5, 3, 10], np.float32)
    kernels[..., 0, 7] = -3
    kernels[0, 0, 1, 7] = 1.5
    found = tiles.filters(kernels)
    assert (found.count, found.columns, found.names[7]) == (10, 4, "filter 7")
    assert tile(found, 7)[0, 0].tolist() == [0, 191, 128]
    assert (tile(found, 0) == 128).all()


def test_filters_of_many_channels_have_a_row_each():
    kernels = np.random.default_rng(0).normal(size=[3, 3, 12, 6])
    found = tiles.filters(kernels)
    assert (found.count, found.columns) == (48, 8)
    assert found.names[9] == "filter 1, channel 1"
    assert tile(found, 9)[2, 0] == pytest.approx(
        127.5 + 127.5 * kernels[2, 0, 1, 1] / np.abs(kernels[..., 1]).max(), abs=1
    )


def test_feature_maps_from_their_least_to_their_greatest():
    maps = np.zeros([2, 4, 4, 3], np.float32)
    maps[1, 2, 3, 1] = 1000
    found = tiles.feature_maps(maps)
    assert (found.count, found.columns, found.rows) == (6, 3, [0, 0, 0, 1, 1, 1])
    assert found.names[4] == "image 1, channel 1"
    assert tile(found, 4)[2, 3] == 255 and tile(found, 4).sum() == 255


def test_units_and_what_excites_them():
    activations = np.array([[1.0, 5], [3, np.nan], [2, 7]])
    images = np.full([3, 2, 2], [[[10]], [[20]], [[30]]], np.uint8)
    found = tiles.strongest(activations, Batch(Tags.TRAINING_BATCH, images, None, None))
    assert found.rows == [1, 2, 0, 2, 0, 1]
    assert found.names == ["0", "0", "0", "1", "1", "1"]
    assert found.certainties[:4] == [3, 2, 1, 7]
    assert (tile(found, 0) == 20).all()
    assert found.columns == 3
