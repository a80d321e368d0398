"""tf.contrib.framework.nest: structures of lists, tuples, named tuples and dictionaries."""

from __future__ import annotations

from typing import Any

from reflow.graph.nest import (
    assert_shallow_structure,
    flatten_dict_items,
    flatten_up_to,
    is_sequence,
    is_sequence_or_composite,
    map_structure_up_to,
)
from reflow.tf._absence import part_or_error
from reflow.tf.nest import (
    assert_same_structure,
    flatten,
    is_nested,
    map_structure,
    pack_sequence_as,
)


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
