"""Sparse tensors as dense ones: three strings or variants stand for indices, values and shape."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType, as_dtype, int64
from reflow.graph.dtypes import string as string_type
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.values import HOST_TYPES, to_torch

Array = np.ndarray[Any, Any]


def sparse_rows(indices: Array, values: Array, dense_shape: Array) -> list[list[Array]]:
    """The sparse tensors along the first axis of one: [indices, values, dense_shape] of each.

    Raises:
      tf.errors.InvalidArgumentError: an index is outside of the shape, or the sizes do not fit.
    """
    _check(indices, values, dense_shape)
    count = int(dense_shape[0])
    first = indices[:, 0]
    if len(first) and (first.min() < 0 or first.max() >= count):
        raise _invalid(
            f"Received unexpected column 0 value in input SparseTensor: expected 0 <= i < {count}"
        )
    order = np.argsort(first, kind="stable")
    bounds = np.searchsorted(first[order], np.arange(count + 1))
    rows = (order[start:end] for start, end in itertools.pairwise(bounds))
    return [[indices[row, 1:], values[row], dense_shape[1:]] for row in rows]


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _check(indices: Array, values: Array, dense_shape: Array) -> None:
    for name, array, rank, kind in (
        ("indices", indices, 2, "matrix"),
        ("values", values, 1, "vector"),
        ("shape", dense_shape, 1, "vector"),
    ):
        if array.ndim != rank:
            raise _invalid(
                f"Input {name} should be a {kind} but received shape {list(array.shape)}"
            )
    if indices.shape != (len(values), len(dense_shape)):
        raise _invalid(
            f"Expected indices of shape {[len(values), len(dense_shape)]}, one row for each value "
            f"and one column for each dimension. Received: {list(indices.shape)}"
        )


def _serialized(parts: list[list[Array]], out_type: DType) -> Array:
    """[n, 3] for n sparse tensors."""
    # Here, where a program needs it: with the message classes, its import takes longer than a small
    # program runs.
    from reflow.graph.tensor_proto import make_tensor_proto

    result = np.empty((len(parts), 3), object)
    for row, arrays in enumerate(parts):
        for column, array in enumerate(arrays):
            if out_type is string_type:
                result[row, column] = make_tensor_proto(array).SerializeToString()
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
        raise _invalid("Could not parse serialized_sparse") from error


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
        shapes.with_rank(sparse_indices, 2)
        shapes.with_rank(sparse_values, 1)
        shapes.with_rank(sparse_shape, 1)
        return shapes.of(3)

    def kernel(
        sparse_indices: Host, sparse_values: Host, sparse_shape: Host, *, out_type: DType
    ) -> Array:
        _check(sparse_indices, sparse_values, sparse_shape)
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
        shapes.with_rank(sparse_indices, 2)
        shapes.with_rank(sparse_values, 1)
        shapes.with_rank(sparse_shape, 1)
        return shapes.of(None, 3)

    def kernel(
        sparse_indices: Host, sparse_values: Host, sparse_shape: Host, *, out_type: DType
    ) -> Array:
        if len(sparse_shape) <= 1:
            raise _invalid(
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
        return [shapes.of(None, None), shapes.of(None), shapes.of(None)]

    def kernel(serialized_sparse: Host, *, dtype: DType, device: torch.device) -> list[Any]:
        if not serialized_sparse.ndim or serialized_sparse.shape[-1] != 3:
            raise _invalid(
                "Serialized sparse should have 3 as the last dimension. Received: "
                f"{list(serialized_sparse.shape)}"
            )
        if not serialized_sparse.size:
            raise _invalid("Serialized sparse should have non-zero elements")
        outer = serialized_sparse.shape[:-1]
        all_indices: list[Array] = []
        all_values: list[Array] = []
        sizes: list[Array] = []
        for place in np.ndindex(*outer):
            indices, values, sparse_shape = map(_restored, serialized_sparse[place])
            if as_dtype(values.dtype) is not dtype:
                raise _invalid(
                    f"Requested SparseTensor of type {dtype.name} but "
                    f"SparseTensor[{place}].values.dtype() == {as_dtype(values.dtype).name}"
                )
            _check(indices, values, sparse_shape)
            if sizes and len(sparse_shape) != len(sizes[0]):
                raise _invalid(
                    f"Inconsistent rank across SparseTensors: rank prior to SparseTensor[{place}] "
                    f"was: {len(sizes[0])} but rank of SparseTensor[{place}] is: "
                    f"{len(sparse_shape)}"
                )
            before = np.broadcast_to(np.array(place, np.int64), (len(indices), len(outer)))
            all_indices.append(np.concatenate([before, indices], axis=1))
            all_values.append(values)
            sizes.append(sparse_shape)
        indices = np.concatenate(all_indices)
        values = np.concatenate(all_values)
        dense_shape = np.array([*outer, *np.max(sizes, axis=0)], np.int64)
        return [
            to_torch(indices, int64, device),
            values if dtype in HOST_TYPES else to_torch(values, dtype, device),
            to_torch(dense_shape, int64, device),
        ]
