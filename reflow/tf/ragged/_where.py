"""tf.where of ragged tensors."""

from __future__ import annotations

from typing import Any

from reflow.tf import _filling as filling
from reflow.tf import _gathering as gathering
from reflow.tf import _joining as joining
from reflow.tf._arrays import expand_dims
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._concat import concat
from reflow.tf.ragged._factories import row_count
from reflow.tf.ragged._functional import map_flat_values
from reflow.tf.ragged._gather import gather
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    match_row_splits_dtypes,
)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """`x` where the condition holds, else `y`; without both, the indices where it holds.

    All three are ragged, with the same rows; or the condition is a vector, one truth for each row.

    Raises:
      ValueError: one of `x` and `y` is missing, or the three are ragged in other ways.
    """
    if (x is None) != (y is None):
        raise ValueError("x and y must be either both None or both non-None")
    with name_scope("RaggedWhere", name, [condition, x, y]):
        condition = convert_to_tensor_or_ragged_tensor(condition, name="condition")
        if x is None:
            return _coordinates(condition)
        x = convert_to_tensor_or_ragged_tensor(x, name="x")
        y = convert_to_tensor_or_ragged_tensor(y, name="y")
        condition, x, y = match_row_splits_dtypes(condition, x, y)
        return _selected(condition, x, y)


def _selected(condition: Any, x: Any, y: Any) -> Any:
    are_ragged = [isinstance(value, RaggedTensor) for value in (condition, x, y)]
    if not any(are_ragged):
        return gathering.where(condition, x, y)
    if all(are_ragged):
        return map_flat_values(gathering.where, condition, x, y)
    if are_ragged[0]:
        raise ValueError("Input shapes do not match.")
    condition.shape.assert_has_rank(1)
    both = concat([x, y], axis=0)
    x_count = row_count(x, both.row_splits.dtype)
    y_count = row_count(y, both.row_splits.dtype)
    rows = gathering.where(condition, filling.range(x_count), x_count + filling.range(y_count))
    return gather(both, rows)


def _coordinates(condition: Any) -> Any:
    """The indices of the true elements: [number of them, rank], int64."""
    if not isinstance(condition, RaggedTensor):
        return gathering.where(condition)
    inner = _coordinates(condition.values)
    condition = condition.with_row_splits_dtype(inner.dtype)
    position = inner[:, 0]
    rows = gathering.gather(condition.value_rowids(), position)
    starts = gathering.gather(condition.row_splits, rows)
    columns = position - starts
    return joining.concat([expand_dims(rows, 1), expand_dims(columns, 1), inner[:, 1:]], axis=1)
