"""Reductions over axes."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op


def reduced_shape(input: TensorShape, axes: Any, keep_dims: bool) -> TensorShape:
    """The shape after reducing `axes` (an array of ints, None if not known)."""
    sizes = input.sizes
    if sizes is None:
        return shapes.UNKNOWN
    if axes is None:
        return TensorShape.of((None,) * len(sizes)) if keep_dims else shapes.UNKNOWN
    reduced = set()
    for axis in axes.reshape(-1).tolist():
        if not -len(sizes) <= axis < len(sizes):
            raise ValueError(f"Invalid reduction dimension {axis} for input with {len(sizes)} dimensions.")
        reduced.add(axis % len(sizes))
    if keep_dims:
        return TensorShape.of(tuple(1 if i in reduced else d for i, d in enumerate(sizes)))
    return TensorShape.of(tuple(d for i, d in enumerate(sizes) if i not in reduced))


@op
class Sum:
    """The sum of the elements over the given axes; over none, the input itself."""

    inputs = "input: T, reduction_indices: Tidx"
    outputs = "output: T"
    attrs = ("keep_dims: bool = false", "T: numbertype", "Tidx: {int32, int64} = int32")

    def shape(input: TensorShape, reduction_indices: Value, *, keep_dims: bool) -> TensorShape:
        return reduced_shape(input, reduction_indices, keep_dims)

    def kernel(input: torch.Tensor, reduction_indices: Host, *, keep_dims: bool) -> torch.Tensor:
        axes = reduction_indices.reshape(-1).tolist()
        return input.sum(axes, keepdim=keep_dims, dtype=input.dtype) if axes else input.clone()

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        raise NotImplementedError
