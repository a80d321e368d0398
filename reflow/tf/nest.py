"""`tf.nest`: structures of lists, tuples, named tuples and dictionaries."""

from __future__ import annotations

from typing import Any

from reflow.graph.nest import assert_same_structure, flatten, is_sequence, map_structure
from reflow.graph.nest import pack_sequence_as as _pack
from reflow.tf._absence import part_or_error

__all__ = ["assert_same_structure", "flatten", "is_nested", "map_structure", "pack_sequence_as"]


def is_nested(seq: Any) -> bool:
    """Whether it is a structure, rather than what structures hold."""
    return is_sequence(seq)


def pack_sequence_as(structure: Any, flat_sequence: Any, expand_composites: bool = False) -> Any:
    """The items of a flat sequence in the places of those of `structure`.

    With `expand_composites`, composite tensors have their components' places.

    Raises:
      ValueError: there are more or fewer.
      TypeError: `flat_sequence` is no sequence.
    """
    return _pack(structure, flat_sequence, expand_composites)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
