"""Ragged tensors as sparse and as dense ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape
from reflow.ops.elements import any_elements
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.ragged.splits import Array, check_exact, invalid, on_device, row_splits
from reflow.ops.text.elements import as_bytes
from reflow.ops.values import placed


@op
class RaggedTensorToSparse:
    """A ragged tensor as a sparse one, as wide in each axis as its longest row there."""

    inputs = "rt_nested_splits: RAGGED_RANK * Tsplits, rt_dense_values: T"
    outputs = "sparse_indices: int64, sparse_values: T, sparse_dense_shape: int64"
    attrs = ("RAGGED_RANK: int >= 1", "T: type", "Tsplits: {int32, int64} = int64")

    def shape(
        rt_nested_splits: list[TensorShape], rt_dense_values: TensorShape
    ) -> list[TensorShape]:
        values = shapes.with_rank_at_least(rt_dense_values, 1)
        for splits in rt_nested_splits:
            shapes.with_rank(splits, 1)
        rank = None if values.ndims is None else values.ndims + len(rt_nested_splits)
        count = values.num_elements()
        return [shapes.of(count, rank), shapes.of(count), shapes.of(rank)]

    def kernel(
        rt_nested_splits: list[Host], rt_dense_values: Any, *, device: torch.device
    ) -> list[Any]:
        count = rt_dense_values.shape[0] if rt_dense_values.ndim else -1
        check_exact(rt_nested_splits, count)
        inner = tuple(rt_dense_values.shape[1:])
        lengths = [np.diff(splits) for splits in rt_nested_splits]
        widths = [row_lengths.max(initial=0) for row_lengths in lengths]
        indices = _places(lengths, inner)
        dense_shape = np.array([len(lengths[0]), *widths, *inner], np.int64)
        placed, sizes = on_device([indices, dense_shape], device)
        return [placed, rt_dense_values.reshape(-1), sizes]

    def gradient(op: Operation, _: Any, dvalues: Tensor, __: Any) -> list[Tensor | None]:
        *splits, values = op.inputs
        return [*[None] * len(splits), Reshape(dvalues, Shape(values))]


def _places(nested_lengths: Sequence[Array], inner: tuple[int, ...]) -> Array:
    """The index of each value of a ragged tensor: [n, rank]."""
    indices = np.arange(len(nested_lengths[0]))[:, None]
    for lengths in nested_lengths:
        columns = np.arange(lengths.sum()) - np.repeat(row_splits(lengths)[:-1], lengths)
        indices = np.column_stack([np.repeat(indices, lengths, axis=0), columns])
    for size in inner:
        columns = np.tile(np.arange(size), len(indices))
        indices = np.column_stack([np.repeat(indices, size, axis=0), columns])
    return indices.astype(np.int64)


_PARTITION_TYPES = (b"FIRST_DIM_SIZE", b"VALUE_ROWIDS", b"ROW_SPLITS")


def _checked_types(given: Sequence[str | bytes]) -> list[bytes]:
    """How rows are told apart in each axis; ValueError for a way that there is not."""
    types = [as_bytes(kind) for kind in given]
    for kind in types:
        if kind in (b"ROW_LENGTHS", b"ROW_LIMITS", b"ROW_STARTS"):
            raise ValueError(f"Unsupported partition type: {kind.decode()}")
        if kind not in _PARTITION_TYPES:
            raise ValueError(f"Unknown string for partition info type: {kind.decode()}")
    if not types:
        raise ValueError("Partition info types should not be empty")
    if b"FIRST_DIM_SIZE" in types[1:]:
        raise ValueError("FIRST_DIM_SIZE must be first")
    if types[0] == b"FIRST_DIM_SIZE" and types[1:2] != [b"VALUE_ROWIDS"]:
        raise ValueError("FIRST_DIM_SIZE must be followed by VALUE_ROWIDS")
    if types[0] == b"VALUE_ROWIDS":
        raise ValueError("VALUE_ROWIDS cannot be first")
    return types


def _described(sizes: Sequence[int | None] | None) -> str:
    if sizes is None:
        return "<unknown>"
    return f"[{','.join('?' if size in (None, -1) else str(size) for size in sizes)}]"


def _output_sizes(
    wanted: Sequence[int | None] | None, ragged_rank: int, values: Sequence[int | None] | None
) -> list[int | None] | None:
    """The shape of the dense tensor as far as it is known without the rows; None: nothing."""
    if values is None:
        return None if wanted is None else list(wanted)
    rank = ragged_rank + len(values)
    inner = list(values[1:])
    if wanted is None:
        return [*[None] * (rank - len(inner)), *inner]
    if len(wanted) != rank:
        raise ValueError(
            f"Value shape ({_described(values)}), ragged_rank({ragged_rank}) and "
            f"shape({_described(wanted)}) do not have a consistent number of dimensions"
        )
    outer = list(wanted[: rank - len(inner)])
    for given, size in zip(wanted[len(outer) :], inner):
        if None not in (given, size) and given != size:
            raise ValueError("Value and shape dimension are inconsistent.")
        outer.append(size if given is None else given)
    return outer


@op
class RaggedTensorToTensor:
    """A ragged tensor as a dense one, with a default value where it has none.

    Args:
      shape: of the result; -1 for an axis as wide as its longest row, the scalar -1 for all so.
        Rows that are longer are cut.
      row_partition_types: for each axis "ROW_SPLITS" or "VALUE_ROWIDS", what row_partition_tensors
        has; "FIRST_DIM_SIZE" stands before a first axis of "VALUE_ROWIDS" for the number of rows.
    """

    inputs = (
        "shape: Tshape, values: T, default_value: T, "
        "row_partition_tensors: num_row_partition_tensors * Tindex"
    )
    outputs = "result: T"
    attrs = (
        "T: type",
        "Tindex: {int64, int32}",
        "Tshape: {int64, int32}",
        "num_row_partition_tensors: int >= 1",
        "row_partition_types: list(string)",
    )

    def shape(
        shape: Value,
        values: TensorShape,
        default_value: TensorShape,
        row_partition_tensors: list[TensorShape],
        *,
        row_partition_types: list[Any],
        op: Operation,
    ) -> TensorShape:
        types = _checked_types(row_partition_types)
        if len(types) != len(row_partition_tensors):
            raise ValueError(
                f"Number of row partition tensors ({len(row_partition_tensors)}) does not equal "
                f"the number of row partition types({len(types)})."
            )
        for kind, partition in zip(types, row_partition_tensors):
            rank = 0 if kind == b"FIRST_DIM_SIZE" else 1
            if partition.ndims not in (None, rank):
                raise ValueError(
                    "Row partition must be a vector."
                    if rank
                    else "FIRST_DIM_SIZE must be a scalar."
                )
        _check_default(default_value.sizes, values.sizes)
        sizes = _output_sizes(_wanted(shape, op.inputs[0].shape), len(_axes(types)), values.sizes)
        return shapes.UNKNOWN if sizes is None else shapes.of(*sizes)

    def kernel(
        shape: Host,
        values: Any,
        default_value: Any,
        row_partition_tensors: list[Host],
        *,
        row_partition_types: list[Any],
    ) -> Any:
        types = _checked_types(row_partition_types)
        _check_default(default_value.shape, values.shape)
        axes = _axes(types)
        sizes = _output_sizes(_wanted(shape, None), len(axes), values.shape)
        assert sizes is not None
        outer, positions = _positions(types, row_partition_tensors, sizes)
        if len(positions) != len(values):
            raise errors.InternalError(None, None, "Values and indices must be equal")
        return _placed(values, default_value, outer, positions)


def _axes(types: Sequence[bytes]) -> list[bytes]:
    return [kind for kind in types if kind != b"FIRST_DIM_SIZE"]


def _wanted(value: Array | None, shape: TensorShape | None) -> list[int | None] | None:
    """The shape that is asked for; None: any."""
    if value is None:
        known = None if shape is None or shape.ndims != 1 else shape.as_list()[0]
        return None if known is None else [None] * known
    if not value.ndim:
        if value != -1:
            raise ValueError(
                f"Expected a vector, or the scalar -1, as the shape. Received: {value}"
            )
        return None
    sizes = value.tolist()
    if any(size < -1 for size in sizes):
        raise ValueError(f"Expected sizes of at least -1. Received: {sizes}")
    return [None if size == -1 else size for size in sizes]


def _check_default(
    default: Sequence[int | None] | None, values: Sequence[int | None] | None
) -> None:
    """ValueError unless the default value broadcasts to one of the values."""
    if default is None or values is None:
        return
    if len(default) >= max(len(values), 1):
        raise ValueError(
            f"default_value_shape must have no more dimensions than the value. default_value.shape "
            f"= {_described(default)} value.shape = {_described(values)}"
        )
    inner = values[len(values) - len(default) :]
    for axis, (size, wanted) in enumerate(zip(default, inner)):
        if size not in (None, 1) and wanted is not None and size != wanted:
            raise ValueError(
                f"default_value_shape and value_shape do not match on dimension {axis}"
            )


def _positions(
    types: Sequence[bytes], partitions: Sequence[Array], sizes: Sequence[int | None]
) -> tuple[list[int], Array]:
    """The sizes of the outer axes, and where each value goes in their elements; -1: nowhere."""
    if types[0] == b"FIRST_DIM_SIZE":
        count = int(partitions[0].ravel()[0])
        types, partitions = types[1:], partitions[1:]
    else:
        count = len(partitions[0]) - 1
    if count < 0:
        raise invalid(f"Dimension {count} must be >= 0")
    first = count if sizes[0] is None else sizes[0]
    outer = [first]
    positions: Array = np.arange(count)
    positions[first:] = -1
    for axis, (kind, partition) in enumerate(zip(types, partitions), start=1):
        rows, columns = _rows(kind, partition, len(positions))
        wanted = sizes[axis]
        width = int(columns.max(initial=-1)) + 1 if wanted is None else wanted
        parents = positions[rows]
        positions = np.where((parents >= 0) & (columns < width), parents * width + columns, -1)
        outer.append(width)
    return outer, positions


def _rows(kind: bytes, partition: Array, count: int) -> tuple[Array, Array]:
    """The row of each element, and its place there; InvalidArgumentError unless there are `count`
    rows."""
    if kind == b"ROW_SPLITS":
        lengths = np.diff(partition)
        if len(lengths) != count or (lengths < 0).any() or partition[0] != 0:
            raise invalid(
                f"Expected the splits of {count} rows, rising from 0. Received: {partition}"
            )
        rows = np.repeat(np.arange(count), lengths)
    else:
        rows = partition
        if ((rows < 0) | (rows >= count)).any():
            raise invalid(f"Expected rows in [0, {count}). Received: {rows}")
    index = np.arange(len(rows))
    is_first = np.concatenate([[True], rows[1:] != rows[:-1]])[: len(rows)]
    return rows, index - np.maximum.accumulate(np.where(is_first, index, 0))


@any_elements
def _placed(
    values: torch.Tensor, default: torch.Tensor, outer: list[int], positions: Array
) -> torch.Tensor:
    inner = values.shape[1:]
    count = int(np.prod(outer, dtype=np.int64))
    result = default.expand(count, *inner).clone()
    index = placed(torch.from_numpy(positions.astype(np.int64)), values.device)
    kept = index >= 0
    result[index[kept]] = values[kept]
    return result.reshape(*outer, *inner)
