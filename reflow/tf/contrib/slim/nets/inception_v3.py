"""Inception V3.  Szegedy et al., "Rethinking the inception architecture" (2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._variable_scope import variable_scope
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import arg_scope
from reflow.tf.contrib.slim.nets._inception_scope import (
    batch_norm_params,
    inception_arg_scope,
    truncated_normal,
)
from reflow.tf.contrib.slim.nets._steps import (
    Block,
    Depth,
    Fork,
    Step,
    avg_pool,
    check_endpoint,
    conv,
    max_pool,
    run_until,
    scaled_depth,
    window_within,
)

_HALVING = {"stride": 2, "padding": "VALID"}

_STEM = (
    conv("Conv2d_1a_3x3", 32, stride=2),
    conv("Conv2d_2a_3x3", 32),
    conv("Conv2d_2b_3x3", 64, padding="SAME"),
    max_pool("MaxPool_3a_3x3", stride=2),
    conv("Conv2d_3b_1x1", 80),
    conv("Conv2d_4a_3x3", 192),
    max_pool("MaxPool_5a_3x3", stride=2),
)


def _mixed_35(
    scope: str,
    depth_pool: int,
    names_5x5: tuple[str, str] = ("Conv2d_0a_1x1", "Conv2d_0b_5x5"),
) -> Block:
    """A block on pictures of 35x35."""
    return Block(
        scope,
        (
            [conv("Conv2d_0a_1x1", 64)],
            [conv(names_5x5[0], 48), conv(names_5x5[1], 64)],
            [conv("Conv2d_0a_1x1", 64), conv("Conv2d_0b_3x3", 96), conv("Conv2d_0c_3x3", 96)],
            [avg_pool("AvgPool_0a_3x3"), conv("Conv2d_0b_1x1", depth_pool)],
        ),
    )


def _mixed_17(scope: str, depth: int) -> Block:
    """A block on pictures of 17x17, whose 7x7 windows are factored."""
    return Block(
        scope,
        (
            [conv("Conv2d_0a_1x1", 192)],
            [
                conv("Conv2d_0a_1x1", depth),
                conv("Conv2d_0b_1x7", depth),
                conv("Conv2d_0c_7x1", 192),
            ],
            [
                conv("Conv2d_0a_1x1", depth),
                conv("Conv2d_0b_7x1", depth),
                conv("Conv2d_0c_1x7", depth),
                conv("Conv2d_0d_7x1", depth),
                conv("Conv2d_0e_1x7", 192),
            ],
            [avg_pool("AvgPool_0a_3x3"), conv("Conv2d_0b_1x1", 192)],
        ),
    )


def _mixed_8(scope: str, second_of_first_fork: str) -> Block:
    """A block on pictures of 8x8, whose 3x3 windows are split."""
    return Block(
        scope,
        (
            [conv("Conv2d_0a_1x1", 320)],
            [
                conv("Conv2d_0a_1x1", 384),
                Fork((conv("Conv2d_0b_1x3", 384), conv(second_of_first_fork, 384))),
            ],
            [
                conv("Conv2d_0a_1x1", 448),
                conv("Conv2d_0b_3x3", 384),
                Fork((conv("Conv2d_0c_1x3", 384), conv("Conv2d_0d_3x1", 384))),
            ],
            [avg_pool("AvgPool_0a_3x3"), conv("Conv2d_0b_1x1", 192)],
        ),
    )


_BLOCKS: tuple[Step | Block, ...] = (
    _mixed_35("Mixed_5b", 32),
    _mixed_35("Mixed_5c", 64, ("Conv2d_0b_1x1", "Conv_1_0c_5x5")),
    _mixed_35("Mixed_5d", 64),
    Block(
        "Mixed_6a",
        (
            [conv("Conv2d_1a_1x1", 384, (3, 3), **_HALVING)],
            [
                conv("Conv2d_0a_1x1", 64),
                conv("Conv2d_0b_3x3", 96),
                conv("Conv2d_1a_1x1", 96, (3, 3), **_HALVING),
            ],
            [max_pool("MaxPool_1a_3x3", **_HALVING)],
        ),
    ),
    _mixed_17("Mixed_6b", 128),
    _mixed_17("Mixed_6c", 160),
    _mixed_17("Mixed_6d", 160),
    _mixed_17("Mixed_6e", 192),
    Block(
        "Mixed_7a",
        (
            [conv("Conv2d_0a_1x1", 192), conv("Conv2d_1a_3x3", 320, **_HALVING)],
            [
                conv("Conv2d_0a_1x1", 192),
                conv("Conv2d_0b_1x7", 192),
                conv("Conv2d_0c_7x1", 192),
                conv("Conv2d_1a_3x3", 192, **_HALVING),
            ],
            [max_pool("MaxPool_1a_3x3", **_HALVING)],
        ),
    ),
    _mixed_8("Mixed_7b", "Conv2d_0b_3x1"),
    _mixed_8("Mixed_7c", "Conv2d_0c_3x1"),
)


def inception_v3_base(
    inputs: Tensor,
    final_endpoint: str = "Mixed_7c",
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    scope: Any = None,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The net without its last layers: (output, all steps' outputs by their names).

    Args:
      inputs: [batch, height, width, 3].
      final_endpoint: the last step to make.
      min_depth: how many channels a layer has at least.
      depth_multiplier: multiplies the numbers of channels.

    Raises:
      ValueError: no step is called so, or the multiplier is not positive.
    """
    depth = scaled_depth(depth_multiplier, min_depth)
    end_points: dict[str, Tensor] = {}
    pooled_and_convolved = [layers.conv2d, layers.max_pool2d, layers.avg_pool2d]
    with variable_scope(scope, "InceptionV3", [inputs]):
        with arg_scope(pooled_and_convolved, stride=1, padding="VALID"):
            net = run_until(inputs, _STEM, final_endpoint, end_points, depth)
        if final_endpoint not in end_points:
            with arg_scope(pooled_and_convolved, stride=1, padding="SAME"):
                net = run_until(net, _BLOCKS, final_endpoint, end_points, depth)
    check_endpoint(final_endpoint, end_points)
    return net, end_points


