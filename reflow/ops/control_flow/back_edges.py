"""Back edges: what makes a loop of the operations in a frame."""

from __future__ import annotations

from typing import Any

from reflow.graph.composites import components
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.frames import next_iteration
from reflow.ops.indexed_slices import as_slices


def add_back_edge(merged: Any, value: Any, check_shape: bool = True) -> None:
    """Makes `value` what a loop variable is in the next iteration.

    Args:
      merged: the loop variable, a tensor or composite of merges whose second inputs are replaced.

    Raises:
      ValueError: `value` may have shapes that the loop variable does not have.
    """
    if isinstance(merged, Tensor):
        following = next_iteration(convert_to_tensor(value))
        if check_shape:
            _check_invariant(merged, following)
        merged.op._update_input(1, following)
        return
    if isinstance(merged, IndexedSlices):
        value = as_slices(value)
    for variable, part in zip(components(merged), components(next_iteration(value))):
        variable.op._update_input(1, part)


def _check_invariant(merged: Tensor, following: Tensor) -> None:
    if is_at_most(following.shape, merged.shape):
        return
    source = merged.op._inputs[0].op._inputs[0]
    raise ValueError(
        f"Input tensor '{source.name}' enters the loop with shape {source.shape}, but has shape "
        f"{following.shape} after one iteration. To allow the shape to vary across iterations, use "
        "the `shape_invariants` argument of tf.while_loop to specify a less-specific shape."
    )


def is_at_most(shape: TensorShape, invariant: TensorShape) -> bool:
    """Whether every tensor of `shape` is one of the shape `invariant`."""
    if invariant.sizes is None:
        return True
    if shape.sizes is None or len(shape.sizes) != len(invariant.sizes):
        return False
    return all(
        wanted is None or size == wanted for size, wanted in zip(shape.sizes, invariant.sizes)
    )
