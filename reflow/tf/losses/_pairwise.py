"""The loss of the differences between pairs of elements."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._weights_broadcast import assert_broadcastable
from reflow.tf.losses._collected import add_loss
from reflow.tf.losses._distances import require
from reflow.tf.losses._weighted import num_present


def mean_pairwise_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
) -> Tensor:
    """The mean of ((predictions[i] - predictions[j]) - (labels[i] - labels[j])) ** 2.

    Over the pairs i, j of elements of each example, summed over the batch.  Eigen et al. (2014).

    Args:
      labels, predictions: tensors of one shape, [batch, ...]; computed in float32.
      weights: a scalar, [batch], or of the labels' rank.
      loss_collection: where the loss is added.

    Raises:
      ValueError: the shapes do not fit, or labels or predictions are None.
    """
    require(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        weights = tf.cast(weights, dtypes.float32)
        labels = tf.cast(labels, dtypes.float32)
        with control_dependencies([assert_broadcastable(weights, labels)]):
            predictions = tf.cast(predictions, dtypes.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            errors = tf.subtract(predictions, labels)
            axes = tf.range(1, tf.rank(errors))
            squares = tf.reduce_sum(tf.square(errors), axis=axes, keepdims=True)
            count = num_present(errors, weights, per_batch=True)
            of_squares = 2.0 * tf.div_no_nan(squares, tf.maximum(count - 1, 0), name="value")
            total = tf.reduce_sum(errors, axis=axes, keepdims=True)
            square = tf.square(total)
            pairs = tf.maximum(tf.multiply(count, count - 1), 0)
            of_total = 2.0 * tf.div_no_nan(square, pairs, name="value")
            loss = tf.reduce_sum(tf.multiply(of_squares - of_total, weights))
            mean = tf.where(tf.reduce_sum(count) > 0, loss, tf.zeros_like(loss), name="value")
            add_loss(mean, loss_collection)
            return mean
