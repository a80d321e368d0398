"""GoogLeNet.  Szegedy et al., "Going deeper with convolutions" (2014)."""

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
    check_endpoint,
    conv,
    max_pool,
    run_until,
)


def _mixed(
    scope: str,
    depth_1x1: int,
    depths_3x3: tuple[int, int],
    depths_5x5: tuple[int, int],
    depth_pool: int,
    last_of_third: str = "Conv2d_0b_3x3",
) -> Block:
    """Four branches.  The third, of 5x5 windows in the article, has two of 3x3 in effect."""
    return Block(
        scope,
        (
            [conv("Conv2d_0a_1x1", depth_1x1)],
            [conv("Conv2d_0a_1x1", depths_3x3[0]), conv("Conv2d_0b_3x3", depths_3x3[1])],
            [conv("Conv2d_0a_1x1", depths_5x5[0]), conv(last_of_third, depths_5x5[1])],
            [max_pool("MaxPool_0a_3x3"), conv("Conv2d_0b_1x1", depth_pool)],
        ),
    )


_STEPS: tuple[Step | Block, ...] = (
    conv("Conv2d_1a_7x7", 64, stride=2),
    max_pool("MaxPool_2a_3x3", stride=2),
    conv("Conv2d_2b_1x1", 64),
    conv("Conv2d_2c_3x3", 192),
    max_pool("MaxPool_3a_3x3", stride=2),
    _mixed("Mixed_3b", 64, (96, 128), (16, 32), 32),
    _mixed("Mixed_3c", 128, (128, 192), (32, 96), 64),
    max_pool("MaxPool_4a_3x3", stride=2),
    _mixed("Mixed_4b", 192, (96, 208), (16, 48), 64),
    _mixed("Mixed_4c", 160, (112, 224), (24, 64), 64),
    _mixed("Mixed_4d", 128, (128, 256), (24, 64), 64),
    _mixed("Mixed_4e", 112, (144, 288), (32, 64), 64),
    _mixed("Mixed_4f", 256, (160, 320), (32, 128), 128),
    max_pool("MaxPool_5a_2x2", stride=2),
    _mixed("Mixed_5b", 256, (160, 320), (32, 128), 128, "Conv2d_0a_3x3"),
    _mixed("Mixed_5c", 384, (192, 384), (48, 128), 128),
)


def inception_v1_base(
    inputs: Tensor, final_endpoint: str = "Mixed_5c", scope: Any = "InceptionV1"
) -> tuple[Tensor, dict[str, Tensor]]:
    """The net without its last layers: (output, all steps' outputs by their names).

    Args:
      inputs: [batch, height, width, 3].
      final_endpoint: the last step to make.

    Raises:
      ValueError: no step is called so.
    """
    end_points: dict[str, Tensor] = {}
    with variable_scope(scope, "InceptionV1", [inputs]):
        with arg_scope(
            [layers.conv2d, layers.fully_connected], weights_initializer=truncated_normal(0.01)
        ):
            with arg_scope([layers.conv2d, layers.max_pool2d], stride=1, padding="SAME"):
                net = run_until(inputs, _STEPS, final_endpoint, end_points)
    check_endpoint(final_endpoint, end_points)
    return net, end_points


def inception_v1(
    inputs: Tensor,
    num_classes: int = 1000,
    is_training: Any = True,
    dropout_keep_prob: float = 0.8,
    prediction_fn: Callable[..., Tensor] = layers.softmax,
    spatial_squeeze: bool = True,
    reuse: bool | None = None,
    scope: Any = "InceptionV1",
) -> tuple[Tensor, dict[str, Tensor]]:
    """(logits, end points by name) of pictures of 224x224.

    Args:
      inputs: [batch, height, width, 3].
      prediction_fn: a function of (logits, scope) that gives the end point "Predictions".
      spatial_squeeze: whether logits are [batch, classes] instead of [batch, 1, 1, classes].
    """
    with variable_scope(scope, "InceptionV1", [inputs, num_classes], reuse=reuse) as current:
        with arg_scope([layers.batch_norm, layers.dropout], is_training=is_training):
            net, end_points = inception_v1_base(inputs, scope=current)
            with variable_scope("Logits"):
                net = layers.avg_pool2d(net, [7, 7], stride=1, scope="MaxPool_0a_7x7")
                net = layers.dropout(net, dropout_keep_prob, scope="Dropout_0b")
                logits = layers.conv2d(
                    net,
                    num_classes,
                    [1, 1],
                    activation_fn=None,
                    normalizer_fn=None,
                    scope="Conv2d_0c_1x1",
                )
                if spatial_squeeze:
                    logits = tf.squeeze(logits, [1, 2], name="SpatialSqueeze")
                end_points["Logits"] = logits
                end_points["Predictions"] = prediction_fn(logits, scope="Predictions")
    return logits, end_points


inception_v1.default_image_size = 224  # type: ignore[attr-defined]


def inception_v1_arg_scope(
    weight_decay: float = 0.00004,
    use_batch_norm: bool = True,
    batch_norm_var_collection: str = "moving_vars",
) -> Any:
    """The arg_scope to build the net in.

    Args:
      weight_decay: scales the L2 penalty of weights.
      batch_norm_var_collection: where the moving averages are added.
    """
    if not use_batch_norm:
        return inception_arg_scope(weight_decay, None, {})
    params = batch_norm_params(batch_norm_var_collection)
    return inception_arg_scope(weight_decay, layers.batch_norm, params)
