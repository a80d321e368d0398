"""Sums, maxima and the softmax of the elements that a sparse tensor has along axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape, Size
from reflow.ops.casts import Cast
from reflow.ops.constants import constant
from reflow.ops.filling import Fill, Range
from reflow.ops.gathering import GatherNd
from reflow.ops.kernels import Host
from reflow.ops.math import Add, FloorDiv, FloorMod, Mul, Neg
from reflow.ops.op import op
from reflow.ops.segments import sum_rows
from reflow.ops.sets import DynamicStitch
from reflow.ops.sparse.dense import SparseDenseCwiseAdd
from reflow.ops.sparse.parts import (
    Array,
    check_sparse,
    check_within,
    invalid,
    like,
    on,
    row_numbers,
    sparse_shapes,
    text,
)
from reflow.ops.unsigned import widened

# Of (values, the group of each, how many groups).
Reduce = Callable[[torch.Tensor, torch.Tensor, int], torch.Tensor]


def _maximum(values: torch.Tensor, groups: torch.Tensor, count: int) -> torch.Tensor:
    return values.new_zeros(count).scatter_reduce_(0, groups, values, "amax", include_self=False)


class _Groups:
    """The elements of a sparse tensor, grouped by the axes that are not reduced.

    Attributes:
      kept: those axes.
      indices: [groups, len(kept)], in row-major order.
      numbers: the group of each element.
      sizes: the dense shape of the result.
    """

    def __init__(
        self, indices: Array, dense_shape: Array, reduction_axes: Array, keep_dims: bool
    ) -> None:
        rank = len(dense_shape)
        for axis in reduction_axes.reshape(-1):
            if not -rank <= axis < rank:
                raise invalid(f"Invalid reduction dimension {axis}, for input with {rank} dims.")
        reduced = {int(axis) % rank for axis in reduction_axes.reshape(-1)}
        self.kept = [axis for axis in range(rank) if axis not in reduced]
        (self.numbers,) = row_numbers(indices[:, self.kept])
        first = np.unique(self.numbers, return_index=True)[1]
        self.indices = indices[first][:, self.kept]
        sizes = dense_shape.tolist()
        self.sizes: list[int] = (
            [1 if axis in reduced else size for axis, size in enumerate(sizes)]
            if keep_dims
            else [sizes[axis] for axis in self.kept]
        )
        self._keep_dims = keep_dims

    def result_indices(self) -> Array:
        """[groups, the result's rank]."""
        if not self._keep_dims:
            return self.indices
        result = np.zeros((len(self.indices), len(self.sizes)), np.int64)
        result[:, self.kept] = self.indices
        return result


_INPUTS = "input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32"


def _dense_shape(
    input_indices: TensorShape,
    input_values: TensorShape,
    input_shape: TensorShape,
    reduction_axes: TensorShape,
    *,
    op: Operation,
    keep_dims: bool,
) -> TensorShape:
    sizes, axes = constant_value(op.inputs[2]), constant_value(op.inputs[3])
    if sizes is None or axes is None:
        return shapes.UNKNOWN
    reduced = {int(axis) % max(len(sizes), 1) for axis in axes.reshape(-1)}
    if keep_dims:
        return shapes.of(*(1 if i in reduced else int(d) for i, d in enumerate(sizes)))
    return shapes.of(*(int(d) for i, d in enumerate(sizes) if i not in reduced))


@widened
def _spread(
    values: torch.Tensor, where: tuple[torch.Tensor, ...], sizes: Sequence[int]
) -> torch.Tensor:
    """Zeros of these sizes, but for the values at their places."""
    dense = values.new_zeros(sizes)
    dense[where] = values if where or not len(values) else values[0]
    return dense


def _reduction(
    name: str, doc: str, reduce: Reduce, types: str, gradient: Callable[..., Any] | None
) -> tuple[OpDefinition, OpDefinition]:
    """The op whose result is dense, and the one whose result is sparse."""

    def grouped(
        indices: Array, values: torch.Tensor, sizes: Array, axes: Array, keep_dims: bool
    ) -> tuple[_Groups, torch.Tensor]:
        check_sparse(indices, values, sizes)
        check_within(indices, sizes)
        groups = _Groups(indices, sizes, axes, keep_dims)
        reduced = widened(reduce)(values, like(values, groups.numbers), len(groups.indices))
        return groups, reduced

    def kernel(
        input_indices: Host,
        input_values: torch.Tensor,
        input_shape: Host,
        reduction_axes: Host,
        *,
        keep_dims: bool,
    ) -> torch.Tensor:
        groups, reduced = grouped(
            input_indices, input_values, input_shape, reduction_axes, keep_dims
        )
        where = tuple(like(reduced, column) for column in groups.result_indices().T)
        return _spread(reduced, where, groups.sizes)

    def sparse_kernel(
        input_indices: Host,
        input_values: torch.Tensor,
        input_shape: Host,
        reduction_axes: Host,
        *,
        keep_dims: bool,
        device: torch.device,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        groups, reduced = grouped(
            input_indices, input_values, input_shape, reduction_axes, keep_dims
        )
        return on(device, groups.result_indices()), reduced, on(device, groups.sizes)

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": _INPUTS,
        "outputs": "output: T",
        "attrs": ("keep_dims: bool = false", f"T: {types}"),
        "shape": _dense_shape,
        "kernel": kernel,
    }
    if gradient is not None:
        rules["gradient"] = gradient
    sparse_rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": _INPUTS,
        "outputs": "output_indices: int64, output_values: T, output_shape: int64",
        "attrs": rules["attrs"],
        "shape": lambda *inputs: [shapes.UNKNOWN] * 3,
        "kernel": sparse_kernel,
    }
    return op(type(name, (), rules)), op(type(f"{name}Sparse", (), sparse_rules))


