"""tf.contrib.losses.metric_learning: embeddings in which what is alike is near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.tf import nn
from reflow.tf._absence import part_or_error
from reflow.tf._scopes import name_scope


def contrastive_loss(
    labels: Any, embeddings_anchor: Any, embeddings_positive: Any, margin: float = 1.0
) -> Tensor:
    """The mean of d ** 2 for pairs that are alike, and of max(margin - d, 0) ** 2 for others.

    Args:
      labels: [batch], 1 for pairs that are alike, else 0.
      embeddings_anchor, embeddings_positive: [batch, size]; d is their distance.

    Source: Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping"
    (2006).
    """
    distances = tf.sqrt(
        tf.reduce_sum(tf.squared_difference(embeddings_anchor, embeddings_positive), 1)
    )
    loss: Tensor = tf.reduce_mean(
        tf.cast(labels, distances.dtype) * tf.square(distances)
        + (1.0 - tf.cast(labels, distances.dtype)) * tf.square(tf.maximum(margin - distances, 0.0)),
        name="contrastive_loss",
    )
    return loss


def triplet_semihard_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Tensor:
    """The mean over pairs of one label of max(margin + d(pair) - d(negative), 0).

    The negative is the nearest embedding of another label that is farther than the pair's other
    one, or else the farthest of all.

    Args:
      labels: [batch] of integers.
      embeddings: [batch, size], best of length 1; d is the squared distance.

    Source: Schroff, Kalenichenko and Philbin, "FaceNet" (2015).
    """
    labels = _column(labels)
    distances = _pairwise_distances(embeddings, squared=True)
    are_alike = tf.equal(labels, tf.transpose(labels))
    differ = tf.logical_not(are_alike)
    batch = tf.size(labels)
    # A row for each pair (j, i), j by j: the distances from i.
    tiled = tf.tile(distances, [batch, 1])
    is_farther = tf.logical_and(
        tf.tile(differ, [batch, 1]),
        tf.greater(tiled, tf.reshape(tf.transpose(distances), [-1, 1])),
    )
    has_farther = tf.reshape(
        tf.greater(tf.reduce_sum(tf.cast(is_farther, tf.float32), 1, keepdims=True), 0.0),
        [batch, batch],
    )
    has_farther = tf.transpose(has_farther)
    weights = tf.cast(differ, tf.float32)
    is_farther = tf.cast(is_farther, tf.float32)
    outside = tf.reshape(_masked_minimum(tiled, is_farther), [batch, batch])
    outside = tf.transpose(outside)
    inside = tf.tile(_masked_maximum(distances, weights), [1, batch])
    negatives = tf.where(has_farther, outside, inside)
    losses = tf.add(margin, distances - negatives)
    positives = tf.cast(are_alike, tf.float32) - tf.diag(tf.ones([batch]))
    count = tf.reduce_sum(positives)
    loss: Tensor = tf.truediv(
        tf.reduce_sum(tf.maximum(tf.multiply(losses, positives), 0.0)),
        count,
        name="triplet_semihard_loss",
    )
    return loss


def lifted_struct_loss(labels: Any, embeddings: Any, margin: float = 1.0) -> Tensor:
    """For each pair of one label, how far it is apart and how near others are to either of it.

    Args:
      labels: [batch] of integers.
      embeddings: [batch, size].

    Source: Song et al., "Deep metric learning via lifted structured feature embedding" (2016).
    """
    labels = _column(labels)
    distances = _pairwise_distances(embeddings)
    are_alike = tf.equal(labels, tf.transpose(labels))
    differ = tf.logical_not(are_alike)
    batch = tf.size(labels)
    room = margin - distances
    weights = tf.cast(differ, tf.float32)
    # The largest exponents, so that the exponentials stay finite.
    largest = _masked_maximum(room, weights)
    largest = tf.maximum(largest, tf.transpose(largest))
    tiled, tiled_weights = tf.tile(room, [batch, 1]), tf.tile(weights, [batch, 1])
    by_pair = tf.reshape(tf.transpose(largest), [-1, 1])
    left = tf.reshape(
        tf.reduce_sum(tf.multiply(tf.exp(tiled - by_pair), tiled_weights), 1, keepdims=True),
        [batch, batch],
    )
    losses = largest + tf.log(left + tf.transpose(left))
    losses += distances
    positives = tf.cast(are_alike, tf.float32) - tf.diag(tf.ones([batch]))
    # Each pair comes twice.
    count = tf.reduce_sum(positives) / 2.0
    loss: Tensor = tf.truediv(
        0.25 * tf.reduce_sum(tf.square(tf.maximum(tf.multiply(losses, positives), 0.0))),
        count,
        name="liftedstruct_loss",
    )
    return loss


def npairs_loss(
    labels: Any,
    embeddings_anchor: Any,
    embeddings_positive: Any,
    reg_lambda: float = 0.002,
    print_losses: bool = False,
) -> Tensor:
    """The cross entropy of which positives belong to an anchor, by their products.

    Args:
      labels: [batch] of integers, of anchors and positives alike.
      embeddings_anchor, embeddings_positive: [batch, size], not normalized.
      reg_lambda: the weight of the squared lengths.

    Source: Sohn, "Improved deep metric learning with multi-class N-pair loss objective" (2016).
    """
    lengths = _lengths(embeddings_anchor, embeddings_positive, reg_lambda)
    products = tf.matmul(embeddings_anchor, embeddings_positive, transpose_b=True)
    labels = _column(labels)
    belongs = tf.cast(tf.equal(labels, tf.transpose(labels)), tf.float32)
    return _npairs(lengths, products, belongs, print_losses)


def npairs_loss_multilabel(
    sparse_labels: Sequence[SparseTensor],
    embeddings_anchor: Any,
    embeddings_positive: Any,
    reg_lambda: float = 0.002,
    print_losses: bool = False,
) -> Tensor:
    """`npairs_loss` of examples with several labels each: how many they share is what counts.

    Args:
      sparse_labels: for each example a SparseTensor with ones where it has a label.

    Raises:
      TypeError: one is no SparseTensor.
    """
    if not all(isinstance(label, SparseTensor) for label in sparse_labels):
        raise TypeError(f"sparse_labels must be a list of SparseTensors, but got {sparse_labels}")
    with name_scope("NpairsLossMultiLabel"):
        lengths = _lengths(embeddings_anchor, embeddings_positive, reg_lambda)
        products = tf.matmul(embeddings_anchor, embeddings_positive, transpose_b=True)
        belongs = tf.cast(_shared_labels(sparse_labels), tf.float32)
        return _npairs(lengths, products, belongs, print_losses)


# -- Parts -----------------------------------------------------------------------------------------


def _column(labels: Any) -> Tensor:
    """[batch] -> [batch, 1]"""
    shape = tf.shape(labels)
    assert shape.shape == 1
    column: Tensor = tf.reshape(labels, [shape[0], 1])
    return column


def _pairwise_distances(feature: Any, squared: bool = False) -> Tensor:
    """The distances between all rows, [batch, batch], with gradients even where they are 0."""
    squares = tf.add(
        tf.reduce_sum(tf.square(feature), axis=[1], keepdims=True),
        tf.reduce_sum(tf.square(tf.transpose(feature)), axis=[0], keepdims=True),
    ) - 2.0 * tf.matmul(feature, tf.transpose(feature))
    # Rounding may leave them below 0.
    squares = tf.maximum(squares, 0.0)
    is_zero = tf.less_equal(squares, 0.0)
    distances = squares
    if not squared:
        distances = tf.sqrt(squares + tf.cast(is_zero, tf.float32) * 1e-16)
    distances = tf.multiply(distances, tf.cast(tf.logical_not(is_zero), tf.float32))
    count = tf.shape(feature)[0]
    off_diagonal = tf.ones_like(distances) - tf.diag(tf.ones([count]))
    masked: Tensor = tf.multiply(distances, off_diagonal)
    return masked


def _masked_maximum(data: Tensor, mask: Tensor) -> Tensor:
    """The largest element of each row where the mask is 1, [rows, 1]."""
    least = tf.reduce_min(data, 1, keepdims=True)
    largest: Tensor = tf.reduce_max(tf.multiply(data - least, mask), 1, keepdims=True) + least
    return largest


def _masked_minimum(data: Tensor, mask: Tensor) -> Tensor:
    """The least element of each row where the mask is 1, [rows, 1]."""
    largest = tf.reduce_max(data, 1, keepdims=True)
    least: Tensor = tf.reduce_min(tf.multiply(data - largest, mask), 1, keepdims=True) + largest
    return least


def _lengths(anchors: Any, positives: Any, reg_lambda: float) -> Tensor:
    of_anchors = tf.reduce_mean(tf.reduce_sum(tf.square(anchors), 1))
    of_positives = tf.reduce_mean(tf.reduce_sum(tf.square(positives), 1))
    lengths: Tensor = tf.multiply(0.25 * reg_lambda, of_anchors + of_positives, name="l2loss")
    return lengths


def _npairs(lengths: Tensor, products: Tensor, belongs: Tensor, print_losses: bool) -> Tensor:
    belongs /= tf.reduce_sum(belongs, 1, keepdims=True)
    losses = nn.softmax_cross_entropy_with_logits(logits=products, labels=belongs)
    entropy = tf.reduce_mean(losses, name="xentropy")
    if print_losses:
        entropy = tf.Print(entropy, ["cross entropy:", entropy, "l2loss:", lengths])
    return lengths + entropy  # type: ignore[no-any-return]


def _shared_labels(sparse_labels: Sequence[SparseTensor]) -> Tensor:
    """How many labels each pair of examples shares, [batch, batch]."""
    count = len(sparse_labels)
    shared: Tensor = tf.zeros([count, count])
    for i, one in enumerate(sparse_labels):
        for j, other in enumerate(sparse_labels):
            number = tf.cast(tf.sparse_reduce_sum(tf.sparse_minimum(one, other)), tf.float32)
            number = tf.expand_dims(tf.expand_dims(number, 0), 1)
            shared += tf.pad(number, [[i, count - i - 1], [j, count - j - 1]], "CONSTANT")
    return shared


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
