"""Metrics of one batch, and lists of metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf.metrics._streams import Streamed


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Tensor:
    """The share of the predictions that equal their labels, in this batch.

    Args:
      predictions, labels: of one shape and type, which is bool, string or an integer.
      weights: of their shape, or None.

    Raises:
      ValueError: the types are others.
    """
    dtype = labels.dtype
    if not (dtype.is_integer or dtype in (dtypes.bool, dtypes.string)):
        raise ValueError(f"Labels should have bool, integer, or string dtype, not {dtype!r}")
    if not dtype.is_compatible_with(predictions.dtype):
        raise ValueError(
            "Dtypes of predictions and labels should match. "
            f"Given: predictions ({predictions.dtype!r}) and labels ({dtype!r})"
        )
    with name_scope(name, "accuracy", [predictions, labels]):
        is_correct = tf.cast(tf.equal(predictions, labels), dtypes.float32)
        if weights is None:
            return tf.reduce_mean(is_correct)  # type: ignore[no-any-return]
        is_correct = tf.multiply(is_correct, weights)
        counted = tf.multiply(weights, tf.ones_like(is_correct))
        return tf.div(tf.reduce_sum(is_correct), tf.reduce_sum(counted))  # type: ignore[no-any-return]


def aggregate_metrics(*value_update_tuples: Streamed) -> tuple[list[Any], list[Any]]:
    """The values of several metrics, and their updates.

    Raises:
      ValueError: there are none.
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples)
    return list(values), list(updates)


def aggregate_metric_map(
    names_to_tuples: Mapping[str, Streamed],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of several metrics by name, and their updates by name."""
    values, updates = zip(*names_to_tuples.values())
    return dict(zip(names_to_tuples, values)), dict(zip(names_to_tuples, updates))
