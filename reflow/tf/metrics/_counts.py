"""Predictions counted by whether they and their labels are true.

See `_means` for the arguments that metrics share; labels and predictions are cast to bool.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import Streamed, collected, graph_only, metric_variable


def _counting(name: str, *, label: bool, prediction: bool) -> Callable[..., Streamed]:
    def count(
        labels: Any,
        predictions: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Streamed:
        with variable_scope(name, count.__name__, (predictions, labels, weights)):
            predictions, labels, weights = as_booleans(predictions, labels, weights)
            is_counted = tf.logical_and(tf.equal(labels, label), tf.equal(predictions, prediction))
            value, update = _count(is_counted, weights)
            return collected(value, update, metrics_collections, updates_collections)

    count.__name__ = count.__qualname__ = name
    count.__doc__ = f"How often `predictions` is {prediction} and `labels` {label}."
    return graph_only(count)


def as_booleans(predictions: Any, labels: Any, weights: Any) -> tuple[Tensor, Tensor, Any]:
    """(predictions, labels, weights) whose ranks agree, the first two in bool."""
    predictions = tf.cast(predictions, dtype=dtypes.bool)
    return fitted(predictions, tf.cast(labels, dtype=dtypes.bool), weights)


def _count(is_counted: Tensor, weights: Any) -> Streamed:
    tf.assert_type(is_counted, dtypes.bool)  # always is: for TensorFlow's node
    count = metric_variable([], dtypes.float32, name="count")
    values = tf.cast(is_counted, dtypes.float32)
    if weights is not None:
        with control_dependencies([tf.assert_rank_in(weights, (0, tf.rank(values)))]):
            weights = tf.cast(weights, dtypes.float32)
            values = tf.multiply(values, weights)
    value = tf.identity(count)
    return value, tf.assign_add(count, tf.reduce_sum(values))


true_positives = _counting("true_positives", label=True, prediction=True)
false_negatives = _counting("false_negatives", label=True, prediction=False)
true_negatives = _counting("true_negatives", label=False, prediction=False)
false_positives = _counting("false_positives", label=False, prediction=True)


@graph_only
def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TP / (TP + FP): how many of the positive predictions are right; 0 if there are none."""
    with variable_scope(name, "precision", (predictions, labels, weights)):
        predictions, labels, weights = as_booleans(predictions, labels, weights)
        positives = true_positives(labels, predictions, weights)
        mistaken = false_positives(labels, predictions, weights)
        value, update = share(positives, mistaken)
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TP / (TP + FN): how many of the positive labels were found; 0 if there are none."""
    with variable_scope(name, "recall", (predictions, labels, weights)):
        predictions, labels, weights = as_booleans(predictions, labels, weights)
        positives = true_positives(labels, predictions, weights)
        missed = false_negatives(labels, predictions, weights)
        value, update = share(positives, missed)
        return collected(value, update, metrics_collections, updates_collections)


def share(counted: Streamed, others: Streamed) -> Streamed:
    """counted / (counted + others), 0 where there is nothing: of the values, of the updates."""
    names = ("value", "update_op")
    value, update = (
        tf.where(tf.greater(count + other, 0), tf.div(count, count + other), 0, name)
        for count, other, name in zip(counted, others, names)
    )
    return value, update
