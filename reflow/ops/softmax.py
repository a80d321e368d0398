"""Softmax and the cross entropies that belong to it."""

from __future__ import annotations

import torch

from reflow.graph import errors
from reflow.graph.constant_value import constant_value
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims, PreventGradient, Squeeze
from reflow.ops.constants import constant
from reflow.ops.linalg import BatchMatMulV2
from reflow.ops.math import Add, Exp, Mul, Neg, Sub, product
from reflow.ops.op import op
from reflow.ops.reductions import Sum, may_have_nan

_FLOATS = "T: {half, bfloat16, float, double}"


def _sum_over_classes(x: Tensor) -> Tensor:
    return Sum(x, -1, keep_dims=True)


@op
class Softmax:
    """exp(logits) / sum(exp(logits)) over the last dimension."""

    inputs = "logits: T"
    outputs = "softmax: T"
    attrs = (_FLOATS,)

    def shape(logits: TensorShape) -> TensorShape:
        return shapes.with_rank_at_least(logits, 1)

    def kernel(logits: torch.Tensor) -> torch.Tensor:
        return torch.softmax(logits, -1)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        softmax = op.outputs[0]
        return product(Sub(dy, _sum_over_classes(product(dy, softmax)), name="sub"), softmax)


@op
class LogSoftmax:
    """logits - log(sum(exp(logits))) over the last dimension."""

    inputs = "logits: T"
    outputs = "logsoftmax: T"
    attrs = (_FLOATS,)

    def shape(logits: TensorShape) -> TensorShape:
        return shapes.with_rank_at_least(logits, 1)

    def kernel(logits: torch.Tensor) -> torch.Tensor:
        return torch.log_softmax(logits, -1)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return Sub(dy, product(_sum_over_classes(dy), Exp(op.outputs[0])), name="sub")


def _is_zero(gradient: Tensor) -> bool:
    """Whether a gradient is known to be zero: nobody used that output."""
    if not isinstance(gradient, EagerTensor) and gradient.op.type == "ZerosLike":
        return True
    value = constant_value(gradient)
    return value is not None and not value.any()


def _scaled_rows(rows: Tensor, matrix: Tensor) -> Tensor:
    return product(ExpandDims(rows, -1), matrix)


@op
class SoftmaxCrossEntropyWithLogits:
    """The cross entropy of softmax(features) against the distributions `labels`, by row.

    features, labels: [batch, classes], either of them [1, classes] or [batch, 1] to broadcast.
    loss: [batch];  backprop: softmax(features) - labels, the gradient by features.
    """

    inputs = "features: T, labels: T"
    outputs = "loss: T, backprop: T"
    attrs = (_FLOATS,)

    def shape(features: TensorShape, labels: TensorShape) -> tuple[TensorShape, TensorShape]:
        both = shapes.broadcast(features, labels)
        if both.sizes is None:
            both = shapes.of(None, None)
        assert both.sizes is not None
        if len(both.sizes) != 2:
            raise ValueError(
                f"Shape must be broadcasted with rank 2, but is rank {len(both.sizes)}"
            )
        return shapes.of(both.sizes[0]), both

    def kernel(features: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if features.shape != labels.shape:
            features, labels = torch.broadcast_tensors(  # type: ignore[no-untyped-call]
                features, labels
            )
        log_softmax = torch.log_softmax(features, 1)
        loss = torch.mul(labels, log_softmax).sum(1).neg_()
        if may_have_nan(loss):
            # A label of 0 adds nothing, even where its class has probability 0.
            loss = torch.where(labels == 0, 0, labels * log_softmax).sum(1).neg_()
        return loss, log_softmax.exp_().sub_(labels)

    def gradient(op: Operation, d_loss: Tensor, d_backprop: Tensor) -> tuple[Tensor, Tensor]:
        logits, backprop = op.inputs[0], op.outputs[1]
        d_logits = _scaled_rows(d_loss, backprop)
        if not _is_zero(d_backprop):
            # Of the second order: the derivative of softmax.
            softmax = Softmax(logits)
            dots = BatchMatMulV2(
                ExpandDims(d_backprop, constant(1)), ExpandDims(softmax, constant(2))
            )
            d_softmax = Sub(d_backprop, Squeeze(dots, squeeze_dims=[1]))
            d_logits = Add(d_logits, Mul(d_softmax, softmax))
        return d_logits, _scaled_rows(d_loss, Neg(LogSoftmax(logits)))


@op
class SparseSoftmaxCrossEntropyWithLogits:
    """The cross entropy of softmax(features) against one right class for each row.

    features: [batch, classes]; labels: [batch], classes from 0.
    loss: [batch];  backprop: [batch, classes], the gradient by features.
    """

    inputs = "features: T, labels: Tlabels"
    outputs = "loss: T, backprop: T"
    attrs = (_FLOATS, "Tlabels: {int32, int64} = int64")

    def shape(features: TensorShape, labels: TensorShape) -> tuple[TensorShape, TensorShape]:
        features, labels = shapes.with_rank(features, 2), shapes.with_rank(labels, 1)
        assert features.sizes is not None and labels.sizes is not None
        batch = shapes.merge_sizes(features.sizes[0], labels.sizes[0])
        return shapes.of(batch), shapes.of(batch, features.sizes[1])

    def kernel(features: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if features.dim() != 2:
            raise ValueError(f"logits must be 2-D, but got shape {list(features.shape)}")
        if labels.dim() != 1:
            raise ValueError(f"labels must be 1-D, but got shape {list(labels.shape)}")
        if features.shape[0] != labels.shape[0]:
            raise ValueError(
                "logits and labels must have the same first dimension, got logits shape "
                f"{list(features.shape)} and labels shape {list(labels.shape)}"
            )
        classes = features.shape[1]
        index = labels.long().unsqueeze(1)
        log_softmax = torch.log_softmax(features, 1)
        try:
            loss = log_softmax.gather(1, index).squeeze(1).neg_()
        except (RuntimeError, IndexError):
            wrong = labels[(labels < 0) | (labels >= classes)][0].item()
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Received a label value of {wrong} which is outside the valid range of "
                f"[0, {classes}).  Label values: {' '.join(map(str, labels[:16].tolist()))}",
            ) from None
        backprop = log_softmax.exp_()
        return loss, backprop.scatter_(1, index, -1.0, reduce="add")

    def gradient(op: Operation, d_loss: Tensor, d_backprop: Tensor) -> tuple[Tensor, None]:
        # As in TensorFlow: a second derivative would be silently wrong, so it is an error.
        backprop = PreventGradient(
            op.outputs[1],
            message="Currently there is no way to take the second derivative of "
            "sparse_softmax_cross_entropy_with_logits due to the fused implementation's "
            "interaction with tf.gradients()",
        )
        return _scaled_rows(d_loss, backprop), None
