"""Names of tensorflow.python.ops.embedding_ops: the functions that TensorFlow 2 has."""

from __future__ import annotations

from typing import Any

from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.tf._embedding import embedding_lookup
from reflow.tf._sparse_embedding import embedding_lookup_sparse, safe_embedding_lookup_sparse

__all__ = ["embedding_lookup_sparse_v2", "embedding_lookup_v2", "safe_embedding_lookup_sparse_v2"]


def embedding_lookup_v2(
    params: Any, ids: Any, max_norm: Any = None, name: str | None = None
) -> Tensor:
    """tf.nn.embedding_lookup, of parts that hold runs of rows."""
    return embedding_lookup(params, ids, "div", name, max_norm=max_norm)


def embedding_lookup_sparse_v2(
    params: Any,
    sp_ids: SparseTensor,
    sp_weights: SparseTensor | None,
    combiner: str | None = None,
    max_norm: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.embedding_lookup_sparse, of parts that hold runs of rows."""
    return embedding_lookup_sparse(params, sp_ids, sp_weights, "div", name, combiner, max_norm)


def safe_embedding_lookup_sparse_v2(
    embedding_weights: Any,
    sparse_ids: SparseTensor,
    sparse_weights: SparseTensor | None = None,
    combiner: str = "mean",
    default_id: int | None = None,
    max_norm: Any = None,
    name: str | None = None,
) -> Tensor:
    """tf.nn.safe_embedding_lookup_sparse, with the name last."""
    return safe_embedding_lookup_sparse(
        embedding_weights,
        sparse_ids,
        sparse_weights,
        combiner,
        default_id,
        name,
        "div",
        max_norm,
    )
