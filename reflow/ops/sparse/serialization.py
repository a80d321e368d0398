"""Sparse tensors as dense ones: three strings or variants stand for indices, values and shape."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.dtypes import string as string_type
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.parts import check_sparse, invalid, on, sparse_output, sparse_shapes, text
from reflow.ops.values import HOST_TYPES, to_torch

Array = np.ndarray[Any, Any]
Parts = list[Array]  # indices, values and dense shape of a sparse tensor


def sparse_rows(indices: Array, values: Array, dense_shape: Array) -> list[Parts]:
    """The sparse tensors along the first axis of one: [indices, values, dense_shape] of each.

    Raises:
      tf.errors.InvalidArgumentError: an index is outside of the shape, or the sizes do not fit.
    """
    check_sparse(indices, values, dense_shape)
    count = int(dense_shape[0])
    first = indices[:, 0]
    if len(first) and (first.min() < 0 or first.max() >= count):
        raise invalid(
            f"Received unexpected column 0 value in input SparseTensor: expected 0 <= i < {count}"
        )
    order = np.argsort(first, kind="stable")
    bounds = np.searchsorted(first[order], np.arange(count + 1))
    rows = (order[start:end] for start, end in itertools.pairwise(bounds))
    return [[indices[row, 1:], values[row], dense_shape[1:]] for row in rows]


def _serialized(parts: list[Parts], out_type: DType) -> Array:
    """[n, 3] for n sparse tensors."""
    # Here, where a program needs it: with the message classes, its import takes longer than a small
    # program runs.
    from reflow.graph.tensor_proto import make_raw_tensor_proto

    result = np.empty((len(parts), 3), object)
    for row, arrays in enumerate(parts):
        for column, array in enumerate(arrays):
            if out_type is string_type:
                result[row, column] = make_raw_tensor_proto(array).SerializeToString()
            else:
                result[row, column] = np.array(array)
    return result


def _restored(part: Any) -> Array:
    if not isinstance(part, bytes):
        array: Array = part
        return array
    from tensorboard.compat.proto.tensor_pb2 import TensorProto

    from reflow.graph.tensor_proto import make_ndarray

    try:
        return make_ndarray(TensorProto.FromString(part))
    except Exception as error:
        raise invalid("Could not parse serialized proto") from error


@op
class SerializeSparse:
    """A sparse tensor as a vector of three strings or variants."""

    inputs = "sparse_indices: int64, sparse_values: T, sparse_shape: int64"
    outputs = "serialized_sparse: out_type"
    attrs = ("T: type", "out_type: {string, variant} = string")
    gradient = None

    def shape(
        sparse_indices: TensorShape, sparse_values: TensorShape, sparse_shape: TensorShape
    ) -> TensorShape:
        sparse_shapes(sparse_indices, sparse_values, sparse_shape)
        return shapes.of(3)

    def kernel(
        sparse_indices: Host, sparse_values: Host, sparse_shape: Host, *, out_type: DType
    ) -> Array:
        check_sparse(sparse_indices, sparse_values, sparse_shape)
        return _serialized([[sparse_indices, sparse_values, sparse_shape]], out_type)[0]


@op
class SerializeManySparse:
    """The n sparse tensors along the first axis of one, as an [n, 3] tensor."""

    inputs = "sparse_indices: int64, sparse_values: T, sparse_shape: int64"
    outputs = "serialized_sparse: out_type"
    attrs = ("T: type", "out_type: {string, variant} = string")
    gradient = None

    def shape(
        sparse_indices: TensorShape, sparse_values: TensorShape, sparse_shape: TensorShape
    ) -> TensorShape:
        sparse_shapes(sparse_indices, sparse_values, sparse_shape)
        return shapes.of(None, 3)

    def kernel(
        sparse_indices: Host, sparse_values: Host, sparse_shape: Host, *, out_type: DType
    ) -> Array:
        if len(sparse_shape) <= 1:
            raise invalid(
                f"Rank of input SparseTensor should be > 1, but saw rank: {len(sparse_shape)}"
            )
        return _serialized(sparse_rows(sparse_indices, sparse_values, sparse_shape), out_type)


@op
class DeserializeSparse:
    """The sparse tensor of a vector of three strings or variants; of more, one with more axes.

    [..., 3] -> the axes before the last come first in the dense shape; of the sparse tensors the
    largest decides on the size of each axis.
    """

    inputs = "serialized_sparse: Tserialized"
    outputs = "sparse_indices: int64, sparse_values: dtype, sparse_shape: int64"
    attrs = ("dtype: type", "Tserialized: {string, variant} = string")
    gradient = None

    def shape(serialized_sparse: TensorShape) -> list[TensorShape]:
        return sparse_output()

    def kernel(serialized_sparse: Host, *, dtype: DType, device: torch.device) -> list[Any]:
        if not serialized_sparse.ndim or serialized_sparse.shape[-1] != 3:
            raise invalid(
                "Serialized sparse should have 3 as the last dimension. Received: "
                f"{list(serialized_sparse.shape)}"
            )
        if not serialized_sparse.size:
            raise invalid("Serialized sparse should have non-zero elements")
        return _deserialized(serialized_sparse, dtype, device)


@op
class DeserializeManySparse:
    """The sparse tensor whose parts along the first axis are the n of [n, 3] strings."""

    inputs = "serialized_sparse: string"
    outputs = "sparse_indices: int64, sparse_values: dtype, sparse_shape: int64"
    attrs = ("dtype: type",)
    gradient = None

    def shape(serialized_sparse: TensorShape) -> list[TensorShape]:
        shapes.merge_sizes(shapes.with_rank(serialized_sparse, 2).as_list()[1], 3)
        return sparse_output()

    def kernel(serialized_sparse: Host, *, dtype: DType, device: torch.device) -> list[Any]:
        if serialized_sparse.ndim != 2 or serialized_sparse.shape[1] != 3:
            raise invalid(
                "Serialized sparse should be a matrix of 3 columns. Received: "
                f"{text(serialized_sparse.shape)}"
            )
        if not serialized_sparse.size:
            raise invalid("Serialized sparse should have non-zero elements")
        return _deserialized(serialized_sparse, dtype, device)


def _deserialized(serialized: Array, dtype: DType, device: torch.device) -> list[Any]:
    outer = serialized.shape[:-1]
    restored = [[_restored(part) for part in row] for row in serialized.reshape(-1, 3)]
    for indices, values, dense_shape in restored:
        check_sparse(indices, values, dense_shape)
    return stacked(restored, outer, dtype, device)


def check_ranks(ranks: list[int], what: str) -> None:
    """InvalidArgumentError, which says that there is an inconsistent `what`, if ranks differ."""
    for i, rank in enumerate(ranks):
        if rank != ranks[0]:
            raise invalid(
                f"Inconsistent {what} across SparseTensors: rank prior to SparseTensor[{i}] was: "
                f"{ranks[0]} but rank of SparseTensor[{i}] is: {rank}"
            )


def stacked(
    tensors: list[Parts], outer: tuple[int, ...], dtype: DType, device: torch.device
) -> list[Any]:
    """Sparse tensors as one, with the axes `outer` in front; the largest decides on each size.

    Raises:
      tf.errors.InvalidArgumentError: the values are not of this type, or the ranks differ.
    """
    check_ranks([len(sizes) for _, _, sizes in tensors], "shape")
    for i, (_, values, _) in enumerate(tensors):
        if as_dtype(values.dtype) is not dtype:
            raise invalid(
                f"Requested SparseTensor of type {dtype.name} but "
                f"SparseTensor[{i}].values.dtype() == {as_dtype(values.dtype).name}"
            )
    rows = [
        np.concatenate([np.broadcast_to(place, (len(indices), len(outer))), indices], axis=1)
        for place, (indices, _, _) in zip(np.ndindex(*outer), tensors)
    ]
    values = np.concatenate([values for _, values, _ in tensors])
    sizes = np.max([sizes for _, _, sizes in tensors], axis=0)
    return [
        on(device, np.concatenate(rows)),
        values if dtype in HOST_TYPES else to_torch(values, dtype, device),
        on(device, [*outer, *sizes]),
    ]
