"""Means of values, and of what each prediction differs from its label.

Arguments that all metrics share:
  labels, predictions: tensors of one shape; a last dimension of 1 may be missing in one of them.
  weights: of their rank, with dimensions of 1 or as theirs, or a scalar; None means 1.
  metrics_collections, updates_collections: collections that the value, the update is added to.
  name: the variable scope.
They return (value, update), and raise ValueError where the shapes do not fit, RuntimeError while
executing eagerly.
"""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.tf._confusion_matrix import remove_squeezable_dimensions
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import (
    Streamed,
    collected,
    graph_only,
    metric_variable,
    ratio,
    weighed,
)


@graph_only
def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean of all values; 0 before the first."""
    with variable_scope(name, "mean", (values, weights)):
        values = tf.cast(values, dtypes.float32)
        total = metric_variable([], dtypes.float32, name="total")
        count = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            number = tf.cast(tf.size(values), dtypes.float32)
        else:
            values, _, weights = fitted(values, None, weights)
            weights = weighed(values, weights)
            values = tf.multiply(values, weights)
            number = tf.reduce_sum(weights)
        new_total = tf.assign_add(total, tf.reduce_sum(values))
        with control_dependencies([values]):
            new_count = tf.assign_add(count, number)
        value = ratio(total, count, "value")
        update = ratio(new_total, new_count, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean of each element; 0 before the first.  The shape of the values has to be known."""
    with variable_scope(name, "mean", (values, weights)):
        values = tf.cast(values, dtypes.float32)
        total = metric_variable(values.shape, dtypes.float32, name="total_tensor")
        count = metric_variable(values.shape, dtypes.float32, name="count_tensor")
        number = tf.ones_like(values)
        if weights is not None:
            values, _, weights = fitted(values, None, weights)
            weights = weighed(values, weights)
            values = tf.multiply(values, weights)
            number = tf.multiply(number, weights)
        new_total = tf.assign_add(total, values)
        with control_dependencies([values]):
            new_count = tf.assign_add(count, number)
        value = ratio(total, count, "value")
        update = ratio(new_total, new_count, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How many of the predictions equal their labels, as a share of all."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    if labels.dtype != predictions.dtype:
        predictions = tf.cast(predictions, labels.dtype)
    is_correct = tf.cast(tf.equal(predictions, labels), dtypes.float32)
    return mean(is_correct, weights, metrics_collections, updates_collections, name or "accuracy")


@graph_only
def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How many of the values are below the threshold, as a share of all, in [0, 1]."""
    is_below = tf.cast(tf.less(values, threshold), dtypes.float32)
    name = name or "percentage_below_threshold"
    return mean(is_below, weights, metrics_collections, updates_collections, name)


@graph_only
def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean of |predictions - labels|."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    errors = tf.abs(predictions - labels)
    name = name or "mean_absolute_error"
    return mean(errors, weights, metrics_collections, updates_collections, name)


@graph_only
def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean of |labels - predictions| / normalizer, which counts as 0 where that is 0."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    predictions, normalizer = remove_squeezable_dimensions(predictions, normalizer)
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    errors = tf.where(
        tf.equal(normalizer, 0.0),
        tf.zeros_like(labels),
        tf.div(tf.abs(labels - predictions), normalizer),
    )
    name = name or "mean_relative_error"
    return mean(errors, weights, metrics_collections, updates_collections, name)


@graph_only
def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean of (labels - predictions) ** 2."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    errors = tf.squared_difference(labels, predictions)
    name = name or "mean_squared_error"
    return mean(errors, weights, metrics_collections, updates_collections, name)


@graph_only
def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The root of `mean_squared_error`."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    name = name or "root_mean_squared_error"
    squared, new_squared = mean_squared_error(labels, predictions, weights, None, None, name)
    return collected(
        tf.sqrt(squared), tf.sqrt(new_squared), metrics_collections, updates_collections
    )


@graph_only
def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """1 - the mean of labels . predictions, vectors of length 1 along the dimension `dim`."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    cosines = tf.reduce_sum(tf.multiply(predictions, labels), axis=[dim], keepdims=True)
    cosine, update = mean(cosines, weights, None, None, name or "mean_cosine_distance")
    return collected(
        tf.subtract(1.0, cosine),
        tf.subtract(1.0, update),
        metrics_collections,
        updates_collections,
    )
