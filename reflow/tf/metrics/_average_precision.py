"""Average precision of the k classes with the highest predictions."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf._tensor_like import convert_to_tensor_or_sparse_tensor
from reflow.tf._weights_broadcast import broadcast_weights
from reflow.tf.metrics._at_k import at_k_name, counts_of, with_labels_axis
from reflow.tf.metrics._streams import Streamed, collected, graph_only, metric_variable


@graph_only
def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The mean over the examples of the average precision of the k highest predictions.

    That is the sum, over the ranks up to k whose class is a label, of the precision down to that
    rank, divided by the number of labels or by k if there are more of them.

    Args:
      labels: int64, [..., labels of an example] or [...], or a sparse tensor; numbers of classes,
        of which those that no prediction is for are left out.
      predictions: [..., classes].
      weights: [...], a scalar, or with dimensions of 1.
      The others: as other metrics.

    Raises:
      ValueError: k is not positive.
    """
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    inputs = (predictions, labels, weights)
    with name_scope(name, at_k_name("average_precision", k), inputs) as scope:
        _, highest = tf.nn.top_k(predictions, k)
        classes = tf.cast(tf.shape(predictions)[-1], dtypes.int64)
        labels = _without_others(labels, classes)
        return average_precision_at_top_k(
            labels, highest, weights, metrics_collections, updates_collections, scope
        )


@graph_only
def sparse_average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """The former name of `average_precision_at_k`."""
    return average_precision_at_k(  # type: ignore[no-any-return]
        labels, predictions, k, weights, metrics_collections, updates_collections, name
    )


def average_precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Streamed:
    """As `average_precision_at_k`, of the numbers of the highest predictions, [..., k]."""
    inputs = (predictions_idx, labels, weights)
    with name_scope(name, "average_precision_at_top_k", inputs) as scope:
        precisions = average_precisions(labels, predictions_idx)
        if weights is not None:
            weights = broadcast_weights(tf.cast(weights, dtypes.float64), precisions)
            precisions = tf.multiply(precisions, weights)
        with name_scope(None, "max", (precisions,)) as max_scope:
            most = metric_variable([], dtypes.float64, name=max_scope)
            if weights is None:
                batch_most = tf.cast(tf.size(precisions, name="batch_max"), dtypes.float64)
            else:
                batch_most = tf.reduce_sum(weights, name="batch_max")
            new_most = tf.assign_add(most, batch_most, name="update")
        with name_scope(None, "total", (precisions,)) as total_scope:
            total = metric_variable([], dtypes.float64, name=total_scope)
            batch_total = tf.reduce_sum(precisions, name="batch_total")
            new_total = tf.assign_add(total, batch_total, name="update")
        value = tf.div_no_nan(total, most, name="mean")
        update = tf.div_no_nan(new_total, new_most, name=scope)
        return collected(value, update, metrics_collections, updates_collections)


def average_precisions(labels: Any, predictions_idx: Any) -> Tensor:
    """The average precision of each example, [...] in float64.

    Raises:
      ValueError: the predictions are a scalar, or it is not known how many there are.
    """
    with name_scope(None, "average_precision", (predictions_idx, labels)) as scope:
        highest = tf.cast(predictions_idx, dtypes.int64, name="predictions_idx")
        if highest.shape.ndims == 0:
            raise ValueError("The rank of predictions_idx must be at least 1.")
        k = highest.shape.as_list()[-1]
        if k is None:
            raise ValueError("The last dimension of predictions_idx must be set.")
        labels = with_labels_axis(labels, highest)
        # [..., k, 1] and [..., k, labels]: a set of one class, and all labels, at each rank.
        one_each = tf.expand_dims(highest, -1, name="predictions_idx_per_k")
        labels_each = expand_and_tile(labels, k, dim=-1, name="labels_per_k")
        is_label = counts_of(labels_each, one_each, "true_positive", name="relevant_per_k")
        found = tf.cumsum(is_label, axis=-1, name="tp_per_k")
        seen = tf.cumsum(tf.ones_like(is_label), axis=-1, name="retrieved_per_k")
        precisions = tf.div(
            tf.cast(found, dtypes.float64), tf.cast(seen, dtypes.float64), name="precision_per_k"
        )
        at_labels = tf.multiply(
            precisions, tf.cast(is_label, dtypes.float64), name="relevant_precision_per_k"
        )
        total = tf.reduce_sum(at_labels, axis=(-1,), name="precision_sum")
        return tf.div(total, tf.cast(num_relevant(labels, k), dtypes.float64), name=scope)  # type: ignore[no-any-return]


def num_relevant(labels: Any, k: int) -> Tensor:
    """How many labels each example has, at most k; negative ones of a dense tensor do not count."""
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    with name_scope(None, "num_relevant", (labels,)) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return tf.minimum(tf.sets.size(labels), k, name=scope)  # type: ignore[no-any-return]
        is_label = tf.where_v2(
            tf.greater_equal(labels, 0), tf.ones_like(labels), tf.zeros_like(labels)
        )
        return tf.minimum(tf.reduce_sum(is_label, axis=-1), k, name=scope)  # type: ignore[no-any-return]


def expand_and_tile(tensor: Any, multiple: int, dim: int = 0, name: str | None = None) -> Any:
    """The tensor `multiple` times along a new axis, which comes before the axis `dim`.

    Raises:
      ValueError: it is to be there less than once.
    """
    if multiple < 1:
        raise ValueError(f"Invalid multiple {multiple}, must be > 0.")
    with name_scope(name, "expand_and_tile", (tensor, multiple, dim)) as scope:
        tensor = convert_to_tensor_or_sparse_tensor(tensor)
        if isinstance(tensor, SparseTensor):
            return _sparse_tiled(tensor, multiple, dim, scope)
        expanded = tf.expand_dims(tensor, dim if dim >= 0 else dim - 1, name="expand")
        if multiple == 1:
            return expanded
        ones = tf.ones_like(tf.shape(tensor))
        multiples = tf.concat((ones[:dim], (multiple,), ones[dim:]), 0, name="multiples")
        return tf.tile(expanded, multiples, name=scope)


def _sparse_tiled(tensor: SparseTensor, multiple: int, dim: int, name: str) -> SparseTensor:
    shape = tensor.dense_shape
    before = tf.reshape(tf.size(shape) + dim, [1]) if dim < 0 else [dim]
    expanded_shape = tf.concat(
        (tf.slice(shape, [0], before), [1], tf.slice(shape, before, [-1])),
        0,
        name="expanded_shape",
    )
    expanded = tf.sparse_reshape(tensor, shape=expanded_shape, name="expand")
    if multiple == 1:
        return expanded  # type: ignore[no-any-return]
    axis = dim - 1 if dim < 0 else dim
    return tf.sparse_concat(axis, [expanded] * multiple, name=name)  # type: ignore[no-any-return]


def _without_others(labels: Any, classes: Tensor) -> Any:
    """The labels, with -1 in place of those that are not below `classes`."""
    is_sparse = isinstance(labels, (SparseTensor, SparseTensorValue))

    def without(values: Any) -> Tensor:
        return tf.where_v2(  # type: ignore[no-any-return]
            tf.greater_equal(values, classes), -1 * tf.ones_like(values), values
        )

    def cleaned() -> Any:
        if is_sparse:
            return type(labels)(labels.indices, without(labels.values), labels.dense_shape)
        return without(labels)

    highest = tf.reduce_max(labels.values if is_sparse else labels)
    return tf.cond(tf.greater_equal(highest, classes), cleaned, lambda: labels)
