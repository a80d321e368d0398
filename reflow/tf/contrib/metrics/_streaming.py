"""The metrics of tf.metrics under their former names, most of which take the predictions first."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.tf import metrics
from reflow.tf._scopes import name_scope
from reflow.tf.metrics import mean as streaming_mean
from reflow.tf.metrics import mean_tensor as streaming_mean_tensor
from reflow.tf.metrics import percentage_below as streaming_percentage_less
from reflow.tf.metrics._at_k import at_k_name
from reflow.tf.metrics._average_precision import average_precision_at_top_k
from reflow.tf.metrics._streams import Streamed

__all__ = [
    "sparse_recall_at_top_k",
    "streaming_mean",
    "streaming_mean_tensor",
    "streaming_percentage_less",
    "streaming_recall_at_k",
    "streaming_sparse_average_precision_at_top_k",
    "streaming_sparse_precision_at_top_k",
]


def _predictions_first(metric: Callable[..., Streamed], name: str = "") -> Callable[..., Streamed]:
    """The metric, whose first two arguments change places."""

    @wraps(metric)
    def streaming(predictions: Any, labels: Any, *args: Any, **kwargs: Any) -> Streamed:
        return metric(labels, predictions, *args, **kwargs)

    labels, predictions, *others = inspect.signature(metric).parameters.values()
    streaming.__signature__ = inspect.Signature([predictions, labels, *others])  # type: ignore[attr-defined]
    streaming.__name__ = streaming.__qualname__ = f"streaming_{name or metric.__name__}"
    streaming.__doc__ = f"As tf.metrics.{metric.__name__}, the predictions first."
    return streaming


streaming_accuracy = _predictions_first(metrics.accuracy)
streaming_auc = _predictions_first(metrics.auc)
streaming_false_negatives = _predictions_first(metrics.false_negatives)
streaming_false_positives = _predictions_first(metrics.false_positives)
streaming_mean_absolute_error = _predictions_first(metrics.mean_absolute_error)
streaming_mean_cosine_distance = _predictions_first(metrics.mean_cosine_distance)
streaming_mean_iou = _predictions_first(metrics.mean_iou)
streaming_mean_relative_error = _predictions_first(metrics.mean_relative_error)
streaming_mean_squared_error = _predictions_first(metrics.mean_squared_error)
streaming_precision = _predictions_first(metrics.precision)
streaming_precision_at_thresholds = _predictions_first(metrics.precision_at_thresholds)
streaming_recall = _predictions_first(metrics.recall)
streaming_recall_at_thresholds = _predictions_first(metrics.recall_at_thresholds)
streaming_root_mean_squared_error = _predictions_first(metrics.root_mean_squared_error)
streaming_sensitivity_at_specificity = _predictions_first(metrics.sensitivity_at_specificity)
streaming_sparse_average_precision_at_k = _predictions_first(
    metrics.average_precision_at_k, "sparse_average_precision_at_k"
)
streaming_sparse_precision_at_k = _predictions_first(
    metrics.precision_at_k, "sparse_precision_at_k"
)
streaming_sparse_recall_at_k = _predictions_first(metrics.recall_at_k, "sparse_recall_at_k")
streaming_specificity_at_sensitivity = _predictions_first(metrics.specificity_at_sensitivity)
streaming_true_negatives = _predictions_first(metrics.true_negatives)
streaming_true_positives = _predictions_first(metrics.true_positives)


def streaming_recall_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How often the label of an example is among the k classes with the highest predictions.

    Args:
      predictions: [batch, classes].
      labels: [batch], numbers of classes.
      The others: as in tf.metrics.
    """
    is_found = tf.cast(tf.nn.in_top_k(predictions, labels, k), dtypes.float32)
    name = name or at_k_name("recall", k)
    return streaming_mean(is_found, weights, metrics_collections, updates_collections, name)


def streaming_sparse_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """As tf.metrics.precision_at_top_k, the predictions first."""
    inputs = (top_k_predictions, labels, weights)
    with name_scope(name, at_k_name("precision", class_id=class_id), inputs) as scope:
        return metrics.precision_at_top_k(
            labels,
            top_k_predictions,
            class_id=class_id,
            weights=weights,
            metrics_collections=metrics_collections,
            updates_collections=updates_collections,
            name=scope,
        )


def sparse_recall_at_top_k(
    labels: Any,
    top_k_predictions: Any,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """As tf.metrics.recall_at_top_k."""
    inputs = (top_k_predictions, labels, weights)
    with name_scope(name, at_k_name("recall", class_id=class_id), inputs) as scope:
        return metrics.recall_at_top_k(
            labels,
            top_k_predictions,
            class_id=class_id,
            weights=weights,
            metrics_collections=metrics_collections,
            updates_collections=updates_collections,
            name=scope,
        )


def streaming_sparse_average_precision_at_top_k(
    top_k_predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """As tf.metrics.average_precision_at_k, of [..., k] numbers of the highest predictions."""
    return average_precision_at_top_k(
        labels, top_k_predictions, weights, metrics_collections, updates_collections, name
    )
