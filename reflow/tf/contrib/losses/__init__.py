"""tf.contrib.losses: the losses before those of tf.losses, in the order predictions, labels."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.contrib.losses import metric_learning
from reflow.tf.contrib.losses._losses import (
    absolute_difference,
    cosine_distance,
    hinge_loss,
    log_loss,
    mean_pairwise_squared_error,
    mean_squared_error,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
from reflow.tf.contrib.losses._weighted import (
    add_loss,
    compute_weighted_loss,
    get_losses,
    get_regularization_losses,
    get_total_loss,
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
