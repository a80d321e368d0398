"""What kernels do with the splits of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.ops.elements import any_elements
from reflow.ops.values import placed

Array = np.ndarray[Any, Any]


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def row_splits(lengths: Array, dtype: Any = np.int64) -> Array:
    """The splits of rows of these lengths: [n] -> [n + 1]."""
    splits = np.zeros(len(lengths) + 1, dtype)
    np.cumsum(lengths, out=splits[1:])
    return splits


def even_splits(count: int, size: int, dtype: Any) -> Array:
    """The splits of `count` rows of the same size."""
    return np.arange(count + 1, dtype=dtype) * size


def ranges(starts: Array, limits: Array) -> Array:
    """The numbers from starts[i] up to limits[i], of all i one after the other."""
    lengths = limits - starts
    ends = np.cumsum(lengths)
    return np.arange(lengths.sum()) + np.repeat(limits - ends, lengths)


def check_within(nested_splits: Sequence[Array], value_count: int) -> None:
    """InvalidArgumentError unless the splits of each axis ascend within those of the next."""
    counts = [*(len(splits) - 1 for splits in nested_splits[1:]), value_count]
    for splits, count in zip(nested_splits, counts):
        if not len(splits):
            continue  # has no rows
        if splits[0] < 0:
            raise invalid("Ragged splits must be non-negative")
        if (np.diff(splits) < 0).any():
            raise invalid("Ragged splits must be sorted")
        if splits[-1] > count:
            raise invalid("Ragged splits must not point past values")


def check_exact(nested_splits: Sequence[Array], value_count: int) -> None:
    """InvalidArgumentError unless the splits of each axis part all rows of the next."""
    if any(not len(splits) for splits in nested_splits):
        raise invalid("ragged splits may not be empty.")
    if any(splits[0] != 0 for splits in nested_splits):
        raise invalid("First value of ragged splits must be 0.")
    counts = [*(len(splits) - 1 for splits in nested_splits[1:]), value_count]
    if any(splits[-1] != count for splits, count in zip(nested_splits, counts)):
        raise invalid(
            "Final value of ragged splits must match the length the corresponding ragged values."
        )
    if any((np.diff(splits) < 0).any() for splits in nested_splits):
        raise invalid("Ragged splits must be sorted")


@any_elements
def rows_of(values: torch.Tensor, positions: Array) -> torch.Tensor:
    """The rows of `values`, numbers or strings, at these positions."""
    return values[placed(torch.from_numpy(np.asarray(positions, np.int64)), values.device)]


def on_device(arrays: Sequence[Array], device: torch.device) -> list[torch.Tensor]:
    """The arrays where the other outputs of an op are."""
    return [placed(torch.from_numpy(np.ascontiguousarray(array)), device) for array in arrays]
