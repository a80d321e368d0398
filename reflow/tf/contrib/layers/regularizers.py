"""Regularizers: functions of weights that give a penalty, a scalar, or None for none."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from reflow import tf
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph_keys import GraphKeys
from reflow.graph.operation import Tensor
from reflow.tf._scopes import name_scope

Regularizer = Callable[[Any], "Tensor | None"]


def l1_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """scale * sum(|weights|)

    Args:
      scale: a number, 0.0 for no penalty; or a tensor.
      scope: a name.

    Raises:
      ValueError: the scale is an integer or negative.
    """

    def l1(weights: Any, name: str | None = None) -> Tensor:
        with name_scope(scope, "l1_regularizer", [weights]) as name:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return tf.multiply(factor, tf.reduce_sum(tf.abs(weights)), name=name)  # type: ignore[no-any-return]

    return l1 if _counts(scale) else _no_penalty


def l2_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """scale * sum(weights ** 2) / 2; see `l1_regularizer`."""

    def l2(weights: Any) -> Tensor:
        with name_scope(scope, "l2_regularizer", [weights]) as name:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return tf.multiply(factor, tf.nn.l2_loss(weights), name=name)  # type: ignore[no-any-return]

    return l2 if _counts(scale) else _no_penalty


def _counts(scale: Any) -> bool:
    """Whether the scale of a regularizer is other than 0; ValueError if it may not be one."""
    _check_not_integer("scale", scale)
    if not isinstance(scale, numbers.Real):
        return True
    if scale < 0.0:
        raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}.")
    if scale == 0.0:
        tf.logging.info("Scale of 0 disables regularizer.")
    return scale != 0.0


def _check_not_integer(name: str, scale: Any) -> None:
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"{name} cannot be an integer: {scale}")


def _no_penalty(_: Any) -> None:
    return None


def l1_l2_regularizer(
    scale_l1: Any = 1.0, scale_l2: Any = 1.0, scope: str | None = None
) -> Regularizer | None:
    """The sum of `l1_regularizer` and `l2_regularizer`; of one alone if the other scale is 0."""
    _check_not_integer("scale_l1", scale_l1)
    _check_not_integer("scale_l2", scale_l2)
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(
    regularizer_list: Sequence[Regularizer | None], scope: str | None = None
) -> Regularizer | None:
    """The sum of several regularizers; None without any."""
    regularizers = [regularizer for regularizer in regularizer_list if regularizer is not None]
    if not regularizers:
        return None

    def sum_reg(weights: Any) -> Tensor | None:
        with name_scope(scope, "sum_regularizer", [weights]) as name:
            penalties = [regularizer(weights) for regularizer in regularizers]
            given = [penalty for penalty in penalties if penalty is not None]
            return tf.add_n(given, name=name) if given else None

    return sum_reg


def apply_regularization(
    regularizer: Regularizer, weights_list: Sequence[Any] | None = None
) -> Tensor:
    """The sum of the penalties of several weights, added to REGULARIZATION_LOSSES.

    Args:
      weights_list: default: the collection WEIGHTS.

    Raises:
      ValueError: there are no weights, or a penalty is no scalar.
    """
    weights_list = weights_list or tf.get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with name_scope(None, "get_regularization_penalty", weights_list) as scope:
        given = [regularizer(weights) for weights in weights_list]
        penalties = [tf.constant(0.0) if penalty is None else penalty for penalty in given]
        for penalty in penalties:
            if penalty.shape.ndims != 0:
                raise ValueError(
                    "regularizer must return a scalar Tensor instead of a Tensor with rank "
                    f"{penalty.shape.ndims}."
                )
        total: Tensor = tf.add_n(penalties, name=scope)
        tf.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total
