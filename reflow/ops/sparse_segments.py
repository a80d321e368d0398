"""Reductions of picked rows: row data[indices[i]] belongs to the segment segment_ids[i]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.gathering import take
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.segments import (
    UnsortedSegmentSum,
    scalar_count,
    segment_sizes,
    segments_of_sorted,
    sum_rows,
)
from reflow.ops.slicing import first_dimension
from reflow.ops.unsigned import widened

_REALS = "T: realnumbertype"
_FLOATS = "T: {float, double}"
_INDICES = "Tidx: {int32, int64} = int32"
_COUNT = "Tnumsegments: {int32, int64} = int32"

# How the sum of a segment is scaled, by the number of its rows.
Scale = Callable[[torch.Tensor], torch.Tensor]
# The gradient with respect to the rows: of (dy, indices, segment_ids, how many rows).
RowGradient = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def _on(device: torch.device, integers: np.ndarray[Any, Any]) -> torch.Tensor:
    return torch.as_tensor(integers.astype(np.int64), device=device)


def _picked(data: torch.Tensor, indices: Host) -> torch.Tensor:
    outside = np.flatnonzero((indices < 0) | (indices >= len(data)))
    if outside.size:
        i = outside[0]
        raise _invalid(f"Bad: indices[{i}] == {indices[i]} out of range [0, {len(data)})")
    return data.index_select(0, _on(data.device, indices))


def _reduced(
    data: torch.Tensor, indices: Host, segment_ids: Host, count: int | None, scale: Scale | None
) -> torch.Tensor:
    rows = _picked(data, indices)
    wanted = segments_of_sorted(segment_ids, len(rows), count)
    ids = _on(data.device, segment_ids)
    sums = sum_rows(rows, ids, wanted)
    return sums if scale is None else sums / scale(segment_sizes(rows, ids, wanted))


def _shape(
    data: TensorShape, indices: TensorShape, segment_ids: TensorShape, count: int | None
) -> TensorShape:
    data = shapes.with_rank_at_least(data, 1)
    shapes.merge(shapes.with_rank(indices, 1), shapes.with_rank(segment_ids, 1))
    return shapes.UNKNOWN if data.sizes is None else shapes.of(count, *data.sizes[1:])


def _known_count(name: str, count: Value) -> int | None:
    if count is None:
        return None
    if count.ndim:
        raise ValueError(f"Shape must be rank 0 but is rank {count.ndim}")
    if count < 0:
        raise ValueError(f"Cannot specify a negative value for {name}")
    return int(count)


def _sparse_segments(
    name: str, doc: str, scale: Scale | None, types: str, gradient: RowGradient
) -> tuple[OpDefinition, OpDefinition]:
    """The op whose last id tells the number of segments, and the one that is told it."""

    def dx(op: Operation, dy: Tensor) -> Tensor:
        data, indices, segment_ids = op.inputs[:3]
        return gradient(dy, indices, segment_ids, first_dimension(Shape(data)))

    def shape(data: TensorShape, indices: TensorShape, segment_ids: TensorShape) -> TensorShape:
        return _shape(data, indices, segment_ids, None)

    def kernel(data: torch.Tensor, indices: Host, segment_ids: Host) -> torch.Tensor:
        return _reduced(data, indices, segment_ids, None, scale)

    def counted_shape(
        data: TensorShape, indices: TensorShape, segment_ids: TensorShape, num_segments: Value
    ) -> TensorShape:
        return _shape(data, indices, segment_ids, _known_count("num_segments", num_segments))

    def counted_kernel(
        data: torch.Tensor, indices: Host, segment_ids: Host, num_segments: Host
    ) -> torch.Tensor:
        wanted = scalar_count("num_segments", num_segments)
        return _reduced(data, indices, segment_ids, wanted, scale)

    inputs = "data: T, indices: Tidx, segment_ids: int32"
    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": inputs,
        "outputs": "output: T",
        "attrs": (types, _INDICES),
        "shape": shape,
        "kernel": widened(kernel),
        "gradient": lambda op, dy: (dx(op, dy), None, None),
    }
    counted: dict[str, Any] = {
        **rules,
        "inputs": f"{inputs}, num_segments: Tnumsegments",
        "attrs": (types, _INDICES, _COUNT),
        "shape": counted_shape,
        "kernel": widened(counted_kernel),
        "gradient": lambda op, dy: (dx(op, dy), None, None, None),
    }
    return op(type(name, (), rules)), op(type(f"{name}WithNumSegments", (), counted))


def _row_gradient(name: str, doc: str, scale: Scale) -> OpDefinition:
    def shape(
        grad: TensorShape, indices: TensorShape, segment_ids: TensorShape, output_dim0: Value
    ) -> TensorShape:
        return _shape(grad, indices, segment_ids, _known_count("output_dim0", output_dim0))

    def kernel(
        grad: torch.Tensor, indices: Host, segment_ids: Host, output_dim0: Host
    ) -> torch.Tensor:
        count = scalar_count("output_dim0", output_dim0)
        _check_row_gradient(len(grad), indices, segment_ids, count)
        ids = _on(grad.device, segment_ids)
        scaled = grad / scale(segment_sizes(grad, ids, len(grad)))
        return sum_rows(scaled.index_select(0, ids), _on(grad.device, indices), count)

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": "grad: T, indices: Tidx, segment_ids: int32, output_dim0: int32",
        "outputs": "output: T",
        "attrs": (_FLOATS, _INDICES),
        "shape": shape,
        "kernel": kernel,
    }
    return op(type(name, (), rules))


def _check_row_gradient(segments: int, indices: Host, segment_ids: Host, rows: int) -> None:
    if segment_ids.size and segment_ids[-1] >= segments:
        raise _invalid("Invalid number of segments")
    for what, numbers, count in (("Segment id", segment_ids, segments), ("Index", indices, rows)):
        outside = numbers[(numbers < 0) | (numbers >= count)]
        if outside.size:
            raise _invalid(f"{what} {outside[0]} out of range [0, {count}).")


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _identity(sizes: torch.Tensor) -> torch.Tensor:
    return sizes


SparseSegmentMeanGrad: OpDefinition = _row_gradient(
    "SparseSegmentMeanGrad", "The gradient of SparseSegmentMean by `data`.", _identity
)
SparseSegmentSqrtNGrad: OpDefinition = _row_gradient(
    "SparseSegmentSqrtNGrad", "The gradient of SparseSegmentSqrtN by `data`.", torch.sqrt
)

SparseSegmentSum, SparseSegmentSumWithNumSegments = _sparse_segments(
    "SparseSegmentSum",
    "The sum of each segment of picked rows.",
    None,
    _REALS,
    lambda dy, indices, ids, rows: UnsortedSegmentSum(take(dy, ids), indices, rows),
)
SparseSegmentMean, SparseSegmentMeanWithNumSegments = _sparse_segments(
    "SparseSegmentMean",
    "The mean of each segment of picked rows; 0 for an empty one.",
    _identity,
    _FLOATS,
    SparseSegmentMeanGrad,
)
SparseSegmentSqrtN, SparseSegmentSqrtNWithNumSegments = _sparse_segments(
    "SparseSegmentSqrtN",
    "The sum of each segment of picked rows, divided by the root of their number.",
    torch.sqrt,
    _FLOATS,
    SparseSegmentSqrtNGrad,
)
