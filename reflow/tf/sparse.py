"""tf.sparse: sparse tensors, and the functions on them under their newer names."""

from __future__ import annotations

from typing import Any

from reflow.graph.indexed_slices import SparseTensor
from reflow.tf._absence import part_or_error
from reflow.tf._accumulators import SparseConditionalAccumulator
from reflow.tf._segments import sparse_segment_mean as segment_mean
from reflow.tf._segments import sparse_segment_sqrt_n as segment_sqrt_n
from reflow.tf._segments import sparse_segment_sum as segment_sum
from reflow.tf._sparse_arranging import sparse_concat as concat
from reflow.tf._sparse_arranging import sparse_expand_dims as expand_dims
from reflow.tf._sparse_arranging import sparse_fill_empty_rows as fill_empty_rows
from reflow.tf._sparse_arranging import sparse_reorder as reorder
from reflow.tf._sparse_arranging import sparse_reset_shape as reset_shape
from reflow.tf._sparse_arranging import sparse_reshape as reshape
from reflow.tf._sparse_arranging import sparse_retain as retain
from reflow.tf._sparse_arranging import sparse_slice as slice
from reflow.tf._sparse_arranging import sparse_split as split
from reflow.tf._sparse_arranging import sparse_transpose as transpose
from reflow.tf._sparse_building import from_dense
from reflow.tf._sparse_building import sparse_eye as eye
from reflow.tf._sparse_building import sparse_mask as mask
from reflow.tf._sparse_building import sparse_merge as merge
from reflow.tf._sparse_building import sparse_placeholder as placeholder
from reflow.tf._sparse_building import sparse_tensor_to_dense as to_dense
from reflow.tf._sparse_building import sparse_to_indicator as to_indicator
from reflow.tf._sparse_math import sparse_add as add
from reflow.tf._sparse_math import sparse_cross as cross
from reflow.tf._sparse_math import sparse_cross_hashed as cross_hashed
from reflow.tf._sparse_math import sparse_maximum as maximum
from reflow.tf._sparse_math import sparse_minimum as minimum
from reflow.tf._sparse_math import sparse_reduce_max as reduce_max
from reflow.tf._sparse_math import sparse_reduce_max_sparse as reduce_max_sparse
from reflow.tf._sparse_math import sparse_reduce_sum as reduce_sum
from reflow.tf._sparse_math import sparse_reduce_sum_sparse as reduce_sum_sparse
from reflow.tf._sparse_math import sparse_softmax as softmax
from reflow.tf._sparse_math import sparse_tensor_dense_matmul as matmul

sparse_dense_matmul = matmul


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
