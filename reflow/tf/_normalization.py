"""tf.nn's moments, and what normalises with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Tensor
from reflow.ops.batch_norm import FusedBatchNormV3
from reflow.ops.constants import constant
from reflow.tf._arguments import renamed
from reflow.tf._cond import cond
from reflow.tf._scopes import name_scope


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
        nonzero = cond(
            size <= dtypes.int32.max,
            lambda: tf.cast(_nonzero(value, dtypes.int32), dtypes.int64),
            lambda: _nonzero(value, dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zeros = tf.cast(size - nonzero, dtypes.float32)
            fraction = zeros / tf.cast(size, dtypes.float32)
        return tf.identity(fraction, "fraction")


def _nonzero(value: Tensor, dtype: DType) -> Tensor:
    """How many elements are not zero."""
    with name_scope(None, "count_nonzero", [value]):
        differs = tf.not_equal(value, tf.zeros([], dtype=value.dtype))
        return tf.reduce_sum(tf.cast(differs, dtype), name="nonzero_count")


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


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures normalised for each channel, in one op.  Ioffe and Szegedy (2015).

    Args:
      x: [batch, height, width, channels], or "NCHW".
      scale, offset: [channels].
      mean, variance: [channels], those to use if not `is_training`.
      epsilon: at least 1.001e-5 is added to the variance, which cuDNN asks for.

    Returns:
      (y, mean, variance): in training the batch's; the variance is the unbiased estimate.

    Raises:
      ValueError: mean or variance are given in training.
    """
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if is_training and (mean is not None or variance is not None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    return FusedBatchNormV3(  # type: ignore[no-any-return]
        x,
        scale,
        offset,
        constant([]) if mean is None else mean,
        constant([]) if variance is None else variance,
        epsilon=max(epsilon, 1.001e-5),
        data_format=data_format,
        is_training=is_training,
        name=name,
    )[:3]


def batch_norm_with_global_normalization(
    t: Any = None,
    m: Any = None,
    v: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: Any = None,
    scale_after_normalization: Any = None,
    name: str | None = None,
    input: Any = None,
    mean: Any = None,
    variance: Any = None,
) -> Tensor:
    """`batch_normalization` of t with mean m and variance v, in the order of 2015."""
    t = renamed("input", input, "t", t)
    m = renamed("mean", mean, "m", m)
    v = renamed("variance", variance, "v", v)
    scale = gamma if scale_after_normalization else None
    return batch_normalization(t, m, v, beta, scale, variance_epsilon, name)
