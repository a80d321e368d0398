"""Precision and recall of the k classes with the highest predictions.

Arguments that they share, beside those that stand at `_means`:
  labels: int64, [..., labels of an example] or [...], or a sparse tensor; numbers of classes.
  predictions: [..., classes].
  predictions_idx: [..., k], numbers of classes: the k highest.
  k: how many are looked at; where the predictions stand already, it only names the nodes.
  class_id: a class, to be counted alone.
  weights: [...], a scalar, or with dimensions of 1.
"""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.shape_tensors import reduced_shape_of
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._tensor_like import convert_to_tensor_or_sparse_tensor
from reflow.tf._weights_broadcast import assert_broadcastable
from reflow.tf.metrics._streams import Streamed, collected, graph_only, metric_variable


def at_k_name(name: str, k: int | None = None, class_id: int | None = None) -> str:
    """Such as "recall_at_3_class2"."""
    name = f"{name}_at_k" if k is None else f"{name}_at_{k:d}"
    return name if class_id is None else f"{name}_class{class_id:d}"


@graph_only
def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How many of the labels are among the k highest predictions, as a share of all labels."""
    inputs = (predictions, labels, weights)
    with name_scope(name, at_k_name("recall", k, class_id), inputs) as scope:
        _, highest = tf.nn.top_k(predictions, k)
        return recall_at_top_k(
            labels, highest, k, class_id, weights, metrics_collections, updates_collections, scope
        )


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """As `recall_at_k`, of the numbers of the highest predictions."""
    inputs = (predictions_idx, labels, weights)
    with name_scope(name, at_k_name("recall", k, class_id), inputs) as scope:
        labels = with_labels_axis(labels, predictions_idx)
        highest = tf.cast(predictions_idx, dtypes.int64)
        found = _count(labels, highest, "true_positive", k, class_id, weights)
        missed = _count(labels, highest, "false_negative", k, class_id, weights)
        value, update = _shares(found, missed, scope)
        return collected(value, update, metrics_collections, updates_collections)


@graph_only
def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """How many of the k highest predictions are labels, as a share of k."""
    inputs = (predictions, labels, weights)
    with name_scope(name, at_k_name("precision", k, class_id), inputs) as scope:
        _, highest = tf.nn.top_k(predictions, k)
        return precision_at_top_k(  # type: ignore[no-any-return]
            labels, highest, k, class_id, weights, metrics_collections, updates_collections, scope
        )


@graph_only
def sparse_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The former name of `precision_at_k`."""
    return precision_at_k(  # type: ignore[no-any-return]
        labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name
    )


@graph_only
def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """As `precision_at_k`, of the numbers of the highest predictions."""
    inputs = (predictions_idx, labels, weights)
    with name_scope(name, at_k_name("precision", k, class_id), inputs) as scope:
        labels = with_labels_axis(labels, predictions_idx)
        highest = tf.cast(predictions_idx, dtypes.int64)
        right = _count(labels, highest, "true_positive", k, class_id, weights)
        wrong = _count(labels, highest, "false_positive", k, class_id, weights)
        value, update = _shares(right, wrong, scope)
        return collected(value, update, metrics_collections, updates_collections)


def _shares(counted: Streamed, others: Streamed, scope: str) -> Streamed:
    value = tf.div(counted[0], tf.add(counted[0], others[0]), name=scope)
    return value, tf.div(counted[1], tf.add(counted[1], others[1]), name="update")


def _count(
    labels: Any, highest: Tensor, kind: str, k: int | None, class_id: int | None, weights: Any
) -> Streamed:
    """How many there are of a kind: "true_positive", "false_positive" or "false_negative"."""
    with name_scope(None, at_k_name(kind, k, class_id), (highest, labels, weights)) as scope:
        counts = counts_of(labels, highest, kind, class_id, weights)
        batch_total = tf.cast(tf.reduce_sum(counts), dtypes.float64)
        total = metric_variable([], dtypes.float64, name=scope)
        return total, tf.assign_add(total, batch_total, name="update")


def counts_of(
    labels: Any,
    highest: Tensor,
    kind: str,
    class_id: int | None = None,
    weights: Any = None,
    name: str | None = None,
) -> Tensor:
    """As `_count`, of each example of the batch: [...]."""
    with name_scope(name, f"{kind}s", (highest, labels, weights)):
        if class_id is not None:
            labels, highest = _of_class(labels, class_id), _of_class(highest, class_id)
        if kind == "true_positive":
            selected = tf.sets.intersection(highest, labels)
        else:
            is_wrong = kind == "false_positive"
            selected = tf.sets.difference(highest, labels, aminusb=is_wrong)
        counts = tf.cast(tf.sets.size(selected), dtypes.float64)
        if weights is not None:
            with control_dependencies((assert_broadcastable(weights, counts),)):
                weights = tf.cast(weights, dtypes.float64)
                counts = tf.multiply(counts, weights)
        return counts  # type: ignore[no-any-return]


def _of_class(ids: Any, class_id: int) -> SparseTensor:
    """Those of the numbers that are the class's."""
    ids = convert_to_tensor_or_sparse_tensor(ids)
    if isinstance(ids, SparseTensor):
        return tf.sparse_retain(ids, tf.equal(ids.values, class_id))  # type: ignore[no-any-return]
    shape = tf.shape(ids, out_type=dtypes.int64)
    last_axis = tf.size(shape) - 1
    one_each = reduced_shape_of(shape, tf.reshape(last_axis, [1]))
    wanted = tf.fill(one_each, tf.cast(class_id, dtypes.int64))
    found = tf.sets.intersection(wanted, ids)
    return SparseTensor(found.indices, found.values, shape)


def with_labels_axis(labels: Any, predictions: Tensor) -> Any:
    """The labels, with a last axis if they are one label of each example.

    Raises:
      ValueError: their rank is neither the predictions' nor one less.
    """
    with name_scope(None, "expand_labels", (labels, predictions)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return tf.cond(
                tf.equal(tf.rank(predictions), tf.size(labels.dense_shape) + 1),
                lambda: tf.sparse_reshape(
                    labels, shape=tf.concat((labels.dense_shape, (1,)), 0), name=scope
                ),
                lambda: labels,
            )
        ranks = labels.shape.ndims, predictions.shape.ndims
        if None not in ranks:
            if ranks[0] == ranks[1]:
                return labels
            if ranks[0] + 1 == ranks[1]:
                return tf.expand_dims(labels, -1, name=scope)
            raise ValueError(
                f"Unexpected labels shape {labels.shape} for predictions shape {predictions.shape}."
            )
        return tf.cond(
            tf.equal(tf.rank(predictions), tf.rank(labels) + 1),
            lambda: tf.expand_dims(labels, -1, name=scope),
            lambda: labels,
        )
