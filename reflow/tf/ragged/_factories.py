"""How ragged tensors are made of values and of what parts them into rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.graph.tensor_spec import TensorSpec
from reflow.ops.constants import constant
from reflow.tf import _checks as checks
from reflow.tf import _filling as filling
from reflow.tf._arrays import shape as shape_of
from reflow.tf._casts import cast
from reflow.tf._control_flow import with_dependencies
from reflow.tf._joining import concat
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import name_scope
from reflow.tf._segments import bincount
from reflow.tf._static_values import get_static_value
from reflow.tf.math import cumsum
from reflow.tf.ragged._rows import SPLITS_TYPES


class Factories:
    """The constructors of tf.RaggedTensor that take values and row partitions.

    Each takes the values of all rows one after the other, [n, ...], or a ragged tensor of them;
    `validate` says whether runs check that values and rows fit.
    """

    @classmethod
    def from_value_rowids(
        cls,
        values: Any,
        value_rowids: Any,
        nrows: Any = None,
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """A ragged tensor of values and the row of each.

        Args:
          value_rowids: [n] sorted integers.
          nrows: the number of rows; by default the last row plus 1.

        Raises:
          ValueError: `nrows` is known to be too small.
        """
        _check_validate(validate)
        with name_scope(name, "RaggedFromValueRowIds", [values, value_rowids, nrows]):
            values, value_rowids = _converted(values, value_rowids, "value_rowids")
            nrows, known_nrows = _number_of_rows(value_rowids, nrows)
            value_rowids.shape.assert_has_rank(1)
            nrows.shape.assert_has_rank(0)
            values.shape[:1].assert_is_compatible_with(value_rowids.shape)
            if validate:
                message = "Arguments to from_value_rowids do not form a valid RaggedTensor"
                value_count, id_count = row_count(values), row_count(value_rowids)
                demands = [
                    checks.assert_rank(value_rowids, 1, message=message),
                    checks.assert_rank(nrows, 0, message=message),
                    checks.assert_equal(value_count, id_count, message=message),
                    checks.assert_non_negative(value_rowids[:1], message=message),
                    _assert_ascending(value_rowids, message),
                    checks.assert_less(value_rowids[-1:], nrows, message=message),
                    *_assert_values(values),
                ]
                value_rowids = with_dependencies(demands, value_rowids)
            # Not segment_ids_to_row_splits: the lengths are kept, too.
            ids, count = cast(value_rowids, dtypes.int32), cast(nrows, dtypes.int32)
            row_lengths = bincount(ids, minlength=count, maxlength=count, dtype=value_rowids.dtype)
            row_splits = concat([[0], cumsum(row_lengths)], axis=0)
            if known_nrows is not None:
                row_lengths.set_shape([known_nrows])
                row_splits.set_shape([known_nrows + 1])
            return cls._made(values, row_splits, row_lengths, value_rowids, nrows)

    @classmethod
    def from_row_splits(
        cls, values: Any, row_splits: Any, name: str | None = None, validate: bool = True
    ) -> Any:
        """A ragged tensor of values and the splits of rows: [number of rows + 1], from 0 to n."""
        _check_validate(validate)
        if isinstance(row_splits, (list, tuple)) and not row_splits:
            raise ValueError("row_splits tensor may not be empty.")
        if isinstance(row_splits, TensorSpec):
            return cls._made(values, row_splits)
        with name_scope(name, "RaggedFromRowSplits", [values, row_splits]):
            values, row_splits = _converted(values, row_splits, "row_splits")
            row_splits.shape.assert_has_rank(1)
            if validate:
                message = "Arguments to from_row_splits do not form a valid RaggedTensor"
                value_count = row_count(values, row_splits.dtype)
                demands = [
                    checks.assert_rank(row_splits, 1, message=message),
                    _assert_zero(row_splits[0], message),
                    _assert_ascending(row_splits, message),
                    checks.assert_equal(row_splits[-1], value_count, message=message),
                    *_assert_values(values),
                ]
                row_splits = with_dependencies(demands, row_splits)
            return cls._made(values, row_splits)

    @classmethod
    def from_row_lengths(
        cls, values: Any, row_lengths: Any, name: str | None = None, validate: bool = True
    ) -> Any:
        """A ragged tensor of values and the lengths of rows, which add up to n."""
        _check_validate(validate)
        with name_scope(name, "RaggedFromRowLengths", [values, row_lengths]):
            values, row_lengths = _converted(values, row_lengths, "row_lengths")
            row_lengths.shape.assert_has_rank(1)
            if validate:
                message = "Arguments to from_row_lengths do not form a valid RaggedTensor"
                total = reduce_sum(row_lengths)
                value_count = row_count(values, row_lengths.dtype)
                demands = [
                    checks.assert_rank(row_lengths, 1, message=message),
                    checks.assert_non_negative(row_lengths, message=message),
                    checks.assert_equal(total, value_count, message=message),
                    *_assert_values(values),
                ]
                row_lengths = with_dependencies(demands, row_lengths)
            row_splits = concat([[0], cumsum(row_lengths)], axis=0)
            return cls._made(values, row_splits, row_lengths)

    @classmethod
    def from_row_starts(
        cls, values: Any, row_starts: Any, name: str | None = None, validate: bool = True
    ) -> Any:
        """A ragged tensor of values and where rows start, the first at 0."""
        _check_validate(validate)
        with name_scope(name, "RaggedFromRowStarts", [values, row_starts]):
            values, row_starts = _converted(values, row_starts, "row_starts")
            row_starts.shape.assert_has_rank(1)
            value_count = row_count(values, row_starts.dtype)
            if validate:
                message = "Arguments to from_row_starts do not form a valid RaggedTensor"
                demands = [
                    checks.assert_rank(row_starts, 1, message=message),
                    _assert_zero(row_starts[:1], message),
                    _assert_ascending(row_starts, message),
                    checks.assert_less_equal(row_starts[-1:], value_count, message=message),
                    *_assert_values(values),
                ]
                row_starts = with_dependencies(demands, row_starts)
            return cls._made(values, concat([row_starts, [value_count]], axis=0))

    @classmethod
    def from_row_limits(
        cls, values: Any, row_limits: Any, name: str | None = None, validate: bool = True
    ) -> Any:
        """A ragged tensor of values and where rows end, the last at n."""
        _check_validate(validate)
        with name_scope(name, "RaggedFromRowLimits", [values, row_limits]):
            values, row_limits = _converted(values, row_limits, "row_limits")
            row_limits.shape.assert_has_rank(1)
            if validate:
                message = "Arguments to from_row_limits do not form a valid RaggedTensor"
                value_count = row_count(values, row_limits.dtype)
                demands = [
                    checks.assert_rank(row_limits, 1, message=message),
                    checks.assert_non_negative(row_limits[:1], message=message),
                    _assert_ascending(row_limits, message),
                    checks.assert_equal(row_limits[-1:], value_count, message=message),
                    *_assert_values(values),
                ]
                row_limits = with_dependencies(demands, row_limits)
            zero = filling.zeros([1], row_limits.dtype)
            return cls._made(values, concat([zero, row_limits], axis=0))

    # -- Several ragged axes --------------------------------------------------------------------

    @classmethod
    def from_nested_value_rowids(
        cls,
        flat_values: Any,
        nested_value_rowids: Sequence[Any],
        nested_nrows: Sequence[Any] | None = None,
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """A ragged tensor of its innermost values and, for each axis, the rows of its elements.

        Args:
          nested_value_rowids: for each ragged axis, the outermost first, as of from_value_rowids.
          nested_nrows: the numbers of rows, one for each axis.
        """
        _check_validate(validate)
        _check_list(nested_value_rowids, "nested_value_rowids")
        counts: list[Any] = [None] * len(nested_value_rowids)
        if nested_nrows is not None:
            _check_list(nested_nrows, "nested_nrows")
            if len(nested_nrows) != len(nested_value_rowids):
                raise ValueError(
                    "nested_nrows must have the same length as nested_value_rowids. Received: "
                    f"{len(nested_nrows)} and {len(nested_value_rowids)}"
                )
            counts = list(nested_nrows)
        inputs = [flat_values, *nested_value_rowids, *counts]
        with name_scope(name, "RaggedFromNestedValueRowIds", inputs):
            result = flat_values
            for rowids, nrows in reversed(list(zip(nested_value_rowids, counts))):
                result = cls.from_value_rowids(result, rowids, nrows, validate=validate)
            return result

    @classmethod
    def from_nested_row_splits(
        cls,
        flat_values: Any,
        nested_row_splits: Sequence[Any],
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """A ragged tensor of its innermost values and the splits of each axis, the outermost
        first."""
        _check_list(nested_row_splits, "nested_row_splits", validate)
        return _nested(
            cls.from_row_splits,
            flat_values,
            nested_row_splits,
            name_scope(name, "RaggedFromNestedRowSplits", [flat_values, *nested_row_splits]),
            validate,
        )

    @classmethod
    def from_nested_row_lengths(
        cls,
        flat_values: Any,
        nested_row_lengths: Sequence[Any],
        name: str | None = None,
        validate: bool = True,
    ) -> Any:
        """A ragged tensor of its innermost values and the lengths of the rows of each axis, the
        outermost first."""
        _check_list(nested_row_lengths, "nested_row_lengths", validate)
        return _nested(
            cls.from_row_lengths,
            flat_values,
            nested_row_lengths,
            name_scope(name, "RaggedFromNestedRowlengths", [flat_values, *nested_row_lengths]),
            validate,
        )

    @classmethod
    def _made(
        cls,
        values: Any,
        row_splits: Any,
        row_lengths: Tensor | None = None,
        value_rowids: Tensor | None = None,
        nrows: Tensor | None = None,
    ) -> Any:
        """The ragged tensor of these parts."""
        return cls(values, row_splits, row_lengths, value_rowids, nrows, internal=True)  # type: ignore[call-arg]


def _nested(
    factory: Callable[..., Any],
    flat_values: Any,
    partitions: Sequence[Any],
    scope: name_scope,
    validate: bool,
) -> Any:
    with scope:
        result = flat_values
        for partition in reversed(partitions):
            result = factory(result, partition, validate=validate)
        return result


# -- Arguments -----------------------------------------------------------------------------------


def _check_validate(validate: Any) -> None:
    if not isinstance(validate, bool):
        raise TypeError(f"validate must have type bool. Received: {validate!r}")


def _check_list(partitions: Any, name: str, validate: Any = True) -> None:
    _check_validate(validate)
    if isinstance(partitions, Tensor):
        raise TypeError(f"{name} must be a list of Tensors. Received: {partitions}")


def _converted(values: Any, partition: Any, name: str) -> tuple[Any, Tensor]:
    """Values and what parts them as tensors, with integers of one type for all axes."""
    if not isinstance(values, Factories):
        values = convert_to_tensor(values, name="values")
        is_int32 = isinstance(partition, np.ndarray) and partition.dtype == np.int32
        preferred = None if is_int32 else dtypes.int64
        partition = convert_to_tensor(partition, name=name, preferred_dtype=preferred)
        _check_type(partition, name)
        return values, partition
    splits_dtype = values.row_splits.dtype  # type: ignore[attr-defined]
    if not isinstance(partition, Tensor):
        return values, convert_to_tensor(partition, splits_dtype, name)
    _check_type(partition, name)
    if partition.dtype is not splits_dtype:
        raise ValueError(
            f"dtype mismatch: {name} ({partition.dtype}) vs values.row_splits ({splits_dtype})"
        )
    return values, partition


def _check_type(partition: Tensor, name: str) -> None:
    if partition.dtype not in SPLITS_TYPES:
        raise ValueError(f"{name} must have dtype int32 or int64. Received: {partition.dtype!r}")


def _number_of_rows(value_rowids: Tensor, nrows: Any) -> tuple[Tensor, int | None]:
    """The number of rows, and its value where that is known."""
    if nrows is None:
        known_ids = get_static_value(value_rowids)
        if known_ids is None:
            return concat([value_rowids[-1:], [-1]], axis=0)[0] + 1, None
        known = int(known_ids[-1]) + 1 if known_ids.size else 0
        return convert_to_tensor(known, value_rowids.dtype, "nrows"), known
    nrows = convert_to_tensor(nrows, value_rowids.dtype, "nrows")
    value = get_static_value(nrows)
    if value is None or value.ndim:
        return nrows, None
    known = int(value)
    if known < 0:
        raise ValueError(f"Expected nrows >= 0; got {known}")
    known_ids = get_static_value(value_rowids)
    if known_ids is not None and known_ids.size and known < known_ids[-1] + 1:
        raise ValueError(
            f"Expected nrows >= value_rowids[-1] + 1; got nrows={known}, "
            f"value_rowids[-1]={known_ids[-1]}"
        )
    return nrows, known


def row_count(tensor: Any, out_type: Any = dtypes.int32) -> Tensor:
    """The size of the first axis of a tensor, ragged or not."""
    if isinstance(tensor, Factories):
        return tensor.nrows(out_type=out_type)  # type: ignore[attr-defined]
    return shape_of(tensor, out_type=out_type)[0]


def _assert_values(values: Any) -> list[Any]:
    return [] if isinstance(values, Factories) else [checks.assert_rank_at_least(values, 1)]


def _assert_ascending(tensor: Tensor, message: str) -> Any:
    return checks.assert_non_negative(tensor[1:] - tensor[:-1], message=message)


def _assert_zero(tensor: Tensor, message: str) -> Any:
    return checks.assert_equal(tensor, constant(0, tensor.dtype), message=message)
