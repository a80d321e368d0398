"""tf.concat, tf.stack, tf.split and their inverses."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.operation import Tensor
from reflow.graph.tensor_shape import Dimension, TensorShape
from reflow.ops import joining, splitting
from reflow.ops.arrays import ExpandDims, Identity
from reflow.tf._old_orders import is_number, takes_old_order
from reflow.tf._scopes import name_scope


def _is_old_concat(first: Any, second: Any, *_: Any) -> bool:
    return is_number(first) and isinstance(second, (list, tuple))


@add_dispatch_support
@takes_old_order("axis values name", _is_old_concat, concat_dim="axis")
def concat(values: Any, axis: Any, name: str | None = "concat") -> Tensor:
    """The values one after the other along `axis`; a single value as it is."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) != 1:
        return joining.ConcatV2(values, axis, name=name)
    with name_scope(name):
        axis = convert_to_tensor(axis, dtypes.int32, "concat_dim")
        axis.shape.assert_has_rank(0)
        return Identity(values[0], name=name)


@add_dispatch_support
def stack(values: Any, axis: int = 0, name: str | None = "stack") -> Tensor:
    """N tensors of one shape as one tensor, with a new dimension of size N at `axis`."""
    if axis == 0:
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):
            pass  # what cannot be a constant may still be stacked: the op says why if not
    shape = convert_to_tensor(values[0], name=name).shape
    if shape.ndims is not None:
        ndims = shape.ndims + 1
        if not -ndims <= axis < ndims:
            raise ValueError(f"axis = {axis} not in [{-ndims}, {ndims})")
    return joining.Pack(values, axis=axis, name=name)


def parallel_stack(values: Any, name: str | None = "parallel_stack") -> Tensor:
    """tf.stack along the first axis, of values whose shapes are known."""
    with name_scope(name):
        first = convert_to_tensor(values[0])
        shape = TensorShape([len(values)]).concatenate(first.shape)
        return joining.ParallelConcat([ExpandDims(value, 0) for value in values], shape=shape)


def unstack(
    value: Any, num: int | None = None, axis: int = 0, name: str | None = "unstack"
) -> list[Tensor]:
    """The slices of `value` along `axis`; `num` says how many where the size is not known."""
    if num is None:
        value = convert_to_tensor(value)
        sizes = value.shape.sizes
        if sizes is not None:
            if not -len(sizes) <= axis < len(sizes):
                raise ValueError(f"axis = {axis} not in [{-len(sizes)}, {len(sizes)})")
            num = sizes[axis]
        if num is None:
            raise ValueError(f"Cannot infer num from shape {value.shape}")
    return joining.Unpack(value, num=num, axis=axis, name=name)


def _is_old_split(first: Any, second: Any, third: Any = 0, *_: Any) -> bool:
    return is_number(first) and is_number(second) and not is_number(third)


@takes_old_order(
    "axis num_or_size_splits value name",
    _is_old_split,
    split_dim="axis",
    num_split="num_or_size_splits",
)
def split(
    value: Any,
    num_or_size_splits: Any,
    axis: Any = 0,
    num: int | None = None,
    name: str | None = "split",
) -> list[Tensor]:
    """`value` cut along `axis` into a number of equal parts, or into parts of given sizes.

    Args:
      num_or_size_splits: a number, or a vector of sizes, of which one may be -1: the rest.
      num: how many sizes there are, where that is not known.
    """
    sizes = convert_to_tensor(num_or_size_splits)
    if isinstance(num_or_size_splits, (int, Dimension)):
        return splitting.Split(axis, value, num_split=num_or_size_splits, name=name)
    if sizes.shape.ndims == 0:
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. "
            f"Argument provided: {num_or_size_splits}"
        )
    if num is None:
        num = (sizes.shape.sizes or (None,))[0]
        if num is None:
            raise ValueError(f"Cannot infer num from shape {num_or_size_splits}")
    return splitting.SplitV(value, sizes, axis, num_split=num, name=name)
