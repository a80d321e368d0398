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
from reflow.ops.gathering import take
from reflow.ops.op import op
from reflow.ops.unsigned import in_order
from reflow.ops.values import torch_type

# -- Distinct elements --------------------------------------------------------------------------


def _comparable(*vectors: Any) -> list[torch.Tensor]:
    """Numbers that are equal where the elements of the vectors are: strings get theirs here."""
    if isinstance(vectors[0], torch.Tensor):
        return [in_order(vector) for vector in vectors]
    _, numbers = np.unique(np.concatenate(vectors).astype(bytes), return_inverse=True)
    ends = np.cumsum([len(vector) for vector in vectors])[:-1]
    return [torch.from_numpy(part) for part in np.split(numbers.reshape(-1), ends)]


def _chosen(vector: Any, positions: torch.Tensor) -> Any:
    return vector[positions if isinstance(vector, torch.Tensor) else positions.numpy()]


def _distinct(x: Any) -> tuple[Any, torch.Tensor, torch.Tensor]:
    """The distinct elements in the order in which they first come, for each element the number
    of its like among them, and how often each comes."""
    if x.ndim != 1:
        raise ValueError(f"unique expects a 1D vector. Received: {list(x.shape)}")
    (numbers,) = _comparable(x)
    values, inverse, counts = torch.unique(numbers, return_inverse=True, return_counts=True)
    places = torch.arange(len(numbers), device=numbers.device)
    first = places.new_full((len(values),), len(numbers))
    first.scatter_reduce_(0, inverse, places, "amin")
    order = first.argsort()
    return _chosen(x, first[order]), order.argsort()[inverse], counts[order]


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
        rows = data.reshape(-1, *data.shape[partitions.ndim :])
        numbers = partitions.reshape(-1)
        wrong = (numbers < 0) | (numbers >= num_partitions)
        if bool(wrong.any()):
            i = int(wrong.nonzero()[0])
            raise ValueError(f"partitions[{i}] = {int(numbers[i])} is not in [0, {num_partitions})")
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
    rows = torch.cat([values.reshape(-1, *inner) for values in data])
    places = torch.cat([part.reshape(-1) for part in indices]).long()
    if bool((places < 0).any()):
        raise ValueError(f"indices must not be negative. Received: {int(places.min())}")
    count = int(places.max()) + 1 if places.numel() else 0
    numbers = torch.arange(len(places), device=places.device)
    last = places.new_zeros(count).scatter_reduce_(0, places, numbers, "amax")
    return rows[last]
