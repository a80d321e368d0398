"""Rows of ragged tensors, by their indices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape
from reflow.ops.constants import constant
from reflow.ops.gathering import place_text, take
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.ragged.ranges import RaggedRange
from reflow.ops.ragged.splits import (
    Array,
    check_within,
    even_splits,
    invalid,
    on_device,
    ranges,
    row_splits,
    rows_of,
)
from reflow.ops.slicing import StridedSlice


@op
class RaggedGather:
    """The rows of a ragged tensor at `indices`, which may have any shape.

    The axes of `indices` come first in the result: all but the first of them are ragged axes, too,
    with rows of the same length.
    """

    inputs = (
        "params_nested_splits: PARAMS_RAGGED_RANK * Tsplits, params_dense_values: Tvalues, "
        "indices: Tindices"
    )
    outputs = "output_nested_splits: OUTPUT_RAGGED_RANK * Tsplits, output_dense_values: Tvalues"
    attrs = (
        "Tvalues: type",
        "Tindices: {int32, int64}",
        "Tsplits: {int32, int64} = int64",
        "PARAMS_RAGGED_RANK: int >= 1",
        "OUTPUT_RAGGED_RANK: int >= 0",
    )

    def shape(
        params_nested_splits: list[TensorShape],
        params_dense_values: TensorShape,
        indices: TensorShape,
        *,
        OUTPUT_RAGGED_RANK: int,
    ) -> list[TensorShape]:
        shapes.with_rank(indices, OUTPUT_RAGGED_RANK - len(params_nested_splits) + 1)
        for splits in params_nested_splits:
            shapes.with_rank(splits, 1)
        values = shapes.with_rank_at_least(params_dense_values, 1)
        outer = [shapes.of(None)] * OUTPUT_RAGGED_RANK
        if values.sizes is None:
            return [*outer, shapes.UNKNOWN]
        return [*outer, shapes.of(None, *values.sizes[1:])]

    def kernel(
        params_nested_splits: list[Host],
        params_dense_values: Any,
        indices: Host,
        *,
        OUTPUT_RAGGED_RANK: int,
        device: torch.device,
    ) -> list[Any]:
        if len(params_nested_splits) + indices.ndim - 1 != OUTPUT_RAGGED_RANK:
            raise invalid(
                "Expected OUTPUT_RAGGED_RANK to be PARAMS_RAGGED_RANK + indices.rank - 1. "
                f"Received: {OUTPUT_RAGGED_RANK}, {len(params_nested_splits)}, {indices.ndim}"
            )
        if not params_dense_values.ndim:
            raise invalid("params.rank must be nonzero")
        _check_indices(indices, len(params_nested_splits[0]) - 1)
        check_within(params_nested_splits, params_dense_values.shape[0])
        dtype = params_nested_splits[0].dtype
        outer = [
            even_splits(math.prod(indices.shape[:axis]), indices.shape[axis], dtype)
            for axis in range(1, indices.ndim)
        ]
        inner, positions = _gathered(params_nested_splits, indices.ravel())
        if not indices.ndim:
            inner = inner[1:]  # one row: no axis of rows
        splits = on_device([*outer, *inner], device)
        return [*splits, rows_of(params_dense_values, positions)]

    def gradient(op: Operation, *grads: Tensor) -> list[Any]:
        *nested_splits, values, indices = op.inputs
        combined = nested_splits[0]
        for splits in nested_splits[1:]:
            combined = take(splits, combined)
        rows = Reshape(indices, constant([-1]))
        limits = StridedSlice(combined, constant([1]), constant([0]), constant([1]), end_mask=1)
        starts = take(combined, rows)
        _, positions = RaggedRange(starts, take(limits, rows), constant(1, starts.dtype))
        dvalues = IndexedSlices(grads[-1], positions, Shape(values))
        return [*[None] * len(nested_splits), dvalues, None]


def _check_indices(indices: Array, count: int) -> None:
    outside = np.flatnonzero((indices < 0) | (indices >= count))
    if outside.size:
        place = place_text(int(outside[0]), indices.shape)
        raise invalid(f"indices{place} = {indices.flat[outside[0]]} is not in [0, {count})")


def _gathered(nested_splits: list[Array], rows: Array) -> tuple[list[Array], Array]:
    """The splits of the gathered rows, and where their values are."""
    starts, limits = nested_splits[0][rows], nested_splits[0][rows + 1]
    dtype = nested_splits[0].dtype
    gathered = [row_splits(limits - starts, dtype)]
    for splits in nested_splits[1:]:
        inner = ranges(starts, limits)
        gathered.append(row_splits(splits[inner + 1] - splits[inner], dtype))
        starts, limits = splits[starts], splits[limits]
    return gathered, ranges(starts, limits)
