"""Nested structures as tf.data has them: tuples and dictionaries.

A list is a value, no container, and so is a SparseTensorValue.

Where no lists can occur any more, as among tensors or descriptions of them, `reflow.graph.nest`
does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.indexed_slices import SparseTensorValue


class _Leaf:
    """A value that `reflow.graph.nest` would look into."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _hidden(structure: Any) -> Any:
    """`structure` with such values hidden."""
    if isinstance(structure, (list, SparseTensorValue)):
        return _Leaf(structure)
    if isinstance(structure, tuple):
        parts = [_hidden(part) for part in structure]
        return type(structure)(*parts) if hasattr(structure, "_fields") else tuple(parts)
    if isinstance(structure, Mapping):
        return type(structure)((key, _hidden(part)) for key, part in structure.items())  # type: ignore[call-arg]
    return structure


def _shown(leaf: Any) -> Any:
    return leaf.value if isinstance(leaf, _Leaf) else leaf


def flatten(structure: Any) -> list[Any]:
    """The leaves of `structure` from left to right; of dictionaries by their sorted keys."""
    return [_shown(leaf) for leaf in nest.flatten(_hidden(structure))]


def pack_sequence_as(structure: Any, leaves: Sequence[Any]) -> Any:
    """`leaves` in the places of the leaves of `structure`."""
    return nest.pack_sequence_as(_hidden(structure), list(leaves))


def map_structure(function: Callable[[Any], Any], structure: Any) -> Any:
    """`function` of each leaf, in the same places."""
    return pack_sequence_as(structure, [function(leaf) for leaf in flatten(structure)])


def flatten_up_to(shallow: Any, structure: Any) -> list[Any]:
    """What stands in `structure` in the places of the leaves of `shallow`.

    Raises:
      TypeError, ValueError: `structure` is not nested as `shallow` is.
    """
    found = nest.flatten_up_to(_hidden(shallow), _hidden(structure))
    return [nest.map_structure(_shown, part) for part in found]


def map_structure_up_to(shallow: Any, function: Callable[[Any], Any], structure: Any) -> Any:
    """`function` of what stands in the places of the leaves of `shallow`."""
    found = flatten_up_to(shallow, structure)
    return pack_sequence_as(shallow, [function(part) for part in found])
