"""Losses made independent of how many examples, and how many replicas, a batch is spread over.

One process is one replica: tf.distribute is not there to make more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._fitting import fitted
from reflow.tf._scopes import control_dependencies
from reflow.tf._weights_broadcast import broadcast_weights

_REPLICAS = 1


def compute_average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None
) -> Tensor:
    """The mean of the examples' losses.

    Args:
      per_example_loss: [batch, ...].
      sample_weight: of its rank, with dimensions of 1 or as its, or a scalar; None means 1.
      global_batch_size: what the sum is divided by; by default the size of the batch.

    Raises:
      ValueError: the loss is a scalar (InvalidArgumentError where only the run shows that), or the
        weights do not fit.
    """
    per_example_loss = convert_to_tensor(per_example_loss)
    dtype = per_example_loss.dtype
    with _of_examples(per_example_loss):
        if sample_weight is not None:
            losses = tf.cast(per_example_loss, dtypes.float32)
            weights = tf.cast(sample_weight, dtypes.float32)
            losses, _, weights = fitted(losses, None, weights)
            per_example_loss = tf.multiply(losses, broadcast_weights(weights, losses))
        per_example_loss = tf.cast(per_example_loss, dtype)
        if global_batch_size is None:
            batch_size = tf.shape(per_example_loss)[0]
            global_batch_size = tf.cast(batch_size * _REPLICAS, dtype)
        return tf.reduce_sum(per_example_loss) / global_batch_size  # type: ignore[no-any-return]


@contextmanager
def _of_examples(per_example_loss: Tensor) -> Iterator[None]:
    """Within it the loss is sure to have a dimension for the examples."""
    wrong = "Invalid value passed for `per_example_loss`. Expected a tensor with at least rank 1"
    if per_example_loss.shape.ndims == 0:
        raise ValueError(f"{wrong}, received: {per_example_loss}")
    if per_example_loss.shape.ndims is not None:
        yield
        return
    rank = tf.rank(per_example_loss)
    least = tf.cast(1, dtype=dtypes.int32)
    check = tf.assert_greater_equal(rank, least, message=f"{wrong}.")
    with control_dependencies([check]):
        yield


def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of the losses, divided by the number of replicas."""
    return tf.reduce_sum(regularization_loss) / _REPLICAS  # type: ignore[no-any-return]
