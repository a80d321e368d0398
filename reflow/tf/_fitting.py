"""Labels and weights brought to the rank of the predictions that they belong to."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._confusion_matrix import remove_squeezable_dimensions


def fitted(predictions: Any, labels: Any, weights: Any) -> tuple[Tensor, Any, Any]:
    """(predictions, labels, weights) whose ranks agree.

    Of predictions and labels the one of a rank more loses its last dimension; the weights lose
    theirs or get one, unless they are a scalar.  Labels and weights may be None.

    Raises:
      ValueError: a dimension that should go is not 1, or predictions and labels do not fit.
    """
    predictions = convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is None:
        return predictions, labels, None
    weights = convert_to_tensor(weights)
    ranks = weights.shape.ndims, predictions.shape.ndims
    if ranks[0] == 0:
        return predictions, labels, weights
    if None in ranks:
        weights = _fitted_when_run(weights, predictions)
    elif ranks[0] - ranks[1] == 1:
        weights = tf.squeeze(weights, [-1])
    elif ranks[1] - ranks[0] == 1:
        weights = tf.expand_dims(weights, [-1])
    return predictions, labels, weights


def _fitted_when_run(weights: Tensor, predictions: Tensor) -> Tensor:
    rank = tf.rank(weights)
    surplus = rank - tf.rank(predictions)

    def expanded_if_lacking() -> Tensor:
        return tf.cond(  # type: ignore[no-any-return]
            tf.equal(surplus, -1), lambda: tf.expand_dims(weights, [-1]), lambda: weights
        )

    def squeezed() -> Tensor:
        if weights.shape.ndims is not None and not weights.shape[-1].is_compatible_with(1):
            return weights
        return tf.squeeze(weights, [-1])  # type: ignore[no-any-return]

    def adjusted() -> Tensor:
        return tf.cond(tf.equal(surplus, 1), squeezed, expanded_if_lacking)  # type: ignore[no-any-return]

    return tf.cond(tf.equal(rank, 0), lambda: weights, adjusted)  # type: ignore[no-any-return]
