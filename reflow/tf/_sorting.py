"""tf.sort and tf.argsort, along any axis."""

from __future__ import annotations

from typing import Any

from reflow.graph import dtypes
from reflow.graph.constant_value import constant_value
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.constants import constant
from reflow.ops.math import Neg
from reflow.ops.top_k import TopKV2
from reflow.tf import _filling as filling
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import transpose
from reflow.tf._joining import concat
from reflow.tf._scopes import name_scope

_DIRECTIONS = ("ASCENDING", "DESCENDING")


def sort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None
) -> Tensor:
    """The values in order along an axis, each line of them on its own.

    Args:
      values: [..., n, ...] numbers.
      axis: a constant; negative ones count from the last.
      direction: "ASCENDING" or "DESCENDING".

    Raises:
      ValueError: another direction, or an axis that is not one constant number.
    """
    with name_scope(name, "sort"):
        ordered = _sorted(values, axis, direction).ordered
        return Neg(ordered) if direction == "ASCENDING" else ordered


def argsort(
    values: Any,
    axis: Any = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> Tensor:
    """The positions, int32, from which `tf.sort` takes its values.

    Equal values keep their order, whether `stable` asks for it or not.  Arguments and errors as
    of `tf.sort`.
    """
    with name_scope(name, "argsort"):
        return _sorted(values, axis, direction).positions


class _Sorted:
    """The values along an axis in descending order.

    Attributes:
      ordered: they themselves.
      positions: where they were.
    """

    def __init__(self, values: Tensor, axis: int) -> None:
        count = shape_of(values)[axis]
        rank = rank_of(values)
        ndims = values.shape.ndims
        self._order: Tensor | None = None
        if axis not in (-1, None if ndims is None else ndims - 1):
            self._order = _last_exchanged(axis, rank, ndims)
            values = transpose(values, self._order)
        self._ordered, self._positions = TopKV2(values, count)

    @property
    def ordered(self) -> Tensor:
        return self._in_place(self._ordered)

    @property
    def positions(self) -> Tensor:
        return self._in_place(self._positions)

    def _in_place(self, result: Tensor) -> Tensor:
        # Exchanging two axes twice leaves them as they were.
        return result if self._order is None else transpose(result, self._order)


def _sorted(values: Any, axis: Any, direction: str) -> _Sorted:
    """To ascend, it is the negative values that descend."""
    if direction not in _DIRECTIONS:
        raise ValueError(f"{direction} should be one of {', '.join(_DIRECTIONS)}")
    axis = convert_to_tensor(axis, name="axis")
    known = constant_value(axis)
    if axis.shape.ndims != 0 or known is None:
        raise ValueError(f"axis must be a constant scalar. Received: {axis}")
    values = convert_to_tensor(values, name="values")
    return _Sorted(Neg(values) if direction == "ASCENDING" else values, int(known))


def _last_exchanged(axis: int, rank: Tensor, ndims: int | None) -> Tensor:
    """The order of all axes in which `axis` and the last one have changed places."""
    if ndims is not None:
        axes = list(range(ndims))
        axes[axis], axes[-1] = axes[-1], axes[axis]
        return constant(axes, dtypes.int64, name="transposition")
    place: Any = axis if axis >= 0 else axis + rank
    return concat(
        [filling.range(place), [rank - 1], filling.range(place + 1, rank - 1), [place]], axis=0
    )
