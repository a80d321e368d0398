"""Sparse tensors made of other values, and dense ones made of sparse ones."""

from __future__ import annotations

import numbers
from collections.abc import Iterable
from typing import Any

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices, SparseTensor, SparseTensorValue
from reflow.graph.operation import Tensor
from reflow.ops.sets import ListDiff
from reflow.ops.sparse.dense import SparseToDense
from reflow.tf._scopes import name_scope
from reflow.tf._sparse_arranging import sparse_reorder
from reflow.tf._sparse_values import as_sparse


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor that must be fed, with a SparseTensorValue or its three parts.

    Args:
      dtype: of the values.
      shape: the dense shape, a sequence that may hold None, or a tensor; None for any.
    """

    def named(part: str) -> str | None:
        return None if name is None else f"{name}/{part}"

    rank = None
    if shape is not None:
        rank = shape.shape[0] if isinstance(shape, Tensor) else len(shape)
    if shape is None or (not isinstance(shape, Tensor) and None in list(shape)):
        dense_shape = tf.placeholder(dtypes.int64, [rank], named("shape"))
    else:
        dense_shape = convert_to_tensor(shape, dtypes.int64, named("shape"))
    values = tf.placeholder(dtype, [None], named("values"))
    indices = tf.placeholder(dtypes.int64, [None, rank], named("indices"))
    return SparseTensor(indices, values, dense_shape)


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements of a tensor that are not 0."""
    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        indices = tf.where(tf.not_equal(tensor, tf.constant(0, tensor.dtype)))
        values = tf.gather_nd(tensor, indices)
        return SparseTensor(indices, values, tf.shape(tensor, out_type=dtypes.int64))


def sparse_eye(
    num_rows: Any, num_columns: Any = None, dtype: Any = dtypes.float32, name: str | None = None
) -> SparseTensor:
    """A matrix with ones on its diagonal; `num_columns` is `num_rows` by default."""
    with name_scope(name, "eye", [num_rows, num_columns]):
        rows = _count(num_rows, "num_rows")
        columns = rows if num_columns is None else _count(num_columns, "num_columns")
        diagonal = tf.minimum(rows, columns)
        places = tf.range(diagonal, dtype=dtypes.int64)
        indices = tf.stack([places, places], axis=1)
        return SparseTensor(indices, tf.ones(diagonal, dtype=dtype), [rows, columns])


def _count(value: Any, name: str) -> Tensor:
    """An integer, or a tensor of one, as int64."""
    if isinstance(value, numbers.Integral):
        return convert_to_tensor(value, dtypes.int64, name)
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be an integer value. Received: {value!r}")
    return value if value.dtype == dtypes.int64 else tf.cast(value, dtypes.int64)


def sparse_merge(
    sp_ids: Any,
    sp_values: Any,
    vocab_size: Any,
    name: str | None = None,
    already_sorted: bool = False,
) -> SparseTensor:
    """The values at places that ids name: the last axis of the indices gives way to the ids.

    Args:
      sp_ids: a sparse tensor [..., n] of ids, or several of one sparsity, an axis each.
      sp_values: the values, of the same sparsity.
      vocab_size: how many ids there are, for each of sp_ids.
      already_sorted: whether the ids ascend within a row: then nothing is sorted.

    Returns:
      [..., *vocab_size].
    """
    ids, sizes = _ids_and_sizes(sp_ids, vocab_size)
    with name_scope(name, "SparseMerge", [sp_ids, sp_values]):
        ids = [as_sparse(one) for one in ids]
        values = as_sparse(sp_values)
        columns = [
            tf.expand_dims(
                one.values if one.dtype == dtypes.int64 else tf.cast(one.values, dtypes.int64),
                axis=1,
            )
            for one in ids
        ]
        sizes = [tf.cast(size, dtypes.int64) for size in sizes]
        indices = tf.concat([ids[0].indices[:, :-1], *columns], 1)
        dense_shape = tf.concat([ids[0].dense_shape[:-1], sizes], 0)
        merged = SparseTensor(indices, values.values, dense_shape)
        if already_sorted:
            return merged
        ordered = sparse_reorder(merged)
        return SparseTensor(ordered.indices, ordered.values, dense_shape)


def _ids_and_sizes(sp_ids: Any, vocab_size: Any) -> tuple[list[Any], list[Any]]:
    def is_size(value: Any) -> bool:
        return isinstance(value, (Tensor, numbers.Integral))

    if isinstance(sp_ids, (SparseTensor, SparseTensorValue)):
        if not is_size(vocab_size):
            raise TypeError(
                f"vocab_size has to be a Tensor or Python int. Found {type(vocab_size)}"
            )
        return [sp_ids], [vocab_size]
    if not isinstance(sp_ids, Iterable):
        raise TypeError(f"sp_ids has to be a SparseTensor or list thereof. Found {type(sp_ids)}")
    if not isinstance(vocab_size, Iterable) or not all(map(is_size, vocab_size)):
        raise TypeError(
            f"vocab_size has to be a list of Tensors or Python ints. Found {vocab_size!r}"
        )
    ids, sizes = list(sp_ids), list(vocab_size)
    if len(ids) != len(sizes):
        raise ValueError("sp_ids and vocab_size have to have equal lengths.")
    return ids, sizes


def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """The tensor of shape `output_shape` that holds the values at the indices, else the default.

    Args:
      sparse_indices: a scalar, [n] (places in a vector) or [n, rank].
      sparse_values: [n], or one value for all.
      validate_indices: whether the indices must ascend and differ.
    """
    return SparseToDense(
        sparse_indices,
        output_shape,
        sparse_values,
        default_value=default_value,
        validate_indices=validate_indices,
        name=name,
    )


def sparse_tensor_to_dense(
    sp_input: Any,
    default_value: Any = None,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """A sparse tensor as a dense one, with a default (0) where it has no value.

    Args:
      validate_indices: whether the indices must ascend and differ.
    """
    sp_input = as_sparse(sp_input)
    if default_value is None:
        default_value = tf.zeros([], dtype=sp_input.dtype)
    return SparseToDense(
        sp_input.indices,
        sp_input.dense_shape,
        sp_input.values,
        default_value=default_value,
        validate_indices=validate_indices,
        name=name,
    )


def sparse_to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Tensor:
    """Of ids [..., n] the truths [..., vocab_size]: which of them are there."""
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sp_input]) as scope:
        count = tf.shape(sp_input.indices)[0]
        truths = tf.fill(tf.expand_dims(count, 0), True)
        values = SparseTensor(sp_input.indices, truths, sp_input.dense_shape)
        merged = sparse_merge(sp_input, values, vocab_size, scope)
        # An id may come several times.
        return sparse_tensor_to_dense(
            merged, default_value=False, validate_indices=False, name=scope
        )


def sparse_mask(a: IndexedSlices, mask_indices: Any, name: str | None = None) -> IndexedSlices:
    """The slices of `a` but for those at `mask_indices`."""
    with name_scope(name, "sparse_mask", [a, mask_indices]) as scope:
        kept, places = ListDiff(a.indices, mask_indices)
        return IndexedSlices(tf.gather(a.values, places, name=scope), kept, a.dense_shape)
