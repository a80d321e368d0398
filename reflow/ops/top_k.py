"""The largest elements, and whether a class is among them."""

from __future__ import annotations

import torch

from reflow.graph.dtypes import int32
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims, Rank, Reshape, Shape
from reflow.ops.constants import constant
from reflow.ops.filling import OneHot
from reflow.ops.kernels import Host, Value
from reflow.ops.math import Mul, Sub
from reflow.ops.op import op
from reflow.ops.reductions import Sum
from reflow.ops.slicing import Slice


@op
class TopKV2:
    """The k largest elements along the last dimension and their positions, the largest first.

    Of equal elements the one with the lower position comes first.
    """

    inputs = "input: T, k: int32"
    outputs = "values: T, indices: int32"
    attrs = ("sorted: bool = true", "T: realnumbertype")

    def shape(input: TensorShape, k: Value) -> tuple[TensorShape, TensorShape]:
        sizes = shapes.with_rank_at_least(input, 1).sizes
        if k is not None and int(k) < 0:
            raise ValueError(f"Need k >= 0, got {int(k)}")
        if sizes is None:
            return shapes.UNKNOWN, shapes.UNKNOWN
        count = None if k is None else int(k)
        if count is not None and sizes[-1] is not None and sizes[-1] < count:
            raise ValueError(f"input must have last dimension >= k = {count} but is {sizes[-1]}")
        both = TensorShape.of((*sizes[:-1], count))
        return both, both

    def kernel(input: torch.Tensor, k: Host, *, sorted: bool) -> tuple[torch.Tensor, torch.Tensor]:
        count = int(k)
        if count > input.shape[-1]:
            raise ValueError(
                f"input must have at least k columns. Had {input.shape[-1]}, needed {count}"
            )
        values, indices = torch.sort(input, dim=-1, descending=True, stable=True)
        return values[..., :count].contiguous(), indices[..., :count].to(torch.int32)

    def gradient(op: Operation, d_values: Tensor, d_indices: Tensor) -> tuple[Tensor, None]:
        x = op.inputs[0]
        dtype = x.dtype.base_dtype
        # One row for each of the k picks: its gradient at its position, zero elsewhere.
        last = Reshape(
            Slice(Shape(x), Reshape(Sub(Rank(x), constant(1)), constant([1])), constant([1])),
            constant([], int32),
        )
        places = OneHot(op.outputs[1], last, constant(1, dtype), constant(0, dtype), axis=-1)
        return Sum(Mul(places, ExpandDims(d_values, constant(-1))), constant(-2)), None


@op
class InTopKV2:
    """Whether targets[i] is among the k largest of predictions[i]; ties count as in."""

    inputs = "predictions: float, targets: T, k: T"
    outputs = "precision: bool"
    attrs = ("T: {int32, int64} = int32",)
    gradient = None

    def shape(predictions: TensorShape, targets: TensorShape, k: TensorShape) -> TensorShape:
        predictions, targets = shapes.with_rank(predictions, 2), shapes.with_rank(targets, 1)
        shapes.with_rank(k, 0)
        assert predictions.sizes is not None and targets.sizes is not None
        return shapes.of(shapes.merge_sizes(predictions.sizes[0], targets.sizes[0]))

    def kernel(predictions: torch.Tensor, targets: torch.Tensor, k: Host) -> torch.Tensor:
        if predictions.shape[0] != targets.shape[0]:
            raise ValueError(
                f"First dimension of predictions {predictions.shape[0]} must match length of "
                f"targets {targets.shape[0]}"
            )
        classes = predictions.shape[1]
        valid = (targets >= 0) & (targets < classes)
        index = torch.where(valid, targets, 0).long().unsqueeze(1)
        target = predictions.gather(1, index)
        # A row with a number that is not finite has no order: its target is not among the first.
        finite = torch.isfinite(target.squeeze(1)) & torch.isfinite(predictions).all(1)
        return valid & finite & ((predictions > target).sum(1) < int(k))
