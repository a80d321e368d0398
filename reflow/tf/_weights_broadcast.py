"""Weights of losses and metrics: of the values' rank, each dimension 1 or as theirs; or scalars.

Source: tensorflow/python/ops/weights_broadcast_ops.py; its nodes are made here in its order.
"""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.tf._scopes import control_dependencies, name_scope

_CANNOT = "weights can not be broadcast to values."


def assert_broadcastable(weights: Any, values: Any) -> Operation:
    """An operation that fails if the weights cannot be broadcast to the values.

    Raises:
      ValueError: the static shapes say so.
    """
    with name_scope(None, "assert_broadcastable", [weights, values]) as scope:
        weights, weights_shape, weights_rank = _described("weights", weights)
        values, values_shape, values_rank = _described("values", values)
        static = _checked_statically(weights, values)
        if static:
            return tf.no_op(name=static)
        is_scalar = tf.equal(0, weights_rank, name="is_scalar")
        data = (
            _CANNOT,
            "weights.shape=",
            weights.name,
            weights_shape,
            "values.shape=",
            values.name,
            values_shape,
            "is_scalar=",
            is_scalar,
        )
        is_valid = tf.cond(
            is_scalar,
            lambda: is_scalar,
            lambda: _is_valid_nonscalar(weights_rank, weights_shape, values_rank, values_shape),
            name="is_valid_shape",
        )
        return tf.Assert(is_valid, data, name=scope)


def _described(name: str, value: Any) -> tuple[Tensor, Tensor, Tensor]:
    """(tensor, its shape, its rank)"""
    with name_scope(None, name, [value]) as scope:
        tensor = convert_to_tensor(value, name=scope)
        return tensor, tf.shape(tensor, name="shape"), tf.rank(tensor, name="rank")


def _checked_statically(weights: Tensor, values: Tensor) -> str | None:
    """The name of the check that passed; None where a run has to check."""
    ranks = weights.shape.ndims, values.shape.ndims
    if None in ranks:
        return None
    if ranks[0] == 0:
        return "static_scalar_check_success"
    if ranks[0] != ranks[1]:
        raise ValueError(
            f"{_CANNOT} values.rank={ranks[1]}. weights.rank={ranks[0]}. "
            f"values.shape={values.shape}. weights.shape={weights.shape}."
        )
    if not (weights.shape.is_fully_defined() and values.shape.is_fully_defined()):
        return None
    sizes = weights.shape.as_list(), values.shape.as_list()
    for i, (size, expected) in enumerate(zip(*sizes)):
        if size not in (1, expected):
            raise ValueError(
                f"{_CANNOT} Mismatch at dim {i}. values.shape={sizes[1]} weights.shape={sizes[0]}."
            )
    return "static_dims_check_success"


def _is_valid_nonscalar(
    weights_rank: Tensor, weights_shape: Tensor, values_rank: Tensor, values_shape: Tensor
) -> Tensor:
    with name_scope(
        None,
        "has_valid_nonscalar_shape",
        [weights_rank, weights_shape, values_rank, values_shape],
    ) as scope:
        is_same_rank = tf.equal(values_rank, weights_rank, name="is_same_rank")
        return tf.cond(  # type: ignore[no-any-return]
            is_same_rank,
            lambda: _has_valid_dims(weights_shape, values_shape),
            lambda: is_same_rank,
            name=scope,
        )


def _has_valid_dims(weights_shape: Tensor, values_shape: Tensor) -> Tensor:
    """Whether no dimension of the weights is missing among the values' and 1."""
    with name_scope(None, "has_invalid_dims", [weights_shape, values_shape]) as scope:
        expected = tf.expand_dims(values_shape, -1)
        valid = tf.concat((expected, tf.ones_like(expected)), axis=1)
        invalid = tf.sets.difference(tf.expand_dims(weights_shape, -1), valid)
        count = tf.size(invalid.values, name="num_invalid_dims")
        return tf.equal(0, count, name=scope)  # type: ignore[no-any-return]


def broadcast_weights(weights: Any, values: Any) -> Tensor:
    """The weights in the shape of the values."""
    with name_scope(None, "broadcast_weights", [weights, values]) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        is_known = weights.shape.is_fully_defined() and values.shape.is_fully_defined()
        if is_known and weights.shape.is_compatible_with(values.shape):
            return weights  # type: ignore[no-any-return]
        with control_dependencies([assert_broadcastable(weights, values)]):
            return tf.multiply(weights, tf.ones_like(values), name=scope)  # type: ignore[no-any-return]
