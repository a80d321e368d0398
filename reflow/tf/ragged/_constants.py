"""tf.ragged.constant and its like: ragged tensors of nested lists, and of what runs feed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.constants import constant as dense_constant
from reflow.tf import _arrays as arrays
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._tensor import RaggedTensor, is_ragged
from reflow.tf.ragged._value import RaggedTensorValue


def constant(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    name: str | None = None,
    row_splits_dtype: Any = dtypes.int64,
) -> Any:
    """The ragged tensor of a nested list; a tensor if it is no list of lists.

    Args:
      pylist: all numbers or strings in it lie at the same depth.
      dtype: of the elements; by default what they suggest.
      ragged_rank: how many axes are ragged; by default as many as fit `inner_shape`.
      inner_shape: of the elements of the innermost rows; by default () or, with `ragged_rank`,
        what the list has.
      row_splits_dtype: int32 or int64.

    Raises:
      TypeError: it is ragged already.
      ValueError: its nesting does not fit the other arguments.
    """

    def rows(values: Any, row_splits: list[int]) -> RaggedTensor:
        return RaggedTensor.from_row_splits(
            values, dense_constant(row_splits, row_splits_dtype), validate=False
        )

    with name_scope(name, "RaggedConstant"):
        return _nested(rows, dense_constant, pylist, dtype, ragged_rank, inner_shape)


def constant_value(
    pylist: Any,
    dtype: Any = None,
    ragged_rank: int | None = None,
    inner_shape: Any = None,
    row_splits_dtype: Any = "int64",
) -> Any:
    """The RaggedTensorValue of a nested list; an array if it is no list of lists.

    Arguments and errors are those of `constant`.
    """
    if isinstance(dtype, DType):
        dtype = dtype.as_numpy_dtype
    splits_type = as_dtype(row_splits_dtype).as_numpy_dtype

    def rows(values: Any, row_splits: list[int]) -> RaggedTensorValue:
        return RaggedTensorValue(values, np.array(row_splits, dtype=splits_type))

    def array(pylist: Any, dtype: Any, shape: Any, name: str | None = None) -> Any:
        return np.reshape(np.array(pylist, dtype=dtype), shape)

    return _nested(rows, array, pylist, dtype, ragged_rank, inner_shape)


def _nested(
    make_rows: Callable[[Any, list[int]], Any],
    make_dense: Callable[..., Any],
    pylist: Any,
    dtype: Any,
    ragged_rank: int | None,
    inner_shape: Any,
) -> Any:
    """What a nested list becomes: `make_dense` of its elements, and `make_rows` of each axis."""
    if is_ragged(pylist):
        raise TypeError("pylist may not be a RaggedTensor or RaggedTensorValue.")
    if not _is_list(pylist):
        _check_scalar(pylist, ragged_rank, inner_shape)
        return make_dense(pylist, dtype, ())
    if ragged_rank is not None and ragged_rank < 0:
        raise ValueError(f"Invalid ragged_rank={ragged_rank!r}: must be nonnegative")
    scalar_depth, max_depth = depths(pylist)
    if scalar_depth is not None and max_depth > scalar_depth:
        raise ValueError(
            f"Invalid pylist={pylist!r}: empty list nesting is greater than scalar value nesting"
        )
    if inner_shape is not None and ragged_rank is not None:
        depth = ragged_rank + len(inner_shape) + 1
        fits = depth == scalar_depth if scalar_depth is not None else depth >= max_depth
        if not fits:
            raise ValueError(
                f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank} and "
                f"dim(inner_shape)={len(inner_shape)}"
            )
    inner_rank = 0 if inner_shape is None else len(inner_shape)
    if ragged_rank == 0 or (ragged_rank is None and max_depth - inner_rank < 2):
        return make_dense(pylist, dtype, inner_shape)
    if inner_shape is None:
        inner_shape = () if ragged_rank is None else inner_shape_of(pylist, ragged_rank)
    if ragged_rank is None:
        outer = max_depth - 1 if scalar_depth is None else scalar_depth - 1 - len(inner_shape)
        ragged_rank = max(1, outer)
    nested_splits, values = [], pylist
    for _ in range(ragged_rank):
        splits = [0]
        for row in values:
            splits.append(splits[-1] + len(row))
        nested_splits.append(splits)
        values = [value for row in values for value in row]
    shape = (len(values), *inner_shape)
    result = make_dense(values, dtype=dtype, shape=shape, name="values")
    for splits in reversed(nested_splits):
        result = make_rows(result, splits)
    return result


def _is_list(value: Any) -> bool:
    # np.ndim would make an array of a list.
    return isinstance(value, (list, tuple)) or np.ndim(value) != 0


def _check_scalar(value: Any, ragged_rank: int | None, inner_shape: Any) -> None:
    if ragged_rank:
        raise ValueError(f"Invalid pylist={value!r}: incompatible with ragged_rank={ragged_rank}")
    if inner_shape:
        raise ValueError(
            f"Invalid pylist={value!r}: incompatible with dim(inner_shape)={len(inner_shape)}"
        )


def depths(value: Any) -> tuple[int | None, int]:
    """How deep scalars are nested (None: there are none), and how deep lists are."""
    if not _is_list(value):
        return 0, 0
    scalar_depth, max_depth = None, 1
    for child in value:
        child_scalar, child_max = depths(child)
        if child_scalar is not None:
            if scalar_depth not in (None, child_scalar + 1):
                raise ValueError("all scalar values must have the same nesting depth")
            scalar_depth = child_scalar + 1
        max_depth = max(max_depth, child_max + 1)
    return scalar_depth, max_depth


def inner_shape_of(pylist: Any, ragged_rank: int) -> tuple[int, ...]:
    """The shape that all elements of the innermost ragged rows have; ValueError if they differ."""
    values = pylist
    for depth in range(1, ragged_rank + 1):
        if not all(_is_list(value) for value in values):
            raise ValueError(
                f"pylist has scalar values depth {depth}, but ragged_rank={ragged_rank} requires "
                f"scalar value depth greater than {ragged_rank}"
            )
        values = [child for value in values for child in value]
    shape = _leftmost_shape(values)
    _check_shape(values, shape)
    return shape[1:]


def _leftmost_shape(value: Any) -> tuple[int, ...]:
    if not _is_list(value):
        return ()
    return (len(value), *_leftmost_shape(value[0])) if len(value) else (0,)


def _check_shape(value: Any, shape: tuple[int, ...]) -> None:
    is_list = _is_list(value)
    if is_list != bool(shape) or (is_list and len(value) != shape[0]):
        raise ValueError("inner values have inconsistent shape")
    if is_list:
        for child in value:
            _check_shape(child, shape[1:])


def placeholder(
    dtype: Any, ragged_rank: int, value_shape: Any = None, name: str | None = None
) -> Any:
    """A ragged tensor that every run must feed with a RaggedTensorValue.

    Args:
      ragged_rank: the number of ragged axes; 0: of a tensor of shape `value_shape`.
      value_shape: what is known of the shape of the elements of the innermost rows.
    """
    if ragged_rank == 0:
        return arrays.placeholder(dtype, value_shape, name)
    with name_scope(name, "RaggedPlaceholder", []):
        flat_shape = TensorShape([None]).concatenate(value_shape)
        result: Any = arrays.placeholder(dtype, flat_shape, "flat_values")
        for axis in reversed(range(ragged_rank)):
            splits = arrays.placeholder(dtypes.int64, [None], f"row_splits_{axis}")
            result = RaggedTensor(result, splits, internal=True)
        return result