def inception_v3(
    inputs: Tensor,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Tensor] = layers.softmax,
    spatial_squeeze: bool = True,
    reuse: bool | None = None,
    scope: Any = "InceptionV3",
) -> tuple[Tensor, dict[str, Tensor]]:
    """(logits, end points by name) of pictures of 299x299.

    The end point "AuxLogits" is a second classifier, from the middle of the net.

    Args:
      inputs: [batch, height, width, 3].
      min_depth, depth_multiplier: see `inception_v3_base`.
      prediction_fn: a function of (logits, scope) that gives the end point "Predictions".
      spatial_squeeze: whether logits are [batch, classes] instead of [batch, 1, 1, classes].
    """
    depth = scaled_depth(depth_multiplier, min_depth)
    with variable_scope(scope, "InceptionV3", [inputs, num_classes], reuse=reuse) as current:
        with arg_scope([layers.batch_norm, layers.dropout], is_training=is_training):
            net, end_points = inception_v3_base(
                inputs, scope=current, min_depth=min_depth, depth_multiplier=depth_multiplier
            )
            with arg_scope(
                [layers.conv2d, layers.max_pool2d, layers.avg_pool2d], stride=1, padding="SAME"
            ):
                end_points["AuxLogits"] = _auxiliary_logits(
                    end_points["Mixed_6e"], num_classes, depth, spatial_squeeze
                )
            with variable_scope("Logits"):
                window = window_within(net, [8, 8])
                name = f"AvgPool_1a_{window[0]}x{window[1]}"
                net = layers.avg_pool2d(net, window, padding="VALID", scope=name)
                net = layers.dropout(net, keep_prob=dropout_keep_prob, scope="Dropout_1b")
                end_points["PreLogits"] = net
                logits = layers.conv2d(
                    net,
                    num_classes,
                    [1, 1],
                    activation_fn=None,
                    normalizer_fn=None,
                    scope="Conv2d_1c_1x1",
                )
                if spatial_squeeze:
                    logits = tf.squeeze(logits, [1, 2], name="SpatialSqueeze")
            end_points["Logits"] = logits
            end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


def _auxiliary_logits(net: Tensor, num_classes: int, depth: Depth, spatial_squeeze: bool) -> Tensor:
    with variable_scope("AuxLogits"):
        net = layers.avg_pool2d(net, [5, 5], stride=3, padding="VALID", scope="AvgPool_1a_5x5")
        net = layers.conv2d(net, depth(128), [1, 1], scope="Conv2d_1b_1x1")
        window = window_within(net, [5, 5])
        net = layers.conv2d(
            net,
            depth(768),
            window,
            weights_initializer=truncated_normal(0.01),
            padding="VALID",
            scope=f"Conv2d_2a_{window[0]}x{window[1]}",
        )
        logits = layers.conv2d(
            net,
            num_classes,
            [1, 1],
            activation_fn=None,
            normalizer_fn=None,
            weights_initializer=truncated_normal(0.001),
            scope="Conv2d_2b_1x1",
        )
        return tf.squeeze(logits, [1, 2], name="SpatialSqueeze") if spatial_squeeze else logits


inception_v3.default_image_size = 299  # type: ignore[attr-defined]


def inception_v3_arg_scope(
    weight_decay: float = 0.00004,
    batch_norm_var_collection: str = "moving_vars",
    batch_norm_decay: float = 0.9997,
    batch_norm_epsilon: float = 0.001,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    use_fused_batchnorm: bool = True,
) -> Any:
    """The arg_scope to build the net in; see `inception_v1_arg_scope` and `batch_norm`."""
    params = batch_norm_params(
        batch_norm_var_collection,
        batch_norm_decay,
        batch_norm_epsilon,
        updates_collections=updates_collections,
        fused=use_fused_batchnorm,
    )
    return inception_arg_scope(weight_decay, layers.batch_norm, params)
