"""VGG.  Simonyan and Zisserman, "Very deep convolutional networks" (2014)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import arg_scope
from reflow.tf.contrib.slim.nets._classifier import classified, squeezed

_DEPTHS = (64, 128, 256, 512, 512)


def vgg_arg_scope(weight_decay: float = 0.0005) -> Any:
    """The arg_scope to build the nets in; `weight_decay` scales the L2 penalty of weights."""
    with arg_scope(
        [layers.conv2d, layers.fully_connected],
        activation_fn=tf.nn.relu,
        weights_regularizer=layers.l2_regularizer(weight_decay),
        biases_initializer=tf.zeros_initializer(),
    ):
        with arg_scope([layers.conv2d], padding="SAME") as scope:
            return scope


def _vgg_of(name: str, repetitions: tuple[int, int, int, int, int]) -> Callable[..., Any]:
    """The net that convolves so many times before each pooling."""

    def function(
        inputs: Tensor,
        num_classes: int = 1000,
        is_training: Any = True,
        dropout_keep_prob: float = 0.5,
        spatial_squeeze: bool = True,
        scope: Any = name,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """(logits, end points by name) of pictures of 224x224, in `vgg_arg_scope`.

        Args:
          inputs: [batch, height, width, 3].
          spatial_squeeze: whether logits are [batch, classes] instead of [batch, 1, 1, classes].
        """
        with variable_scope(scope, name, [inputs]) as current:
            collection = f"{current.original_name_scope}_end_points"
            with arg_scope([layers.conv2d, layers.max_pool2d], outputs_collections=collection):
                net = inputs
                for number, (times, depth) in enumerate(zip(repetitions, _DEPTHS), 1):
                    net = layers.repeat(
                        net, times, layers.conv2d, depth, [3, 3], scope=f"conv{number}"
                    )
                    net = layers.max_pool2d(net, [2, 2], scope=f"pool{number}")
                net = classified(net, (4096, [7, 7]), num_classes, is_training, dropout_keep_prob)
                return squeezed(net, collection, current.name, spatial_squeeze)

    function.__name__ = function.__qualname__ = name
    function.default_image_size = 224  # type: ignore[attr-defined]
    return function


vgg_a = _vgg_of("vgg_a", (1, 1, 2, 2, 2))
vgg_16 = vgg_d = _vgg_of("vgg_16", (2, 2, 3, 3, 3))
vgg_19 = vgg_e = _vgg_of("vgg_19", (2, 2, 4, 4, 4))
