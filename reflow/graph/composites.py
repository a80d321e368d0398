"""Structures in which a composite tensor stands for the tensors it consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.composite_tensor import CompositeTensor as Composite
from reflow.graph.operation import Tensor

__all__ = [
    "Composite",
    "assert_same_structure",
    "components",
    "composed",
    "flatten",
    "map_tensors",
    "pack",
]


def components(value: Any) -> list[Any]:
    """The tensors that a composite consists of; anything else consists of itself."""
    return nest.flatten(value, expand_composites=True) if isinstance(value, Composite) else [value]


def composed(like: Any, parts: Sequence[Any]) -> Any:
    """What consists of `parts` as `like` consists of its components."""
    if not isinstance(like, Composite):
        return parts[0]
    return nest.pack_sequence_as(like, list(parts), expand_composites=True)


def flatten(structure: Any) -> list[Any]:
    """The leaves of a structure, in place of each composite its components."""
    return nest.flatten(structure, expand_composites=True)


def pack(structure: Any, flat: Sequence[Any]) -> Any:
    """`structure` with other leaves and components: the inverse of `flatten`."""
    return nest.pack_sequence_as(structure, list(flat), expand_composites=True)


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
