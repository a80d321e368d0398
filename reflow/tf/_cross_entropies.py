"""tf.nn's losses of logits: cross entropies and the Poisson log likelihood."""

from __future__ import annotations

import math
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.activations import Relu
from reflow.ops.constants import constant
from reflow.ops.softmax import (
    SoftmaxCrossEntropyWithLogits,
    SparseSoftmaxCrossEntropyWithLogits,
)
from reflow.tf._arguments import renamed
from reflow.tf._old_orders import takes_old_order
from reflow.tf._scopes import control_dependencies, name_scope


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
            log_weight * (tf.log1p(tf.exp(-tf.abs(logits))) + Relu(-logits)),
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
