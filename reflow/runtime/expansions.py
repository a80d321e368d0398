"""Objects that stand for several tensors where programs fetch and feed: sparse ones, and others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reflow.graph.indexed_slices import (
    IndexedSlices,
    IndexedSlicesValue,
    SparseTensor,
    SparseTensorValue,
)

# The tensors of an object, and a function from their values to the object's value.
Fetch = Callable[[Any], tuple[Sequence[Any], Callable[[Sequence[Any]], Any]]]
# (object, fed value) -> [(tensor, its part of the value), ...].
Feed = Callable[[Any, Any], Sequence[tuple[Any, Any]]]


@dataclass(frozen=True)
class Expansion:
    """How the objects of one type are fetched and fed."""

    kind: type
    fetch: Fetch
    feed: Feed | None
    feeds: Callable[[Any], Sequence[Any]] | None


_expansions: list[Expansion] = []


def register_session_run_conversion_functions(
    tensor_type: type,
    fetch_function: Fetch,
    feed_function: Feed | None = None,
    feed_function_for_partial_run: Callable[[Any], Sequence[Any]] | None = None,
) -> None:
    """Lets sessions fetch and feed objects of a type of the program's own.

    Args:
      tensor_type: the type; registered later wins over earlier.
      fetch_function: object -> (its tensors, function from their values to the object's value).
      feed_function: (object, fed value) -> [(tensor, value), ...].
      feed_function_for_partial_run: object -> its tensors that are fed.

    Raises:
      ValueError: the type, or one derived from it, is registered already.
    """
    for expansion in _expansions:
        if issubclass(expansion.kind, tensor_type):
            raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _expansions.insert(
        0, Expansion(tensor_type, fetch_function, feed_function, feed_function_for_partial_run)
    )


def expansion_of(thing: Any) -> Expansion | None:
    """How `thing` is fetched and fed; None for what stands for itself."""
    for expansion in _expansions:
        if isinstance(thing, expansion.kind):
            return expansion
    return None


def _sparse_parts(sparse: SparseTensor) -> list[Any]:
    return [sparse.indices, sparse.values, sparse.dense_shape]


def _slices_parts(slices: IndexedSlices) -> list[Any]:
    parts = [slices.values, slices.indices]
    return parts if slices.dense_shape is None else [*parts, slices.dense_shape]


def _slices_value(values: Sequence[Any]) -> IndexedSlicesValue:
    return IndexedSlicesValue(values[0], values[1], values[2] if len(values) == 3 else None)


register_session_run_conversion_functions(
    SparseTensor,
    lambda sparse: (_sparse_parts(sparse), lambda values: SparseTensorValue(*values)),
    lambda sparse, value: list(zip(_sparse_parts(sparse), value)),
    _sparse_parts,
)
register_session_run_conversion_functions(
    IndexedSlices,
    lambda slices: (_slices_parts(slices), _slices_value),
    lambda slices, value: list(zip(_slices_parts(slices), value)),
    _slices_parts,
)
