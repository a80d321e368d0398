"""Sparse tensors reordered, reshaped, joined and cut up."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from reflow import tf
from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.ops.sparse import arranging
from reflow.ops.sparse.rows import SparseFillEmptyRows
from reflow.tf._arguments import renamed
from reflow.tf._control_flow import with_dependencies
from reflow.tf._old_orders import is_number, takes_old_order
from reflow.tf._scopes import name_scope
from reflow.tf._sparse_values import all_as_sparse, as_sparse, parts
from reflow.tf._static_values import get_static_value


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The elements in row-major order, which most functions expect."""
    sp_input = as_sparse(sp_input)
    indices, values = arranging.SparseReorder(*parts(sp_input), name=name)
    shape = sp_input.shape
    known = shape.as_list() if shape.is_fully_defined() else tf.identity(sp_input.dense_shape)
    return SparseTensor(indices, values, known)


def sparse_reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """The same elements in row-major order, in another dense shape; -1 stands for what is left."""
    sp_input = as_sparse(sp_input)
    shape = tf.cast(shape, dtype=dtypes.int64)
    with name_scope(name, "SparseReshape", [sp_input]) as scope:
        indices, new_shape = arranging.SparseReshape(
            sp_input.indices, sp_input.dense_shape, shape, name=scope
        )
        known = _known_sizes(sp_input, shape)
        if known is not None:
            new_shape = tf.constant(known, dtype=dtypes.int64)
        return SparseTensor(indices, tf.identity(sp_input.values), new_shape)


def _known_sizes(sp_input: SparseTensor, shape: Tensor) -> list[int] | None:
    """The sizes that a reshape gives, if they are known; ValueError if they cannot be."""
    given = get_static_value(shape, partial=True)
    if given is None or not sp_input.shape.is_fully_defined():
        return None
    asked = given.tolist()
    if asked.count(-1) > 1:
        raise ValueError(f"At most one dimension can be inferred (-1). Found: {given}")
    sizes = [None if size == -1 else size for size in asked]
    total = math.prod(sp_input.shape.as_list())
    if sizes.count(None) > 1:
        return None
    known = [
        total // max(math.prod(s for s in sizes if s is not None), 1) if size is None else size
        for size in sizes
    ]
    if math.prod(known) != total:
        raise ValueError(
            f"Cannot reshape a tensor with {total} elements to shape {sizes} "
            f"({math.prod(known)} elements)."
        )
    return known


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """The axes in another order: axis i becomes what perm[i] was; by default they are reversed."""
    with name_scope(name, "SparseTranspose", [sp_input]):
        if perm is None:
            rank = tf.rank(sp_input)
            perm = (rank - 1) - tf.range(0, rank, 1)
        indices = tf.transpose(tf.gather(tf.transpose(sp_input.indices), perm))
        order = get_static_value(convert_to_tensor(perm))
        shape = sp_input.shape
        if order is not None and shape.is_fully_defined():
            sizes = shape.as_list()
            dense_shape: Any = [sizes[axis] for axis in order]
        else:
            dense_shape = tf.gather(sp_input.dense_shape, perm)
        return sparse_reorder(SparseTensor(indices, sp_input.values, dense_shape))


def sparse_expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """With one more axis of size 1, in front of `axis`; by default the last one."""
    rank = sp_input.dense_shape.shape[0]
    axis = -1 if axis is None else axis
    with name_scope(name, "expand_dims", [sp_input]):
        if isinstance(axis, (int, np.integer)):
            axis = convert_to_tensor(axis, dtypes.int32, "axis")
        elif not isinstance(axis, Tensor):
            raise TypeError(
                "axis must be an integer value in range [-rank(sp_input) - 1, rank(sp_input)]. "
                f"Received: {axis!r}"
            )
        axis = tf.where_v2(axis >= 0, axis, axis + rank + 1)
        count = tf.shape(sp_input.indices)[0]
        zeros = tf.zeros([count, 1], dtype=dtypes.int64)
        before = tf.slice(sp_input.indices, [0, 0], [-1, axis])
        behind = tf.slice(sp_input.indices, [0, axis], [-1, -1])
        indices = tf.concat([before, zeros, behind], axis=1)
        sizes_before = tf.slice(sp_input.dense_shape, [0], [axis])
        sizes_behind = tf.slice(sp_input.dense_shape, [axis], [-1])
        one = convert_to_tensor([1], dtypes.int64, "new_shape")
        dense_shape = tf.concat([sizes_before, one, sizes_behind], axis=0)
        return SparseTensor(indices, sp_input.values, dense_shape)


# -- Joining and cutting --------------------------------------------------------------------------


@takes_old_order("axis sp_inputs name", lambda *_: False, concat_dim="axis")
def sparse_concat(
    axis: Any,
    sp_inputs: Any,
    name: str | None = None,
    expand_nonconcat_dim: bool = False,
    concat_dim: Any = None,
    expand_nonconcat_dims: bool | None = None,
) -> SparseTensor:
    """Sparse tensors joined along an axis (whose old name is `concat_dim`).

    Args:
      expand_nonconcat_dims: whether the other axes may differ: the largest size counts.
    """
    if expand_nonconcat_dims is None:
        expand_nonconcat_dims = expand_nonconcat_dim
    axis = renamed("axis", axis, "concat_dim", concat_dim)
    inputs = all_as_sparse(sp_inputs)
    if len(inputs) == 1:
        return inputs[0]
    dense_shapes = [one.dense_shape for one in inputs]
    if expand_nonconcat_dims:
        dense_shapes = _expanded(dense_shapes, axis)
    indices, values, dense_shape = arranging.SparseConcat(
        [one.indices for one in inputs],
        [one.values for one in inputs],
        dense_shapes,
        axis,
        name=name,
    )
    known = [get_static_value(shape) for shape in dense_shapes]
    if all(sizes is not None for sizes in known):
        sizes = known[0].copy()
        sizes[axis] = sum(one[axis] for one in known)
        dense_shape = convert_to_tensor(sizes)
    return SparseTensor(indices, values, dense_shape)


