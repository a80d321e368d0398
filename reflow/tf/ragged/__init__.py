"""tf.ragged: tensors whose rows have different lengths."""

from __future__ import annotations

from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.ragged._arrays import stack_dynamic_partitions
from reflow.tf.ragged._boolean_mask import boolean_mask
from reflow.tf.ragged._concat import stack
from reflow.tf.ragged._constants import constant, constant_value, placeholder
from reflow.tf.ragged._functional import map_flat_values
from reflow.tf.ragged._math import range
from reflow.tf.ragged._rows import row_splits_to_segment_ids, segment_ids_to_row_splits
from reflow.tf.ragged._value import RaggedTensorValue

__all__ = [
    "RaggedTensorValue",
    "boolean_mask",
    "constant",
    "constant_value",
    "map_flat_values",
    "placeholder",
    "range",
    "row_splits_to_segment_ids",
    "segment_ids_to_row_splits",
    "stack",
    "stack_dynamic_partitions",
]


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
