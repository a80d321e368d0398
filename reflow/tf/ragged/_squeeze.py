"""tf.squeeze of ragged tensors."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.operation import Tensor
from reflow.ops.comparisons import Equal
from reflow.ops.constants import constant
from reflow.tf import _arrays as arrays
from reflow.tf._arguments import renamed
from reflow.tf._checks import Assert
from reflow.tf._control_flow import with_dependencies
from reflow.tf._reductions import reduce_all
from reflow.tf._scopes import name_scope
from reflow.tf.ragged._rows import get_positive_axis
from reflow.tf.ragged._tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Any:
    """A ragged tensor without some of its axes, all of whose rows have one element.

    Args:
      axis: an axis or a list of axes; there is no default.
      squeeze_dims: an earlier name of `axis`.

    Raises:
      TypeError, ValueError: `axis` is none, or no integers.
      InvalidArgumentError: (at run time) a row has more elements.
    """
    axis = renamed("axis", axis, "squeeze_dims", squeeze_dims)
    with name_scope(name, "RaggedSqueeze", [input]):
        ragged = convert_to_tensor_or_ragged_tensor(input)
        if isinstance(ragged, Tensor):
            return arrays.squeeze(ragged, axis, name)
        if axis is None:
            raise ValueError("Ragged.squeeze must have an axis argument.")
        axes = [axis] if isinstance(axis, int) else axis
        if not isinstance(axes, (list, tuple)) or not all(isinstance(a, int) for a in axes):
            raise TypeError(f"Axis must be a list or tuple of integers. Received: {axis!r}")
        axes = [get_positive_axis(a, ragged.shape.ndims) for a in axes]
        outer = {a for a in axes if a <= ragged.ragged_rank}
        inner = [a - ragged.ragged_rank for a in axes if a > ragged.ragged_rank]
        values = with_dependencies(_assert_single(ragged, outer), ragged.flat_values)
        if inner:
            values = arrays.squeeze(values, inner)
        splits = [s for a, s in enumerate(ragged.nested_row_splits, start=1) if a not in outer]
        if splits and 0 in outer:
            splits.pop(0)
        result = RaggedTensor.from_nested_row_splits(values, splits)
        if outer.issuperset(range(ragged.ragged_rank + 1)):
            return arrays.squeeze(result, [0], name)
        return result


def _assert_single(ragged: RaggedTensor, axes: set[int]) -> list[Any]:
    """Checks that all rows along these axes have one element."""
    one = constant(1, ragged.row_splits.dtype)
    checks = [
        Assert(
            reduce_all(Equal(lengths, one)),
            [f"the given axis (axis = {axis}) is not squeezable!"],
        )
        for axis, lengths in enumerate(ragged.nested_row_lengths(), start=1)
        if axis in axes
    ]
    if 0 in axes:
        two = constant(2, dtypes.int32)
        has_one_row = Equal(arrays.size(ragged.row_splits), two)
        checks.append(Assert(has_one_row, ["the given axis (axis = 0) is not squeezable!"]))
    return checks
