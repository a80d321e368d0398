"""Sparse tensors reordered, reshaped, joined, cut up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.constants import constant
from reflow.ops.filling import Range
from reflow.ops.gathering import take
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.permuting import InvertPermutation
from reflow.ops.slicing import first_dimension
from reflow.ops.sparse.parts import (
    Array,
    check_sparse,
    invalid,
    joined,
    on,
    pick,
    row_major_order,
    row_numbers,
    size_of,
    sparse_shapes,
    text,
    values_at,
)

_LARGEST = (1 << 63) - 1


@op
class SparseReorder:
    """A sparse tensor with its elements in row-major order; equal indices keep theirs."""

    inputs = "input_indices: int64, input_values: T, input_shape: int64"
    outputs = "output_indices: int64, output_values: T"
    attrs = ("T: type",)

    def shape(
        input_indices: TensorShape, input_values: TensorShape, input_shape: TensorShape
    ) -> tuple[TensorShape, TensorShape]:
        return sparse_shapes(input_indices, input_values, input_shape)[:2]

    def kernel(
        input_indices: Host, input_values: Any, input_shape: Host, *, device: torch.device
    ) -> tuple[torch.Tensor, Any]:
        check_sparse(input_indices, input_values, input_shape)
        order = row_major_order(input_indices)
        return on(device, input_indices[order]), pick(input_values, order)

    def gradient(op: Operation, _: Any, dy: Tensor) -> tuple[None, Tensor, None]:
        indices, _, dense_shape = op.inputs
        count = first_dimension(Shape(indices))
        numbers = Range(constant(0), count, constant(1))
        order = SparseReorder(indices, numbers, dense_shape).output_values
        return None, take(dy, InvertPermutation(order)), None


@op
class SparseReshape:
    """The indices of a sparse tensor in another dense shape; -1 stands for what is left."""

    inputs = "input_indices: int64, input_shape: int64, new_shape: int64"
    outputs = "output_indices: int64, output_shape: int64"
    gradient = None

    def shape(
        input_indices: TensorShape, input_shape: TensorShape, new_shape: TensorShape
    ) -> tuple[TensorShape, TensorShape]:
        shapes.with_rank(input_shape, 1)
        count = shapes.with_rank(input_indices, 2).as_list()[0]
        rank = size_of(new_shape)
        return shapes.of(count, rank), shapes.of(rank)

    def kernel(
        input_indices: Host, input_shape: Host, new_shape: Host, *, device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        for name, vector in (("Input", input_shape), ("Target", new_shape)):
            if vector.ndim != 1:
                raise invalid(
                    f"{name} shape should be a vector but received shape {text(vector.shape)}"
                )
        if input_indices.ndim != 2 or input_indices.shape[1] != len(input_shape):
            raise invalid(
                f"Input indices should be a matrix with {len(input_shape)} columns but received "
                f"shape {text(input_indices.shape)}"
            )
        sizes = input_shape.tolist()
        wanted = _reshaped_sizes(sizes, new_shape.tolist())
        places = input_indices @ _strides(sizes)
        # Where a size is 0 there are no elements, or their indices are wrong.
        columns = [
            places // max(stride, 1) % max(size, 1)
            for stride, size in zip(_strides(wanted), wanted)
        ]
        indices = np.stack(columns, axis=1) if columns else np.zeros((len(places), 0))
        return on(device, indices), on(device, wanted)


def _reshaped_sizes(sizes: list[int], wanted: list[int]) -> list[int]:
    """`wanted` with a number in the place of -1; InvalidArgumentError if the sizes do not fit."""
    total = math.prod(sizes)
    if total > _LARGEST or min(sizes, default=0) < 0:
        raise invalid(f"The input has a dense shape that is too large or negative: {text(sizes)}")
    unknown = [axis for axis, size in enumerate(wanted) if size == -1]
    if len(unknown) > 1:
        raise invalid(
            f"only one output dimension may be -1, not both {unknown[0]} and {unknown[1]}"
        )
    for axis, size in enumerate(wanted):
        if size < -1:
            raise invalid(f"size {axis} must be non-negative, not {size}")
    known = math.prod(size for size in wanted if size != -1)
    if unknown and not known:
        raise invalid(
            "reshape cannot infer the missing input size for an empty tensor unless all "
            "specified input sizes are non-zero"
        )
    if unknown:
        if total % known:
            raise invalid(
                f"Input to reshape is a SparseTensor with {total} dense values, but the requested "
                f"shape requires a multiple of {known}. input_shape={text(sizes)} "
                f"output_shape={text(wanted)}"
            )
        return [total // known if size == -1 else size for size in wanted]
    if known != total:
        raise invalid(
            f"Input to reshape is a tensor with {total} dense values, but the requested shape has "
            f"{known}. input_shape={text(sizes)} output_shape={text(wanted)}"
        )
    return wanted


def _strides(sizes: list[int]) -> Array:
    """How far apart neighbours along each axis are."""
    return np.array([math.prod(sizes[axis + 1 :]) for axis in range(len(sizes))], np.int64)


@op
class SparseConcat:
    """Several sparse tensors, joined along an axis."""

    inputs = "indices: N * int64, values: N * T, shapes: N * int64"
    outputs = "output_indices: int64, output_values: T, output_shape: int64"
    attrs = ("concat_dim: int", "N: int >= 2", "T: type")
    gradient = None

    def shape(
        indices: list[TensorShape], values: list[TensorShape], shapes: list[TensorShape]
    ) -> list[TensorShape]:
        return _joined_shapes(indices, values, shapes)

    def kernel(
        indices: list[Host],
        values: list[Any],
        shapes: list[Host],
        *,
        concat_dim: int,
        device: torch.device,
    ) -> tuple[torch.Tensor, Any, torch.Tensor]:
        for part in zip(indices, values, shapes):
            check_sparse(*part)
        axis = _joining_axis(shapes, concat_dim)
        sizes = [int(shape[axis]) for shape in shapes]
        moved = [matrix.astype(np.int64) for matrix in indices]
        for matrix, start in zip(moved, np.cumsum([0, *sizes[:-1]])):
            matrix[:, axis] += start
        rows = np.concatenate(moved)
        order = row_major_order(rows)
        whole = shapes[0].astype(np.int64)
        whole[axis] = sum(sizes)
        return on(device, rows[order]), pick(joined(values), order), on(device, whole)


def _joined_shapes(
    indices: list[TensorShape], values: list[TensorShape], dense_shapes: list[TensorShape]
) -> list[TensorShape]:
    total: int | None = 0
    rank, dense_shape = None, shapes.UNKNOWN
    for parts in zip(indices, values, dense_shapes):
        matrix, vector, sizes = sparse_shapes(*parts)
        count = shapes.merge_sizes(matrix.as_list()[0], vector.as_list()[0])
        total = None if total is None or count is None else total + count
        rank = shapes.merge_sizes(rank, matrix.as_list()[1])
        dense_shape = shapes.merge(dense_shape, sizes)
    return [shapes.of(total, rank), shapes.of(total), dense_shape]


def _joining_axis(dense_shapes: list[Array], axis: int) -> int:
    first = dense_shapes[0]
    for i, other in enumerate(dense_shapes):
        if len(other) != len(first):
            raise invalid(
                f"Ranks of all input tensors must match: expected {len(first)} but got "
                f"{len(other)} at position {i}"
            )
    rank = len(first)
    if not -rank <= axis < rank:
        raise invalid(f"Concat dimension must be in range [{-rank}, {rank}), got {axis}")
    axis %= rank
    for i, other in enumerate(dense_shapes):
        different = first != other
        different[axis] = False
        if different.any():
            where = int(different.argmax())
            raise invalid(
                f"Input shapes must match: expected {first[where]} for dimension {where} but got "
                f"{other[where]} at position {i}"
            )
    return axis


@op
class SparseSplit:
    """A sparse tensor cut along an axis into `num_split` parts, the first ones larger by 1."""

    inputs = "split_dim: int64, indices: int64, values: T, shape: int64"
    outputs = (
        "output_indices: num_split * int64, output_values: num_split * T, "
        "output_shape: num_split * int64"
    )
    attrs = ("num_split: int >= 1", "T: type")

    def shape(
        split_dim: TensorShape,
        indices: TensorShape,
        values: TensorShape,
        shape: TensorShape,
        *,
        num_split: int,
    ) -> list[TensorShape]:
        parts = [shapes.of(None, shape.num_elements()), shapes.of(None), shape]
        return [part for part in parts for _ in range(num_split)]

    def kernel(
        split_dim: Host,
        indices: Host,
        values: Any,
        shape: Host,
        *,
        num_split: int,
        device: torch.device,
    ) -> list[Any]:
        check_sparse(indices, values, shape)
        if split_dim.size != 1:
            raise invalid(
                f"Input split_dim should be a scalar but received shape {text(split_dim.shape)}"
            )
        axis, rank = int(split_dim.reshape(-1)[0]), len(shape)
        if not -rank <= axis < rank:
            raise invalid(f"Input split_dim should be between 0 and rank ({rank}), got {axis}")
        axis %= rank
        size = int(shape[axis])
        if not 1 <= num_split <= size:
            raise invalid(
                "Input num_split should be between 1 and the splitting dimension size "
                f"({size}), got {num_split}"
            )
        per_part, larger = divmod(size, num_split)
        parts = []
        start = 0
        for i in range(num_split):
            sizes = shape.astype(np.int64)
            sizes[axis] = per_part + (i < larger)
            begin = np.zeros(rank, np.int64)
            begin[axis] = start
            start += int(sizes[axis])
            parts.append((*_box(indices, values, begin, sizes, device), on(device, sizes)))
        return [part[kind] for kind in range(3) for part in parts]


def _box(
    indices: Array, values: Any, begin: Array, sizes: Array, device: torch.device
) -> tuple[torch.Tensor, Any]:
    """The elements from `begin` on within `sizes`, with indices that begin there."""
    moved = indices - begin
    (inside,) = np.nonzero(((moved >= 0) & (moved < sizes)).all(axis=1))
    return on(device, moved[inside]), pick(values, inside)


@op
class SparseSlice:
    """The part of a sparse tensor that begins at `start` and has `size`, as far as it goes."""

    inputs = "indices: int64, values: T, shape: int64, start: int64, size: int64"
    outputs = "output_indices: int64, output_values: T, output_shape: int64"
    attrs = ("T: type",)

    def shape(
        indices: TensorShape,
        values: TensorShape,
        shape: TensorShape,
        start: TensorShape,
        size: TensorShape,
    ) -> list[TensorShape]:
        return [shapes.of(None, shape.num_elements()), shapes.of(None), shape]

    def kernel(
        indices: Host, values: Any, shape: Host, start: Host, size: Host, *, device: torch.device
    ) -> list[Any]:
        check_sparse(indices, values, shape)
        for name, vector in (("start", start), ("size", size)):
            if vector.shape != shape.shape:
                raise invalid(
                    f"Expected {name} to be a vector of length {len(shape)} but got shape "
                    f"{text(vector.shape)}"
                )
        sizes = np.clip(np.minimum(size, shape - start), 0, None)
        return [*_box(indices, values, start, sizes, device), on(device, sizes)]

    def gradient(op: Operation, _: Any, dy: Tensor, __: Any) -> list[Tensor | None]:
        indices, start = op.inputs[0], op.inputs[3]
        return [None, SparseSliceGrad(dy, indices, start, op.outputs[0]), None, None, None]


@op
class SparseSliceGrad:
    """The gradient of SparseSlice by the values: 0 for what is not in the slice."""

    inputs = "backprop_val_grad: T, input_indices: int64, input_start: int64, output_indices: int64"
    outputs = "val_grad: T"
    attrs = ("T: numbertype",)

    def shape(
        backprop_val_grad: TensorShape,
        input_indices: TensorShape,
        input_start: TensorShape,
        output_indices: TensorShape,
    ) -> TensorShape:
        return shapes.of(shapes.with_rank(input_indices, 2).as_list()[0])

    def kernel(
        backprop_val_grad: torch.Tensor,
        input_indices: Host,
        input_start: Host,
        output_indices: Host,
    ) -> torch.Tensor:
        if input_indices.ndim != 2 or output_indices.shape[1:] != input_indices.shape[1:]:
            raise invalid(
                "The input and output should have the same number of columns. Received: "
                f"{text(input_indices.shape)} and {text(output_indices.shape)}"
            )
        if input_start.shape != input_indices.shape[1:]:
            raise invalid(
                f"Expected a start for each of {input_indices.shape[1]} columns. Received: "
                f"{text(input_start.shape)}"
            )
        if tuple(backprop_val_grad.shape) != output_indices.shape[:1]:
            raise invalid(
                f"Expected a gradient of shape {text(output_indices.shape[:1])}. Received: "
                f"{text(backprop_val_grad.shape)}"
            )
        before, after = row_numbers(input_indices, output_indices + input_start)
        return values_at(before, after, backprop_val_grad)
