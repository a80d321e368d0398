"""tf.repeat: every element several times."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import ExpandDims, Reshape
from reflow.ops.casts import Cast
from reflow.ops.math import Maximum
from reflow.ops.reductions import Max
from reflow.ops.repeating import BroadcastTo, Tile
from reflow.tf._arrays import rank
from reflow.tf._arrays import shape as shape_of
from reflow.tf._filling import all_dimensions, ones, sequence_mask
from reflow.tf._indexing import boolean_mask
from reflow.tf._joining import concat, stack
from reflow.tf._scopes import name_scope


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """Every element (or slice along `axis`) of `input` as often as `repeats` says.

    Args:
      repeats: one number, or one for each slice.
      axis: None: of `input` as one vector.
    """
    if axis is None:
        input, axis = Reshape(input, [-1]), 0
    if not isinstance(axis, int):
        raise TypeError(f"axis must be an int; got {type(axis).__name__}")
    with name_scope(name, "Repeat", [input, repeats]):
        data = _at_least_vector(convert_to_tensor(input, name="data"))
        counts = _integers(repeats)
        counts.shape.with_rank_at_most(1)
        shape = shape_of(data)
        axis = _positive(axis, data.shape.ndims)
        if counts.shape.ndims == 1:
            data.shape.dims[axis].assert_is_compatible_with(counts.shape[0])
        if counts.shape.ndims == 0:
            tiled = _tiled(ExpandDims(data, axis + 1), axis + 1, counts)
            return Reshape(tiled, _with_free_size(shape, axis))
        if counts.shape.ndims != axis + 1:
            own_shape, own_rank = shape_of(counts), rank(counts)
            wide = concat([shape[: axis + 1 - own_rank], own_shape], axis=0)
            counts = BroadcastTo(counts, wide)
            counts.set_shape([None] * (axis + 1))
        # As often as the largest number says; then those that are too many are left out.
        most = Maximum(0, Max(counts, all_dimensions(counts)))
        mask = sequence_mask(counts, most)
        kept = boolean_mask(_tiled(ExpandDims(data, axis + 1), axis + 1, most), mask)
        result = kept if axis == 0 else Reshape(kept, _with_free_size(shape, axis))
        if data.shape.ndims is not None:
            size = 0 if counts.shape[0] == 0 else None
            result.set_shape(
                data.shape[:axis].concatenate([size]).concatenate(data.shape[axis + 1 :])
            )
        return result


def _with_free_size(shape: Tensor, axis: int) -> Tensor:
    """A shape with -1 in the place of one size."""
    return concat([shape[:axis], [-1], shape[axis + 1 :]], 0)


def _integers(repeats: Any) -> Tensor:
    counts = convert_to_tensor(repeats, name="repeats", preferred_dtype=dtypes.int32)
    if not counts.dtype.is_integer:
        raise TypeError(f"repeats must be an integer tensor; dtype={counts.dtype}")
    return Cast(counts, DstT=dtypes.int32)


def _at_least_vector(data: Tensor) -> Tensor:
    ndims = data.shape.ndims
    if ndims is None:
        shape, count = shape_of(data), rank(data)
        return Reshape(data, concat([[1], shape], axis=0)[-count:])
    return stack([data]) if ndims == 0 else data


def _positive(axis: int, ndims: int | None) -> int:
    if ndims is None:
        if axis < 0:
            raise ValueError("axis may only be negative if ndims is statically known.")
        return axis
    if not -ndims <= axis < ndims:
        raise ValueError(f"axis={axis} out of bounds: expected {-ndims}<=axis<{ndims}")
    return axis % ndims


def _tiled(data: Tensor, axis: int, count: Tensor) -> Tensor:
    """`data` repeated along one axis."""
    if data.shape.ndims is not None:
        counts: Any = [1] * data.shape.ndims
        counts[axis] = count
    else:
        once = ones(rank(data), dtypes.int32)
        counts = concat([once[:axis], [count], once[axis + 1 :]], axis=0)
    return Tile(data, counts)
