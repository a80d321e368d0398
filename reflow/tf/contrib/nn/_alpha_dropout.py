"""Dropout that fits selu."""

from __future__ import annotations

import numbers
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope
from reflow.tf._static_values import get_static_value

# What selu tends to far below zero: -alpha * scale, see there.
_DROPPED = -1.7580993408473766


def alpha_dropout(
    x: Any,
    keep_prob: Any,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Dropout after selu: a mean of 0 and a variance of 1 stay what they are.

    Klambauer et al., "Self-normalizing neural networks" (2017).

    Args:
      x: a tensor of floating point.
      keep_prob: the probability that an element stays, above 0 and up to 1; the others become
        what selu gives far below zero.
      noise_shape: what stays is drawn for this shape, which broadcasts to that of `x`.
      seed: see tf.set_random_seed.

    Raises:
      ValueError: `keep_prob` is out of range.
    """
    with name_scope(name, "alpha_dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if isinstance(keep_prob, numbers.Real) and not 0 < keep_prob <= 1:
            raise ValueError(
                "keep_prob must be a scalar tensor or a float in the range (0, 1], got "
                f"{float(keep_prob):g}"
            )
        keep_prob = convert_to_tensor(keep_prob, dtype=x.dtype, name="keep_prob")
        keep_prob.shape.assert_has_rank(0)
        if get_static_value(keep_prob) == 1:
            return x
        noise_shape = tf.shape(x) if noise_shape is None else noise_shape
        drawn = tf.random_uniform(noise_shape, seed=seed, dtype=x.dtype)
        kept = tf.cast(tf.greater_equal(drawn, 1 - keep_prob), x.dtype)
        x = x * kept + _DROPPED * (1 - kept)
        scale = (keep_prob + keep_prob * (1 - keep_prob) * _DROPPED**2) ** -0.5
        offset = -scale * _DROPPED * (1 - keep_prob)
        return scale * x + offset
