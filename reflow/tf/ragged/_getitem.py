"""Parts of ragged tensors: `ragged[2, :, 1:3]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.operation import Tensor
from reflow.ops.math import Maximum, Minimum
from reflow.tf import _arrays as arrays
from reflow.tf import _filling as filling
from reflow.tf._casts import cast
from reflow.tf._cond import cond
from reflow.tf._indexing import newaxis
from reflow.tf._joining import concat, stack
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._gather import gather_rows
from reflow.tf.ragged._math import range as ragged_range
from reflow.tf.ragged._tensor import RaggedTensor


def get_item(ragged: RaggedTensor, key: Any) -> Any:
    """The part of a ragged tensor that indices, slices, `...` and tf.newaxis tell.

    A ragged axis behind the first takes slices only: an index would mean something in some of its
    rows alone.

    Raises:
      ValueError: it is given an index, or `...` with a rank that is not known.
      TypeError: a slice has bounds that are no integers.
      IndexError: there are too many indices; eagerly, also: there is no such row.
    """
    with name_scope(None, "RaggedGetItem", [ragged, *_tensors_in(key)]):
        return _part(ragged, list(key) if isinstance(key, (list, tuple)) else [key])


def _tensors_in(key: Any) -> Iterator[Tensor]:
    if isinstance(key, Tensor):
        yield key
    elif isinstance(key, slice):
        yield from _tensors_in((key.start, key.stop, key.step))
    elif isinstance(key, (list, tuple)):
        for part in key:
            yield from _tensors_in(part)


def _is_everything(key: slice) -> bool:
    return key.start is None and key.stop is None and key.step is None


def _row_span(ragged: RaggedTensor) -> tuple[Tensor, Tensor]:
    """Where rows begin and end."""
    return ragged.row_splits[:-1], ragged.row_splits[1:]


def _part(ragged: Any, keys: list[Any]) -> Any:
    if not keys:
        return ragged
    key, inner_keys = keys[0], keys[1:]
    if key is Ellipsis:
        return _part(ragged, _without_ellipsis(keys, ragged.shape.ndims))
    if key is newaxis:
        inner = _part(ragged, inner_keys)
        count = arrays.shape(inner.row_splits, out_type=inner.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(inner, stack([0, count - 1]), validate=False)
    if isinstance(key, slice):
        return _inner_part(_rows(ragged, key), inner_keys)
    starts, limits = _row_span(ragged)
    if executing_eagerly():
        _check_row(key, len(starts))  # type: ignore[arg-type]
    row = ragged.values[starts[key] : limits[key]]
    return row[inner_keys]


def _check_row(key: Any, count: int) -> None:
    """IndexError for a row that there is not: it ends Python's loops over rows."""
    try:
        is_outside = int(key) >= count
    except (TypeError, ValueError):
        return  # refused where it is used
    if is_outside:
        raise IndexError(f"Row key {key} out of bounds")


def _rows(ragged: RaggedTensor, key: slice) -> RaggedTensor:
    """Some of the rows."""
    if _is_everything(key):
        return ragged
    starts, limits = ragged.row_splits[:-1][key], ragged.row_splits[1:][key]
    zero = filling.zeros([1], ragged.row_splits.dtype)
    if key.step is not None and key.step != 1:
        return _rows_of_ranges(starts, limits, 1, ragged.values)
    # Of no rows at all, the splits are [0].
    splits = concat([zero[arrays.size(starts) :], starts[:1], limits], axis=0)
    first, last = splits[0], splits[-1]
    return RaggedTensor.from_row_splits(ragged.values[first:last], splits - first, validate=False)


def _inner_part(ragged: Any, keys: list[Any]) -> Any:
    """What the keys tell of every row."""
    if not keys:
        return ragged
    if isinstance(ragged, Tensor):
        return ragged[[slice(None), *keys]]
    key, inner_keys = keys[0], keys[1:]
    if key is Ellipsis:
        return _inner_part(ragged, _without_ellipsis(keys, ragged.values.shape.ndims))
    if key is newaxis:
        inner = _inner_part(ragged, inner_keys)
        count = arrays.shape(inner.row_splits, out_type=inner.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(inner, filling.range(count), validate=False)
    if not isinstance(key, slice):
        raise ValueError("Cannot index into an inner ragged dimension.")
    if not _is_everything(key):
        ragged = _columns(ragged, key)
    return ragged.with_values(_inner_part(ragged.values, inner_keys))


def _columns(ragged: RaggedTensor, key: slice) -> RaggedTensor:
    """A slice of every row."""
    starts, limits = _row_span(ragged)
    if key.start is not None and key.start != 0:
        starts = _at_offset(key.start, *_row_span(ragged))
    if key.stop is not None and key.stop != 0:
        limits = _at_offset(key.stop, *_row_span(ragged))
    return _rows_of_ranges(starts, limits, key.step, ragged.values)


def _without_ellipsis(keys: list[Any], ndims: int | None) -> list[Any]:
    """The keys with a slice of all in the place of a leading `...`, or nothing if they suffice."""
    if ndims is None:
        raise ValueError("Ellipsis not supported for unknown shape RaggedTensors")
    count = sum(key is not newaxis for key in keys)
    if count > ndims + 1:
        raise IndexError("Too many indices for RaggedTensor")
    return keys[1:] if count == ndims + 1 else [slice(None), *keys]


def _rows_of_ranges(starts: Tensor, limits: Tensor, step: Any, values: Any) -> RaggedTensor:
    """For each i the values from starts[i] up to limits[i], as a row."""
    step = convert_to_tensor(1 if step is None else step, name="step")
    if not step.dtype.is_integer:
        raise TypeError(f"slice strides must be integers or None. Received: {step}")
    step = cast(step, starts.dtype)
    positions = ragged_range(starts, limits, step, row_splits_dtype=starts.dtype)
    return positions.with_values(gather_rows(values, positions.values))


def _at_offset(offset: Any, starts: Tensor, limits: Tensor) -> Tensor:
    """Where an offset, from the end if it is negative, is in each of the ranges."""

    def from_start() -> Tensor:
        return Minimum(starts + offset, limits)

    def from_end() -> Tensor:
        return Maximum(limits + offset, starts)

    if isinstance(offset, Tensor):
        offset = cast(offset, starts.dtype)
        result: Tensor = cond(offset >= 0, from_start, from_end)
        return result
    if not isinstance(offset, int):
        raise TypeError(f"slice offsets must be integers or None. Received: {offset!r}")
    return from_start() if offset > 0 else from_end()
