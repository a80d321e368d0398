"""The losses, of predictions first and labels second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._arguments import renamed
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.losses._weighted import (
    add_loss,
    check_rank,
    compute_weighted_loss,
    num_present,
    weighted_sum,
)


def _floats(predictions: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Both as float32; ValueError if their shapes do not fit."""
    predictions.shape.assert_is_compatible_with(labels.shape)
    return tf.cast(predictions, dtypes.float32), tf.cast(labels, dtypes.float32)


def absolute_difference(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """abs(predictions - labels), weighted; see `compute_weighted_loss`."""
    with name_scope(scope, "absolute_difference", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = tf.abs(tf.subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, scope=scope)


def mean_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """(predictions - labels) ** 2, weighted; see `compute_weighted_loss`."""
    with name_scope(scope, "mean_squared_error", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = tf.squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, scope=scope)


def log_loss(
    predictions: Any,
    labels: Any = None,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
) -> Tensor:
    """The cross entropy of probabilities and labels of 0 or 1, weighted.

    Args:
      epsilon: keeps logarithms from those of 0.
    """
    with name_scope(scope, "log_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        positive = tf.multiply(labels, tf.log(predictions + epsilon))
        losses = -positive - tf.multiply((1 - labels), tf.log(1 - predictions + epsilon))
        return compute_weighted_loss(losses, weights, scope=scope)


def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Tensor:
    """max(0, 1 - logits) of labels 1, max(0, 1 + logits) of labels 0, of each element."""
    with name_scope(scope, "hinge_loss", [logits, labels]):
        logits.shape.assert_is_compatible_with(labels.shape)
        labels = tf.cast(labels, dtypes.float32)
        ones = tf.ones_like(labels)
        signs = tf.subtract(2 * labels, ones)
        return tf.nn.relu(tf.subtract(ones, tf.multiply(signs, logits)))  # type: ignore[no-any-return]


def cosine_distance(
    predictions: Any,
    labels: Any = None,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    dim: int | None = None,
) -> Tensor:
    """1 - the product of vectors of length 1, along `axis`, weighted.

    Raises:
      ValueError: there is no axis.
    """
    axis = renamed("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    with name_scope(scope, "cosine_distance_loss", [predictions, labels, weights]) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = 1 - tf.reduce_sum(tf.multiply(predictions, labels), axis=[axis])
        return compute_weighted_loss(losses, weights, scope=scope)


def mean_pairwise_squared_error(
    predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """How far the differences between an example's predictions are from those of its labels.

    Args:
      weights: a scalar, or [batch].

    Raises:
      ValueError: a rank is unknown, or the shapes do not fit.
    """
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        predictions, labels = _floats(predictions, labels)
        weights = tf.cast(convert_to_tensor(weights), dtypes.float32)
        differences = tf.subtract(predictions, labels)
        check_rank("diffs", differences)
        check_rank("weights", weights)
        inner = list(range(1, differences.shape.ndims))
        squares = tf.reduce_sum(tf.square(differences), axis=inner)
        counts = num_present(differences, weights, per_batch=True)
        mean_square = 2.0 * tf.div_no_nan(squares, counts, name="value")
        total = tf.reduce_sum(differences, axis=inner)
        square_of_mean = 2.0 * tf.div_no_nan(tf.square(total), tf.square(counts), name="value")
        loss = weighted_sum(mean_square - square_of_mean, weights)
        is_any = tf.reduce_sum(counts) > 0
        mean: Tensor = tf.where(is_any, loss, tf.zeros_like(loss), name="value")
        add_loss(mean)
        return mean


# -- Cross entropies -----------------------------------------------------------------------------


def sigmoid_cross_entropy(
    logits: Any,
    multi_class_labels: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
) -> Tensor:
    """The cross entropy of each class by itself, weighted; see `compute_weighted_loss`.

    Args:
      logits: [batch, classes].
      label_smoothing: moves labels so far towards 1/2.
    """

    def smoothed(labels: Tensor) -> Tensor:
        return labels * (1 - label_smoothing) + 0.5 * label_smoothing

    return _cross_entropy(
        "sigmoid_cross_entropy_loss",
        tf.nn.sigmoid_cross_entropy_with_logits,
        (logits, multi_class_labels, weights),
        smoothed if label_smoothing > 0 else None,
        scope,
    )


def softmax_cross_entropy(
    logits: Any,
    onehot_labels: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
) -> Tensor:
    """The cross entropy of distributions over classes, weighted; see `compute_weighted_loss`.

    Args:
      logits: [batch, classes].
      weights: a scalar, or [batch].
      label_smoothing: moves labels so far towards 1 / classes.
    """

    def smoothed(labels: Tensor) -> Tensor:
        classes = tf.cast(tf.shape(labels)[1], logits.dtype)
        share = label_smoothing / classes
        return labels * (1.0 - label_smoothing) + share

    return _cross_entropy(
        "softmax_cross_entropy_loss",
        tf.nn.softmax_cross_entropy_with_logits,
        (logits, onehot_labels, weights),
        smoothed if label_smoothing > 0 else None,
        scope,
    )


def _cross_entropy(
    name: str,
    entropy: Callable[..., Tensor],
    values: tuple[Any, Any, Any],
    smoothed: Callable[[Tensor], Tensor] | None,
    scope: str | None,
) -> Tensor:
    logits, labels, weights = values
    with name_scope(scope, name, values) as scope:
        logits.shape.assert_is_compatible_with(labels.shape)
        labels = tf.cast(labels, logits.dtype)
        if smoothed is not None:
            labels = smoothed(labels)
        losses = entropy(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, scope=scope)


def sparse_softmax_cross_entropy(
    logits: Any, labels: Any, weights: Any = 1.0, scope: str | None = None
) -> Tensor:
    """The cross entropy of distributions over classes, weighted; see `compute_weighted_loss`.

    Args:
      logits: [batch, classes].
      labels: [batch] or [batch, 1], the numbers of the classes.
      weights: a scalar, or [batch].
    """
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as scope:
        labels = tf.reshape(labels, shape=[tf.shape(labels)[0]])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, scope=scope)
