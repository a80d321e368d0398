"""Top-level names of `tf` for tensors made from little: zeros, ranges, identity matrices."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.indexed_slices import SparseTensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import filling
from reflow.ops.arrays import ExpandDims, Reshape, Shape
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Less
from reflow.ops.constants import constant
from reflow.ops.joining import ConcatV2
from reflow.ops.math import Maximum, Minimum
from reflow.ops.reductions import Max
from reflow.tf._arrays import rank
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import size as size_of
from reflow.tf._casts import cast
from reflow.tf._diagonals import matrix_diag, matrix_set_diag
from reflow.tf._joining import stack
from reflow.tf._scopes import name_scope

# TensorFlow writes fewer elements than this into the graph; more are filled in by the run.
_SMALL = 1000


def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """Zeros (False, empty strings) of the given shape: a list, a TensorShape or a tensor."""
    base = as_dtype(dtype).base_dtype
    if base is dtypes.string:
        return _filled("", shape, base, name, "zeros")
    return _filled(False if base is dtypes.bool else 0, shape, base, name, "zeros")


def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """Ones (True) of the given shape: a list, a TensorShape or a tensor."""
    base = as_dtype(dtype).base_dtype
    return _filled(True if base is dtypes.bool else 1, shape, base, name, "ones")


def _filled(value: Any, shape: Any, dtype: DType, name: str | None, default_name: str) -> Tensor:
    with name_scope(name, default_name, [shape]) as scope:
        if not isinstance(shape, Tensor):
            if _is_small(shape):
                return constant(value, dtype, shape, scope)
            try:
                shape = convert_to_tensor(TensorShape(shape))
            except (TypeError, ValueError):
                shape = convert_to_tensor(shape, dtypes.int32)
        if not shape.shape.sizes:
            shape = Reshape(shape, [-1])
        return filling.Fill(shape, constant(value, dtype), name=scope)


def _is_small(shape: Any) -> bool:
    """Whether a tensor of this shape is written into the graph.

    TensorFlow multiplies the sizes to learn it, tensors among them too, which makes nodes that
    nothing uses: seeds count them, so they are made here as well.
    """
    try:
        sizes = list(shape)
        return bool((functools.reduce(operator.mul, sizes) if sizes else 1) < _SMALL)
    except (TypeError, ValueError):
        return False


@add_dispatch_support
def zeros_like(
    tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
) -> Tensor:
    """Zeros of the shape (and type, unless `dtype` is given) of `tensor`.

    `optimize`: use what is known of the shape when the graph is built.
    """
    with name_scope(name, "zeros_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        wanted = tensor.dtype.base_dtype if dtype is None else as_dtype(dtype)
        if optimize and tensor.shape.is_fully_defined():
            return zeros(tensor.shape, wanted, scope)
        if wanted is not tensor.dtype.base_dtype:
            return zeros(_shape_of(tensor, optimize), wanted, scope)
        return filling.ZerosLike(tensor, name=scope)


@add_dispatch_support
def ones_like(
    tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
) -> Tensor:
    """Ones of the shape (and type, unless `dtype` is given) of `tensor`."""
    with name_scope(name, "ones_like", [tensor]) as scope:
        tensor = convert_to_tensor(tensor, name="tensor")
        filled = ones(_shape_of(tensor, optimize), dtype or tensor.dtype, scope)
        filled.set_shape(tensor.shape)
        return filled


def _shape_of(tensor: Tensor, optimize: bool) -> Tensor:
    return shape_of(tensor) if optimize else Shape(tensor)


_RANGE_TYPES = (dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64)


def range(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = "range"
) -> Tensor:
    """start, start + delta, ... before limit; with one number, 0, 1, ... before that."""
    if limit is None:
        start, limit = 0, start
    with name_scope(name, "Range", [start, limit, delta]) as scope:
        given = [
            convert_to_tensor(value, dtype, argument)
            for value, argument in ((start, "start"), (limit, "limit"), (delta, "delta"))
        ]
        if dtype is None:
            for tensor in given:
                if tensor.dtype.base_dtype not in _RANGE_TYPES:
                    raise TypeError(
                        "tf.range counts in int32, int64, float32 or float64. "
                        f"Received: {tensor.dtype.name}"
                    )
            widest = max((tensor.dtype.base_dtype for tensor in given), key=_RANGE_TYPES.index)
            given = [cast(tensor, widest) for tensor in given]
        return filling.Range(*given, name=scope)


@add_dispatch_support
def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """`on_value` (1) at the positions `indices` of a new axis of size `depth`, elsewhere
    `off_value` (0).

    Args:
      axis: where the new axis goes; the last by default.
      dtype: float32 unless the values say otherwise.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value]) as scope:
        given = {"on_value": on_value, "off_value": off_value}
        types = {
            argument: convert_to_tensor(value).dtype.base_dtype
            for argument, value in given.items()
            if value is not None
        }
        wanted = as_dtype(dtype).base_dtype if dtype is not None else None
        for argument, found in types.items():
            if wanted is not None and found is not wanted:
                raise TypeError(
                    f"dtype {found} of {argument} does not match dtype parameter {wanted}"
                )
        if wanted is None:
            wanted = next(iter(types.values()), dtypes.float32)
        if on_value is None:
            on_value = convert_to_tensor(1, wanted, "on_value")
        if off_value is None:
            off_value = convert_to_tensor(0, wanted, "off_value")
        if len(set(types.values())) > 1:
            raise TypeError(
                f"dtype {types['on_value']} of on_value does not match dtype "
                f"{types['off_value']} of off_value"
            )
        return filling.OneHot(indices, depth, on_value, off_value, axis=axis, name=scope)


