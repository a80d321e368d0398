"""The layers that early ImageNet nets end with: fully connected ones, written as convolutions."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf.contrib import layers
from reflow.tf.contrib.layers.utils import convert_collection_to_dict


def classified(
    net: Tensor,
    first: tuple[int, list[int]],
    num_classes: int,
    is_training: Any,
    dropout_keep_prob: float,
    **options: Any,
) -> Tensor:
    """[batch, 1, 1, classes] logits, by the layers "fc6", "fc7" and "fc8".

    Args:
      first: the number of units of "fc6", and the window that it sees.
      options: arguments for "fc8".
    """
    net = layers.conv2d(net, *first, padding="VALID", scope="fc6")
    net = layers.dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout6")
    net = layers.conv2d(net, 4096, [1, 1], scope="fc7")
    net = layers.dropout(net, dropout_keep_prob, is_training=is_training, scope="dropout7")
    return layers.conv2d(
        net,
        num_classes,
        [1, 1],
        activation_fn=None,
        normalizer_fn=None,
        scope="fc8",
        **options,
    )


def squeezed(
    net: Tensor, collection: str, scope: str, spatial_squeeze: bool
) -> tuple[Tensor, dict[str, Tensor]]:
    """(logits, end points): the logits as [batch, classes], if that is wanted.

    Args:
      collection: where the layers' outputs are.
      scope: the name of the net.
    """
    end_points = convert_collection_to_dict(collection)
    if spatial_squeeze:
        net = tf.squeeze(net, [1, 2], name="fc8/squeezed")
        end_points[f"{scope}/fc8"] = net
    return net, end_points
