"""Sparse tensors as strings."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.sparse import serialization
from reflow.tf._sparse_values import as_sparse, parts


def serialize_sparse(
    sp_input: Any, name: str | None = None, out_type: Any = dtypes.string
) -> Tensor:
    """A sparse tensor as a vector of three strings (or variants)."""
    return serialization.SerializeSparse(*parts(as_sparse(sp_input)), out_type=out_type, name=name)


def serialize_many_sparse(
    sp_input: Any, name: str | None = None, out_type: Any = dtypes.string
) -> Tensor:
    """The n sparse tensors along the first axis of one, as [n, 3] strings (or variants)."""
    return serialization.SerializeManySparse(
        *parts(as_sparse(sp_input)), out_type=out_type, name=name
    )


def deserialize_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The sparse tensor of [..., 3] strings or variants; of several, one with more axes in front.

    Args:
      dtype: of the values.
      rank: of each of the sparse tensors, if it is known.
    """
    restored = serialization.DeserializeSparse(serialized_sparse, dtype, name=name)
    return _of_rank(restored, rank)


def deserialize_many_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The sparse tensor whose parts along the first axis are the n of [n, 3] strings."""
    restored = serialization.DeserializeManySparse(serialized_sparse, dtype, name=name)
    return _of_rank(restored, rank)


def _of_rank(restored: Any, rank: int | None) -> SparseTensor:
    indices, values, dense_shape = restored
    indices.set_shape([None, rank])
    dense_shape.set_shape([rank])
    return SparseTensor(indices, values, dense_shape)
