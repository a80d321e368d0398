"""Elements: tuples of tensors that are kept from run to run, parts of batches.

A component is a torch tensor, or a NumPy array of strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data_flow.resources import invalid, type_list
from reflow.ops.values import HOST_TYPES, torch_type

Element: TypeAlias = tuple[Any, ...]


def own(values: Iterable[Any]) -> list[Any]:
    """Copies, which nobody changes who changes what the run was fed, or a variable."""
    return [v.clone() if isinstance(v, torch.Tensor) else v.copy() for v in values]


def rows(batch: Any) -> list[Any]:
    """The parts of a batch along its first axis."""
    if isinstance(batch, torch.Tensor):
        return list(batch.unbind(0))
    return [batch[i, ...] for i in range(len(batch))]


def stacked(components: Sequence[Any], dtype: DType, shape: TensorShape, device: Any) -> Any:
    """A batch of components, which all have `shape` if there are none."""
    if not components:
        sizes = [0, *(size or 0 for size in shape.sizes or ())]
        if dtype in HOST_TYPES:
            return np.empty(sizes, object)
        return torch.empty(sizes, dtype=torch_type(dtype), device=device)
    if dtype in HOST_TYPES:
        return np.stack(components)
    return torch.stack(list(components))


def padded(components: Sequence[Any], dtype: DType, shape: TensorShape, device: Any) -> Any:
    """A batch of components of different sizes, zeros (or empty strings) filling what they lack."""
    if len({tuple(component.shape) for component in components}) <= 1:
        return stacked(components, dtype, shape, device)
    sizes = [len(components), *map(max, zip(*(component.shape for component in components)))]
    on_host = dtype in HOST_TYPES
    batch: Any = np.full(sizes, b"", object) if on_host else components[0].new_zeros(sizes)
    for row, component in zip(batch, components):
        row[tuple(slice(size) for size in component.shape)] = component
    return batch


def check_types(found: Sequence[DType], expected: Sequence[DType]) -> None:
    """InvalidArgumentError unless an enqueued element's types are the queue's."""
    if list(found) != list(expected):
        raise invalid(
            f"Signature mismatch, have: resource, {type_list(list(found))}-> expected: "
            f"resource, {type_list(list(expected))}->"
        )


def check_output_types(found: Sequence[DType], expected: Sequence[DType]) -> None:
    """InvalidArgumentError unless what an operation gives has the types of a queue's elements."""
    if list(found) != list(expected):
        raise invalid(
            f"Signature mismatch, have: resource->{type_list(list(found))} expected: "
            f"resource->{type_list(list(expected))}"
        )
