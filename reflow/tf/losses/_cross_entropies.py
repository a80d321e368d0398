"""Cross entropies of logits, weighted.  See tf.losses' other functions for shared arguments."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._confusion_matrix import remove_squeezable_dimensions
from reflow.tf._scopes import name_scope
from reflow.tf.losses._distances import require
from reflow.tf.losses._weighted import Reduction, compute_weighted_loss


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """tf.nn.sigmoid_cross_entropy_with_logits, of labels in {0, 1}.

    Args:
      label_smoothing: above 0, labels are moved that share of the way to 1/2.
    """
    require(multi_class_labels=multi_class_labels, logits=logits)
    with name_scope(
        scope, "sigmoid_cross_entropy_loss", [logits, multi_class_labels, weights]
    ) as name:
        logits = convert_to_tensor(logits)
        labels = tf.cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = tf.nn.sigmoid_cross_entropy_with_logits(
            labels=labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """tf.nn.softmax_cross_entropy_with_logits_v2; no gradient flows to the labels.

    Args:
      onehot_labels, logits: [batch, classes].
      weights: a scalar, or [batch].
      label_smoothing: above 0, labels are moved that share of the way to 1/classes.
    """
    require(onehot_labels=onehot_labels, logits=logits)
    with name_scope(scope, "softmax_cross_entropy_loss", [logits, onehot_labels, weights]) as name:
        logits = convert_to_tensor(logits)
        labels = tf.cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            classes = tf.cast(tf.shape(labels)[-1], logits.dtype)
            positives = 1.0 - label_smoothing
            negatives = label_smoothing / classes
            labels = labels * positives + negatives
        labels = tf.stop_gradient(labels, name="labels_stop_gradient")
        losses = tf.nn.softmax_cross_entropy_with_logits_v2(
            labels=labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """tf.nn.sparse_softmax_cross_entropy_with_logits.

    Args:
      labels: [batch] or [batch, 1], numbers of classes.
      logits: [batch, classes].
      weights: a scalar, [batch] or [batch, 1].
    """
    require(labels=labels, logits=logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", [logits, labels, weights]) as name:
        labels, logits = remove_squeezable_dimensions(labels, logits, expected_rank_diff=1)
        weights = _of_rank_of(labels, weights)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, name, loss_collection, reduction=reduction)


def _of_rank_of(labels: Tensor, weights: Any) -> Tensor | None:
    """The weights, without their last dimension if they have one more than the labels."""
    if weights is None:
        return None
    weights = convert_to_tensor(weights)
    ranks = weights.shape.ndims, labels.shape.ndims
    if None not in ranks:
        return tf.squeeze(weights, [-1]) if ranks[0] - ranks[1] == 1 else weights
    surplus = tf.rank(weights) - tf.rank(labels)
    if ranks[0] is None or (ranks[0] > 0 and weights.shape[-1].is_compatible_with(1)):
        return tf.cond(  # type: ignore[no-any-return]
            tf.equal(1, surplus), lambda: tf.squeeze(weights, [-1]), lambda: weights
        )
    return weights  # type: ignore[no-any-return]
