"""tf.nn: activations, losses, normalisation and lookup for neural networks."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
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
from reflow.ops.constants import constant
from reflow.ops.exports import exported
from reflow.ops.softmax import (
    LogSoftmax,
    Softmax,
    SoftmaxCrossEntropyWithLogits,
    SparseSoftmaxCrossEntropyWithLogits,
)
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
from reflow.tf._custom_gradient import custom_gradient
from reflow.tf._depthwise import depthwise_conv2d, separable_conv2d
from reflow.tf._embedding import embedding_lookup
from reflow.tf._morphology import dilation2d, erosion2d
from reflow.tf._old_orders import takes_old_order
from reflow.tf._pooling import (
    avg_pool,
    avg_pool1d,
    avg_pool3d,
    avg_pool_v2,
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_v2,
    max_pool_with_argmax,
)
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


# -- Losses ---------------------------------------------------------------------------------


def _require_named(function: str, sentinel: Any, labels: Any, logits: Any) -> None:
    if sentinel is not None:
        raise ValueError(
            f"Only call `{function}` with named arguments (labels=..., logits=..., ...)"
        )
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")


def _rows(x: Tensor) -> Tensor:
    """x as a matrix: all dimensions but the last become one."""
    rank = tf.rank(x)
    last = tf.slice(tf.shape(x), [tf.subtract(rank, 1)], [1])
    matrix = tf.reshape(x, tf.concat([[-1], last], 0))
    sizes = x.shape.sizes
    if sizes is not None and None not in sizes[:-1]:
        matrix.set_shape([math.prod(size for size in sizes[:-1] if size is not None), sizes[-1]])
    return matrix


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: Any = None, name: str | None = None, dim: Any = None
) -> Tensor:
    """The cross entropy between the distributions `labels` and softmax(logits), along `axis`.

    Args:
      labels: probabilities that add up to 1 along `axis`, of logits' shape and type.
      logits: any numbers.

    Returns:
      A tensor of logits' shape without `axis`.  Gradients flow into both arguments.
    """
    _require_named("softmax_cross_entropy_with_logits", None, labels, logits)
    axis = renamed("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        small = logits.dtype in (dtypes.float16, dtypes.bfloat16)
        precise = tf.cast(logits, dtypes.float32) if small else logits
        labels = tf.cast(labels, precise.dtype)
        input_rank = tf.rank(precise)
        shape = logits.shape
        if axis != -1:

            def moved(x: Tensor) -> Tensor:
                order = [tf.range(axis), tf.range(axis + 1, input_rank), [axis]]
                return tf.transpose(x, tf.concat(order, 0))

            precise, labels = moved(precise), moved(labels)
        input_shape = tf.shape(precise)
        cost, _ = SoftmaxCrossEntropyWithLogits(_rows(precise), _rows(labels), name=scope)
        output_shape = tf.slice(input_shape, [0], [tf.subtract(input_rank, 1)])
        cost = tf.reshape(cost, output_shape)
        if shape.ndims is not None:
            sizes = shape.as_list()
            del sizes[axis]
            cost.set_shape(sizes)
        return tf.cast(cost, logits.dtype) if small else cost


def _is_by_position(*_: Any) -> bool:
    """Since 1.0 these functions have to be called by name."""
    return True


@takes_old_order("logits labels dim name", _is_by_position)
def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
    axis: Any = None,
) -> Tensor:
    """As softmax_cross_entropy_with_logits_v2; no gradient flows into `labels`."""
    axis = renamed("axis", axis, "dim", None)
    _require_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as scope:
        labels = tf.stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(
        labels=labels, logits=logits, axis=dim if axis is None else axis, name=scope
    )


@takes_old_order("logits labels name", _is_by_position)
def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross entropy of softmax(logits) against one right class each.

    Args:
      labels: integer classes, of logits' shape without its last dimension.
      logits: [..., classes].

    Returns:
      A tensor of labels' shape and logits' type.
    """
    _require_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        half = logits.dtype is dtypes.float16
        precise = tf.cast(logits, dtypes.float32) if half else logits
        static_labels = labels.shape
        labels_shape = tf.shape(labels)
        known = _check_sparse_shapes(static_labels, logits.shape)
        if logits.shape.ndims == 2:
            cost, _ = SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
            return tf.cast(cost, dtypes.float16) if half else cost
        checks = []
        if not known:
            from reflow.tf._checks import assert_equal

            checks.append(assert_equal(tf.shape(labels), tf.shape(logits)[:-1]))
        with control_dependencies(checks):
            classes = tf.shape(logits)[tf.rank(logits) - 1]
            precise = tf.reshape(precise, [-1, classes])
            labels = tf.reshape(labels, [-1])
            cost, _ = SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
            cost = tf.reshape(cost, labels_shape)
            cost.set_shape(static_labels)
            return tf.cast(cost, dtypes.float16) if half else cost


