"""BiasAdd: a vector added along the channels."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank
from reflow.ops.constants import constant
from reflow.ops.filling import Range, ZerosLike
from reflow.ops.kernels import Known
from reflow.ops.math import Sub
from reflow.ops.op import op
from reflow.ops.reductions import Sum
from reflow.ops.summation import sum_over
from reflow.ops.unsigned import widened

_ATTRS = ("T: numbertype", "data_format: {'NHWC', 'NCHW'} = 'NHWC'")


def _channel_axis(data_format: str, rank: int) -> int:
    """The last dimension; with NCHW the second."""
    return 1 if data_format == "NCHW" else rank - 1


def _least_rank(data_format: str) -> int:
    return 3 if data_format == "NCHW" else 2


def _sum_shape(value: TensorShape, bias: TensorShape, *, data_format: str) -> TensorShape:
    value = shapes.with_rank_at_least(value, _least_rank(data_format))
    bias = shapes.with_rank(bias, 1)
    if value.sizes is None or bias.sizes is None:
        return value
    axis = _channel_axis(data_format, len(value.sizes))
    sizes = list(value.sizes)
    sizes[axis] = shapes.merge_sizes(sizes[axis], bias.sizes[0])
    return TensorShape.of(tuple(sizes))


def _sum(value: torch.Tensor, bias: torch.Tensor, *, data_format: str) -> torch.Tensor:
    if value.dim() < _least_rank(data_format):
        raise ValueError(
            f"Input tensor must be at least {_least_rank(data_format)}D: {list(value.shape)}"
        )
    axis = _channel_axis(data_format, value.dim())
    if bias.dim() != 1 or value.shape[axis] != bias.shape[0]:
        raise ValueError(
            "Must provide as many biases as the last dimension of the input tensor: "
            f"{list(bias.shape)} vs. {list(value.shape)}"
        )
    return value + bias.reshape([-1 if i == axis else 1 for i in range(value.dim())])


@op
class BiasAdd:
    """value + bias, where bias has one element for each channel of value."""

    inputs = "value: T, bias: T"
    outputs = "output: T"
    attrs = _ATTRS

    shape = _sum_shape
    kernel = widened(_sum)

    def specialised(op: Operation, value: Known, bias: Known) -> Any:
        """Channels at the end are where broadcasting puts them."""
        rank = len(value.sizes)
        return torch.add if _channel_axis(op.attrs["data_format"], rank) == rank - 1 else None

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        return dy, BiasAddGrad(dy, data_format=op.attrs["data_format"])


@op
class BiasAddV1:
    """BiasAdd along the last dimension, as it was before version 0.8."""

    inputs = "value: T, bias: T"
    outputs = "output: T"
    attrs = ("T: numbertype",)

    def shape(value: TensorShape, bias: TensorShape) -> TensorShape:
        return _sum_shape(value, bias, data_format="NHWC")

    @widened
    def kernel(value: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        return _sum(value, bias, data_format="NHWC")

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        rows = Range(constant(0), Sub(Rank(dy), constant(1)), constant(1))
        return dy, Sum(dy, rows)


@op
class BiasAddGrad:
    """The sum of `out_backprop` over everything but the channels."""

    inputs = "out_backprop: T"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(out_backprop: TensorShape, *, data_format: str) -> TensorShape:
        sizes = shapes.with_rank_at_least(out_backprop, _least_rank(data_format)).sizes
        return shapes.of(None if sizes is None else sizes[_channel_axis(data_format, len(sizes))])

    @widened
    def kernel(out_backprop: torch.Tensor, *, data_format: str) -> torch.Tensor:
        axis = _channel_axis(data_format, out_backprop.dim())
        others = [i for i in range(out_backprop.dim()) if i != axis]
        return sum_over(out_backprop, others)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        zeros = ZerosLike(op.inputs[0])
        return BiasAdd(zeros, dy, data_format=op.attrs["data_format"])
