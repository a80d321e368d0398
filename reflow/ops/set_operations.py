"""Rows as sets: their unions, intersections and differences.

The sets are the rows along the last axis, of a dense or a sparse tensor; each result is a row of a
sparse tensor, in ascending order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import (
    Array,
    check_order,
    check_sparse,
    invalid,
    on,
    size_of,
    sparse_output,
    sparse_shapes,
    text,
)
from reflow.ops.values import HOST_TYPES, placed, to_torch

Row = tuple[int, ...]
Sets = dict[Row, set[Any]]

_ATTRS = (
    "set_operation: string",
    "validate_indices: bool = true",
    "T: {int8, int16, int32, int64, uint8, uint16, string}",
)
_OUTPUTS = "result_indices: int64, result_values: T, result_shape: int64"
_OPERATIONS: dict[str, Callable[[set[Any], set[Any]], set[Any]]] = {
    "a-b": lambda a, b: a - b,
    "b-a": lambda a, b: b - a,
    "intersection": lambda a, b: a & b,
    "union": lambda a, b: a | b,
}


def _of_dense(values: Array) -> Iterator[tuple[Row, set[Any]]]:
    if values.ndim < 2:
        raise invalid(f"Shape {text(values.shape)} has rank {values.ndim} < 2")
    for row in np.ndindex(*values.shape[:-1]):
        yield row, set(values[row].tolist())


def _of_sparse(indices: Array, values: Array, dense_shape: Array) -> Sets:
    check_sparse(indices, values, dense_shape, "set_")
    if len(dense_shape) < 2:
        raise invalid(f"Invalid rank {len(dense_shape)}.")
    check_order(indices, dense_shape)
    sets: Sets = {}
    for row, value in zip(indices[:, :-1].tolist(), values.tolist()):
        sets.setdefault(tuple(row), set()).add(value)
    return sets


def _combined(
    a: Sets, b: Sets, a_shape: Any, b_shape: Any, op: Operation, device: torch.device
) -> list[Any]:
    """The sparse tensor of the sets that `op` makes of each two; shapes are those of the inputs."""
    outer = list(a_shape[:-1])
    if outer != list(b_shape[:-1]):
        raise invalid(f"Mismatched shapes {text(outer)} vs {text(b_shape[:-1])}")
    operate = _OPERATIONS.get(op.attrs["set_operation"].lower())
    if operate is None:
        raise invalid(f"Invalid set_operation {op.attrs['set_operation']}.")
    rows = sorted(a.keys() | b.keys())
    found = [(row, sorted(operate(a.get(row, set()), b.get(row, set())))) for row in rows]
    indices = [(*row, i) for row, values in found for i in range(len(values))]
    values = [value for _, values in found for value in values]
    largest = max((len(values) for _, values in found), default=0)
    return [
        on(device, np.array(indices, np.int64).reshape(-1, len(outer) + 1)),
        _vector(values, op.attrs["T"], device),
        on(device, [*outer, largest]),
    ]


def _vector(values: list[Any], dtype: DType, device: torch.device) -> Any:
    array = np.array(values, dtype.as_numpy_dtype)
    return array if dtype in HOST_TYPES else to_torch(array, dtype, device)


def _same_rank(a: int | None, b: int | None) -> int | None:
    rank = shapes.merge_sizes(a, b)
    if rank is not None and rank < 2:
        raise ValueError(f"Input 0, expected rank >= 2, got {rank}.")
    return rank


@op
class DenseToDenseSetOperation:
    """The sets of the rows of two tensors, combined."""

    inputs = "set1: T, set2: T"
    outputs = _OUTPUTS
    attrs = _ATTRS
    gradient = None

    def shape(set1: TensorShape, set2: TensorShape) -> list[TensorShape]:
        for one in (set1, set2):
            shapes.with_rank_at_least(one, 2)
        if set1.sizes is not None and set2.sizes is not None:
            shapes.with_rank(set2, len(set1.sizes))
            shapes.merge(shapes.of(*set1.sizes[:-1]), shapes.of(*set2.sizes[:-1]))
        return sparse_output(set2.ndims if set1.ndims is None else set1.ndims)

    def kernel(set1: Host, set2: Host, *, op: Operation, device: torch.device) -> list[Any]:
        sets = dict(_of_dense(set1)), dict(_of_dense(set2))
        return _combined(*sets, set1.shape, set2.shape, op, device)


@op
class DenseToSparseSetOperation:
    """The sets of the rows of a tensor and of a sparse tensor, combined."""

    inputs = "set1: T, set2_indices: int64, set2_values: T, set2_shape: int64"
    outputs = _OUTPUTS
    attrs = _ATTRS
    gradient = None

    def shape(
        set1: TensorShape,
        set2_indices: TensorShape,
        set2_values: TensorShape,
        set2_shape: TensorShape,
    ) -> list[TensorShape]:
        sparse_shapes(set2_indices, set2_values, set2_shape)
        shapes.with_rank_at_least(set1, 2)
        return sparse_output(_same_rank(set1.ndims, size_of(set2_shape)))

    def kernel(
        set1: Host,
        set2_indices: Host,
        set2_values: Host,
        set2_shape: Host,
        *,
        op: Operation,
        device: torch.device,
    ) -> list[Any]:
        sets = dict(_of_dense(set1)), _of_sparse(set2_indices, set2_values, set2_shape)
        return _combined(*sets, set1.shape, set2_shape, op, device)


@op
class SparseToSparseSetOperation:
    """The sets of the rows of two sparse tensors, combined."""

    inputs = (
        "set1_indices: int64, set1_values: T, set1_shape: int64, "
        "set2_indices: int64, set2_values: T, set2_shape: int64"
    )
    outputs = _OUTPUTS
    attrs = _ATTRS
    gradient = None

    def shape(
        set1_indices: TensorShape,
        set1_values: TensorShape,
        set1_shape: TensorShape,
        set2_indices: TensorShape,
        set2_values: TensorShape,
        set2_shape: TensorShape,
    ) -> list[TensorShape]:
        sparse_shapes(set1_indices, set1_values, set1_shape)
        sparse_shapes(set2_indices, set2_values, set2_shape)
        return sparse_output(_same_rank(size_of(set1_shape), size_of(set2_shape)))

    def kernel(
        set1_indices: Host,
        set1_values: Host,
        set1_shape: Host,
        set2_indices: Host,
        set2_values: Host,
        set2_shape: Host,
        *,
        op: Operation,
        device: torch.device,
    ) -> list[Any]:
        a = _of_sparse(set1_indices, set1_values, set1_shape)
        b = _of_sparse(set2_indices, set2_values, set2_shape)
        return _combined(a, b, set1_shape, set2_shape, op, device)


@op
class SetSize:
    """How many different elements each row of a sparse tensor has."""

    inputs = "set_indices: int64, set_values: T, set_shape: int64"
    outputs = "size: int32"
    attrs = _ATTRS[1:]
    gradient = None

    def shape(
        set_indices: TensorShape, set_values: TensorShape, set_shape: TensorShape
    ) -> TensorShape:
        return shapes.UNKNOWN

    def kernel(
        set_indices: Host, set_values: Host, set_shape: Host, *, device: torch.device
    ) -> torch.Tensor:
        sets = _of_sparse(set_indices, set_values, set_shape)
        sizes = torch.zeros(set_shape[:-1].tolist(), dtype=torch.int32)
        for row, values in sets.items():
            sizes[row] = len(values)
        return placed(sizes, device)
