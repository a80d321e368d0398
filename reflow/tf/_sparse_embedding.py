"""tf.nn.embedding_lookup_sparse: the embeddings of several ids, combined into one row."""

from __future__ import annotations

from typing import Any

from reflow import tf
from reflow.graph import dtypes, log
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._embedding import embedding_lookup
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._scopes import name_scope


def embedding_lookup_sparse(
    params: Any,
    sp_ids: SparseTensor,
    sp_weights: SparseTensor | None,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: Any = None,
) -> Tensor:
    """For each row of ids, the combination of the embeddings that they stand for.

    Args:
      params: as of `embedding_lookup`.
      sp_ids: [n, m] ids, in row-major order; each row has at least one.
      sp_weights: weights at the same indices, or None for 1 throughout.
      combiner: "sum", "mean" (divided by the sum of the weights; the default) or "sqrtn"
        (divided by the root of the sum of their squares).
      max_norm: embeddings of a larger L2 norm are scaled down to it first.

    Returns:
      [n, ...].
    """
    if combiner is None:
        log.advise(
            "embedding_lookup_sparse: without a combiner it is 'mean', as in TensorFlow 1.x."
        )
        combiner = "mean"
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    if isinstance(params, PartitionedVariable):
        params = list(params)
    if not isinstance(params, list):
        params = [params]
    _check_sparse_arguments(sp_ids, sp_weights)
    with name_scope(name, "embedding_lookup_sparse", [*params, sp_ids]) as scope:
        segments = sp_ids.indices[:, 0]
        if segments.dtype != dtypes.int32:
            segments = tf.cast(segments, dtypes.int32)
        unique_ids, positions = tf.unique(sp_ids.values)
        rows = embedding_lookup(
            params, unique_ids, partition_strategy=partition_strategy, max_norm=max_norm
        )
        if rows.dtype in (dtypes.float16, dtypes.bfloat16):
            rows = tf.cast(rows, dtypes.float32)
        if sp_weights is not None:
            return _weighted(rows, positions, segments, sp_weights.values, combiner, scope)
        combine = {
            "sum": tf.sparse_segment_sum,
            "mean": tf.sparse_segment_mean,
            "sqrtn": tf.sparse_segment_sqrt_n,
        }[combiner]
        return combine(rows, positions, segments, name=scope)


def _weighted(
    rows: Tensor, positions: Tensor, segments: Tensor, weights: Tensor, combiner: str, name: str
) -> Tensor:
    """The sum of each segment of the rows at `positions`, weighted and scaled."""
    if weights.dtype != rows.dtype:
        weights = tf.cast(weights, rows.dtype)
    rows = tf.gather(rows, positions)
    ones = tf.fill(tf.expand_dims(tf.rank(rows) - 1, 0), 1)
    by_row = tf.reshape(weights, tf.concat([tf.shape(weights), ones], 0))
    if rows.shape.ndims is not None:
        by_row.set_shape(weights.shape.concatenate([1] * (rows.shape.ndims - 1)))
    rows *= by_row
    if combiner == "sum":
        return tf.segment_sum(rows, segments, name=name)
    sums = tf.segment_sum(rows, segments)
    if combiner == "mean":
        return tf.div(sums, tf.segment_sum(by_row, segments), name=name)
    squares = tf.segment_sum(tf.pow(by_row, 2), segments)
    return tf.div(sums, tf.sqrt(squares), name=name)


def _check_sparse_arguments(sp_ids: Any, sp_weights: Any) -> None:
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError(f"sp_ids must be SparseTensor. Received: {sp_ids!r}")
    if sp_weights is None:
        return
    if not isinstance(sp_weights, SparseTensor):
        raise TypeError(f"sp_weights must be either None or SparseTensor. Received: {sp_weights!r}")
    for part in ("values", "indices", "dense_shape"):
        getattr(sp_ids, part).shape.assert_is_compatible_with(getattr(sp_weights, part).shape)


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: SparseTensor,
    sparse_weights: SparseTensor | None = None,
    combiner: str = "mean",
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
) -> Tensor:
    """`embedding_lookup_sparse` that passes over negative ids, and rows without any.

    Args:
      embedding_weights: the table, a list of parts or a partitioned variable.
      sparse_ids: [d0, ..., dn] ids.
      sparse_weights: weights at the same indices; ids of weights that are not positive are passed
        over too, unless the combiner is "sum".
      default_id: what stands in for rows without ids; by default such a row gives zeros.

    Returns:
      [d0, ..., d(n-1), ...].
    """
    if isinstance(embedding_weights, PartitionedVariable):
        embedding_weights = list(embedding_weights)
    if not isinstance(embedding_weights, list):
        embedding_weights = [embedding_weights]
    if not embedding_weights or embedding_weights[0] is None:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    dtype = None if sparse_weights is None else sparse_weights.dtype
    tables = [
        w
        if isinstance(w, BaseResourceVariable) and dtype in (None, w.dtype)
        else convert_to_tensor(w, dtype)
        for w in embedding_weights
    ]
    with name_scope(name, "embedding_lookup", [*tables, sparse_ids, sparse_weights]) as scope:
        outer_shape = sparse_ids.dense_shape
        rank: Any = outer_shape.shape[0].value
        if rank is None:
            rank = tf.size(outer_shape)
        rows_and_columns = [
            tf.reduce_prod(tf.slice(outer_shape, [0], [rank - 1])),
            tf.gather(outer_shape, rank - 1),
        ]
        ids = tf.sparse_reshape(sparse_ids, rows_and_columns)
        weights = sparse_weights
        if weights is not None:
            weights = SparseTensor(ids.indices, weights.values, ids.dense_shape)
        ids, weights, is_empty = _cleaned(ids, weights, combiner, default_id or 0)
        rows = embedding_lookup_sparse(
            tables,
            ids,
            weights,
            combiner=combiner,
            partition_strategy=partition_strategy,
            name=None if default_id is None else scope,
            max_norm=max_norm,
        )
        if default_id is None:
            column = tf.reshape(is_empty, [-1, 1])
            is_empty = tf.tile(column, tf.stack([1, tf.shape(rows)[1]]))
            rows = tf.where(is_empty, tf.zeros_like(rows), rows, name=scope)
        outer = tf.slice(tf.cast(outer_shape, dtypes.int32), [0], [rank - 1])
        inner = tf.slice(tf.shape(rows), [1], [-1])
        result = tf.reshape(rows, tf.concat([outer, inner], 0))
        unknown = TensorShape([None] * (rank - 1) if isinstance(rank, int) else None)
        result.set_shape(unknown.concatenate(rows.shape[1:]))
        return result


def _cleaned(
    ids: SparseTensor, weights: SparseTensor | None, combiner: str, default_id: int
) -> tuple[SparseTensor, SparseTensor | None, Tensor]:
    """Without ids and weights that do not count; with an id in every row; which rows had none."""
    is_valid = tf.greater_equal(ids.values, 0)
    if weights is not None:
        is_valid = tf.logical_and(is_valid, tf.ones_like(weights.values, dtype=dtypes.bool))
    ids = tf.sparse_retain(ids, is_valid)
    if weights is not None:
        weights = tf.sparse_retain(weights, is_valid)
        if combiner != "sum":
            is_positive = tf.greater(weights.values, 0)
            ids = tf.sparse_retain(ids, is_positive)
            weights = tf.sparse_retain(weights, is_positive)
    ids, is_empty = tf.sparse_fill_empty_rows(ids, default_id)
    if weights is not None:
        weights, _ = tf.sparse_fill_empty_rows(weights, 1.0)
    return ids, weights, is_empty
