"""tf.losses: losses of labels and predictions, weighted, reduced and collected.

Every function adds its loss to a collection, by default tf.GraphKeys.LOSSES.
"""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.losses._collected import (
    add_loss,
    get_losses,
    get_regularization_loss,
    get_regularization_losses,
    get_total_loss,
)
from reflow.tf.losses._cross_entropies import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)
from reflow.tf.losses._distances import (
    absolute_difference,
    cosine_distance,
    hinge_loss,
    huber_loss,
    log_loss,
    mean_squared_error,
)
from reflow.tf.losses._pairwise import mean_pairwise_squared_error
from reflow.tf.losses._weighted import Reduction, compute_weighted_loss


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
