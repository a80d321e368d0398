"""A relu with a smooth corner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.ops.broadcasting import BroadcastGradientArgs
from reflow.tf._defun import Defun
from reflow.tf._scopes import control_dependencies, name_scope

# Keeps the logarithm finite where the gradient vanishes.
_TINY = 1e-8


def scaled_softplus(x: Any, alpha: Any, clip: Any = None, name: str | None = None) -> Tensor:
    """alpha * ln(1 + exp(x / alpha)), a smooth relu; at most `clip` if it is given.

    Args:
      x: a tensor of floating point.
      alpha: how smooth, above 0; broadcasts with `x`.
      clip: broadcasts with `x`.

    The gradient is computed from the output: what keeps memory is that alone.
    """
    clipped = clip is not None
    with name_scope(name, "scaled_softplus", [x, alpha, *([clip] if clipped else [])]):
        x = convert_to_tensor(x, name="x")
        dtype = x.dtype
        alpha = convert_to_tensor(alpha, dtype=dtype, name="alpha")
        y = alpha * tf.nn.softplus(x / alpha)
        if not clipped:
            return _helper(_output, "", dtype, 3)(y, x, alpha)
        clip = convert_to_tensor(clip, dtype=dtype, name="clip")
        y = tf.minimum(y, clip)
        return _helper(_clipped_output, "_clip", dtype, 4)(y, x, alpha, clip)


def _helper(function: Callable[..., Tensor], suffix: str, dtype: DType, count: int) -> Any:
    """A function of the graph that gives its first argument and has the gradient of all."""
    return Defun(
        *[dtype] * count,
        func_name=f"ScaledSoftplusHelper{suffix}_{dtype.name}",
        shape_func=lambda op: [op.inputs[0].shape],
        python_grad_func=_gradient,
    )(function)


def _output(y: Tensor, x: Tensor, alpha: Tensor) -> Tensor:
    return y


def _clipped_output(y: Tensor, x: Tensor, alpha: Tensor, clip: Tensor) -> Tensor:
    return y


def _gradient(op: Operation, g: Tensor) -> list[Tensor | None]:
    """By x and alpha, and by the clip if there is one; what was computed has no gradient."""
    y, x, alpha, *clip = op.inputs
    # What takes memory waits for the gradient.
    with control_dependencies([g]):
        y = tf.identity(y)
    by_clip = []
    if clip:
        unclipped = tf.cast(y < clip[0], g.dtype)
        by_clip = [_sum_to(g * (1.0 - unclipped), clip[0])]
        g *= unclipped
    y /= alpha
    falling = tf.exp(-y)
    slope = 1.0 - falling
    by_alpha = y * falling - slope * tf.log(slope + _TINY)
    return [None, _sum_to(g * slope, x), _sum_to(g * by_alpha, alpha), *by_clip]


def _sum_to(g: Tensor, t: Tensor) -> Tensor:
    """A gradient, summed to the shape of what was broadcast."""
    shape = tf.shape(t)
    axes, _ = BroadcastGradientArgs(shape, tf.shape(g))
    return tf.reshape(tf.reduce_sum(g, axes), shape)
