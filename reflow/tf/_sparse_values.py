"""Sparse tensors made of arguments: what the functions on them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue


def as_sparse(value: Any) -> SparseTensor:
    """A SparseTensor as it is, or of a SparseTensorValue; TypeError for anything else."""
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError(f"Input must be a SparseTensor. Received: {value!r}")
    return value


def all_as_sparse(values: Any) -> list[SparseTensor]:
    if not isinstance(values, (list, tuple)):
        raise TypeError(f"Inputs must be a list or tuple. Received: {values!r}")
    return [as_sparse(value) for value in values]


def parts(sparse: SparseTensor | SparseTensorValue) -> Sequence[Any]:
    """indices, values, dense_shape: how ops take a sparse tensor."""
    return sparse.indices, sparse.values, sparse.dense_shape
