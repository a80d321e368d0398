"""tf.nn: activations, losses, normalisation and lookup for neural networks."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes, errors
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape, as_shape
from reflow.ops.activations import Elu, LeakyRelu, Relu, Relu6, Selu, Softplus, Softsign
from reflow.ops.bias import BiasAdd
from reflow.ops.exports import exported
from reflow.ops.softmax import LogSoftmax, Softmax
from reflow.ops.top_k import InTopKV2, TopKV2
from reflow.tf._absence import part_or_error
from reflow.tf._arguments import renamed
from reflow.tf._arrays import depth_to_space, space_to_depth
from reflow.tf._atrous import (
    atrous_conv2d,
    atrous_conv2d_transpose,
    convolution,
    with_space_to_batch,
)
from reflow.tf._candidate_sampling import (
    all_candidate_sampler,
    compute_accidental_hits,
    fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from reflow.tf._convolution import (
    conv1d,
    conv1d_transpose,
    conv2d,
    conv2d_backprop_filter,
    conv2d_backprop_input,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    conv_transpose,
)
from reflow.tf._cross_entropies import (
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._depthwise import depthwise_conv2d, separable_conv2d
from reflow.tf._embedding import embedding_lookup
from reflow.tf._loss_scaling import compute_average_loss, scale_regularization_loss
from reflow.tf._morphology import dilation2d, erosion2d
from reflow.tf._normalization import (
    batch_norm_with_global_normalization,
    batch_normalization,
    fused_batch_norm,
    l2_normalize,
    moments,
    normalize_moments,
    sufficient_statistics,
    weighted_moments,
    zero_fraction,
)
from reflow.tf._old_orders import takes_old_order
from reflow.tf._pooling import (
    avg_pool,
    avg_pool1d,
    avg_pool3d,
    avg_pool_v2,
    fractional_avg_pool,
    fractional_max_pool,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_v2,
    max_pool_with_argmax,
    pool,
)
from reflow.tf._repeated_labels import collapse_repeated
from reflow.tf._sampled_losses import nce_loss, sampled_softmax_loss
from reflow.tf._scopes import colocate_with, control_dependencies, name_scope
from reflow.tf._space_batches import space_to_batch
from reflow.tf._sparse_embedding import embedding_lookup_sparse, safe_embedding_lookup_sparse
from reflow.tf.math import sigmoid, tanh

avg_pool2d = avg_pool
elu, relu, selu = Elu, Relu, Selu
softplus, softsign = Softplus, Softsign

globals().update(exported("nn"))


# -- Activations ----------------------------------------------------------------------------


def relu6(features: Any, name: str | None = None) -> Tensor:
    """min(max(features, 0), 6).  Krizhevsky, "Convolutional deep belief networks" (2010)."""
    with name_scope(name, "Relu6", [features]) as scope:
        return Relu6(convert_to_tensor(features, name="features"), name=scope)  # type: ignore[no-any-return]


def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """features where positive, else alpha * features.  Integers become float32."""
    with name_scope(name, "LeakyRelu", [features, alpha]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = tf.cast(features, dtypes.float32)
        if isinstance(alpha, np.ndarray):
            alpha = alpha.item()
        return LeakyRelu(features, alpha=alpha, name=scope)  # type: ignore[no-any-return]


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Tensor:
    """relu of features and of -features, side by side along `axis`.  Shang et al. (2016)."""
    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return Relu(tf.concat([features, -features], axis, name=scope))  # type: ignore[no-any-return]


@custom_gradient
def _swish(features: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    def gradient(dy: Tensor) -> Tensor:
        # Computed again, so that the forward pass need not keep it.
        with control_dependencies([dy]):
            slope = sigmoid(features)
        return dy * (slope * (1.0 + features * (1.0 - slope)))

    return features * sigmoid(features), gradient


def swish(features: Any) -> Tensor:
    """features * sigmoid(features).  Ramachandran et al. (2017)."""
    return _swish(convert_to_tensor(features, name="features"))  # type: ignore[no-any-return]


def _on_last_axis(logits: Any, op: Callable[..., Any], axis: Any, name: str | None) -> Tensor:
    """Softmax and its like, whose ops know the last axis only, along any axis."""
    logits = convert_to_tensor(logits)
    shape = logits.shape
    if axis == -1 or axis == (None if shape.ndims is None else shape.ndims - 1):
        return op(logits, name=name)  # type: ignore[no-any-return]
    known = constant_value(axis) if isinstance(axis, Tensor) else axis
    if known is not None and shape.ndims is not None and not -shape.ndims <= known < shape.ndims:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Dimension ({known}) must be in the range [{-shape.ndims}, {shape.ndims}) where "
            f"{shape.ndims} is the number of dimensions in the input.",
        )
    rank = tf.rank(logits)
    if isinstance(axis, Tensor):
        axis = tf.where(tf.less(axis, 0), axis + rank, axis)
    elif axis < 0:
        axis = axis + rank
    input_rank = tf.rank(logits)
    axis = axis % shape.ndims if shape.ndims is not None else axis % input_rank

    def swapped(x: Tensor, name: str | None = None) -> Tensor:
        last = tf.subtract(input_rank, 1)
        order = [tf.range(axis), [last], tf.range(axis + 1, last), [axis]]
        return tf.transpose(x, tf.concat(order, 0), name=name)

    output = swapped(op(swapped(logits)), name)
    output.set_shape(shape)
    return output


def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """exp(logits) / sum(exp(logits)) along `axis` (default: the last; `dim` is its old name)."""
    axis = renamed("axis", axis, "dim", dim)
    return _on_last_axis(logits, Softmax, -1 if axis is None else axis, name)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """logits - log(sum(exp(logits))) along `axis` (default: the last; `dim` is its old name)."""
    axis = renamed("axis", axis, "dim", dim)
    return _on_last_axis(logits, LogSoftmax, -1 if axis is None else axis, name)


# -- Layers ---------------------------------------------------------------------------------


def bias_add(
    value: Any, bias: Any, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """value + bias along the channels: the last dimension ("N...C") or the second ("NC...").

    Args:
      value: at least a matrix.
      bias: a vector with one element for each channel.
    """
    with name_scope(name, "BiasAdd", [value, bias]) as scope:
        if data_format is None:
            data_format = "NHWC"
        elif data_format.startswith("NC"):
            data_format = "NCHW"
        elif data_format.startswith("N") and data_format.endswith("C"):
            data_format = "NHWC"
        else:
            raise ValueError(
                f"data_format must be of the form `N...C` or `NC...`. Received: {data_format!r}"
            )
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return BiasAdd(value, bias, data_format=data_format, name=scope)  # type: ignore[no-any-return]


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """matmul(x, weights) + biases."""
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as scope:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return bias_add(tf.matmul(x, weights), biases, name=scope)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """relu(matmul(x, weights) + biases)."""
    with name_scope(name, "relu_layer", [x, weights, biases]) as scope:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return Relu(bias_add(tf.matmul(x, weights), biases), name=scope)  # type: ignore[no-any-return]


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """x with a random part of its elements set to 0 and the others scaled up to keep the sum.

    Args:
      keep_prob: the probability that an element is kept: 1 - rate.
      noise_shape: the shape of the random mask, which broadcasts to x's.
      rate: the probability that an element is dropped, in [0, 1).

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting" (2014).
    """
    try:
        dropped = None if keep_prob is None else 1.0 - keep_prob
    except TypeError:
        raise ValueError(
            f"keep_prob must be a floating point number or Tensor (got {keep_prob!r})"
        ) from None
    rate = renamed("rate", rate, "keep_prob", dropped)
    if rate is None:
        raise ValueError("You must provide a rate to dropout.")
    with name_scope(name, "dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(
                "x has to be a floating point tensor since it's going to be scaled. "
                f"Got a {x.dtype} tensor instead."
            )
        if isinstance(rate, numbers.Real):
            if not 0 <= rate < 1:
                raise ValueError(
                    f"rate must be a scalar tensor or a float in the range [0, 1), got {rate:g}"
                )
            if rate == 0:
                return x
        rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
        rate.shape.assert_has_rank(0)
        if constant_value(rate) == 0:
            return x
        # A uniform number lies in [0, 1) on a grid: >= keeps the share right on it.
        uniform = tf.random_uniform(_mask_shape(x, noise_shape), seed=seed, dtype=x.dtype)
        scale = 1 / (1 - rate)
        keep = uniform >= rate
        result = x * scale * tf.cast(keep, x.dtype)
        result.set_shape(x.shape)
        return result


def _mask_shape(x: Tensor, noise_shape: Any) -> Any:
    """The shape of dropout's mask: sizes that `noise_shape` leaves open are x's."""
    if noise_shape is None:
        return tf.shape(x)
    try:
        wanted = as_shape(noise_shape).sizes
    except (TypeError, ValueError):
        return noise_shape
    own = x.shape.sizes
    if wanted is None or own is None or len(own) != len(wanted):
        return noise_shape
    return TensorShape(
        [size if size is not None else default for size, default in zip(wanted, own)]
    )


# -- Ranks and lookup -----------------------------------------------------------------------


def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> Any:
    """(values, indices) of the k largest elements along the last dimension, largest first."""
    return TopKV2(input, k, sorted=sorted, name=name)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """Whether the class targets[i] is among the k likeliest of predictions[i].

    predictions: [batch, classes] float32; targets: [batch].  Ties count as in.
    """
    with name_scope(name, "in_top_k"):
        return InTopKV2(predictions, targets, k, name=name)  # type: ignore[no-any-return]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
