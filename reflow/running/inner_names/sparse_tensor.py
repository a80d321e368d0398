"""Names of tensorflow.python.framework.sparse_tensor that are not public."""

from __future__ import annotations

from typing import Any

from reflow.graph.indexed_slices import SparseTensor, SparseTensorValue

__all__ = ["is_sparse"]


def is_sparse(x: Any) -> bool:
    """Whether x is a sparse tensor, or the value of one."""
    return isinstance(x, (SparseTensor, SparseTensorValue))
