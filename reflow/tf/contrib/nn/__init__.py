"""tf.contrib.nn: variants of what tf.nn has."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.top_k import NthElement
from reflow.tf._absence import part_or_error
from reflow.tf.contrib.nn._alpha_dropout import alpha_dropout
from reflow.tf.contrib.nn._flipped_losses import (
    deprecated_flipped_sigmoid_cross_entropy_with_logits,
    deprecated_flipped_softmax_cross_entropy_with_logits,
    deprecated_flipped_sparse_softmax_cross_entropy_with_logits,
)
from reflow.tf.contrib.nn._sampled_losses import (
    rank_sampled_softmax_loss,
    sampled_sparse_softmax_loss,
)
from reflow.tf.contrib.nn._scaled_softplus import scaled_softplus
from reflow.tf.nn import conv1d_transpose


def nth_element(input: Any, n: Any, reverse: bool = False, name: str | None = None) -> Tensor:
    """The element with the number n (from 0) of each row in order.  [..., m] -> [...].

    Args:
      input: [..., m], m above n.
      n: an int32 scalar.
      reverse: whether the order is a falling one.
    """
    element: Tensor = NthElement(input, n, reverse=reverse, name=name)
    return element


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
