"""Metrics of probabilities, which are positive above each of some thresholds.

Arguments that they share, beside those that stand at `_means`:
  labels: cast to bool.
  predictions: in [0, 1]; running the update raises InvalidArgumentError for others.
  thresholds: a sequence of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import (
    Streamed,
    collected,
    graph_only,
    metric_variable,
    weighed,
)

#: Keeps quotients finite.
EPSILON = 1e-7

#: What is counted at each threshold: its name, and whether label and prediction are positive.
KINDS = {
    "tp": ("true_positives", True, True),
    "fn": ("false_negatives", True, False),
    "tn": ("true_negatives", False, False),
    "fp": ("false_positives", False, True),
}

Counts = dict[str, Any]


def even_thresholds(number: int, last: float = 1.0 + EPSILON) -> list[float]:
    """`number` thresholds at equal distances, the first a little below 0."""
    between = [(i + 1) * 1.0 / (number - 1) for i in range(number - 2)]
    return [0.0 - EPSILON, *between, last]


def confusion_at_thresholds(
    labels: Tensor,
    predictions: Tensor,
    thresholds: Sequence[float],
    weights: Any = None,
    kinds: Sequence[str] = tuple(KINDS),
) -> tuple[Counts, Counts]:
    """Values and updates, [thresholds] each, of the kinds "tp", "fn", "tn" and "fp"."""
    with control_dependencies(probability_checks(predictions)):
        predictions, labels, weights = fitted(
            tf.cast(predictions, dtypes.float32), tf.cast(labels, dtype=dtypes.bool), weights
        )
    return counts_at_thresholds(labels, predictions, thresholds, weights, kinds)


def probability_checks(predictions: Tensor) -> list[Any]:
    """Operations that fail unless all predictions are in [0, 1]."""
    message = "predictions must be in [0, 1]"
    dtype = predictions.dtype
    return [
        tf.assert_greater_equal(predictions, tf.cast(0.0, dtype=dtype), message=message),
        tf.assert_less_equal(predictions, tf.cast(1.0, dtype=dtype), message=message),
    ]


def counts_at_thresholds(
    labels: Tensor,
    predictions: Tensor,
    thresholds: Sequence[float],
    weights: Any = None,
    kinds: Sequence[str] = tuple(KINDS),
) -> tuple[Counts, Counts]:
    """As `confusion_at_thresholds`, of inputs whose ranks agree, without a check."""
    number = len(thresholds)
    column = tf.reshape(predictions, [-1, 1])
    row_of_labels = tf.reshape(tf.cast(labels, dtype=dtypes.bool), [1, -1])
    size = column.shape.as_list()[0]
    if size is None:
        size = tf.shape(column)[0]
    limits = tf.tile(tf.expand_dims(tf.constant(thresholds), [1]), tf.stack([1, size]))
    # By whether it is positive: [thresholds, predictions].
    prediction_is = {True: tf.greater(tf.tile(tf.transpose(column), [number, 1]), limits)}
    if "fn" in kinds or "tn" in kinds:
        prediction_is[False] = tf.logical_not(prediction_is[True])
    label_is = {True: tf.tile(row_of_labels, [number, 1])}
    if "fp" in kinds or "tn" in kinds:
        label_is[False] = tf.logical_not(label_is[True])
    if weights is not None:
        weights = weighed(predictions, weights)
        weights = tf.tile(tf.reshape(weights, [1, -1]), [number, 1])
        limits.shape.assert_is_compatible_with(weights.shape)
    values, updates = {}, {}
    for kind, (name, label, prediction) in KINDS.items():
        if kind not in kinds:
            continue
        values[kind] = metric_variable([number], dtypes.float32, name=name)
        is_counted = tf.logical_and(label_is[label], prediction_is[prediction])
        counted = tf.cast(is_counted, dtypes.float32)
        if weights is not None:
            counted *= weights
        updates[kind] = tf.assign_add(values[kind], tf.reduce_sum(counted, 1))
    return values, updates


def _counting(kind: str) -> Callable[..., Streamed]:
    kind_name, label, prediction = KINDS[kind]

    def count(
        labels: Any,
        predictions: Any,
        thresholds: Sequence[float],
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Streamed:
        with variable_scope(name, kind_name, (predictions, labels, weights)):
            values, updates = confusion_at_thresholds(
                labels, predictions, thresholds, weights, (kind,)
            )
            value = tf.identity(values[kind])
            return collected(value, updates[kind], metrics_collections, updates_collections)

    count.__name__ = count.__qualname__ = f"{kind_name}_at_thresholds"
    signs = {True: "above", False: "not above"}
    count.__doc__ = f"""At each threshold how often predictions are {signs[prediction]} it.

    Those are counted whose label is {label}; value and update are [thresholds].
    """
    return graph_only(count)


true_positives_at_thresholds = _counting("tp")
false_negatives_at_thresholds = _counting("fn")
true_negatives_at_thresholds = _counting("tn")
false_positives_at_thresholds = _counting("fp")


@graph_only
def precision_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TP / (TP + FP) at each threshold, [thresholds]."""
    with variable_scope(name, "precision_at_thresholds", (predictions, labels, weights)):
        counts = confusion_at_thresholds(labels, predictions, thresholds, weights, ("tp", "fp"))
        value, update = shares(counts, "tp", "fp", "precision")
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def recall_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TP / (TP + FN) at each threshold, [thresholds]."""
    with variable_scope(name, "recall_at_thresholds", (predictions, labels, weights)):
        counts = confusion_at_thresholds(labels, predictions, thresholds, weights, ("tp", "fn"))
        value, update = shares(counts, "tp", "fn", "recall")
        return collected(value, update, metrics_collections, updates_collections)


def shares(counts: tuple[Counts, Counts], counted: str, others: str, name: str) -> Streamed:
    """counted / (counted + others), kinds of `counts`: of the values, of the updates."""
    value, update = (
        tf.div(kinds[counted], EPSILON + kinds[counted] + kinds[others], name=f"{name}_{role}")
        for kinds, role in zip(counts, ("value", "update_op"))
    )
    return value, update


@graph_only
def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TP / (TP + FN) at the threshold where TN / (TN + FP) is next to `specificity`.

    Raises:
      ValueError: the specificity is not in [0, 1].
    """
    if specificity < 0 or specificity > 1:
        raise ValueError("`specificity` must be in the range [0, 1].")

    def sensitivity(counts: Counts, name: str) -> Tensor:
        specificities = tf.div(counts["tn"], counts["tn"] + counts["fp"] + EPSILON)
        i = tf.cast(tf.argmin(tf.abs(specificities - specificity), 0), dtypes.int32)
        return _share_at(i, counts["tp"], counts["fn"], name)

    with variable_scope(name, "sensitivity_at_specificity", (predictions, labels, weights)):
        thresholds = even_thresholds(num_thresholds)
        values, updates = confusion_at_thresholds(labels, predictions, thresholds, weights)
        value, update = sensitivity(values, "value"), sensitivity(updates, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """TN / (TN + FP) at the last threshold where TP / (TP + FN) is next to `sensitivity`.

    Raises:
      ValueError: the sensitivity is not in [0, 1].
    """
    if sensitivity < 0 or sensitivity > 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")

    def specificity(counts: Counts, name: str) -> Tensor:
        sensitivities = tf.div(counts["tp"], counts["tp"] + counts["fn"] + EPSILON)
        least = tf.reduce_min(tf.abs(sensitivities - sensitivity))
        is_least = tf.equal(tf.abs(sensitivities - sensitivity), least)
        rising = tf.cumsum(tf.cast(is_least, dtypes.int64))  # first highest at the last of them
        i = tf.cast(tf.argmax(rising, 0), dtypes.int32)
        return _share_at(i, counts["tn"], counts["fp"], name)

    with variable_scope(name, "specificity_at_sensitivity", (predictions, labels, weights)):
        thresholds = even_thresholds(num_thresholds, last=1.0 - EPSILON)
        values, updates = confusion_at_thresholds(labels, predictions, thresholds, weights)
        value, update = specificity(values, "value"), specificity(updates, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


def _share_at(i: Tensor, counted: Any, others: Any, name: str) -> Tensor:
    return tf.div(counted[i], counted[i] + others[i] + EPSILON, name)  # type: ignore[no-any-return]
