"""Vectors as sets: distinct elements, differences; and vectors dealt out and put together."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape, Size
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import Range
from reflow.ops.gathering import place_text, take
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.unsigned import in_order
from reflow.ops.values import torch_type

# Up to so many elements.
_FEW = 256

_NO_AXIS = np.zeros(0, np.int64)

# -- Distinct elements --------------------------------------------------------------------------


def _comparable(*arrays: Any) -> list[torch.Tensor]:
    """Numbers that are equal where the elements of the arrays are: strings get theirs here."""
    if isinstance(arrays[0], torch.Tensor):
        return [in_order(array) for array in arrays]
    flat = np.concatenate([array.ravel() for array in arrays]).astype(bytes)
    _, numbers = np.unique(flat, return_inverse=True)
    ends = np.cumsum([array.size for array in arrays])[:-1]
    parts = np.split(numbers.reshape(-1), ends)
    return [torch.from_numpy(part.reshape(a.shape)) for part, a in zip(parts, arrays)]


@any_elements
def _chosen(x: torch.Tensor, positions: torch.Tensor, axis: int = 0) -> torch.Tensor:
    """The parts of x at these positions along an axis."""
    return x.index_select(axis, positions)


def _distinct(x: Any, axis: Host = _NO_AXIS) -> tuple[Any, torch.Tensor, torch.Tensor]:
    """The distinct parts of x along an axis in the order in which they first come, for each part
    the number of its like among them, and how often each comes.

    axis: a vector of one number, or of none for a vector x.
    """
    if axis.ndim != 1:
        raise ValueError(f"axis expects a 1D vector. Received: {axis.tolist()}")
    if axis.size > 1:
        raise ValueError(
            f"axis does not support input tensors larger than 1 elements. Received: {axis.tolist()}"
        )
    if not axis.size and x.ndim != 1:
        raise ValueError(f"unique expects a 1D vector. Received: {list(x.shape)}")
    given = int(axis[0]) if axis.size else 0
    along = given + x.ndim if given < 0 else given
    if not 0 <= along < x.ndim:
        raise ValueError(f"axis has to be between [0, {x.ndim}). Received: {given}")
    if isinstance(x, torch.Tensor) and x.is_cpu and x.ndim == 1 and len(x) <= _FEW:
        if x.dtype in (torch.int32, torch.int64):
            return _distinct_of_few(x)
    (numbers,) = _comparable(x)
    parts = numbers.movedim(along, 0)
    if parts.ndim > 1:
        parts = parts.reshape(len(parts), -1)
    # Of a vector the elements, else the rows.
    dim = None if parts.ndim == 1 else 0
    values, inverse, counts = torch.unique(parts, return_inverse=True, return_counts=True, dim=dim)
    places = torch.arange(len(parts), device=parts.device)
    first = places.new_full((len(values),), len(parts))
    first.scatter_reduce_(0, inverse, places, "amin")
    order = first.argsort()
    return _chosen(x, first[order], along), order.argsort()[inverse], counts[order]


def _distinct_of_few(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """As `_distinct`, of a vector of integers that Python is done with before torch has begun."""
    values = x.tolist()
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    inverse = np.array([numbers[value] for value in values], np.int64)
    counts = np.bincount(inverse, minlength=len(numbers))
    distinct = np.array(list(numbers), x.numpy().dtype)
    return torch.from_numpy(distinct), torch.from_numpy(inverse), torch.from_numpy(counts)


@op
class Unique:
    """The distinct elements of a vector, in the order in which they first come; for each
    element of the vector the position of its like among them."""

    inputs = "x: T"
    outputs = "y: T, idx: out_idx"
    attrs = ("T: type", "out_idx: {int32, int64} = int32")
    export = ("unique",)

    def shape(x: TensorShape) -> tuple[TensorShape, TensorShape]:
        shapes.with_rank(x, 1)
        return shapes.of(None), x

    def kernel(x: Any, *, out_idx: DType) -> tuple[Any, torch.Tensor]:
        y, idx, _ = _distinct(x)
        return y, idx.to(torch_type(out_idx))


@op
class UniqueWithCounts:
    """As Unique; and how often each of the distinct elements comes."""

    inputs = "x: T"
    outputs = "y: T, idx: out_idx, count: out_idx"
    attrs = ("T: type", "out_idx: {int32, int64} = int32")
    export = ("unique_with_counts",)

    def shape(x: TensorShape) -> tuple[TensorShape, TensorShape, TensorShape]:
        shapes.with_rank(x, 1)
        return shapes.of(None), x, shapes.of(None)

    def kernel(x: Any, *, out_idx: DType) -> tuple[Any, torch.Tensor, torch.Tensor]:
        y, idx, counts = _distinct(x)
        return y, idx.to(torch_type(out_idx)), counts.to(torch_type(out_idx))


_ALONG_AXIS = (
    "T: type",
    "Taxis: {int32, int64} = int64",
    "out_idx: {int32, int64} = int32",
)


def _distinct_shapes(x: TensorShape, axis: Value) -> tuple[TensorShape, TensorShape]:
    """Of the distinct parts and of their numbers."""
    if axis is None or x.sizes is None:
        return shapes.UNKNOWN, shapes.of(None)
    sizes, along = list(x.sizes), int(axis[0]) if axis.size else 0
    if not 0 <= along < len(sizes):
        return shapes.UNKNOWN, shapes.of(None)
    count, sizes[along] = sizes[along], None
    return shapes.of(*sizes), shapes.of(count)


@op
class UniqueV2:
    """As Unique, of the parts of a tensor along one axis."""

    inputs = "x: T, axis: Taxis"
    outputs = "y: T, idx: out_idx"
    attrs = _ALONG_AXIS
    shape = _distinct_shapes

    def kernel(x: Any, axis: Host, *, out_idx: DType) -> tuple[Any, torch.Tensor]:
        y, idx, _ = _distinct(x, axis)
        return y, idx.to(torch_type(out_idx))


@op
class UniqueWithCountsV2:
    """As UniqueV2; and how often each of the distinct parts comes."""

    inputs = "x: T, axis: Taxis"
    outputs = "y: T, idx: out_idx, count: out_idx"
    attrs = _ALONG_AXIS

    def shape(x: TensorShape, axis: Value) -> tuple[TensorShape, TensorShape, TensorShape]:
        return *_distinct_shapes(x, axis), shapes.of(None)

    def kernel(x: Any, axis: Host, *, out_idx: DType) -> tuple[Any, torch.Tensor, torch.Tensor]:
        y, idx, counts = _distinct(x, axis)
        return y, idx.to(torch_type(out_idx)), counts.to(torch_type(out_idx))


@op
class ListDiff:
    """The elements of x that are not in y, in their order, and their positions in x."""

    inputs = "x: T, y: T"
    outputs = "out: T, idx: out_idx"
    attrs = ("T: type", "out_idx: {int32, int64} = int32")

    def shape(x: TensorShape, y: TensorShape) -> tuple[TensorShape, TensorShape]:
        shapes.with_rank(x, 1)
        shapes.with_rank(y, 1)
        return shapes.of(None), shapes.of(None)

    def kernel(x: Any, y: Any, *, out_idx: DType) -> tuple[Any, torch.Tensor]:
        numbers, others = _comparable(x, y)
        (kept,) = torch.nonzero(~torch.isin(numbers, others), as_tuple=True)
        return _chosen(x, kept), kept.to(torch_type(out_idx))


# -- Dealing out and putting together -------------------------------------------------------------


@op
class DynamicPartition:
    """The rows of the data whose partition is 0, those whose partition is 1, ...

    data [*partitions, ...], partitions [...] with elements in [0, num_partitions).
    """

    inputs = "data: T, partitions: int32"
    outputs = "outputs: num_partitions * T"
    attrs = ("num_partitions: int >= 1", "T: type")
    export = ("dynamic_partition",)

    def shape(
        data: TensorShape, partitions: TensorShape, *, num_partitions: int
    ) -> list[TensorShape]:
        if data.sizes is None or partitions.sizes is None:
            return [shapes.UNKNOWN] * num_partitions
        rank = len(partitions.sizes)
        prefix = shapes.of(*data.sizes[:rank])
        shapes.merge(prefix, partitions)
        return [shapes.of(None, *data.sizes[rank:])] * num_partitions

    @any_elements
    def kernel(
        data: torch.Tensor, partitions: torch.Tensor, *, num_partitions: int
    ) -> list[torch.Tensor]:
        rows = data.reshape(partitions.numel(), *data.shape[partitions.ndim :])
        numbers = partitions.reshape(-1)
        try:
            # One more counts what is beyond the last partition.
            limited = numbers.clamp_max(num_partitions)
            *counts, beyond = limited.bincount(minlength=num_partitions + 1).tolist()
        except RuntimeError:
            beyond = True  # some are negative
        if not beyond:
            order = numbers.argsort(stable=True)
            return list(rows.index_select(0, order).split_with_sizes(counts))
        wrong = (numbers < 0) | (numbers >= num_partitions)
        if bool(wrong.any()):
            i = int(wrong.nonzero()[0])
            where = place_text(i, partitions.shape)
            raise ValueError(
                f"partitions{where} = {int(numbers[i])} is not in [0, {num_partitions})"
            )
        return [rows[numbers == i] for i in range(num_partitions)]

    def gradient(op: Operation, *dy: Tensor) -> tuple[Tensor, None]:
        data, partitions = op.inputs
        shape = Shape(partitions)
        places = Reshape(Range(constant(0), Size(partitions), constant(1)), shape)
        dealt = DynamicPartition(places, partitions, num_partitions=len(dy))
        return Reshape(DynamicStitch(dealt, list(dy)), Shape(data)), None


@op
class DynamicStitch:
    """merged[indices[k][i]] = data[k][i]; where an index comes twice, the last one counts.

    N x indices [...], N x data [*indices, ...] -> [largest index + 1, ...].
    """

    inputs = "indices: N * int32, data: N * T"
    outputs = "merged: T"
    attrs = ("N: int >= 1", "T: type")
    export = ("dynamic_stitch",)

    def shape(indices: list[TensorShape], data: list[TensorShape], *, op: Operation) -> TensorShape:
        inner = shapes.UNKNOWN
        for places, values in zip(indices, data):
            if places.sizes is None or values.sizes is None:
                continue
            rank = len(places.sizes)
            shapes.merge(shapes.of(*values.sizes[:rank]), places)
            inner = shapes.merge(inner, shapes.of(*values.sizes[rank:]))
        known = [constant_value(tensor) for tensor in op.inputs[: len(indices)]]
        count = None
        if all(value is not None for value in known):
            count = max((int(value.max()) + 1 for value in known if value.size), default=0)
        return shapes.of(count).concatenate(inner)

    def kernel(indices: list[torch.Tensor], data: list[Any]) -> Any:
        return _stitched(data, indices)

    def gradient(op: Operation, dy: Tensor) -> list[Any]:
        indices = op.inputs[: op.attrs["N"]]
        return [*[None] * len(indices), *(take(dy, places) for places in indices)]


@op
class ParallelDynamicStitch(DynamicStitch.rules):  # type: ignore[name-defined]
    """DynamicStitch, where it does not matter which of two values for an index counts."""

    export = ()


@any_elements
def _stitched(data: list[torch.Tensor], indices: list[torch.Tensor]) -> torch.Tensor:
    inner = data[0].shape[indices[0].ndim :]
    for i, (values, part) in enumerate(zip(data, indices)):
        if tuple(values.shape) != (*part.shape, *inner):
            raise ValueError(
                f"data[{i}].shape = {list(values.shape)} does not start with indices[{i}].shape = "
                f"{list(part.shape)}, or does not end as data[0] does, in {list(inner)}"
            )
    rows = torch.cat([values.reshape(-1, *inner) for values in data])
    places = torch.cat([part.reshape(-1) for part in indices]).long()
    if bool((places < 0).any()):
        raise ValueError(f"indices must not be negative. Received: {int(places.min())}")
    count = int(places.max()) + 1 if places.numel() else 0
    numbers = torch.arange(len(places), device=places.device)
    last = places.new_zeros(count).scatter_reduce_(0, places, numbers, "amax")
    return rows[last]
