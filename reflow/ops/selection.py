"""Elements chosen by truths."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape, Squeeze
from reflow.ops.elements import any_elements
from reflow.ops.filling import ZerosLike
from reflow.ops.op import op


@any_elements
def _pick(t: torch.Tensor, e: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
    return torch.where(condition, t, e)


@op
class Select:
    """`t` where the condition holds, else `e`, which have one shape.

    The condition has that shape too, or is one truth for all or one for each row.
    """

    inputs = "condition: bool, t: T, e: T"
    outputs = "output: T"
    attrs = ("T: type",)

    def shape(condition: TensorShape, t: TensorShape, e: TensorShape) -> TensorShape:
        data = shapes.merge(t, e)
        if condition.sizes is None or data.sizes is None or not condition.sizes:
            return data
        if len(condition.sizes) != 1:
            return shapes.merge(data, condition)
        if not data.sizes:
            raise ValueError("Shapes must be equal rank, but are 0 and 1")
        rows = shapes.merge(shapes.of(data.sizes[0]), condition)
        return shapes.of(*(rows.sizes or ()), *data.sizes[1:])

    def kernel(condition: torch.Tensor, t: Any, e: Any) -> Any:
        if t.shape != e.shape:
            raise ValueError(
                "Inputs to operation Select must have the same size and shape. "
                f"Received: {list(t.shape)} and {list(e.shape)}"
            )
        if condition.ndim == 1 and t.ndim > 1:
            condition = condition.reshape(-1, *[1] * (t.ndim - 1))
        if condition.ndim and condition.shape[0] != t.shape[0]:
            raise ValueError(
                f"Number of batches of 'then' must match size of 'cond'. Received: {t.shape[0]} "
                f"and {condition.shape[0]}"
            )
        return _pick(t, e, condition)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, Tensor]:
        condition, t, _ = op.inputs
        zeros = ZerosLike(t)
        return None, Select(condition, dy, zeros), Select(condition, zeros, dy)


@op
class SelectV2:
    """`t` where the condition holds, else `e`; all three broadcast."""

    inputs = "condition: bool, t: T, e: T"
    outputs = "output: T"
    attrs = ("T: type",)

    def shape(condition: TensorShape, t: TensorShape, e: TensorShape) -> TensorShape:
        return shapes.broadcast(condition, shapes.broadcast(t, e))

    def kernel(condition: torch.Tensor, t: Any, e: Any) -> Any:
        return _pick(t, e, condition)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, Tensor]:
        condition, t, e = op.inputs
        zeros = ZerosLike(dy)
        return (
            None,
            _summed_to(t, SelectV2(condition, dy, zeros)),
            _summed_to(e, SelectV2(condition, zeros, dy)),
        )


def _summed_to(x: Tensor, dy: Tensor) -> Tensor:
    """`dy` summed to the shape of `x`, which broadcasting had stretched."""
    from reflow.ops.broadcasting import BroadcastGradientArgs
    from reflow.ops.reductions import Sum

    shape = Shape(x)
    axes, _ = BroadcastGradientArgs(shape, Shape(dy))
    return Reshape(Sum(dy, axes, keep_dims=True), shape)


@op
class Where:
    """The indices of the elements that are true (not zero), in row-major order: [n, rank]."""

    inputs = "input: T"
    outputs = "index: int64"
    attrs = (
        "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
        "bfloat16, uint16, complex128, half, uint32, uint64, bool} = bool",
    )
    gradient = None

    def shape(input: TensorShape) -> TensorShape:
        return shapes.of(None, input.ndims)

    @any_elements
    def kernel(input: torch.Tensor) -> torch.Tensor:
        if not input.ndim:
            raise ValueError("WhereOp : Unhandled input dimensions: 0")
        return input.nonzero()


def positions(condition: Tensor) -> Tensor:
    """The positions in a vector at which it is true."""
    return Squeeze(Where(condition), squeeze_dims=[1])