def _expanded(dense_shapes: list[Tensor], axis: int) -> list[Tensor]:
    """The shapes with the largest size on every axis but one."""
    rows = tf.concat([tf.reshape(shape, [1, -1]) for shape in dense_shapes], 0)
    largest = tf.reduce_max(rows, 0)
    return [
        tf.concat(
            [
                largest[:axis],
                shape[-1:] if axis == -1 else shape[axis : axis + 1],
                [] if axis == -1 else largest[axis + 1 :],
            ],
            0,
        )
        for shape in dense_shapes
    ]


class _KeywordRequired:
    """What stands before arguments that must be named."""

    def __repr__(self) -> str:
        return "KeywordRequired()"


@takes_old_order("axis num_split sp_input name", lambda first, *_: is_number(first))
def sparse_split(
    keyword_required: Any = _KeywordRequired(),  # noqa: B008 (there is only one)
    sp_input: Any = None,
    num_split: int | None = None,
    axis: Any = None,
    name: str | None = None,
    split_dim: Any = None,
) -> list[SparseTensor]:
    """Cut along an axis (whose old name is `split_dim`) into parts, the first ones larger by 1."""
    if not isinstance(keyword_required, _KeywordRequired):
        raise ValueError("Keyword arguments are required for this function.")
    axis = renamed("axis", axis, "split_dim", split_dim)
    for argument, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"{argument} is required")
    split = arranging.SparseSplit(axis, *parts(as_sparse(sp_input)), num_split, name=name)
    return [SparseTensor(*part) for part in zip(*split)]


def sparse_slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """The part that begins at `start` and has `size`, as far as it goes."""
    sp_input = as_sparse(sp_input)
    start = convert_to_tensor(start, dtypes.int64)
    size = convert_to_tensor(size, dtypes.int64)
    with name_scope(name, "SparseSlice", [sp_input]) as scope:
        return SparseTensor(*arranging.SparseSlice(*parts(sp_input), start, size, name=scope))


def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """The elements for which `to_retain`, [n] truths, is true."""
    sp_input = as_sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    to_retain.shape.assert_has_rank(1)
    if sp_input.values.shape.ndims is not None:
        sp_input.values.shape[0].merge_with(to_retain.shape[0] if to_retain.shape.ndims else None)
    places = tf.reshape(tf.where(to_retain), [-1])
    indices = tf.gather(sp_input.indices, places)
    values = tf.gather(sp_input.values, places)
    return SparseTensor(indices, values, tf.identity(sp_input.dense_shape))


def sparse_fill_empty_rows(
    sp_input: Any, default_value: Any, name: str | None = None
) -> tuple[SparseTensor, Tensor]:
    """With a default value at [row, 0, ...] of each row without elements; and which rows those
    are."""
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sp_input]):
        default_value = convert_to_tensor(default_value, sp_input.values.dtype)
        indices, values, is_empty, _ = SparseFillEmptyRows(*parts(sp_input), default_value)
        return SparseTensor(indices, values, sp_input.dense_shape), is_empty


def sparse_reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """The same indices in a larger dense shape; by default in the smallest that holds them."""
    sp_input = as_sparse(sp_input)
    indices = tf.identity(sp_input.indices)
    values = tf.identity(sp_input.values)
    shape = tf.identity(sp_input.dense_shape)
    if new_shape is None:
        largest = tf.reduce_max(indices, axis=0)
        zero = tf.constant(0, dtype=dtypes.int64)
        fitting = tf.maximum(zero, tf.add(largest, tf.ones_like(shape)))
        return SparseTensor(indices, values, fitting)
    return SparseTensor(indices, values, _checked_shape(sp_input, shape, new_shape))


def _checked_shape(sp_input: SparseTensor, shape: Tensor, new_shape: Any) -> Any:
    """`new_shape`, which must have the rank of `shape` and be nowhere smaller."""
    new_shape = convert_to_tensor(new_shape)
    new_shape.shape.assert_has_rank(1)
    new_shape = tf.cast(new_shape, dtypes.int64)
    if new_shape.shape.ndims is not None:
        new_shape.shape[0].merge_with(shape.shape[0])
    known = get_static_value(new_shape)
    if known is not None and sp_input.shape.is_fully_defined():
        sizes = np.array(sp_input.shape.as_list())
        if not np.all(sizes <= known):
            raise ValueError(
                "Requested new_shape should have dimension sizes >= sp_input.shape.  Found "
                f"new_shape ({known}), sp_input.shape ({sizes})."
            )
        return known
    same_rank = tf.assert_equal(tf.shape(shape), tf.shape(new_shape))
    new_shape = with_dependencies([same_rank], new_shape)
    return with_dependencies([tf.assert_less_equal(shape, new_shape)], new_shape)