def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: Any = dtypes.bool, name: str | None = None
) -> Tensor:
    """mask[..., j] = j < lengths[...], for j before `maxlen` (the largest length)."""
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            longest = Max(lengths, all_dimensions(lengths))
            maxlen = Maximum(constant(0, longest.dtype), longest)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.shape.ndims not in (None, 0):
            raise ValueError("maxlen must be scalar for sequence_mask")
        row = filling.Range(constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        mask = Less(row, Cast(ExpandDims(lengths, -1), DstT=maxlen.dtype.base_dtype))
        if dtype is None or as_dtype(dtype).base_dtype is dtypes.bool:
            return mask
        return Cast(mask, DstT=as_dtype(dtype).base_dtype)


def all_dimensions(x: Any) -> Tensor:
    """The axes of `x`, as a vector: a constant if its rank is known."""
    if isinstance(x, Tensor) and x.shape.ndims is not None:
        return constant(np.arange(x.shape.ndims), dtypes.int32)
    if isinstance(x, SparseTensor) and x.dense_shape.shape.is_fully_defined():
        return constant(np.arange(x.dense_shape.shape.as_list()[0]), dtypes.int32)
    return filling.Range(0, rank(x), 1)


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = "meshgrid") -> list[Tensor]:
    """For each vector a grid over all of them, in which only its own axis varies.

    `indexing` "xy" has the first two axes exchanged, as for plots; "ij" has not.
    """
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    with name_scope(name, "meshgrid", args):
        count = len(args)
        sizes: list[Any] = [1] * count
        along = [Reshape(stack(x), (*sizes[:i], -1, *sizes[i + 1 :])) for i, x in enumerate(args)]
        lengths = [size_of(x) for x in args]
        dtype = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and count > 1:
            along[0] = Reshape(along[0], (1, -1, *sizes[2:]))
            along[1] = Reshape(along[1], (-1, 1, *sizes[2:]))
            lengths[:2] = lengths[1], lengths[0]
        grid = ones(lengths, dtype)
        return [x * grid for x in along]


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """The identity matrix, [num_rows, num_columns], or a batch of it of shape `batch_shape`."""
    with name_scope(name, "eye", [num_rows, num_columns, batch_shape]):
        is_square = num_columns is None
        batch: Any = [] if batch_shape is None else batch_shape
        columns = num_rows if num_columns is None else num_columns
        if isinstance(num_rows, Tensor) or isinstance(columns, Tensor):
            length = Minimum(num_rows, columns)
        else:
            for given in (num_rows, columns):
                if not isinstance(given, (int, np.integer)):
                    raise TypeError(
                        "num_rows and num_columns must be positive integer values. "
                        f"Received: {given!r}"
                    )
            is_square = num_rows == columns
            length = min(num_rows, columns)
        shape: Any
        if isinstance(batch, Tensor) or isinstance(length, Tensor):
            batch = convert_to_tensor(batch, dtypes.int32, "shape")
            diagonal_shape = ConcatV2([batch, [length]], 0, name="concat")
            if not is_square:
                shape = ConcatV2([batch, [num_rows, columns]], 0, name="concat")
        else:
            diagonal_shape = [*batch, length]
            shape = [*batch, num_rows, columns]
        diagonal = ones(diagonal_shape, dtype)
        if is_square:
            return matrix_diag(diagonal)
        return matrix_set_diag(zeros(shape, dtype), diagonal)
