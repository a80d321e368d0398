"""BiasAdd: a vector added along the channels."""

from __future__ import annotations

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape
from reflow.ops.constants import constant
from reflow.ops.filling import ZerosLike
from reflow.ops.math import Add
from reflow.ops.op import op

_ATTRS = ("T: numbertype", "data_format: {'NHWC', 'NCHW'} = 'NHWC'")


def _channel_axis(data_format: str, rank: int) -> int:
    """The last dimension; with NCHW the third from the end, or the second of a matrix's."""
    return 1 if data_format == "NCHW" and rank > 2 else rank - 1


@op
class BiasAdd:
    """value + bias, where bias has one element for each channel of value."""

    inputs = "value: T, bias: T"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(value: TensorShape, bias: TensorShape, *, data_format: str) -> TensorShape:
        value, bias = shapes.with_rank_at_least(value, 2), shapes.with_rank(bias, 1)
        if value.sizes is None or bias.sizes is None:
            return value
        axis = _channel_axis(data_format, len(value.sizes))
        sizes = list(value.sizes)
        sizes[axis] = shapes.merge_sizes(sizes[axis], bias.sizes[0])
        return TensorShape.of(tuple(sizes))

    def kernel(value: torch.Tensor, bias: torch.Tensor, *, data_format: str) -> torch.Tensor:
        axis = _channel_axis(data_format, value.dim())
        if value.dim() < 2 or value.shape[axis] != bias.shape[0]:
            raise ValueError(
                "Must provide as many biases as the last dimension of the input tensor"
            )
        return value + bias.reshape([-1 if i == axis else 1 for i in range(value.dim())])

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        return dy, BiasAddGrad(dy, data_format=op.attrs["data_format"])


@op
class BiasAddGrad:
    """The sum of `out_backprop` over everything but the channels."""

    inputs = "out_backprop: T"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(out_backprop: TensorShape, *, data_format: str) -> TensorShape:
        sizes = shapes.with_rank_at_least(out_backprop, 2).sizes
        return shapes.of(None if sizes is None else sizes[_channel_axis(data_format, len(sizes))])

    def kernel(out_backprop: torch.Tensor, *, data_format: str) -> torch.Tensor:
        axis = _channel_axis(data_format, out_backprop.dim())
        others = [i for i in range(out_backprop.dim()) if i != axis]
        return out_backprop.sum(others, dtype=out_backprop.dtype)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        x = op.inputs[0]
        if op.attrs["data_format"] == "NCHW" and x.shape.ndims is not None and x.shape.ndims > 2:
            dy = Reshape(dy, constant([1, -1] + [1] * (x.shape.ndims - 2)))
        return Add(ZerosLike(x), dy)
