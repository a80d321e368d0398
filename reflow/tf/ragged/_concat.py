"""tf.ragged.stack, and tf.concat of ragged tensors."""

from __future__ import annotations

from typing import Any

from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.tf import _filling as filling
from reflow.tf import _joining as joining
from reflow.tf._arrays import transpose
from reflow.tf._checks import assert_equal
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf.ragged._arrays import expand_dims
from reflow.tf.ragged._gather import gather
from reflow.tf.ragged._rows import assert_splits_match, get_positive_axis, lengths_to_splits
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
    match_row_splits_dtypes,
)


def concat(values: Any, axis: int, name: str | None = None) -> Any:
    """Tensors, ragged or not, one after the other along an axis.

    Raises:
      ValueError: there are none, their ranks differ, or there is no such axis.
      InvalidArgumentError: (at run time) their rows do not fit.
    """
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    with name_scope(name, "RaggedConcat", values):
        return _joined(values, axis, stacks=False)


def stack(values: Any, axis: int = 0, name: str | None = None) -> Any:
    """Tensors of one rank along a new axis, as a ragged tensor: unlike tf.stack, of any sizes.

    Raises:
      ValueError: as of `concat`.
      InvalidArgumentError: (at run time) their rows do not fit.
    """
    values = list(values) if isinstance(values, (list, tuple)) else [values]
    with name_scope(name, "RaggedConcat", values):
        return _joined(values, axis, stacks=True)


def _joined(inputs: list[Any], axis: int, stacks: bool) -> Any:
    if not inputs:
        raise ValueError("rt_inputs may not be empty.")
    inputs = [convert_to_tensor_or_ragged_tensor(value, name="rt_input") for value in inputs]
    splits_dtype, matched = match_row_splits_dtypes(*inputs, return_dtype=True)
    inputs = list(matched)
    if len(inputs) == 1:
        return expand_dims(inputs[0], axis=axis) if stacks else inputs[0]
    ndims = None
    for value in inputs:
        if ndims is None:
            ndims = value.shape.ndims
        else:
            value.shape.assert_has_rank(ndims)
    output_ndims = ndims + 1 if stacks and ndims is not None else ndims
    axis = get_positive_axis(axis, output_ndims)
    if not any(map(is_ragged, inputs)) and ndims is not None:
        assert output_ndims is not None
        if axis in (output_ndims - 1, ndims - 1):
            # The result has rows of one length only.
            return (joining.stack if stacks else joining.concat)(inputs, axis)
    ragged = [
        value
        if is_ragged(value)
        else RaggedTensor.from_tensor(value, ragged_rank=1, row_splits_dtype=splits_dtype)
        for value in inputs
    ]
    rank = max(value.ragged_rank for value in ragged)
    ragged = [_with_ragged_rank(value, rank, splits_dtype) for value in ragged]
    if axis == 0:
        return _along_first_axis(ragged, stacks)
    if axis == 1:
        return _along_second_axis(ragged, stacks)
    splits = [[value.row_splits] for value in ragged]
    with control_dependencies(assert_splits_match(splits)):
        values = _joined([value.values for value in ragged], axis - 1, stacks)
        return RaggedTensor.from_row_splits(values, splits[0][0], validate=False)


def _with_ragged_rank(value: Any, ragged_rank: int, splits_dtype: Any) -> Any:
    """`value` with at least as many ragged axes."""
    if ragged_rank <= 0:
        return value
    if not is_ragged(value):
        value = RaggedTensor.from_tensor(value, row_splits_dtype=splits_dtype)
    if value.ragged_rank < ragged_rank:
        inner = _with_ragged_rank(value.values, ragged_rank - 1, splits_dtype)
        value = value.with_values(inner)
    return value


def _along_first_axis(inputs: list[RaggedTensor], stacks: bool) -> RaggedTensor:
    flat_values = joining.concat([value.flat_values for value in inputs], axis=0)
    by_axis = zip(*(value.nested_row_splits for value in inputs))
    nested_splits = [_joined_splits(splits) for splits in by_axis]
    if stacks:
        counts = joining.stack([value.nrows() for value in inputs])
        nested_splits.insert(0, lengths_to_splits(counts))
    return RaggedTensor.from_nested_row_splits(flat_values, nested_splits, validate=False)


def _joined_splits(splits: tuple[Tensor, ...]) -> Tensor:
    """The splits of the rows of all."""
    first, *others = splits
    pieces, offset = [first], first[-1]
    for other in others:
        pieces.append(other[1:] + offset)
        offset = offset + other[-1]
    return joining.concat(pieces, axis=0)


def _along_second_axis(inputs: list[RaggedTensor], stacks: bool) -> RaggedTensor:
    """Puts the rows of all in one ragged tensor, row by row, and joins those that belong
    together."""
    count = len(inputs)
    row_count = inputs[0].nrows()
    message = "Input tensors have incompatible shapes."
    checks = [assert_equal(value.nrows(), row_count, message=message) for value in inputs[1:]]
    with control_dependencies(checks):
        together = _along_first_axis(inputs, stacks=False)
        by_input = Reshape(filling.range(row_count * count), [count, -1])
        order = Reshape(transpose(by_input), [-1])
        ordered = gather(together, order)
        if stacks:
            splits = filling.range(0, row_count * count + 1, count)
            values: Any = ordered
        else:
            splits, values = ordered.row_splits[::count], ordered.values
        for value in inputs:
            rows = value.shape.sizes[0] if value.shape.sizes else None
            splits.set_shape([None if rows is None else rows + 1])
        return RaggedTensor.from_row_splits(values, splits, validate=False)
