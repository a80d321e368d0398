"""Names of tensorflow.python.ops.sparse_ops that are not public: sparse tensors in queues."""

from __future__ import annotations

from reflow.tf._sparse_maps import add_many_sparse_to_tensors_map as _add_many_sparse_to_tensors_map
from reflow.tf._sparse_maps import add_sparse_to_tensors_map as _add_sparse_to_tensors_map
from reflow.tf._sparse_maps import (
    take_many_sparse_from_tensors_map as _take_many_sparse_from_tensors_map,
)
from reflow.tf._sparse_math import sparse_cross as _sparse_cross
from reflow.tf._sparse_math import sparse_cross_hashed as _sparse_cross_hashed

__all__ = [
    "_add_many_sparse_to_tensors_map",
    "_add_sparse_to_tensors_map",
    "_sparse_cross",
    "_sparse_cross_hashed",
    "_take_many_sparse_from_tensors_map",
]
