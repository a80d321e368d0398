"""tf.ragged.map_flat_values: a function of tensors as one of ragged tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.operation import Tensor
from reflow.tf._scopes import control_dependencies
from reflow.tf.ragged._rows import assert_splits_match
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
)


def map_flat_values(op: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What `op` gives for the innermost values of the ragged tensors among its arguments, in rows
    as theirs.

    Args:
      op: a function that keeps the first axis of tensors.
      *args, **kwargs: its arguments; lists, tuples and dictionaries may hold ragged tensors, all
        with the same rows.

    Raises:
      ValueError: ragged tensors have different numbers of ragged axes, or splits of other types.
      InvalidArgumentError: (at run time) their rows differ.
    """
    nested_splits_lists: list[tuple[Tensor, ...]] = []
    flat_args = _flat(args, nested_splits_lists)
    flat_kwargs = _flat(kwargs, nested_splits_lists)
    if not nested_splits_lists:
        return op(*args, **kwargs)
    if len({splits[0].dtype for splits in nested_splits_lists}) > 1:
        raise ValueError(
            "Input RaggedTensors have mismatched row_splits dtypes; use "
            "RaggedTensor.with_row_splits_dtype() to convert them to compatible dtypes."
        )
    with control_dependencies(assert_splits_match(nested_splits_lists)):
        return RaggedTensor.from_nested_row_splits(
            op(*flat_args, **flat_kwargs), nested_splits_lists[0], validate=False
        )


def _flat(value: Any, found: list[tuple[Tensor, ...]]) -> Any:
    """`value` with the flat values of ragged tensors in their places; `found` gets their splits."""
    if is_ragged(value):
        ragged = convert_to_tensor_or_ragged_tensor(value)
        found.append(ragged.nested_row_splits)
        return ragged.flat_values
    if isinstance(value, (list, tuple)):
        parts = [_flat(part, found) for part in value]
        return parts if isinstance(value, list) else tuple(parts)
    if isinstance(value, dict):
        return {key: _flat(part, found) for key, part in value.items()}
    return value
