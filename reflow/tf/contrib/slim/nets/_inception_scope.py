"""What layers of inception nets have in common."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.graph_keys import GraphKeys
from reflow.tf.contrib import layers
from reflow.tf.contrib.framework import arg_scope


def batch_norm_params(
    collection: str, decay: float = 0.9997, epsilon: float = 0.001, **others: Any
) -> dict[str, Any]:
    """Arguments of `batch_norm`.

    Args:
      collection: where the moving averages are added.
    """
    return {
        "decay": decay,
        "epsilon": epsilon,
        "updates_collections": GraphKeys.UPDATE_OPS,
        "variables_collections": {
            "beta": None,
            "gamma": None,
            "moving_mean": [collection],
            "moving_variance": [collection],
        },
        **others,
    }


def inception_arg_scope(
    weight_decay: float, normalizer_fn: Any, normalizer_params: dict[str, Any]
) -> Any:
    """The arg_scope of an inception net."""
    with arg_scope(
        [layers.conv2d, layers.fully_connected],
        weights_regularizer=layers.l2_regularizer(weight_decay),
    ):
        with arg_scope(
            [layers.conv2d],
            weights_initializer=layers.variance_scaling_initializer(),
            activation_fn=tf.nn.relu,
            normalizer_fn=normalizer_fn,
            normalizer_params=normalizer_params,
        ) as scope:
            return scope


def truncated_normal(stddev: float) -> Any:
    """An initializer around 0."""
    return tf.truncated_normal_initializer(0.0, stddev)
