"""Residual nets with activations first.  He et al., "Identity mappings in deep residual networks"
(2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import add_arg_scope, arg_scope
from reflow.tf.contrib.layers.utils import collect_named_outputs, last_dimension
from reflow.tf.contrib.slim.nets import resnet_utils
from reflow.tf.contrib.slim.nets.resnet_utils import UNITS, Block

resnet_arg_scope = resnet_utils.resnet_arg_scope

_PLAIN = {"normalizer_fn": None, "activation_fn": None}


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
    """A unit: shortcut + three convolutions of the normalized inputs; see `resnet_v1`'s."""
    with variable_scope(scope, "bottleneck_v2", [inputs]) as current:
        depth_in = last_dimension(inputs.shape, min_rank=4)
        active = layers.batch_norm(inputs, activation_fn=tf.nn.relu, scope="preact")
        if depth == depth_in:
            shortcut = resnet_utils.subsample(inputs, stride, "shortcut")
        else:
            shortcut = layers.conv2d(
                active, depth, [1, 1], stride=stride, scope="shortcut", **_PLAIN
            )
        residual = layers.conv2d(active, depth_bottleneck, [1, 1], stride=1, scope="conv1")
        residual = resnet_utils.conv2d_same(
            residual, depth_bottleneck, 3, stride, rate=rate, scope="conv2"
        )
        residual = layers.conv2d(residual, depth, [1, 1], stride=1, scope="conv3", **_PLAIN)
        return collect_named_outputs(  # type: ignore[no-any-return]
            outputs_collections, current.name, shortcut + residual
        )


def resnet_v2(
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
    """(output, end points by name) of blocks, in `resnet_arg_scope`; see `resnet_v1`."""

    def root(net: Tensor) -> Tensor:
        # The units begin with normalization and activation themselves.
        with arg_scope([layers.conv2d], **_PLAIN):
            return resnet_utils.conv2d_same(net, 64, 7, stride=2, scope="conv1")

    def last(net: Tensor) -> Tensor:
        return layers.batch_norm(net, activation_fn=tf.nn.relu, scope="postnorm")

    return resnet_utils.residual_net(
        inputs,
        blocks,
        num_classes,
        is_training,
        global_pool,
        output_stride,
        root if include_root_block else None,
        last,
        bottleneck,
        scope,
        "resnet_v2",
        reuse,
    )


resnet_v2.default_image_size = 224  # type: ignore[attr-defined]


def resnet_v2_block(scope: str, base_depth: int, num_units: int, stride: int) -> Block:
    """A block of bottlenecks, of which the last one makes pictures smaller."""
    return resnet_utils.block_of(bottleneck, scope, base_depth, num_units, stride)


resnet_v2_50, resnet_v2_101, resnet_v2_152, resnet_v2_200 = (
    resnet_utils.net_of(f"resnet_v2_{size}", resnet_v2, resnet_v2_block, units)
    for size, units in UNITS.items()
)