def _check_sparse_shapes(labels: TensorShape, logits: TensorShape) -> bool:
    """Whether both shapes are known.  ValueError when they do not fit each other."""
    if logits.ndims == 0:
        raise ValueError(f"Logits cannot be scalars - received shape {logits}.")
    if logits.ndims is not None and labels.ndims is not None and labels.ndims != logits.ndims - 1:
        raise ValueError(
            f"Rank mismatch: Rank of labels (received {labels.ndims}) should equal rank of logits "
            f"minus 1 (received {logits.ndims})."
        )
    known = (
        labels.is_fully_defined() and logits.ndims is not None and logits[:-1].is_fully_defined()
    )
    if known and labels != logits[:-1]:
        raise ValueError(
            f"Shape mismatch: The shape of labels (received {labels}) should equal the shape of "
            f"logits except for the last dimension (received {logits})."
        )
    return known


def _require_same_shape(a: Tensor, a_name: str, b: Tensor, b_name: str) -> None:
    try:
        a.shape.merge_with(b.shape)
    except ValueError:
        raise ValueError(
            f"{b_name} and {a_name} must have the same shape ({b.shape} vs {a.shape})"
        ) from None


@takes_old_order("logits labels name", _is_by_position, targets="labels")
def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross entropy of sigmoid(logits) against the probabilities `labels`, by element.

    max(x, 0) - x * z + log(1 + exp(-abs(x))) for x = logits, z = labels: without overflow.
    """
    _require_named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _require_same_shape(labels, "labels", logits, "logits")
        zeros = tf.zeros_like(logits, dtype=logits.dtype)
        positive = logits >= zeros
        relu_logits = tf.where(positive, logits, zeros)
        minus_abs = tf.where(positive, -logits, logits)
        return tf.add(  # type: ignore[no-any-return]
            relu_logits - logits * labels, tf.log1p(tf.exp(minus_abs)), name=scope
        )


def weighted_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    pos_weight: Any = None,
    name: str | None = None,
    targets: Any = None,
) -> Tensor:
    """As sigmoid_cross_entropy_with_logits, with the positive examples weighted by `pos_weight`."""
    labels = renamed("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _require_same_shape(labels, "labels", logits, "logits")
        log_weight = 1 + (pos_weight - 1) * labels
        return tf.add(  # type: ignore[no-any-return]
            (1 - labels) * logits,
            log_weight * (tf.log1p(tf.exp(-tf.abs(logits))) + relu(-logits)),
            name=scope,
        )


def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> Tensor:
    """exp(log_input) - log_input * targets: the Poisson log likelihood, negated.

    With `compute_full_loss` also Stirling's approximation of log(targets!).
    """
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        _require_same_shape(targets, "targets", log_input, "log_input")
        result = tf.exp(log_input) - log_input * targets
        if compute_full_loss:
            half = constant(0.5, dtype=targets.dtype)
            two_pi = constant(2 * math.pi, dtype=targets.dtype)
            stirling = targets * tf.log(targets) - targets + half * tf.log(two_pi * targets)
            zeros = tf.zeros_like(targets, dtype=targets.dtype)
            ones = tf.ones_like(targets, dtype=targets.dtype)
            small = tf.logical_and(targets >= zeros, targets <= ones)
            result += tf.where(small, zeros, stirling)
        return result


# -- Statistics -----------------------------------------------------------------------------


def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    """x / sqrt(max(sum(x ** 2), epsilon)) along `axis` (`dim` is its old name)."""
    axis = renamed("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        square_sum = tf.reduce_sum(tf.square(x), axis, keepdims=True)
        inverse_norm = tf.rsqrt(tf.maximum(square_sum, epsilon))
        return tf.multiply(x, inverse_norm, name=scope)


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The share of zeros among the elements, float32; NaN if there are no elements."""
    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        size = tf.size(value, out_type=dtypes.int64)
        nonzero = tf.count_nonzero(value, dtype=dtypes.int64)
        zeros = tf.cast(size - nonzero, dtypes.float32)
        return tf.identity(zeros / tf.cast(size, dtypes.float32), "fraction")


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance of x over `axes`.  `shift` is not used, as in TensorFlow."""
    keep = bool(renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "moments", [x, axes]):
        x = convert_to_tensor(x)
        half = x.dtype is dtypes.float16
        y = tf.cast(x, dtypes.float32) if half else x
        mean = tf.reduce_mean(y, axes, keepdims=True, name="mean")
        variance = tf.reduce_mean(
            tf.squared_difference(y, tf.stop_gradient(mean)),
            axes,
            keepdims=True,
            name="variance",
        )
        if not keep:
            mean, variance = tf.squeeze(mean, axes), tf.squeeze(variance, axes)
        if half:
            return tf.cast(mean, dtypes.float16), tf.cast(variance, dtypes.float16)
        return mean, variance


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and the variance of x over `axes`, each element counted by its weight."""
    keep = bool(renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        half = x.dtype is dtypes.float16
        if half:
            x = tf.cast(x, dtypes.float32)
        if weights.dtype != x.dtype:
            weights = tf.cast(weights, x.dtype)
        total = tf.reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        broadcast = weights + tf.zeros_like(x)
        count = tf.reduce_sum(broadcast, axes, name="sum_of_weights", keepdims=True)
        divisor = tf.reciprocal(count, name="inv_weight_sum")
        mean = tf.multiply(total, divisor)
        distances = tf.reduce_sum(
            weights * tf.squared_difference(x, mean), axes, name="weighted_distsq", keepdims=True
        )
        variance = tf.multiply(distances, divisor)
        if not keep:
            mean, variance = tf.squeeze(mean, axis=axes), tf.squeeze(variance, axis=axes)
        if half:
            return tf.cast(mean, dtypes.float16), tf.cast(variance, dtypes.float16)
        return mean, variance


def sufficient_statistics(
    x: Any,
    axes: Sequence[int],
    shift: Any = None,
    keep_dims: bool | None = None,
    name: str | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """(count, sum, sum of squares, shift) of x over `axes`, of which `shift` was taken first."""
    axes = list(set(axes))
    keep = bool(renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        sizes = x.shape.sizes
        if sizes is not None and all(sizes[axis] is not None for axis in axes):
            counts = constant(math.prod(sizes[axis] or 0 for axis in axes), dtype=x.dtype)
        else:
            x_sizes = tf.gather(tf.cast(tf.shape(x), x.dtype), axes)
            counts = tf.reduce_prod(x_sizes, name="count")
        if shift is None:
            values, squares = x, tf.square(x)
        else:
            shift = convert_to_tensor(shift, name="shift")
            values, squares = tf.subtract(x, shift), tf.squared_difference(x, shift)
        mean_ss = tf.reduce_sum(values, axes, keepdims=keep, name="mean_ss")
        var_ss = tf.reduce_sum(squares, axes, keepdims=keep, name="var_ss")
    return counts, mean_ss, var_ss, shift


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and the variance that `sufficient_statistics` tell of."""
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = tf.reciprocal(counts, name="divisor")
        if shift is None:
            mean = shifted_mean = tf.multiply(mean_ss, divisor, name="mean")
        else:
            shifted_mean = tf.multiply(mean_ss, divisor, name="shifted_mean")
            mean = tf.add(shifted_mean, shift, name="mean")
        variance = tf.subtract(
            tf.multiply(variance_ss, divisor), tf.square(shifted_mean), name="variance"
        )
    return mean, variance


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> Tensor:
    """scale * (x - mean) / sqrt(variance + variance_epsilon) + offset.

    `offset` and `scale` may be None.  Ioffe and Szegedy, "Batch normalization" (2015).
    """
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        factor = tf.rsqrt(variance + variance_epsilon)
        if scale is not None:
            factor *= scale
        scaled = x * tf.cast(factor, x.dtype)
        shift = offset - mean * factor if offset is not None else -mean * factor
        return scaled + tf.cast(shift, x.dtype)  # type: ignore[no-any-return]


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
