"""tf_format_mnist_images: the original's nodes, in its order, and its image."""

import numpy as np
import pytest

import reflow.tf as tf
from reflow.visu import tensorflowvisu, tensorflowvisu_digits
from tests.reference import dashboard_cases
from tests.visu import recorded

LABEL_ROWS = slice(20, 28)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def digits_of(image):
    """The digits of an image, [count, 28, 28, 3]."""
    lines = image.reshape(dashboard_cases.LINES, 28, -1, 28, 3)
    return lines.transpose(0, 2, 1, 3, 4).reshape(-1, 28, 28, 3)


def test_nodes_and_image_are_the_originals():
    nodes, image = dashboard_cases.images(tf, tensorflowvisu)
    assert nodes == recorded.BEHAVIOUR["nodes"]
    digits = digits_of(image)
    originals = digits_of(recorded.VALUES["image"])
    # The font of the labels is our own; beside them, the images are the same.
    np.testing.assert_array_equal(digits[:, : LABEL_ROWS.start], originals[:, : LABEL_ROWS.start])
    is_red = (digits[..., 1] < digits[..., 0]).any(axis=(1, 2))
    assert 0 < is_red.sum() < len(digits) and is_red[: is_red.sum()].all(), "the wrong ones first"
    np.testing.assert_array_equal(digits[~is_red], originals[~is_red])


def test_labels_are_ten_different_digits_in_the_lower_corners():
    left = tensorflowvisu_digits.digits_left()
    right = tensorflowvisu_digits.digits_right()
    assert left.shape.as_list() == right.shape.as_list() == [10, 28, 28, 1]
    assert left.dtype == right.dtype == tf.float32
    with tf.Session() as session:
        left, right = session.run([left, right])
    assert set(np.unique(left)) == set(np.unique(right)) == {0.0, 1.0}
    assert len({digit.tobytes() for digit in left}) == 10
    assert not left[:, : LABEL_ROWS.start].any() and not left[:, :, 6:].any()
    np.testing.assert_array_equal(left[:, :, 1:6], right[:, :, 22:27])


def test_importing_sets_the_graphs_seed():
    import importlib

    importlib.reload(tensorflowvisu)
    assert tf.get_default_graph().seed == 0
