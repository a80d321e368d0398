"""Losses that measure how far predictions are from labels, element by element.

Arguments that all of them share:
  labels, predictions (or logits): tensors of one shape, [batch, ...]; computed in float32.
  weights: a scalar, or of the labels' rank with dimensions of 1 or as theirs.
  scope: the name scope.
  loss_collection: where the loss is added.
  reduction: one of tf.losses.Reduction.
They raise ValueError where the shapes do not fit, or labels or predictions are None.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._arguments import renamed
from reflow.tf._scopes import name_scope
from reflow.tf.losses._weighted import Reduction, compute_weighted_loss


def require(**tensors: Any) -> None:
    """ValueError for an argument that is None."""
    for name, value in tensors.items():
        if value is None:
            raise ValueError(f"{name} must not be None.")


@contextmanager
def _compared(
    name: str, scope: str | None, labels: Any, predictions: Any, weights: Any
) -> Iterator[tuple[Tensor, Tensor, str]]:
    """(labels, predictions) in float32 and of one shape, and the scope that the loss is made in."""
    with name_scope(scope, name, [predictions, labels, weights]) as scope_name:
        predictions = tf.cast(predictions, dtypes.float32)
        labels = tf.cast(labels, dtypes.float32)
        predictions.shape.assert_is_compatible_with(labels.shape)
        yield labels, predictions, scope_name


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """|predictions - labels|"""
    require(labels=labels, predictions=predictions)
    with _compared("absolute_difference", scope, labels, predictions, weights) as compared:
        labels, predictions, name = compared
        losses = tf.abs(tf.subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """(predictions - labels) ** 2"""
    require(labels=labels, predictions=predictions)
    with _compared("mean_squared_error", scope, labels, predictions, weights) as compared:
        labels, predictions, name = compared
        losses = tf.squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """error ** 2 / 2 up to `delta`, beyond it linear.  Huber (1964)."""
    require(labels=labels, predictions=predictions)
    with _compared("huber_loss", scope, labels, predictions, weights) as compared:
        labels, predictions, name = compared
        error = tf.abs(tf.subtract(predictions, labels))
        quadratic = tf.minimum(error, delta)
        # Not maximum(error - delta, 0): at delta its gradient would be 1, that of this is 0.
        linear = tf.subtract(error, quadratic)
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        losses = tf.add(
            tf.multiply(half, tf.multiply(quadratic, quadratic)), tf.multiply(delta, linear)
        )
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """-labels log(predictions + epsilon) - (1 - labels) log(1 - predictions + epsilon)"""
    require(labels=labels, predictions=predictions)
    with _compared("log_loss", scope, labels, predictions, weights) as compared:
        labels, predictions, name = compared
        losses = -tf.multiply(labels, tf.log(predictions + epsilon)) - tf.multiply(
            (1 - labels), tf.log(1 - predictions + epsilon)
        )
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """max(0, 1 - logits) for labels of 1, max(0, 1 + logits) for labels of 0."""
    require(labels=labels, logits=logits)
    with _compared("hinge_loss", scope, labels, logits, weights) as compared:
        labels, logits, name = compared
        ones = tf.ones_like(labels)
        signs = tf.subtract(2 * labels, ones)
        losses = tf.nn.relu(tf.subtract(ones, tf.multiply(signs, logits)))
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim: int | None = None,
) -> Tensor:
    """1 - the cosine along `axis` (`dim` is its old name) of vectors that have length 1."""
    axis = renamed("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    require(labels=labels, predictions=predictions)
    with _compared("cosine_distance_loss", scope, labels, predictions, weights) as compared:
        labels, predictions, name = compared
        products = tf.multiply(predictions, labels)
        losses = 1 - tf.reduce_sum(products, axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)
