"""Residual nets.  He et al., "Deep residual learning for image recognition" (2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import add_arg_scope
from reflow.tf.contrib.layers.utils import collect_named_outputs, last_dimension
from reflow.tf.contrib.slim.nets import resnet_utils
from reflow.tf.contrib.slim.nets.resnet_utils import UNITS, Block

resnet_arg_scope = resnet_utils.resnet_arg_scope


@add_arg_scope
def bottleneck(
    inputs: Tensor,
    depth: int,
    depth_bottleneck: int,
    stride: int,
    rate: int = 1,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Tensor:
    """A unit: relu(shortcut + three convolutions), of which the second sees 3x3 pixels.

    Args:
      depth: how many channels the unit gives.
      depth_bottleneck: how many the first two convolutions give.
      stride: by what pictures become smaller.
      rate: dilates the window.
    """
    with variable_scope(scope, "bottleneck_v1", [inputs]) as current:
        if depth == last_dimension(inputs.shape, min_rank=4):
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = layers.conv2d(
                inputs, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut"
            )
        residual = layers.conv2d(inputs, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(
            residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2"
        )
        residual = layers.conv2d(
            residual, depth, [1, 1], stride=1, activation_fn=None, scope="conv3"
        )
        output = tf.nn.relu(shortcut + residual)
        return collect_named_outputs(outputs_collections, current.name, output)  # type: ignore[no-any-return]


def resnet_v1(
    inputs: Tensor,
    blocks: Sequence[Block],
    num_classes: int | None = None,
    is_training: Any = True,
    global_pool: bool = True,
    output_stride: int | None = None,
    include_root_block: bool = True,
    reuse: bool | None = None,
    scope: Any = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """(output, end points by name) of blocks, in `resnet_arg_scope`.

    Args:
      include_root_block: whether a convolution of 7x7 pixels, and pooling, come first.
      others: see `residual_net`.
    """

    def root(net: Tensor) -> Tensor:
        return resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")

    return resnet_utils.residual_net(
        inputs,
        blocks,
        num_classes,
        is_training,
        global_pool,
        output_stride,
        root if include_root_block else None,
        None,
        bottleneck,
        scope,
        "resnet_v1",
        reuse,
    )


resnet_v1.default_image_size = 224  # type: ignore[attr-defined]


def resnet_v1_block(scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of bottlenecks, of which the last one makes pictures smaller."""
    return resnet_utils.block_of(bottleneck, scope, base_depth, num_units, stride)


resnet_v1_50, resnet_v1_101, resnet_v1_152, resnet_v1_200 = (
    resnet_utils.net_of(f"resnet_v1_{size}", resnet_v1, resnet_v1_block, units)
    for size, units in UNITS.items()
)
