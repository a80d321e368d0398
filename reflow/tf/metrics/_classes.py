"""Metrics of numbers of classes, by class.  See `_means` for the arguments that metrics share."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import Streamed, collected, graph_only, metric_variable, ratio


@graph_only
def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean over the classes of how many of its labels were predicted, as a share.

    The update is the accuracy of each class, [num_classes].
    """
    with variable_scope(name, "mean_accuracy", (predictions, labels, weights)):
        labels = _flat(tf.cast(labels, dtypes.int64))
        predictions = _flat(predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], dtypes.float32, name="total")
        count = metric_variable([num_classes], dtypes.float32, name="count")
        counted = tf.ones([tf.size(labels)], dtypes.float32)
        if labels.dtype != predictions.dtype:
            predictions = tf.cast(predictions, labels.dtype)
        is_correct = tf.cast(tf.equal(predictions, labels), dtypes.float32)
        if weights is not None:
            weights = tf.cast(_flat(weights), dtypes.float32)
            is_correct *= weights
            counted *= weights
        new_total = tf.scatter_add(total, labels, counted)
        new_count = tf.scatter_add(count, labels, is_correct)
        value = tf.reduce_mean(ratio(count, total), name="mean_accuracy")
        update = ratio(new_count, new_total, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean over the classes that came of intersection over union, of labels and predictions.

    Of a class that is TP / (TP + FP + FN).  The update is the confusion matrix.
    """
    with variable_scope(name, "mean_iou", (predictions, labels, weights)):
        predictions.shape.assert_is_compatible_with(labels.shape)
        counts, update = streaming_confusion_matrix(labels, predictions, num_classes, weights)
        of_predictions = tf.cast(tf.reduce_sum(counts, 0), dtypes.float32)
        of_labels = tf.cast(tf.reduce_sum(counts, 1), dtypes.float32)
        intersections = tf.cast(tf.diag_part(counts), dtypes.float32)
        unions = of_predictions + of_labels - intersections
        classes = tf.reduce_sum(tf.cast(tf.not_equal(unions, 0), dtype=dtypes.float32))
        unions = tf.where(tf.greater(unions, 0), unions, tf.ones_like(unions))
        shares = tf.div(intersections, unions)
        value = tf.where(
            tf.greater(classes, 0), tf.reduce_sum(shares, name="mean_iou") / classes, 0
        )
        return collected(value, update, metrics_collections, updates_collections)


def streaming_confusion_matrix(
    labels: Tensor, predictions: Tensor, num_classes: Any, weights: Tensor | None = None
) -> Streamed:
    """tf.confusion_matrix of all that came, [num_classes, num_classes], in float64."""
    total = metric_variable(
        [num_classes, num_classes], dtypes.float64, name="total_confusion_matrix"
    )
    predictions = tf.cast(predictions, dtypes.int64)
    labels = tf.cast(labels, dtypes.int64)
    num_classes = tf.cast(num_classes, dtypes.int64)
    predictions, labels = _flat(predictions), _flat(labels)
    if weights is not None:
        weights = _flat(weights)
    counts = tf.confusion_matrix(
        labels, predictions, num_classes, weights=weights, dtype=dtypes.float64
    )
    return total, tf.assign_add(total, counts)


def _flat(tensor: Tensor) -> Tensor:
    return tf.reshape(tensor, [-1]) if tensor.shape.ndims > 1 else tensor  # type: ignore[operator, no-any-return]
