"""tf.nn.embedding_lookup: rows of tables that may be split over several tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.constants import constant
from reflow.ops.sets import ParallelDynamicStitch
from reflow.tf._partitioned_variable import PartitionedVariable
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._scopes import colocate_with, name_scope

Transform = Callable[[Tensor], Tensor]


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows `ids` of a table that may be split over several tensors.

    Args:
      params: a table [rows, ...], or a list of parts, or a partitioned variable.
      ids: integers of any shape.
      partition_strategy: "mod" (row i is in part i % n) or "div" (parts hold runs of rows).
      validate_indices: without effect; ids are always checked.
      max_norm: rows of a larger L2 norm are scaled down to it.

    Returns:
      A tensor of shape ids.shape + params.shape[1:].
    """
    return _embedding_lookup_and_transform(params, ids, partition_strategy, name, max_norm)


def _embedding_lookup_and_transform(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    max_norm: Any = None,
    transform_fn: Transform | None = None,
) -> Tensor:
    """`embedding_lookup`; `transform_fn`, of rows [n, ...], runs where the part is."""
    parts = _parts(params)
    with name_scope(name, "embedding_lookup", [*parts, ids]) as scope:
        parts = _as_tensors(parts)
        ids = convert_to_tensor(ids, name="ids")
        if len(parts) > 1 or (transform_fn and ids.shape.ndims != 1):
            return _partitioned_lookup(
                parts, ids, partition_strategy, scope, max_norm, transform_fn
            )
        with colocate_with(parts[0]):
            rows = _clipped(tf.gather(parts[0], ids, name=scope), ids, max_norm)
            if transform_fn:
                rows = transform_fn(rows)
        # What uses the rows need not be where the table is.
        return tf.identity(rows)


def _parts(params: Any) -> list[Any]:
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)) and not params:
        raise ValueError("Need at least one param")
    if isinstance(params, (list, tuple, PartitionedVariable)):
        return list(params)
    return [params]


def _as_tensors(parts: list[Any]) -> list[Any]:
    """Of variables behind handles only the rows are read: they stay what they are."""
    if any(isinstance(part, BaseResourceVariable) for part in parts):
        return parts
    names = ["params"] if len(parts) == 1 else [f"params_{i}" for i in range(len(parts))]
    return [
        part if isinstance(part, IndexedSlices) else convert_to_tensor(part, name=name)
        for part, name in zip(parts, names)
    ]


def _clipped(rows: Tensor, ids: Tensor, max_norm: Any) -> Tensor:
    """The rows, of a norm of at most `max_norm` where one is given."""
    if max_norm is None:
        return rows
    first, last = ids.shape.ndims or tf.rank(ids), rows.shape.ndims or tf.rank(rows)
    if isinstance(first, int) and isinstance(last, int):
        return tf.clip_by_norm(rows, max_norm, axes=list(range(first, last)))
    return tf.clip_by_norm(rows, max_norm, axes=tf.range(first, last))


def _partitioned_lookup(
    parts: list[Any],
    ids: Tensor,
    partition_strategy: str,
    name: str,
    max_norm: Any,
    transform_fn: Transform | None,
) -> Tensor:
    """Each id goes to the part that holds it; the rows found come back to the ids' places."""
    flat_ids = tf.reshape(ids, [-1])
    positions = tf.range(tf.size(flat_ids))
    if partition_strategy == "mod":
        assignments, new_ids = flat_ids % len(parts), flat_ids // len(parts)
    elif partition_strategy == "div":
        assignments, new_ids = _contiguous_parts(parts, flat_ids)
    else:
        raise ValueError(f"Unrecognized partition strategy: {partition_strategy}")
    assignments = tf.cast(assignments, dtypes.int32)
    ids_of_parts = tf.dynamic_partition(new_ids, assignments, len(parts))
    positions_of_parts = tf.dynamic_partition(positions, assignments, len(parts))
    found = []
    for part, part_ids in zip(parts, ids_of_parts):
        with colocate_with(part):
            rows = tf.gather(part, part_ids)
            if transform_fn:
                rows = transform_fn(_clipped(rows, part_ids, max_norm))
        found.append(rows)
    stitched = ParallelDynamicStitch(positions_of_parts, found, name=name)
    if transform_fn:
        return _in_shape_of(ids, stitched, stitched.shape[1:], stitched)
    row_shape = parts[0].shape[1:]
    for part in parts[1:]:
        row_shape = row_shape.merge_with(part.shape[1:])
    return _clipped(_in_shape_of(ids, stitched, row_shape, parts[0]), ids, max_norm)


def _in_shape_of(ids: Tensor, rows: Tensor, row_shape: TensorShape, like: Any) -> Tensor:
    """The rows in the ids' shape; what is not known of a row's shape, the rows of `like` tell."""
    known: Any = row_shape
    if not row_shape.is_fully_defined():
        with colocate_with(like):
            shape = tf.shape(like)
        known = shape[1:]
    result = tf.reshape(rows, tf.concat([tf.shape(ids), known], 0))
    result.set_shape(ids.shape.concatenate(row_shape))
    return result


def _contiguous_parts(parts: list[Any], ids: Tensor) -> tuple[Tensor, Tensor]:
    """(part, row in the part) of each id where parts hold runs of rows, the first ones longer."""
    count = len(parts)
    sizes = [part.shape.with_rank_at_least(1)[0].value for part in parts]
    if None not in sizes and sum(sizes):
        total = constant(sum(sizes), ids.dtype)
    else:
        total = tf.reduce_sum(tf.cast(tf.stack(_row_counts(parts, sizes)), ids.dtype))
    per_part, extras = total // count, total % count
    assignments = tf.maximum(ids // (per_part + 1), (ids - extras) // per_part)
    new_ids = tf.where(assignments < extras, ids % (per_part + 1), (ids - extras) % per_part)
    return assignments, new_ids


def _row_counts(parts: list[Any], sizes: list[int | None]) -> list[Any]:
    counts: list[Any] = []
    for part, size in zip(parts, sizes):
        if size is not None:
            counts.append(size)
            continue
        with colocate_with(part):
            counts.append(tf.shape(part)[0])
    return counts
