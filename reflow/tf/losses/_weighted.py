"""How losses of single elements become one number."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._weights_broadcast import assert_broadcastable, broadcast_weights
from reflow.tf.losses._collected import add_loss


class Reduction:
    """What becomes of weighted losses.

    NONE: they stay as they are.  SUM: their sum.  MEAN: the sum divided by that of the weights.
    SUM_OVER_BATCH_SIZE: by the number of losses.  SUM_BY_NONZERO_WEIGHTS: by that of the losses
    whose weight is not 0.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key: str) -> None:
        """ValueError for what is no reduction."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The losses times the weights, reduced.

    Args:
      losses: [batch, ...].
      weights: a scalar, or of the losses' rank with dimensions of 1 or as theirs.
      loss_collection: where the result is added.
      reduction: one of `Reduction`.

    Returns:
      A scalar of the losses' type; with Reduction.NONE the weighted losses.

    Raises:
      ValueError: the weights' shape does not fit, or the reduction is none.
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss", [losses, weights]):
        with control_dependencies([assert_broadcastable(weights, losses)]):
            losses = convert_to_tensor(losses)
            given_type = losses.dtype
            losses = tf.cast(losses, dtypes.float32)
            weights = tf.cast(weights, dtypes.float32)
            loss = tf.multiply(losses, weights)
            if reduction != Reduction.NONE:
                loss = tf.reduce_sum(loss)
                if reduction == Reduction.MEAN:
                    loss = _divided(loss, tf.reduce_sum(tf.ones_like(losses) * weights))
                elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
                    loss = _divided(loss, num_present(losses, weights))
                elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
                    loss = _divided(loss, _num_elements(losses))
            loss = tf.cast(loss, given_type)
            add_loss(loss, loss_collection)
            return loss


def _divided(total: Tensor, count: Tensor) -> Tensor:
    """0 where nothing is counted.  The sum of the one number that there is is TensorFlow's node."""
    return tf.div_no_nan(tf.reduce_sum(total), count, name="value")  # type: ignore[no-any-return]


def num_present(losses: Tensor, weights: Any, per_batch: bool = False) -> Tensor:
    """How many losses have a weight that is not 0; for each example with `per_batch`."""
    if _is_known_weight(weights) and not per_batch:
        return _num_elements(losses)
    with name_scope(None, "num_present", [losses, weights]) as scope:
        weights = tf.cast(weights, dtypes.float32)
        present = tf.where(tf.equal(weights, 0.0), tf.zeros_like(weights), tf.ones_like(weights))
        present = broadcast_weights(present, losses)
        if not per_batch:
            return tf.reduce_sum(present, name=scope)  # type: ignore[no-any-return]
        return tf.reduce_sum(  # type: ignore[no-any-return]
            present, axis=tf.range(1, tf.rank(present)), keepdims=True, name=scope
        )


def _is_known_weight(weights: Tensor) -> bool:
    """Whether all losses have one weight, which is known and not 0."""
    return tf.executing_eagerly() and weights.shape.ndims == 0 and float(weights) != 0.0


def _num_elements(losses: Tensor) -> Tensor:
    with name_scope(None, "num_elements", [losses]) as scope:
        return tf.cast(tf.size(losses, name=scope), dtype=losses.dtype)  # type: ignore[no-any-return]
