"""Tensors with some of their places changed.

TensorFlow's own kernels of the Inplace ops write into their input, when nothing else needs it;
here the input always stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements
from reflow.ops.filling import ZerosLike
from reflow.ops.gathering import GatherNd, added, row_numbers, scatter_shape
from reflow.ops.kernels import Host
from reflow.ops.math import Neg
from reflow.ops.op import op
from reflow.ops.slicing import STRIDED, Masks, cut, ints
from reflow.ops.unsigned import widened

# -- Updates at indices into the first dimensions -------------------------------------------------


def _copy(x: torch.Tensor) -> torch.Tensor:
    return x.clone(memory_format=torch.contiguous_format)


def _updated_shape(tensor: TensorShape, indices: TensorShape, updates: TensorShape) -> TensorShape:
    return scatter_shape(indices, updates, tensor)


@op
class TensorScatterUpdate:
    """The tensor with the updates at their places; where a place comes twice, the last counts.

    tensor [4, 5, 6], indices [n, 2], updates [n, 6] -> [4, 5, 6].
    """

    inputs = "tensor: T, indices: Tindices, updates: T"
    outputs = "output: T"
    attrs = ("T: type", "Tindices: {int32, int64}")
    export = ("tensor_scatter_nd_update", "tensor_scatter_update")

    shape = _updated_shape

    def kernel(tensor: Any, indices: torch.Tensor, updates: Any) -> Any:
        return _replaced(tensor, updates, indices)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        _, indices, updates = op.inputs
        kept = TensorScatterUpdate(dy, indices, ZerosLike(updates))
        return kept, None, GatherNd(dy, indices)


@any_elements
def _replaced(tensor: torch.Tensor, updates: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    depth = indices.shape[-1]
    inner = tensor.shape[depth:]
    places = row_numbers(indices, tensor.shape, "shape")
    result = _copy(tensor)
    rows = result.view(math.prod(tensor.shape[:depth]), *inner)
    # Of the updates of one place only the last is written: the order of writes is not defined.
    numbers = torch.arange(len(places), device=places.device)
    last = places.new_full((len(rows),), -1).scatter_reduce_(0, places, numbers, "amax")
    written = last >= 0
    rows[written] = updates.reshape(len(places), *inner)[last[written]]
    return result


@op
class TensorScatterAdd:
    """The tensor with every update added at its place; places may repeat."""

    inputs = "tensor: T, indices: Tindices, updates: T"
    outputs = "output: T"
    attrs = ("T: type", "Tindices: {int32, int64}")
    export = ("tensor_scatter_nd_add", "tensor_scatter_add")

    shape = _updated_shape

    def kernel(tensor: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
        return _summed(tensor, updates, indices)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        return dy, None, GatherNd(dy, op.inputs[1])


@op
class TensorScatterSub:
    """The tensor with every update subtracted at its place; places may repeat."""

    inputs = "tensor: T, indices: Tindices, updates: T"
    outputs = "output: T"
    attrs = ("T: type", "Tindices: {int32, int64}")
    export = ("tensor_scatter_nd_sub", "tensor_scatter_sub")

    shape = _updated_shape

    def kernel(tensor: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
        return _difference(tensor, updates, indices)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        return dy, None, Neg(GatherNd(dy, op.inputs[1]))


_NUMBERS_AND_TRUTHS = (
    "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
    "bfloat16, uint16, complex128, half, uint32, uint64, bool}"
)


@op
class ScatterNdNonAliasingAdd:
    """As TensorScatterAdd, with the sum of truths meaning `or`."""

    inputs = "input: T, indices: Tindices, updates: T"
    outputs = "output: T"
    attrs = (_NUMBERS_AND_TRUTHS, "Tindices: {int32, int64}")

    shape = _updated_shape

    def kernel(input: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
        if input.dtype is torch.bool:
            return _summed(input.byte(), updates.byte(), indices).bool()
        return _summed(input, updates, indices)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, Tensor]:
        return dy, None, GatherNd(dy, op.inputs[1])


@widened
def _summed(tensor: torch.Tensor, updates: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    return added(_copy(tensor), indices, updates)


@widened
def _difference(tensor: torch.Tensor, updates: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    return added(_copy(tensor), indices, -updates)


# -- Updates of a strided slice -------------------------------------------------------------------


@op
class TensorStridedSliceUpdate:
    """The input with `value` in the places that a strided slice of it takes; see StridedSlice."""

    inputs = "input: T, begin: Index, end: Index, strides: Index, value: T"
    outputs = "output: T"
    attrs = STRIDED

    def shape(
        input: TensorShape,
        begin: TensorShape,
        end: TensorShape,
        strides: TensorShape,
        value: TensorShape,
    ) -> TensorShape:
        return input

    def kernel(
        input: Any, begin: Host, end: Host, strides: Host, value: Any, *, op: Operation
    ) -> Any:
        places = cut(ints(begin), ints(end), ints(strides), Masks.of(op), tuple(input.shape))

        @any_elements
        def written(input: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
            result = _copy(input)
            places.put_into(result, value)
            return result

        return written(input, value)


# -- Updates of rows ------------------------------------------------------------------------------


def _rows_updated(
    name: str, doc: str, update: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], Any]
) -> OpDefinition:
    """x with v combined into its rows i.  x [n, ...], i [m], v [m, ...] -> [n, ...]."""

    @any_elements
    def kernel(x: torch.Tensor, v: torch.Tensor, i: torch.Tensor) -> torch.Tensor:
        if i.dim() != 1:
            raise ValueError(f"i must be a vector. {list(i.shape)}")
        if not x.dim() or x.dim() != v.dim() or v.shape[1:] != x.shape[1:]:
            raise ValueError(
                f"x and v shape doesn't match (ranks differ): {list(x.shape)} vs. {list(v.shape)}"
            )
        if v.shape[0] != i.shape[0]:
            raise ValueError(f"i and x shape doesn't match at index 0: {len(i)} vs. {len(v)}")
        result = _copy(x)
        # As in TensorFlow, indices beyond the rows wrap around.
        update(result, i.long() % max(1, len(x)), v)
        return result

    rules = {
        "__doc__": doc,
        "inputs": "x: T, i: int32, v: T",
        "outputs": "y: T",
        "attrs": ("T: type",),
        "shape": lambda x, i, v: x,
        "kernel": lambda x, i, v: kernel(x, v, i),
    }
    return op(type(name, (), rules))


def _put(rows: torch.Tensor, i: torch.Tensor, v: torch.Tensor) -> None:
    for place, row in zip(i.tolist(), v):  # of one place twice, the last counts
        rows[place] = row


InplaceUpdate = _rows_updated("InplaceUpdate", "x with the rows i replaced by v.", _put)
InplaceAdd = _rows_updated(
    "InplaceAdd",
    "x with v added to its rows i, which may repeat.",
    lambda rows, i, v: rows.index_add_(0, i, v),
)
InplaceSub = _rows_updated(
    "InplaceSub",
    "x with v subtracted from its rows i, which may repeat.",
    lambda rows, i, v: rows.index_add_(0, i, v, alpha=-1),
)


@op
class DeepCopy:
    """A copy of the input that shares no memory with it."""

    inputs = "x: T"
    outputs = "y: T"
    attrs = ("T: type",)
    stateful = True
    shape = shapes.same

    def kernel(x: Any) -> Any:
        return _copy(x) if isinstance(x, torch.Tensor) else x.copy()
