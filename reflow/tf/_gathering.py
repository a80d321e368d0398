"""tf.gather, tf.where and their like: elements looked up, chosen, counted."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops import gathering, searching, selection, sets
from reflow.ops.arrays import Reshape
from reflow.ops.casts import Cast
from reflow.ops.filling import Range
from reflow.ops.reductions import Prod
from reflow.ops.repeating import Tile
from reflow.tf._arrays import rank, transpose
from reflow.tf._arrays import shape as shape_of
from reflow.tf._filling import meshgrid, ones, zeros
from reflow.tf._joining import concat, stack, unstack
from reflow.tf._resource_variable import BaseResourceVariable
from reflow.tf._scopes import name_scope


@add_dispatch_support
def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: int = 0,
) -> Tensor:
    """The slices of `params` along `axis` at `indices`.

    Args:
      validate_indices: without effect; indices are always checked.
      axis: `batch_dims` by default.
      batch_dims: how many leading dimensions of both are walked together.
    """
    if axis is None:
        axis = batch_dims
    if _value(axis) == 0:
        if isinstance(params, BaseResourceVariable):
            return params.sparse_read(indices, name)
        return gathering.GatherV2(params, indices, axis, name=name)
    return gathering.GatherV2(params, indices, axis, batch_dims=batch_dims, name=name)


def _value(axis: Any) -> Any:
    return constant_value(axis) if isinstance(axis, Tensor) else axis


@add_dispatch_support
def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """tf.gather with as many batch dimensions as `indices` has, but the last."""
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if indices.shape.ndims is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        return _batch_gather(params, indices, indices.shape.ndims - 1)


def _batch_gather(params: Tensor, indices: Tensor, batch_dims: int) -> Tensor:
    """A gather from one flat table of all batches' rows: the nodes of tf.batch_gather."""
    ndims = indices.shape.ndims or 0
    if not 0 <= batch_dims < ndims:
        raise ValueError(f"batch_dims = {batch_dims} must be less than rank(indices) = {ndims}")
    if params.shape.ndims is not None and batch_dims >= params.shape.ndims:
        raise ValueError(
            f"batch_dims = {batch_dims} must be less than rank(params) = {params.shape.ndims}"
        )
    dtype = indices.dtype.base_dtype
    indices_shape, params_shape = shape_of(indices), shape_of(params)
    numbers = indices
    rows_before = ones((), dtype)
    sizes = Cast(params_shape, DstT=dtype)
    for dim in range(batch_dims, 0, -1):
        size = sizes[dim - 1]
        rows_before *= sizes[dim]
        start, step = zeros((), dtype), ones((), dtype)
        first = Range(start, size, step) * rows_before
        across = stack([1] * (dim - 1) + [size] + [1] * (ndims - dim), axis=0)
        numbers += Reshape(first, across)
    flat = Reshape(numbers, [-1])
    inner = params_shape[batch_dims + 1 :]
    count = Prod(params_shape[: batch_dims + 1], [0])
    table = Reshape(params, concat([[count], inner], axis=0))
    result = Reshape(gather(table, flat), concat([indices_shape, inner], axis=0))
    batch = indices.shape[:batch_dims].merge_with(params.shape[:batch_dims])
    result.set_shape(
        batch.concatenate(indices.shape[batch_dims:]).concatenate(params.shape[batch_dims + 1 :])
    )
    return result


@add_dispatch_support
def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: Any = 0) -> Tensor:
    """The elements or slices of `params` at `indices` [..., k] into its first k dimensions.

    With `batch_dims` b, the first b dimensions of both are walked together.
    """
    batch_dims = _known_count(batch_dims)
    if isinstance(batch_dims, int) and batch_dims == 0:
        if isinstance(params, BaseResourceVariable):
            return params.gather_nd(indices, name)
        return gathering.GatherNd(params, indices, name=name)
    return batch_gather_nd(params, indices, batch_dims, name)


def _known_count(batch_dims: Any) -> Any:
    """A number of dimensions as an integer, if it is known."""
    known = _value(batch_dims)
    if known is None or isinstance(known, int):
        return batch_dims if known is None else known
    if np.size(known) != 1:
        raise TypeError(f"batch_dims must be an int; got {batch_dims!r}")
    return int(np.ravel(known)[0])


