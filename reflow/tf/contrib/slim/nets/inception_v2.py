"""Inception V2.  Ioffe and Szegedy, "Batch normalization" (2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
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
    Step,
    avg_pool,
    check_endpoint,
    conv,
    max_pool,
    run_until,
    scaled_depth,
    window_within,
)


def _reduce(depth: int) -> Step:
    """The 1x1 convolution that a branch begins with."""
    return conv("Conv2d_0a_1x1", depth, weights_initializer=truncated_normal(0.09))


def _mixed(
    scope: str,
    depth_1x1: int,
    depths_3x3: tuple[int, int],
    depths_double_3x3: tuple[int, int],
    depth_pool: int,
    pool: Step | None = None,
) -> Block:
    last = conv("Conv2d_0b_1x1", depth_pool, weights_initializer=truncated_normal(0.1))
    return Block(
        scope,
        (
            [conv("Conv2d_0a_1x1", depth_1x1)],
            [_reduce(depths_3x3[0]), conv("Conv2d_0b_3x3", depths_3x3[1])],
            [
                _reduce(depths_double_3x3[0]),
                conv("Conv2d_0b_3x3", depths_double_3x3[1]),
                conv("Conv2d_0c_3x3", depths_double_3x3[1]),
            ],
            [pool or avg_pool("AvgPool_0a_3x3"), last],
        ),
    )


def _halved(scope: str, depths_3x3: tuple[int, int], depths_double_3x3: tuple[int, int]) -> Block:
    """A block that gives pictures of half the size."""
    return Block(
        scope,
        (
            [_reduce(depths_3x3[0]), conv("Conv2d_1a_3x3", depths_3x3[1], stride=2)],
            [
                _reduce(depths_double_3x3[0]),
                conv("Conv2d_0b_3x3", depths_double_3x3[1]),
                conv("Conv2d_1a_3x3", depths_double_3x3[1], stride=2),
            ],
            [max_pool("MaxPool_1a_3x3", stride=2)],
        ),
    )


_STEPS: tuple[Step | Block, ...] = (
    max_pool("MaxPool_2a_3x3", stride=2),
    conv("Conv2d_2b_1x1", 64, weights_initializer=truncated_normal(0.1)),
    conv("Conv2d_2c_3x3", 192),
    max_pool("MaxPool_3a_3x3", stride=2),
    _mixed("Mixed_3b", 64, (64, 64), (64, 96), 32),
    _mixed("Mixed_3c", 64, (64, 96), (64, 96), 64),
    _halved("Mixed_4a", (128, 160), (64, 96)),
    _mixed("Mixed_4b", 224, (64, 96), (96, 128), 128),
    _mixed("Mixed_4c", 192, (96, 128), (96, 128), 128),
    _mixed("Mixed_4d", 160, (128, 160), (128, 160), 96),
    _mixed("Mixed_4e", 96, (128, 192), (160, 192), 96),
    _halved("Mixed_5a", (128, 192), (192, 256)),
    _mixed("Mixed_5b", 352, (192, 320), (160, 224), 128),
    _mixed("Mixed_5c", 352, (192, 320), (192, 224), 128, max_pool("MaxPool_0a_3x3")),
)


def inception_v2_base(
    inputs: Tensor,
    final_endpoint: str = "Mixed_5c",
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
    with variable_scope(scope, "InceptionV2", [inputs]):
        with arg_scope(
            [layers.conv2d, layers.max_pool2d, layers.avg_pool2d, layers.separable_conv2d],
            stride=1,
            padding="SAME",
        ):
            first = Step(
                layers.separable_conv2d,
                "Conv2d_1a_7x7",
                (7, 7),
                64,
                {
                    # More channels from each colour make the 1x1 convolution dear.
                    "depth_multiplier": min(int(depth(64) / 3), 8),
                    "stride": 2,
                    "weights_initializer": truncated_normal(1.0),
                },
            )
            net = run_until(inputs, (first, *_STEPS), final_endpoint, end_points, depth)
    check_endpoint(final_endpoint, end_points)
    return net, end_points


def inception_v2(
    inputs: Tensor,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    min_depth: int = 16,
    depth_multiplier: float = 1.0,
    prediction_fn: Callable[..., Tensor] = layers.softmax,
    spatial_squeeze: bool = True,
    reuse: bool | None = None,
    scope: Any = "InceptionV2",
) -> tuple[Tensor, dict[str, Tensor]]:
    """(logits, end points by name) of pictures of 224x224.

    Args:
      inputs: [batch, height, width, 3].
      min_depth, depth_multiplier: see `inception_v2_base`.
      prediction_fn: a function of (logits, scope) that gives the end point "Predictions".
      spatial_squeeze: whether logits are [batch, classes] instead of [batch, 1, 1, classes].
    """
    scaled_depth(depth_multiplier, min_depth)
    with variable_scope(scope, "InceptionV2", [inputs, num_classes], reuse=reuse) as current:
        with arg_scope([layers.batch_norm, layers.dropout], is_training=is_training):
            net, end_points = inception_v2_base(
                inputs, scope=current, min_depth=min_depth, depth_multiplier=depth_multiplier
            )
            with variable_scope("Logits"):
                window = window_within(net, [7, 7])
                name = f"AvgPool_1a_{window[0]}x{window[1]}"
                net = layers.avg_pool2d(net, window, padding="VALID", scope=name)
                net = layers.dropout(net, keep_prob=dropout_keep_prob, scope="Dropout_1b")
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


inception_v2.default_image_size = 224  # type: ignore[attr-defined]


def inception_v2_arg_scope(
    weight_decay: float = 0.00004, batch_norm_var_collection: str = "moving_vars"
) -> Any:
    """The arg_scope to build the net in; see `inception_v1_arg_scope`."""
    params = batch_norm_params(batch_norm_var_collection)
    return inception_arg_scope(weight_decay, layers.batch_norm, params)
