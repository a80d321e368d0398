"""Sparse tensors put aside in a session, under numbers that stand for them in queues."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import check_sparse, invalid, on, sparse_output, sparse_shapes, text
from reflow.ops.sparse.serialization import Parts, check_ranks, sparse_rows, stacked

_NAMES = ("container: string = ''", "shared_name: string = ''")


class SparseTensors:
    """What was put aside and not taken yet."""

    def __init__(self, op: Operation) -> None:
        self._parts: dict[int, Parts] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def add(self, parts: Parts) -> int:
        with self._lock:
            number = next(self._numbers)
            self._parts[number] = parts
            return number

    def take(self, number: int) -> Parts:
        with self._lock:
            parts = self._parts.pop(number, None)
        if parts is None:
            raise invalid(f"Unable to find SparseTensor: {number} in map")
        return parts


def _shared_name(op: Operation) -> Any:
    """By the name that the op gives, or else its own."""
    return SparseTensors, op.attrs["container"], op.attrs["shared_name"] or op.name


@op
class AddSparseToTensorsMap:
    """Puts a sparse tensor aside, and gives a number that stands for it."""

    inputs = "sparse_indices: int64, sparse_values: T, sparse_shape: int64"
    outputs = "sparse_handle: int64"
    attrs = ("T: type", *_NAMES)
    stateful = True
    gradient = None
    state = SparseTensors
    state_key = _shared_name

    def shape(
        sparse_indices: TensorShape, sparse_values: TensorShape, sparse_shape: TensorShape
    ) -> TensorShape:
        sparse_shapes(sparse_indices, sparse_values, sparse_shape)
        return shapes.SCALAR

    def kernel(
        sparse_indices: Host,
        sparse_values: Host,
        sparse_shape: Host,
        *,
        state: SparseTensors,
        device: torch.device,
    ) -> torch.Tensor:
        check_sparse(sparse_indices, sparse_values, sparse_shape)
        parts = [np.array(part) for part in (sparse_indices, sparse_values, sparse_shape)]
        return on(device, state.add(parts)).reshape(())


@op
class AddManySparseToTensorsMap:
    """Puts the n sparse tensors along the first axis of one aside, and gives their numbers."""

    inputs = "sparse_indices: int64, sparse_values: T, sparse_shape: int64"
    outputs = "sparse_handles: int64"
    attrs = ("T: type", *_NAMES)
    stateful = True
    gradient = None
    state = SparseTensors
    state_key = _shared_name

    def shape(
        sparse_indices: TensorShape, sparse_values: TensorShape, sparse_shape: TensorShape
    ) -> TensorShape:
        sparse_shapes(sparse_indices, sparse_values, sparse_shape)
        return shapes.of(None)

    def kernel(
        sparse_indices: Host,
        sparse_values: Host,
        sparse_shape: Host,
        *,
        state: SparseTensors,
        device: torch.device,
    ) -> torch.Tensor:
        if len(sparse_shape) <= 1:
            raise invalid(
                f"Rank of input SparseTensor should be > 1, but saw rank: {len(sparse_shape)}"
            )
        rows = sparse_rows(sparse_indices, sparse_values, sparse_shape)
        return on(device, [state.add([np.array(part) for part in row]) for row in rows])


@op
class TakeManySparseFromTensorsMap:
    """The n sparse tensors that numbers stand for, as one with n along its first axis."""

    inputs = "sparse_handles: int64"
    outputs = "sparse_indices: int64, sparse_values: dtype, sparse_shape: int64"
    attrs = ("dtype: type", *_NAMES)
    stateful = True
    gradient = None
    state = SparseTensors
    state_key = _shared_name

    def shape(sparse_handles: TensorShape) -> list[TensorShape]:
        shapes.with_rank(sparse_handles, 1)
        return sparse_output()

    def kernel(
        sparse_handles: Host, *, dtype: DType, state: SparseTensors, device: torch.device
    ) -> list[Any]:
        if sparse_handles.ndim != 1 or not len(sparse_handles):
            raise invalid(
                f"sparse_handles should be a vector, not empty. Received: "
                f"{text(sparse_handles.shape)}"
            )
        taken = [state.take(number) for number in sparse_handles.tolist()]
        # TensorFlow counts the axis that is added.
        check_ranks([len(sizes) + 1 for _, _, sizes in taken], "rank")
        return stacked(taken, sparse_handles.shape, dtype, device)