def _sum_gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None, None]:
    indices, _, dense_shape, axes = op.inputs
    # The dense shape with 1 for the axes that are reduced.
    rank = Size(dense_shape)
    reduced = FloorMod(Add(axes, rank), rank)
    every = Range(constant(0), rank, constant(1))
    ones = Fill(Shape(reduced), constant(1))
    kept = DynamicStitch([every, reduced], [Cast(dense_shape, DstT="int32"), ones])
    scale = FloorDiv(dense_shape, Cast(kept, DstT="int64"))
    return None, GatherNd(Reshape(dy, kept), FloorDiv(indices, scale)), None, None


SparseReduceSum, SparseReduceSumSparse = _reduction(
    "SparseReduceSum", "The sums along axes.", sum_rows, "numbertype", _sum_gradient
)
# TensorFlow has no gradient of it either.
SparseReduceMax, SparseReduceMaxSparse = _reduction(
    "SparseReduceMax",
    "The largest elements given along axes; 0 where there is none.",
    _maximum,
    "realnumbertype",
    None,
)


@op
class SparseSoftmax:
    """The softmax along the last axis, over the elements that a sparse tensor has."""

    inputs = "sp_indices: int64, sp_values: T, sp_shape: int64"
    outputs = "output: T"
    attrs = ("T: {float, double}",)

    def shape(
        sp_indices: TensorShape, sp_values: TensorShape, sp_shape: TensorShape
    ) -> TensorShape:
        return sparse_shapes(sp_indices, sp_values, sp_shape)[1]

    def kernel(sp_indices: Host, sp_values: torch.Tensor, sp_shape: Host) -> torch.Tensor:
        check_sparse(sp_indices, sp_values, sp_shape)
        if len(sp_shape) < 2:
            raise invalid(f"Input should have rank >= 2, but received shape: {text(sp_shape)}")
        (numbers,) = row_numbers(sp_indices[:, :-1])
        rows = like(sp_values, numbers)
        count = int(numbers.max(initial=-1)) + 1
        powers = (sp_values - _maximum(sp_values, rows, count)[rows]).exp_()
        return powers / sum_rows(powers, rows, count)[rows]

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None]:
        indices, _, dense_shape = op.inputs
        softmax = op.outputs[0]
        sums = SparseReduceSum(
            indices, Mul(softmax, dy), dense_shape, constant([-1]), keep_dims=True
        )
        centred = SparseDenseCwiseAdd(indices, dy, dense_shape, Neg(sums))
        return None, Mul(centred, softmax), None