def batch_gather_nd(params: Any, indices: Any, batch_dims: Any, name: str | None = None) -> Tensor:
    """`gather_nd` with the nodes that serve any number of batch dimensions."""
    with name_scope(name, "BatchGatherND", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        batch_dims = _known_count(batch_dims)
        if not isinstance(batch_dims, int):
            raise TypeError(f"batch_dims must be an int; got {batch_dims!r}")
        if batch_dims < 0:
            raise ValueError("tf.gather_nd does not allow negative batch_dims.")
        for argument, tensor in (("indices", indices), ("params", params)):
            if tensor.shape.ndims is not None and batch_dims >= tensor.shape.ndims:
                raise ValueError(
                    f"batch_dims = {batch_dims} must be less than rank({argument}) = "
                    f"{tensor.shape.ndims}"
                )
        if not batch_dims:
            return gathering.GatherNd(params, indices)
        return _batch_gather_nd(params, indices, batch_dims)


def _batch_gather_nd(params: Tensor, indices: Tensor, batch_dims: int) -> Tensor:
    """Puts the position in the batch before every index, and gathers with those."""
    params_shape, indices_shape = shape_of(params), shape_of(indices)
    batch_shape = params_shape[:batch_dims]
    batch_size = Prod(batch_shape, [0])
    inner_rank = rank(indices) - batch_dims - 1
    inner_shape = indices_shape[batch_dims:-1]
    ranges = [
        Cast(Range(0, size, 1), DstT=indices.dtype.base_dtype)
        for size in unstack(batch_shape, axis=0)
    ]
    flat = [Reshape(axis, (-1,)) for axis in meshgrid(*ranges, indexing="ij")]
    grid = transpose(stack(flat, axis=0))
    grid_shape = shape_of(grid)
    between = ones(inner_rank, dtype=dtypes.int32)
    grid = Reshape(grid, concat([grid_shape[:1], between, grid_shape[1:]], axis=0))
    grid = Tile(grid, concat(((1,), inner_shape, (1,)), axis=0))
    flat_shape = concat(([batch_size], indices_shape[batch_dims:]), axis=0)
    full = concat((grid, Reshape(indices, flat_shape)), axis=-1)
    gathered = gathering.GatherNd(params, full)
    gathered_shape = shape_of(gathered)
    return Reshape(gathered, concat((batch_shape, gathered_shape[1:]), axis=0))


@add_dispatch_support
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """`x` where the condition holds, else `y`; without both, the indices where it holds.

    x and y have one shape; the condition has it too, or is a vector: one truth for each row.
    Without x and y the result is [number of true elements, rank of the condition], int64.
    """
    return _where(selection.Select, condition, x, y, name)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """`where` as TensorFlow 2 has it: the condition, x and y broadcast."""
    return _where(selection.SelectV2, condition, x, y, name)


def _where(select: OpDefinition, condition: Any, x: Any, y: Any, name: str | None) -> Tensor:
    if x is None and y is None:
        with name_scope(name, "Where", [condition]) as scope:
            condition = convert_to_tensor(condition, preferred_dtype=dtypes.bool, name="condition")
            return selection.Where(condition, name=scope)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return select(condition, x, y, name=name)


def setdiff1d(x: Any, y: Any, index_dtype: Any = dtypes.int32, name: str | None = None) -> Any:
    """The elements of vector x that are not in y, and their positions in x."""
    return sets.ListDiff(x, y, out_idx=index_dtype, name=name)


def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """Where the values belong in sorted rows.  [..., n], [..., m] -> [..., m].

    `side`: before the elements that equal a value ("left"), or behind them ("right").
    """
    bounds = {"left": searching.LowerBound, "right": searching.UpperBound}
    row_size, count = shape_of(sorted_sequence)[-1], shape_of(values)[-1]
    rows = Reshape(sorted_sequence, [-1, row_size])
    wanted = Reshape(values, [-1, count])
    if side not in bounds:
        raise ValueError(f"side must be either 'right' or 'left'.  Saw: {side}.")
    places = bounds[side](rows, wanted, out_type=out_type, name=name)
    return Reshape(places, shape_of(values))
