"""OverFeat.  Sermanet et al., "OverFeat: integrated recognition" (2013)."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import arg_scope
from reflow.tf.contrib.slim.nets._classifier import classified, squeezed
from reflow.tf.contrib.slim.nets._inception_scope import truncated_normal


def overfeat_arg_scope(weight_decay: float = 0.0005) -> Any:
    """The arg_scope to build the net in; `weight_decay` scales the L2 penalty of weights."""
    with arg_scope(
        [layers.conv2d, layers.fully_connected],
        activation_fn=tf.nn.relu,
        weights_regularizer=layers.l2_regularizer(weight_decay),
        biases_initializer=tf.zeros_initializer(),
    ):
        with arg_scope([layers.conv2d], padding="SAME"):
            with arg_scope([layers.max_pool2d], padding="VALID") as scope:
                return scope


def overfeat(
    inputs: Tensor,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "overfeat",
) -> tuple[Tensor, dict[str, Tensor]]:
    """(logits, end points by name) of pictures of 231x231, in `overfeat_arg_scope`.

    Args:
      inputs: [batch, height, width, 3].
      spatial_squeeze: whether logits are [batch, classes] instead of [batch, 1, 1, classes].
    """
    with variable_scope(scope, "overfeat", [inputs]) as current:
        collection = f"{current.name}_end_points"
        with arg_scope(
            [layers.conv2d, layers.fully_connected, layers.max_pool2d],
            outputs_collections=collection,
        ):
            net = layers.conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = layers.max_pool2d(net, [2, 2], scope="pool1")
            net = layers.conv2d(net, 256, [5, 5], padding="VALID", scope="conv2")
            net = layers.max_pool2d(net, [2, 2], scope="pool2")
            net = layers.conv2d(net, 512, [3, 3], scope="conv3")
            net = layers.conv2d(net, 1024, [3, 3], scope="conv4")
            net = layers.conv2d(net, 1024, [3, 3], scope="conv5")
            net = layers.max_pool2d(net, [2, 2], scope="pool5")
            with arg_scope(
                [layers.conv2d],
                weights_initializer=truncated_normal(0.005),
                biases_initializer=tf.constant_initializer(0.1),
            ):
                net = classified(
                    net,
                    (3072, [6, 6]),
                    num_classes,
                    is_training,
                    dropout_keep_prob,
                    biases_initializer=tf.zeros_initializer(),
                )
            return squeezed(net, collection, current.name, spatial_squeeze)


overfeat.default_image_size = 231  # type: ignore[attr-defined]
