"""The area under a curve that thresholds draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.metrics._streams import Streamed, collected, graph_only, ratio
from reflow.tf.metrics._thresholds import (
    EPSILON,
    Counts,
    confusion_at_thresholds,
    even_thresholds,
)

_SMALL = 1e-6


@graph_only
def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> Streamed:
    """The area under a curve, by a sum over thresholds.

    Args:
      labels: cast to bool.
      predictions: in [0, 1]; running the update raises InvalidArgumentError for others.
      curve: "ROC", the true positives' rate over the false positives', or "PR", precision over
        recall.
      summation_method: "trapezoidal", "careful_interpolation" (for PR: Davis and Goadrich, "The
        Relationship Between Precision-Recall and ROC Curves", 2006), or "minoring" and "majoring",
        the lower and the upper sum.
      thresholds: numbers in [0, 1]; by default `num_thresholds` at equal distances.
      The others: as other metrics.

    Raises:
      ValueError: there is no such curve or method, or the shapes do not fit.
    """
    with variable_scope(name, "auc", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        if thresholds is None:
            thresholds = even_thresholds(num_thresholds)
        else:
            thresholds = [0.0 - EPSILON, *sorted(thresholds), 1.0 + EPSILON]
        values, updates = confusion_at_thresholds(labels, predictions, thresholds, weights)
        intervals = len(thresholds) - 1
        value = _area(values, intervals, curve, summation_method, "value")
        update = _area(updates, intervals, curve, summation_method, "update_op")
        return collected(value, update, metrics_collections, updates_collections)


def _area(counts: Counts, intervals: int, curve: str, method: str, name: str) -> Tensor:
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated_area(counts, intervals)
    if curve == "PR" and method == "trapezoidal":
        tf.logging.warning(
            "Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "
            '"careful_interpolation" instead.'
        )
    x, y = curve_points(counts, curve)
    widths = x[:intervals] - x[1:]
    left, right = y[:intervals], y[1:]
    if method in ("trapezoidal", "careful_interpolation"):
        heights = (left + right) / 2.0
    elif method == "minoring":
        heights = tf.minimum(left, right)
    elif method == "majoring":
        heights = tf.maximum(left, right)
    else:
        raise ValueError(f"Invalid summation_method: {method}")
    return tf.reduce_sum(tf.multiply(widths, heights), name=name)  # type: ignore[no-any-return]


def curve_points(counts: Counts, curve: str) -> tuple[Tensor, Tensor]:
    """The curve's points, (x, y) of [thresholds] each."""
    tp, fn, tn, fp = (counts[kind] for kind in ("tp", "fn", "tn", "fp"))
    recall = tf.div(tp + _SMALL, tp + fn + _SMALL)
    if curve == "ROC":
        return tf.div(fp, fp + tn + _SMALL), recall
    return recall, tf.div(tp + _SMALL, tp + fp + _SMALL)


def _interpolated_area(counts: Counts, intervals: int) -> Tensor:
    """Between two thresholds TP is a linear function of TP + FP: the precision's exact integral."""
    tp, fp, fn = counts["tp"], counts["fp"], counts["fn"]
    risen = tp[:intervals] - tp[1:]
    positives = tp + fp
    slope = ratio(risen, positives[:intervals] - positives[1:], "prec_slope")
    intercept = tp[1:] - tf.multiply(slope, positives[1:])
    relative = tf.where(
        tf.logical_and(positives[:intervals] > 0, positives[1:] > 0),
        ratio(positives[:intervals], positives[1:], "recall_relative_ratio"),
        tf.ones_like(positives[1:]),
    )
    increments = ratio(
        slope * (risen + intercept * tf.log(relative)), tp[1:] + fn[1:], "pr_auc_increment"
    )
    return tf.reduce_sum(increments, name="interpolate_pr_auc")  # type: ignore[no-any-return]
