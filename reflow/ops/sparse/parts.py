"""What kernels do with the indices and values of sparse tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements

Array = np.ndarray[Any, Any]


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def text(numbers: Any) -> str:
    """As TensorFlow writes shapes and indices: [2,3]."""
    return f"[{','.join(str(number) for number in numbers)}]"


# -- Checks ---------------------------------------------------------------------------------------


def check_sparse(indices: Any, values: Any, dense_shape: Array, which: str = "input_") -> None:
    """InvalidArgumentError unless the three are a matrix, a vector and a vector that fit."""
    for part, array, rank, kind in (
        ("indices", indices, 2, "matrix"),
        ("values", values, 1, "vector"),
        ("shape", dense_shape, 1, "vector"),
    ):
        if array.ndim != rank:
            raise invalid(
                f"Input {which}{part} should be a {kind} but received shape {text(array.shape)}"
            )
    if indices.shape != (len(values), len(dense_shape)):
        raise invalid(
            f"Expected {which}indices of shape {[len(values), len(dense_shape)]}, one row for each "
            f"value and one column for each dimension. Received: {list(indices.shape)}"
        )


def check_within(indices: Array, dense_shape: Array) -> None:
    """InvalidArgumentError for an index outside of the dense shape."""
    outside = ((indices < 0) | (indices >= dense_shape)).any(axis=1)
    if outside.any():
        i = int(outside.argmax())
        raise invalid(
            f"indices[{i}] = {text(indices[i])} is out of bounds: need 0 <= index < "
            f"{text(dense_shape)}"
        )


def check_order(indices: Array, dense_shape: Array) -> None:
    """InvalidArgumentError unless the indices ascend in row-major order, and are in the shape."""
    check_within(indices, dense_shape)
    steps = np.diff(indices, axis=0)
    moved = steps != 0
    first = moved.argmax(axis=1)[:, None] if steps.size else np.zeros((0, 1), int)
    ascends = np.take_along_axis(steps, first, 1)[:, 0] > 0
    if not ascends.all():
        i = int(ascends.argmin()) + 1
        if moved[i - 1].any():
            raise invalid(
                f"indices[{i}] = {text(indices[i])} is out of order. Many sparse ops require "
                "sorted indices. Use `tf.sparse.reorder` to create a correctly ordered copy."
            )
        raise invalid(f"indices[{i}] = {text(indices[i])} is repeated")


# -- Order and equality ---------------------------------------------------------------------------


def row_major_order(indices: Array) -> Array:
    """Where each row of a sorted copy is; equal rows keep their order."""
    if not indices.shape[1]:
        return np.arange(len(indices))
    return np.lexsort(indices.T[::-1])


def row_numbers(*matrices: Array) -> list[Array]:
    """A number for each row of the matrices: equal rows have equal numbers, later ones larger.

    The numbers are 0, 1, 2, ... without gaps.
    """
    rows = np.concatenate(matrices)
    order = row_major_order(rows)
    ordered = rows[order]
    numbers = np.zeros(len(rows), np.int64)
    numbers[order[1:]] = (ordered[1:] != ordered[:-1]).any(axis=1).cumsum()
    return np.split(numbers, np.cumsum([len(matrix) for matrix in matrices])[:-1])


# -- Values ---------------------------------------------------------------------------------------


def pick(values: Any, places: Array) -> Any:
    """values[places]; the values of a sparse tensor are a torch tensor, or an array of strings."""
    return values[like(values, places)]


# Several values, one behind the other.
joined = any_elements(torch.cat)


def like(values: Any, places: Array) -> Any:
    """Integers where `values` are."""
    if not isinstance(values, torch.Tensor):
        return places
    return torch.as_tensor(places.astype(np.int64), device=values.device)


def values_at(wanted: Array, known: Array, values: torch.Tensor) -> torch.Tensor:
    """For each number of `wanted` the value that the same number has in `known`, or 0."""
    place = np.full(max(wanted.max(initial=-1), known.max(initial=-1)) + 1, len(known))
    place[known] = np.arange(len(known))
    padded = torch.cat([values, values.new_zeros(1)])
    found: torch.Tensor = pick(padded, place[wanted])
    return found


def on(device: torch.device, integers: Any) -> torch.Tensor:
    """int64 numbers as a tensor on a device."""
    return torch.as_tensor(np.ascontiguousarray(integers, np.int64), device=device)


# -- Shape rules ----------------------------------------------------------------------------------


def sparse_shapes(
    indices: TensorShape, values: TensorShape, dense_shape: TensorShape
) -> tuple[TensorShape, TensorShape, TensorShape]:
    """The shapes, known to be of ranks 2, 1 and 1."""
    return (
        shapes.with_rank(indices, 2),
        shapes.with_rank(values, 1),
        shapes.with_rank(dense_shape, 1),
    )


def sparse_output(rank: int | None = None, count: int | None = None) -> list[TensorShape]:
    """The shapes of the three parts of a sparse tensor."""
    return [shapes.of(count, rank), shapes.of(count), shapes.of(rank)]


def size_of(vector: TensorShape) -> int | None:
    """How many elements a vector has, if that is known."""
    size: int | None = shapes.with_rank(vector, 1).as_list()[0]
    return size
