"""tf.ragged.RaggedTensorValue: what a run gives for a ragged tensor."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np


class RaggedTensorValue:
    """A ragged tensor as arrays.

    Args:
      values: the rows one after the other: an array, or a RaggedTensorValue.
      row_splits: [number of rows + 1], int32 or int64; row i are values[row_splits[i] :
        row_splits[i + 1]].

    Raises:
      TypeError, ValueError: they are of other types.
    """

    def __init__(self, values: Any, row_splits: Any) -> None:
        if not (
            isinstance(row_splits, (np.ndarray, np.generic))
            and row_splits.dtype in (np.int64, np.int32)
            and row_splits.ndim == 1
        ):
            raise TypeError(
                f"row_splits must be a 1D int32 or int64 numpy array. Received: {row_splits!r}"
            )
        if not isinstance(values, (np.ndarray, np.generic, RaggedTensorValue)):
            raise TypeError(
                f"values must be a numpy array or a RaggedTensorValue. Received: {values!r}"
            )
        if isinstance(values, RaggedTensorValue) and row_splits.dtype != values.row_splits.dtype:
            raise ValueError(
                "row_splits and values.row_splits must have the same dtype. Received: "
                f"{row_splits.dtype} and {values.row_splits.dtype}"
            )
        self._values = values
        self._row_splits = row_splits

    @property
    def row_splits(self) -> Any:
        """Where the rows begin and end in `values`."""
        return self._row_splits

    @property
    def values(self) -> Any:
        """The rows one after the other."""
        return self._values

    @property
    def dtype(self) -> Any:
        """NumPy's type of the elements."""
        return self._values.dtype

    @property
    def flat_values(self) -> Any:
        """The innermost values, an array."""
        values = self._values
        return values.flat_values if isinstance(values, RaggedTensorValue) else values

    @property
    def nested_row_splits(self) -> tuple[Any, ...]:
        """The splits of all ragged axes, the outermost first."""
        values = self._values
        inner = values.nested_row_splits if isinstance(values, RaggedTensorValue) else ()
        return (self._row_splits, *inner)

    @property
    def ragged_rank(self) -> int:
        """The number of ragged axes."""
        return len(self.nested_row_splits)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The sizes of all axes; None for those that vary."""
        return (len(self._row_splits) - 1, None, *self._values.shape[1:])

    def to_list(self) -> list[Any]:
        """The rows as lists."""
        values = self._values
        rows = values.to_list() if isinstance(values, RaggedTensorValue) else values.tolist()
        splits = self._row_splits.tolist()
        return [rows[start:end] for start, end in itertools.pairwise(splits)]

    def __str__(self) -> str:
        return f"<tf.RaggedTensorValue {self.to_list()}>"

    def __repr__(self) -> str:
        return f"tf.RaggedTensorValue(values={self._values!r}, row_splits={self._row_splits!r})"
