"""Functions of `tensorflow.python.ops.nn_ops` and `nn_impl` with the arguments of TensorFlow 2.

Their nodes are those of the functions of TensorFlow 1.
"""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.tf import nn

__all__ = [
    "dropout_v2",
    "l2_normalize_v2",
    "log_softmax_v2",
    "moments_v2",
    "nce_loss_v2",
    "sampled_softmax_loss_v2",
    "softmax_v2",
    "sufficient_statistics_v2",
    "weighted_moments_v2",
]


def softmax_v2(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """tf.nn.softmax."""
    return nn.softmax(logits, axis, name)


def log_softmax_v2(logits: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """tf.nn.log_softmax."""
    return nn.log_softmax(logits, axis, name)


def l2_normalize_v2(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None
) -> Tensor:
    """tf.nn.l2_normalize."""
    return nn.l2_normalize(x, axis, epsilon, name)


def dropout_v2(
    x: Any, rate: Any, noise_shape: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """tf.nn.dropout by the rate of elements that are dropped."""
    return nn.dropout(x, noise_shape=noise_shape, seed=seed, name=name, rate=rate)


def sufficient_statistics_v2(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> Any:
    """tf.nn.sufficient_statistics."""
    return nn.sufficient_statistics(x, axes, shift=shift, keep_dims=keepdims, name=name)


def moments_v2(
    x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """tf.nn.moments."""
    return nn.moments(x, axes, shift=shift, name=name, keep_dims=keepdims)


def weighted_moments_v2(
    x: Any, axes: Any, frequency_weights: Any, keepdims: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """tf.nn.weighted_moments."""
    return nn.weighted_moments(x, axes, frequency_weights, name=name, keep_dims=keepdims)


def nce_loss_v2(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    name: str = "nce_loss",
) -> Tensor:
    """tf.nn.nce_loss, of weights in parts that hold runs of classes."""
    return nn.nce_loss(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        "div",
        name,
    )


def sampled_softmax_loss_v2(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    seed: int | None = None,
    name: str = "sampled_softmax_loss",
) -> Tensor:
    """tf.nn.sampled_softmax_loss, of weights in parts that hold runs of classes."""
    return nn.sampled_softmax_loss(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        remove_accidental_hits,
        "div",
        name,
        seed,
    )
