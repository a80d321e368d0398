"""A function of each row of ragged tensors, as tf.map_fn is of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from reflow.graph import dtypes, nest
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.indexed_slices import SparseTensor
from reflow.ops.constants import constant
from reflow.tf._arrays import expand_dims
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._elements import variables_read_once
from reflow.tf._map_fn import check_not_scalar, parallel
from reflow.tf._scopes import name_scope
from reflow.tf._tensor_array import TensorArray
from reflow.tf._while_loop import while_loop
from reflow.tf.ragged._factories import row_count
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    match_row_splits_dtypes,
)


class RaggedTensorType:
    """What says that a function gives ragged tensors: the type of the elements, and of the splits.

    ragged_rank: of all its results as one.
    """

    def __init__(
        self, dtype: DType, ragged_rank: int, row_splits_dtype: Any = dtypes.int64
    ) -> None:
        self.dtype = dtype
        self.ragged_rank = ragged_rank
        self.row_splits_dtype = as_dtype(row_splits_dtype)


class _Parts(NamedTuple):
    """What is kept of a ragged tensor in each iteration: tensors, their types or their arrays."""

    flat_values: Any
    nested_row_lengths: tuple[Any, ...]
    outer_row_length: Any


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Any:
    """What `fn` gives for each row of `elems`, stacked.

    Args:
      fn: takes a row, or a structure of rows as `elems` is one of tensors.
      elems: a tensor, ragged or not, or a structure of them with the same number of rows.
      dtype: the types of what `fn` gives, nested as that is; a RaggedTensorType where the results
        become a ragged tensor. By default the types of `elems`.
      parallel_iterations, back_prop, swap_memory: as of `tf.while_loop`.
      infer_shape: all results have the same shape.

    Raises:
      TypeError: `fn` is no function, or `elems` is sparse.
      ValueError: a tensor has no rows, or `fn` gives something else than `dtype` says.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either  "
            "SparseTensor(input.indices, fn(input.values), input.dense_shape) or  "
            "SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)"
        )
    flat = match_row_splits_dtypes(*nest.flatten(elems))
    with name_scope(name, "map", flat), variables_read_once():
        elements = [convert_to_tensor_or_ragged_tensor(elem, name="elem") for elem in flat]
        dtype = dtype or nest.pack_sequence_as(elems, [element.dtype for element in elements])
        declared = nest.flatten(dtype)
        kept = [_types_of_parts(kind) for kind in declared]
        count = _count(elements)
        arrays = [
            TensorArray(part, size=count, dynamic_size=False, infer_shape=infer_shape)
            for part in nest.flatten(kept)
        ]

        def step(i: Any, arrays: list[TensorArray]) -> Any:
            given = fn(nest.pack_sequence_as(elems, [element[i] for element in elements]))
            parts = [_parts_of(value, kind) for value, kind in zip(nest.flatten(given), declared)]
            pairs = zip(arrays, nest.flatten(parts))
            return i + 1, [array.write(i, part) for array, part in pairs]

        _, arrays = while_loop(
            lambda i, _: i < count,
            step,
            (constant(0), arrays),
            parallel_iterations=parallel(parallel_iterations),
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=count,
        )
        results = nest.pack_sequence_as(kept, list(arrays))
        return nest.pack_sequence_as(dtype, [_joined(result) for result in results])


def _count(elements: list[Any]) -> Any:
    """The number of rows."""
    if isinstance(elements[0], RaggedTensor):
        rows: Any = elements[0].nrows(out_type=dtypes.int32)
    else:
        check_not_scalar(elements)
        sizes = elements[0].shape.sizes
        rows = (sizes[0] if sizes else None) or shape_of(elements[0])[0]
    return cast(rows, dtypes.int32)


def _types_of_parts(kind: Any) -> Any:
    if not isinstance(kind, RaggedTensorType):
        return kind
    inner = (kind.row_splits_dtype,) * (kind.ragged_rank - 1)
    return _Parts(kind.dtype, inner, kind.row_splits_dtype)


def _parts_of(value: Any, kind: Any) -> Any:
    """What is kept of a result; ValueError if it is not what was declared."""
    if isinstance(kind, RaggedTensorType):
        _check_declared(value, kind)
    if isinstance(value, RaggedTensor):
        lengths = tuple(splits[1:] - splits[:-1] for splits in value.nested_row_splits)
        return _Parts(value.flat_values, lengths, expand_dims(value.nrows(), axis=0))
    if isinstance(kind, RaggedTensorType):
        return _Parts(value, (), expand_dims(row_count(value, kind.row_splits_dtype), axis=0))
    return value


def _check_declared(value: Any, kind: RaggedTensorType) -> None:
    # The rows of all results are one ragged axis more.
    rank = getattr(value, "ragged_rank", 0) + 1
    if kind.ragged_rank != rank:
        raise ValueError(
            f"The declared ragged rank ({kind.ragged_rank}) mismatches the result ({rank})"
        )
    if kind.dtype != value.dtype:
        raise ValueError(f"The declared dtype ({kind.dtype}) mismatches the result ({value.dtype})")
    if isinstance(value, RaggedTensor) and kind.row_splits_dtype != value.row_splits.dtype:
        raise ValueError(
            f"The declared row_splits dtype ({kind.row_splits_dtype}) mismatches the result "
            f"({value.row_splits.dtype}).  Use RaggedTensor.with_row_splits_dtype to convert it."
        )


def _joined(result: Any) -> Any:
    """The results of all iterations as one."""
    if not isinstance(result, _Parts):
        return result.stack()
    values = result.flat_values.concat()
    nested = [array.concat() for array in result.nested_row_lengths]
    outer = result.outer_row_length.concat()
    for lengths in reversed([outer, *nested]):
        values = RaggedTensor.from_row_lengths(values, lengths, validate=False)
    return values
