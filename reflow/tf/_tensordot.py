"""tf.tensordot: products of tensors, summed over pairs of their axes."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Reshape
from reflow.ops.gathering import GatherV2
from reflow.ops.selection import Select
from reflow.ops.sets import ListDiff
from reflow.tf import _filling as filling
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import transpose as with_axes
from reflow.tf._joining import concat, stack
from reflow.tf._matmul import matmul
from reflow.tf._reductions import reduce_prod
from reflow.tf._scopes import name_scope


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The sum of products over pairs of axes of a and b.

    Args:
      axes: how many last axes of a meet the first ones of b; or two lists, of axes of a and of
        b; or a tensor [2, n] of them.

    Returns:
      A tensor of the other axes of a, followed by those of b.

    Raises:
      ValueError: axes that a does not have, or lists of different lengths.
    """
    with name_scope(name, "Tensordot", [a, b, axes]) as scope:
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        axes_a, axes_b = _axis_pairs(a, axes)
        left = _Folded(a, axes_a, summed_first=False)
        right = _Folded(b, axes_b, summed_first=True)
        product = matmul(left.matrix, right.matrix)
        if isinstance(left.free_sizes, list) and isinstance(right.free_sizes, list):
            return Reshape(product, left.free_sizes + right.free_sizes, name=scope)
        free = [convert_to_tensor(f.free_sizes, dtypes.int32) for f in (left, right)]
        result = Reshape(product, concat(free, 0), name=scope)
        if left.free_shape is not None and right.free_shape is not None:
            result.set_shape(left.free_shape + right.free_shape)
        return result


def _axis_pairs(a: Tensor, axes: Any) -> tuple[Any, Any]:
    """The axes of a and of b to sum over: lists where they are known, else tensors."""
    if isinstance(axes, numbers.Integral):
        return _adjacent_axes(a, int(axes))
    if not isinstance(axes, (list, tuple)):
        pairs = convert_to_tensor(axes, dtypes.int32, "axes")
        return pairs[0], pairs[1]
    if len(axes) != 2:
        raise ValueError(f"'axes' must be an integer or have length 2. Received: {axes}")
    axes_a, axes_b = axes
    if isinstance(axes_a, numbers.Integral) and isinstance(axes_b, numbers.Integral):
        axes_a, axes_b = [axes_a], [axes_b]
    if len(axes_a) != len(axes_b):
        raise ValueError(
            f"Different number of contraction axes 'a' and 'b', {len(axes_a)} != {len(axes_b)}."
        )
    return axes_a, axes_b


def _adjacent_axes(a: Tensor, count: int) -> tuple[Any, Any]:
    """The last `count` axes of a and the first of b."""
    if count < 0:
        raise ValueError(f"'axes' must be at least 0. Received: {count}")
    rank = a.shape.ndims
    if rank is None:
        last = rank_of(a)
        return (
            filling.range(last - count, last, dtype=dtypes.int32),
            filling.range(count, dtype=dtypes.int32),
        )
    if count > rank:
        raise ValueError(
            f"'axes' must not be larger than the number of dimensions of tensor {a}. "
            f"Received: {count}"
        )
    return list(range(rank - count, rank)), list(range(count))


class _Folded:
    """A tensor as a matrix: one side its axes to sum over, the other side the free ones.

    Attributes:
      matrix: [free, summed], or with `summed_first` [summed, free].
      free_sizes: the sizes of the free axes: a list of ints, or a vector.
      free_shape: what is known of them, or None.
    """

    def __init__(self, x: Tensor, axes: Any, summed_first: bool) -> None:
        self._summed_first = summed_first
        self.free_shape: list[int | None] | None = None
        if isinstance(axes, (list, tuple)) and x.shape.ndims is not None:
            sizes = x.shape.as_list()
            summed = [axis if axis >= 0 else axis + len(sizes) for axis in axes]
            free = [axis for axis in range(len(sizes)) if axis not in summed]
            self.free_shape = [sizes[axis] for axis in free]
            if x.shape.is_fully_defined():
                self._fold_known(x, sizes, summed, free)
                return
            summed_axes = convert_to_tensor(summed, dtypes.int32, "axes")
            free_axes = convert_to_tensor(free, dtypes.int32, "free")
            shape = shape_of(x)
        else:
            shape = shape_of(x)
            rank = rank_of(x)
            given = convert_to_tensor(axes, dtypes.int32, "axes")
            summed_axes = Select(given >= 0, given, given + rank)
            free_axes, _ = ListDiff(filling.range(rank), summed_axes)
        self._fold(x, shape, summed_axes, free_axes)

    def _ordered(self, free: Any, summed: Any) -> list[Any]:
        return [summed, free] if self._summed_first else [free, summed]

    def _fold_known(
        self, x: Tensor, sizes: Sequence[int], summed: list[int], free: list[int]
    ) -> None:
        self.free_sizes: Any = self.free_shape
        order = [axis for group in self._ordered(free, summed) for axis in group]
        counts = self._ordered(*(math.prod(sizes[axis] for axis in g) for g in (free, summed)))
        self.matrix = Reshape(with_axes(x, order), counts)

    def _fold(self, x: Tensor, shape: Tensor, summed: Tensor, free: Tensor) -> None:
        self.free_sizes = GatherV2(shape, free, 0)
        summed_sizes = GatherV2(shape, summed, 0)
        counts = [reduce_prod(self.free_sizes), reduce_prod(summed_sizes)]
        order = concat(self._ordered(free, summed), 0)
        matrix_shape = stack(self._ordered(*counts))
        self.matrix = Reshape(with_axes(x, order), matrix_shape)
