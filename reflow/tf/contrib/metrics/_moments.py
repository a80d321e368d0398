"""Metrics of how predictions and labels vary together.  For the shared arguments see tf.metrics."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies
from reflow.tf._variable_scope import variable_scope
from reflow.tf._weights_broadcast import broadcast_weights
from reflow.tf.metrics._streams import (
    Streamed,
    collected,
    graph_only,
    metric_variable,
    weighed,
)


@graph_only
def count(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How many values came, or the sum of their weights."""
    with variable_scope(name, "count", (values, weights)):
        total = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            number = tf.cast(tf.size(values), dtypes.float32)
        else:
            values = tf.cast(values, dtypes.float32)
            values, _, weights = fitted(values, None, weights)
            number = tf.reduce_sum(weighed(values, weights))
        with control_dependencies([values]):
            update = tf.assign_add(total, number)
        return collected(tf.identity(total), update, metrics_collections, updates_collections)


def streaming_covariance(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The unbiased sample covariance of two tensors of one shape; NaN of fewer than two elements.

    Batch by batch as Chan et al., "Updating Formulae and a Pairwise Algorithm for Computing Sample
    Variances" (1979), do it for variances.
    """
    with variable_scope(name, "covariance", (predictions, labels, weights)):
        predictions, labels, weights = fitted(predictions, labels, weights)
        total_count = metric_variable([], dtypes.float32, name="count")
        mean_prediction = metric_variable([], dtypes.float32, name="mean_prediction")
        mean_label = metric_variable([], dtypes.float32, name="mean_label")
        comoment = metric_variable([], dtypes.float32, name="comoment")
        if weights is None:
            batch_count = tf.cast(tf.size(labels), dtypes.float32)
            weighted_predictions, weighted_labels = predictions, labels
        else:
            weights = broadcast_weights(weights, labels)
            batch_count = tf.reduce_sum(weights)
            weighted_predictions = tf.multiply(predictions, weights)
            weighted_labels = tf.multiply(labels, weights)
        new_count = tf.assign_add(total_count, batch_count)
        old_count = new_count - batch_count

        def update_mean(weighted: Tensor, mean: Any) -> tuple[Any, Any]:
            """(the batch's mean, the mean before)"""
            batch_mean = tf.div_no_nan(tf.reduce_sum(weighted), batch_count)
            change = tf.div_no_nan((batch_mean - mean) * batch_count, new_count)
            return batch_mean, tf.assign_add(mean, change) - change

        batch_prediction, old_prediction = update_mean(weighted_predictions, mean_prediction)
        batch_label, old_label = update_mean(weighted_labels, mean_label)
        products = (predictions - batch_prediction) * (labels - batch_label)
        if weights is not None:
            products *= weights
        batch_comoment = tf.reduce_sum(products)
        change = batch_comoment + (old_prediction - batch_prediction) * (
            old_label - batch_label
        ) * (old_count * batch_count / new_count)
        new_comoment = tf.assign_add(comoment, change)

        def covariance(name: str) -> Tensor:
            return tf.where(  # type: ignore[no-any-return]
                tf.less_equal(total_count, 1.0),
                float("nan"),
                tf.truediv(comoment, total_count - 1),
                name=name,
            )

        value = covariance("covariance")
        with control_dependencies([new_comoment]):
            update = covariance("update_op")
    return collected(value, update, metrics_collections, updates_collections)


def streaming_pearson_correlation(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The covariance divided by both standard deviations, in [-1, 1]."""
    with variable_scope(name, "pearson_r", (predictions, labels, weights)):
        predictions, labels, weights = fitted(predictions, labels, weights)
        if weights is not None:
            weights = broadcast_weights(weights, labels)
        together, new_together = streaming_covariance(
            predictions, labels, weights=weights, name="covariance"
        )
        of_predictions, new_of_predictions = streaming_covariance(
            predictions, predictions, weights=weights, name="variance_predictions"
        )
        of_labels, new_of_labels = streaming_covariance(
            labels, labels, weights=weights, name="variance_labels"
        )
        value = tf.truediv(
            together, tf.multiply(tf.sqrt(of_predictions), tf.sqrt(of_labels)), name="pearson_r"
        )
        update = tf.truediv(
            new_together,
            tf.multiply(tf.sqrt(new_of_predictions), tf.sqrt(new_of_labels)),
            name="update_op",
        )
    return collected(value, update, metrics_collections, updates_collections)


@graph_only
def cohen_kappa(
    labels: Any,
    predictions_idx: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How far two raters agree beyond chance: 1 for always, 0 for as often as by chance.

    Cohen, "A coefficient of agreement for nominal scales" (1960).

    Args:
      labels, predictions_idx: [batch] or [batch, 1], numbers of classes.
      The others: as in tf.metrics.

    Raises:
      ValueError: there are fewer than 2 classes, or the shapes do not fit.
    """
    if num_classes < 2:
        raise ValueError(f"`num_classes` must be >= 2.Found: {num_classes}")
    with variable_scope(name, "cohen_kappa", (labels, predictions_idx, weights)):
        labels.shape.with_rank_at_most(2)
        if labels.shape.ndims == 2:
            labels = tf.squeeze(labels, axis=[-1])
        predictions_idx, labels, weights = fitted(predictions_idx, labels, weights)
        is_whole = weights is None or weights.dtype.is_integer
        dtype = dtypes.int64 if is_whole else dtypes.float32
        names = ("po", "pe_row", "pe_col")
        totals = [metric_variable((num_classes,), dtype, name=name) for name in names]
        table = tf.confusion_matrix(
            labels,
            predictions_idx,
            num_classes=num_classes,
            weights=weights,
            dtype=dtype,
            name="counts_in_table",
        )
        # What both say, what the predictions say, what the labels say: [classes].
        counts = tf.diag_part(table), tf.reduce_sum(table, axis=0), tf.reduce_sum(table, axis=1)
        updates = [tf.assign_add(total, count) for total, count in zip(totals, counts)]
        value, update = _kappa(*totals, "value"), _kappa(*updates, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


def _kappa(both: Any, rows: Any, columns: Any, name: str) -> Tensor:
    agreed = tf.reduce_sum(both)
    total = tf.reduce_sum(rows)
    by_chance = tf.reduce_sum(
        tf.div_no_nan(tf.cast(rows * columns, dtypes.float64), tf.cast(total, dtypes.float64))
    )
    agreed, by_chance, total = (
        tf.cast(tensor, dtypes.float64) for tensor in (agreed, by_chance, total)
    )
    return tf.div_no_nan(agreed - by_chance, total - by_chance, name=name)  # type: ignore[no-any-return]
