"""Structures in which an IndexedSlices or a SparseTensor stands for the tensors it consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.indexed_slices import IndexedSlices, SparseTensor
from reflow.graph.operation import Tensor

Composite = IndexedSlices | SparseTensor


def components(value: Any) -> list[Any]:
    """The tensors that a composite consists of; anything else consists of itself."""
    if isinstance(value, SparseTensor):
        return [value.indices, value.values, value.dense_shape]
    if isinstance(value, IndexedSlices):
        parts = [value.values, value.indices]
        return parts if value.dense_shape is None else [*parts, value.dense_shape]
    return [value]


def composed(like: Any, parts: Sequence[Any]) -> Any:
    """What consists of `parts` as `like` consists of its components."""
    if isinstance(like, SparseTensor):
        return SparseTensor(*parts)
    return IndexedSlices(*parts) if isinstance(like, IndexedSlices) else parts[0]


def flatten(structure: Any) -> list[Any]:
    """The leaves of a structure, in place of each composite its components."""
    return [part for leaf in nest.flatten(structure) for part in components(leaf)]


def pack(structure: Any, flat: Sequence[Any]) -> Any:
    """`structure` with other leaves and components: the inverse of `flatten`."""
    rest: Iterator[Any] = iter(flat)
    leaves = []
    for leaf in nest.flatten(structure):
        parts = [next(rest) for _ in components(leaf)]
        leaves.append(composed(leaf, parts))
    return nest.pack_sequence_as(structure, leaves)


def map_tensors(function: Callable[[Tensor], Any], structure: Any) -> Any:
    """`structure` with `function` applied to every leaf and component."""
    return pack(structure, [function(part) for part in flatten(structure)])


def assert_same_structure(first: Any, second: Any) -> None:
    """Checks that two structures are nested alike, composites of the same kind at the same places.

    Raises:
      ValueError, TypeError: they are not.
    """
    nest.assert_same_structure(first, second)
    for one, other in zip(nest.flatten(first), nest.flatten(second)):
        is_composite = isinstance(one, Composite) or isinstance(other, Composite)
        if is_composite and (
            type(one) is not type(other) or len(components(one)) != len(components(other))
        ):
            raise TypeError(
                "The two structures don't have the same nested structure.\n\n"
                f"First structure: type={type(one).__name__} str={one}\n\n"
                f"Second structure: type={type(other).__name__} str={other}"
            )
