"""AlexNet.  Krizhevsky, "One weird trick for parallelizing convolutional networks" (2014)."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import arg_scope
from reflow.tf.contrib.slim.nets._classifier import classified, squeezed
from reflow.tf.contrib.slim.nets._inception_scope import truncated_normal


def alexnet_v2_arg_scope(weight_decay: float = 0.0005) -> Any:
    """The arg_scope to build the net in; `weight_decay` scales the L2 penalty of weights."""
    with arg_scope(
        [layers.conv2d, layers.fully_connected],
        activation_fn=tf.nn.relu,
        biases_initializer=tf.constant_initializer(0.1),
        weights_regularizer=layers.l2_regularizer(weight_decay),
    ):
        with arg_scope([layers.conv2d], padding="SAME"):
            with arg_scope([layers.max_pool2d], padding="VALID") as scope:
                return scope


def alexnet_v2(
    inputs: Tensor,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.5,
    spatial_squeeze: bool = True,
    scope: Any = "alexnet_v2",
) -> tuple[Tensor, dict[str, Tensor]]:
    """(logits, end points by name) of pictures of 224x224, in `alexnet_v2_arg_scope`.

    Args:
      inputs: [batch, height, width, 3].
      spatial_squeeze: whether logits are [batch, classes] instead of [batch, 1, 1, classes].
    """
    with variable_scope(scope, "alexnet_v2", [inputs]) as current:
        collection = f"{current.original_name_scope}_end_points"
        with arg_scope(
            [layers.conv2d, layers.fully_connected, layers.max_pool2d],
            outputs_collections=[collection],
        ):
            net = layers.conv2d(inputs, 64, [11, 11], 4, padding="VALID", scope="conv1")
            net = layers.max_pool2d(net, [3, 3], 2, scope="pool1")
            net = layers.conv2d(net, 192, [5, 5], scope="conv2")
            net = layers.max_pool2d(net, [3, 3], 2, scope="pool2")
            net = layers.conv2d(net, 384, [3, 3], scope="conv3")
            net = layers.conv2d(net, 384, [3, 3], scope="conv4")
            net = layers.conv2d(net, 256, [3, 3], scope="conv5")
            net = layers.max_pool2d(net, [3, 3], 2, scope="pool5")
            with arg_scope(
                [layers.conv2d],
                weights_initializer=truncated_normal(0.005),
                biases_initializer=tf.constant_initializer(0.1),
            ):
                net = classified(
                    net,
                    (4096, [5, 5]),
                    num_classes,
                    is_training,
                    dropout_keep_prob,
                    biases_initializer=tf.zeros_initializer(),
                )
            return squeezed(net, collection, current.name, spatial_squeeze)


alexnet_v2.default_image_size = 224  # type: ignore[attr-defined]
