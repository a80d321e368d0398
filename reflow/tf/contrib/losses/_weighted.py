"""The collection of losses, and how losses of single elements become one."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf.contrib.framework import add_arg_scope


@add_arg_scope
def add_loss(loss: Tensor, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Adds a loss to the collection."""
    if loss_collection:
        tf.add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Tensor]:
    """The losses of the collection whose names begin with `scope`."""
    return tf.get_collection(loss_collection, scope)  # type: ignore[no-any-return]


def get_regularization_losses(scope: str | None = None) -> list[Tensor]:
    """What regularizers of variables have added."""
    return tf.get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)  # type: ignore[no-any-return]


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Tensor:
    """The sum of all losses; ValueError if there are none."""
    losses = get_losses()
    if add_regularization_losses:
        losses = losses + get_regularization_losses()
    return tf.add_n(losses, name=name)  # type: ignore[no-any-return]


def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The sum of losses times weights, divided by the number of losses whose weight is not 0.

    Args:
      losses: [batch, ...].
      weights: a scalar, or of the losses' first sizes.

    Raises:
      ValueError: a rank is unknown.
    """
    with name_scope(scope, "weighted_loss", [losses, weights]):
        losses = convert_to_tensor(losses)
        given_type = losses.dtype
        losses = tf.cast(losses, dtypes.float32)
        weights = tf.cast(convert_to_tensor(weights), dtypes.float32)
        check_rank("losses", losses)
        check_rank("weights", weights)
        if weights.shape.ndims > 1 and weights.shape.as_list()[-1] in (1, None):
            weights = tf.squeeze(weights, [-1])
        total = weighted_sum(losses, weights)
        count = num_present(losses, weights)
        mean = tf.div_no_nan(tf.reduce_sum(total), count, name="value")
        mean = tf.cast(mean, given_type)
        add_loss(mean)
        return mean  # type: ignore[no-any-return]


def check_rank(name: str, tensor: Tensor) -> None:
    """ValueError if the rank is unknown."""
    if tensor.shape.ndims is None:
        raise ValueError(f"{name}.get_shape().ndims cannot be None")


def weighted_sum(losses: Tensor, weights: Tensor) -> Tensor:
    """The sum of losses, each times the weight of its first dimensions."""
    inner = list(range(weights.shape.ndims, losses.shape.ndims))
    return tf.reduce_sum(tf.multiply(tf.reduce_sum(losses, axis=inner), weights))  # type: ignore[no-any-return]


def num_present(losses: Tensor, weights: Tensor, per_batch: bool = False) -> Tensor:
    """How many losses have a weight other than 0; with `per_batch`, in each example: [batch]."""
    counts = (
        _equal_counts(losses, weights) if weights.shape.ndims == 0 else _counts(losses, weights)
    )
    return counts if per_batch else tf.reduce_sum(counts)


def _equal_counts(losses: Tensor, weight: Tensor) -> Tensor:
    batch_size = tf.reshape(tf.slice(tf.shape(losses), [0], [1]), [])
    size = tf.cast(tf.size(losses), dtypes.float32)
    count = tf.div(size, tf.cast(batch_size, dtypes.float32))
    count = tf.where(tf.equal(weight, 0), 0.0, count)
    return tf.multiply(tf.ones(tf.reshape(batch_size, [1])), count)  # type: ignore[no-any-return]


def _counts(losses: Tensor, weights: Tensor) -> Tensor:
    rank = weights.shape.ndims
    is_present = tf.cast(tf.not_equal(weights, 0), dtypes.float32)
    weights_present = tf.reduce_sum(is_present, axis=list(range(1, rank)))
    inner_sizes = tf.slice(tf.shape(losses), [rank], [-1])
    losses_per_weight = tf.cast(tf.reduce_prod(inner_sizes), dtypes.float32)
    return tf.multiply(weights_present, losses_per_weight)  # type: ignore[no-any-return]
