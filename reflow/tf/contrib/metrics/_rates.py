"""Rates of true and false predictions, at one threshold or at many.

For the arguments that metrics share see tf.metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf import metrics
from reflow.tf._fitting import fitted
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._auc import curve_points
from reflow.tf.metrics._counts import as_booleans, share
from reflow.tf.metrics._streams import Streamed, collected, graph_only
from reflow.tf.metrics._thresholds import (
    EPSILON,
    KINDS,
    Counts,
    confusion_at_thresholds,
    counts_at_thresholds,
    even_thresholds,
    shares,
)


def streaming_false_positive_rate(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """FP / (FP + TN): how many of the negative labels are predicted as positive; 0 without any."""
    with variable_scope(name, "false_positive_rate", (predictions, labels, weights)):
        predictions, labels, weights = as_booleans(predictions, labels, weights)
        wrong = metrics.false_positives(labels, predictions, weights)
        right = metrics.true_negatives(labels, predictions, weights)
        value, update = share(wrong, right)
        return collected(value, update, metrics_collections, updates_collections)


def streaming_false_negative_rate(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """FN / (FN + TP): how many of the positive labels are predicted as negative; 0 without any."""
    with variable_scope(name, "false_negative_rate", (predictions, labels, weights)):
        predictions, labels, weights = as_booleans(predictions, labels, weights)
        wrong = metrics.false_negatives(labels, predictions, weights)
        right = metrics.true_positives(labels, predictions, weights)
        value, update = share(wrong, right)
        return collected(value, update, metrics_collections, updates_collections)


def _counts(
    predictions: Any,
    labels: Any,
    thresholds: Sequence[float],
    weights: Any,
    kinds: Sequence[str] = tuple(KINDS),
) -> tuple[Counts, Counts]:
    """As tf.metrics counts at thresholds, of predictions that need not be in [0, 1]."""
    predictions, labels, weights = fitted(predictions, labels, weights)
    return counts_at_thresholds(labels, predictions, thresholds, weights, kinds)


def _counting(kind: str) -> Callable[..., Streamed]:
    def count(
        predictions: Any, labels: Any, thresholds: Sequence[float], weights: Any = None
    ) -> Streamed:
        values, updates = _counts(predictions, labels, thresholds, weights, (kind,))
        return values[kind], updates[kind]

    name = KINDS[kind][0]
    count.__name__ = count.__qualname__ = f"streaming_{name}_at_thresholds"
    count.__doc__ = f"As tf.metrics.{name}_at_thresholds, of predictions of any size."
    return count


streaming_true_positives_at_thresholds = _counting("tp")
streaming_false_negatives_at_thresholds = _counting("fn")
streaming_true_negatives_at_thresholds = _counting("tn")
streaming_false_positives_at_thresholds = _counting("fp")


def streaming_false_positive_rate_at_thresholds(
    predictions: Any,
    labels: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """FP / (FP + TN) at each threshold, [thresholds]."""
    inputs = (predictions, labels, weights)
    with variable_scope(name, "false_positive_rate_at_thresholds", inputs):
        counts = _counts(predictions, labels, thresholds, weights, ("fp", "tn"))
        value, update = shares(counts, "fp", "tn", "fpr")
        return collected(value, update, metrics_collections, updates_collections)


def streaming_false_negative_rate_at_thresholds(
    predictions: Any,
    labels: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """FN / (FN + TP) at each threshold, [thresholds]."""
    inputs = (predictions, labels, weights)
    with variable_scope(name, "false_negative_rate_at_thresholds", inputs):
        counts = _counts(predictions, labels, thresholds, weights, ("fn", "tp"))
        value, update = shares(counts, "fn", "tp", "fnr")
        return collected(value, update, metrics_collections, updates_collections)


def streaming_curve_points(
    labels: Any = None,
    predictions: Any = None,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
) -> Streamed:
    """A curve's points, [num_thresholds, (x, y)], as in tf.metrics.auc; the update is no tensor.

    Raises:
      ValueError: there is no such curve.
    """
    with variable_scope(name, "curve_points", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        thresholds = even_thresholds(num_thresholds)
        values, updates = _counts(predictions, labels, thresholds, weights)
        points = tf.stack(curve_points(values, curve), axis=1)
        update = tf.group(*updates.values())
        return collected(points, update, metrics_collections, updates_collections)


def recall_at_precision(
    labels: Any,
    predictions: Any,
    precision: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
    strict_mode: bool = False,
) -> Streamed:
    """TP / (TP + FN) at the threshold where TP / (TP + FP) is next to `precision`.

    Args:
      strict_mode: the precision at that threshold must not be lower; where there is none, 0.

    Raises:
      ValueError: the precision is not in [0, 1].
    """
    if not 0 <= precision <= 1:
        raise ValueError("`precision` must be in the range [0, 1].")

    def recall_at(counts: Counts, i: Tensor, name: str) -> Tensor:
        tp, fn = counts["tp"], counts["fn"]
        return tf.div(tp[i], tp[i] + fn[i] + EPSILON, name)  # type: ignore[no-any-return]

    def recall(counts: Counts, name: str) -> Tensor:
        precisions = tf.div(counts["tp"], counts["tp"] + counts["fp"] + EPSILON)
        if not strict_mode:
            distances = tf.abs(precisions - precision)
            return recall_at(counts, tf.argmin(distances, 0, output_type=dtypes.int32), name)
        # The highest is the smallest distance that is not negative.
        nearness = tf.div(1.0, precisions - precision + EPSILON)
        i = tf.argmax(nearness, 0, output_type=dtypes.int32)
        return tf.cond(  # type: ignore[no-any-return]
            precisions[i] >= precision, lambda: recall_at(counts, i, name), lambda: 0.0
        )

    with variable_scope(name, "recall_at_precision", (predictions, labels, weights)):
        thresholds = even_thresholds(num_thresholds)
        values, updates = _counts(predictions, labels, thresholds, weights)
        value, update = recall(values, "value"), recall(updates, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def precision_at_recall(
    labels: Any,
    predictions: Any,
    target_recall: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TP / (TP + FP) at the highest threshold where TP / (TP + FN) is at least `target_recall`.

    Raises:
      ValueError: the recall is not in [0, 1].
    """
    if target_recall < 0 or target_recall > 1:
        raise ValueError("`target_recall` must be in the range [0, 1].")

    def precision(counts: Counts, name: str) -> Tensor:
        tp, fp = counts["tp"], counts["fp"]
        recalls = tf.div(tp, tp + counts["fn"] + EPSILON)
        is_enough = tf.cast(tf.greater_equal(recalls, target_recall), dtypes.int64)
        i = tf.reduce_sum(is_enough) - 1  # recall only falls from threshold to threshold
        return tf.div(tp[i] + EPSILON, tp[i] + fp[i] + EPSILON, name)  # type: ignore[no-any-return]

    with variable_scope(name, "precision_at_recall", (predictions, labels, weights)):
        thresholds = even_thresholds(num_thresholds)
        values, updates = _counts(predictions, labels, thresholds, weights)
        value, update = precision(values, "value"), precision(updates, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


def f1_score(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The highest harmonic mean of precision and recall over thresholds, of [0, 1] predictions."""

    def score(counts: Counts, name: str) -> Tensor:
        tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
        precisions = tf.div(tp, EPSILON + tp + fp, name=f"precision_{name}")
        recalls = tf.div(tp, EPSILON + tp + fn, name=f"recall_{name}")
        return tf.reduce_max(2.0 * precisions * recalls / (precisions + recalls + EPSILON))  # type: ignore[no-any-return]

    with variable_scope(name, "f1", (labels, predictions, weights)):
        predictions, labels, weights = fitted(predictions, labels, weights)
        thresholds = even_thresholds(num_thresholds)
        values, updates = confusion_at_thresholds(
            labels, predictions, thresholds, weights, ("tp", "fp", "fn")
        )
        value, update = score(values, "value"), score(updates, "update")
        return collected(value, update, metrics_collections, updates_collections)
