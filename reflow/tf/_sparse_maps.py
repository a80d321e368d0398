"""Sparse tensors put aside in a session, under numbers that stand for them in queues."""

from __future__ import annotations

from typing import Any

from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Operation, Tensor
from reflow.ops.sparse import maps
from reflow.tf._scopes import colocate_with
from reflow.tf._sparse_values import as_sparse, parts


def add_sparse_to_tensors_map(
    sp_input: Any,
    container: str | None = None,
    shared_name: str | None = None,
    name: str | None = None,
) -> Tensor:
    """A number that stands for a sparse tensor."""
    handle: Tensor = maps.AddSparseToTensorsMap(
        *parts(as_sparse(sp_input)), container=container, shared_name=shared_name, name=name
    )
    return handle


def add_many_sparse_to_tensors_map(
    sp_input: Any,
    container: str | None = None,
    shared_name: str | None = None,
    name: str | None = None,
) -> Tensor:
    """A number for each of the sparse tensors along the first axis."""
    handles: Tensor = maps.AddManySparseToTensorsMap(
        *parts(as_sparse(sp_input)), container=container, shared_name=shared_name, name=name
    )
    return handles


def take_many_sparse_from_tensors_map(
    sparse_map_op: Operation, sparse_handles: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """The sparse tensors that the numbers of one of the above stand for, as one."""
    if not isinstance(sparse_map_op, Operation):
        raise TypeError(f"sparse_map_op must be an Operation. Received: {sparse_map_op!r}")
    if sparse_map_op.type not in ("AddSparseToTensorsMap", "AddManySparseToTensorsMap"):
        raise TypeError(
            "sparse_map_op must be one of AddSparseToTensorsMap or AddManySparseToTensorsMap. "
            f"Instead, found `{sparse_map_op.type}`."
        )
    with colocate_with(sparse_map_op):
        indices, values, dense_shape = maps.TakeManySparseFromTensorsMap(
            sparse_handles,
            dtype=sparse_map_op.get_attr("T"),
            container=sparse_map_op.get_attr("container"),
            shared_name=sparse_map_op.get_attr("shared_name") or sparse_map_op.name,
            name=name,
        )
    indices.set_shape([None, rank])
    dense_shape.set_shape([rank])
    return SparseTensor(indices, values, dense_shape)
