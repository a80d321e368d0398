"""The module that programs import as `tensorflowvisu`; see the package."""

from __future__ import annotations

import reflow.tf as tf
from reflow.graph.operation import Tensor
from reflow.visu.dashboard import MnistDataVis
from reflow.visu.distribution import HISTOGRAM_BUCKETS, probability_distribution

try:
    # The program's own, or through reflow.hook ours.
    import tensorflowvisu_digits  # type: ignore[import-not-found]
except ModuleNotFoundError:
    from reflow.visu import tensorflowvisu_digits

__all__ = [
    "HISTOGRAM_BUCKETS",
    "MnistDataVis",
    "probability_distribution",
    "tf_format_mnist_images",
]

# The original does this when it is imported, and programs get their random numbers from it.
tf.set_random_seed(0)

_SIZE = 28
_WHITE = [1.3, 1.3, 1.3]
_RED = [1.3, 1.0, 1.0]


def tf_format_mnist_images(
    X: Tensor, Y: Tensor, Y_: Tensor, n: int = 100, lines: int = 10
) -> Tensor:
    """Arrange digits in one image, the misrecognised first, on red and labelled.

    Makes the nodes that the original makes, in its order: what comes after in the program has
    TensorFlow's names and random numbers.

    Args:
      X: the images, float32 [at least n, 28, 28, 1].
      Y: the computed probabilities, float32 [at least n, 10].
      Y_: the correct labels, one-hot [at least n, 10].
      n: how many digits to show.
      lines: on how many lines.

    Returns:
      The image, uint8 [28 * lines, 28 * n / lines, 3].
    """
    is_correct = tf.equal(tf.argmax(Y, 1), tf.argmax(Y_, 1))
    correct = tf.squeeze(tf.where(is_correct), [1])
    incorrect = tf.squeeze(tf.where(tf.logical_not(is_correct)), [1])
    shown = tf.slice(tf.concat([incorrect, correct], 0), [0], [n])
    images = tf.gather(X, shown)
    computed_digits = tf.gather(Y, shown)
    correct_digits = tf.gather(Y_, shown)
    is_correct = tf.gather(is_correct, shown)

    labels_left = tf.image.grayscale_to_rgb(tensorflowvisu_digits.digits_left())
    correct_labels = tf.gather(labels_left, tf.argmax(correct_digits, 1))
    labels_right = tf.image.grayscale_to_rgb(tensorflowvisu_digits.digits_right())
    computed_labels = tf.gather(labels_right, tf.argmax(computed_digits, 1))
    no_labels = tf.zeros_like(correct_labels)
    both_labels = correct_labels + computed_labels
    labels = tf.where(is_correct, no_labels, both_labels)

    white = _background(_WHITE)
    red = _background(_RED)
    backgrounds = tf.concat([red, white], 0)
    backgrounds = tf.gather(backgrounds, tf.cast(is_correct, tf.int32))

    digits = tf.image.grayscale_to_rgb(images)
    digits = ((1 - (digits + labels)) * backgrounds) / 1.3
    digits = tf.image.convert_image_dtype(digits, tf.uint8, saturate=True)
    return tf.concat([_line(digits, line * n // lines, n // lines) for line in range(lines)], 0)


def _background(colour: list[float]) -> Tensor:
    return tf.reshape(tf.tile(colour, [_SIZE * _SIZE]), [1, _SIZE, _SIZE, 3])


def _line(digits: Tensor, first: int, count: int) -> Tensor:
    """`count` digits from `first` on, side by side."""
    line = tf.slice(digits, [first, 0, 0, 0], [count, _SIZE, _SIZE, 3])
    return tf.concat(tf.unstack(line), 1)
