"""tf.clip_by_value and the clipping of norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Identity
from reflow.ops.comparisons import IsFinite
from reflow.ops.constants import constant
from reflow.ops.functions import Rsqrt, Sqrt
from reflow.ops.losses import L2Loss
from reflow.ops.math import Maximum, Minimum
from reflow.ops.selection import Select
from reflow.tf import _filling as filling
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import size as size_of
from reflow.tf._casts import cast
from reflow.tf._joining import stack
from reflow.tf._reductions import reduce_sum
from reflow.tf._scopes import colocate_with, name_scope


def _values(t: Any, name: str) -> Tensor:
    return convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t, name=name)


def _like(t: Any, values: Tensor) -> Any:
    """`values` as the kind of thing that t is."""
    return (
        IndexedSlices(values, t.indices, t.dense_shape) if isinstance(t, IndexedSlices) else values
    )


@add_dispatch_support
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """t with smaller values raised to `clip_value_min`, larger ones cut to `clip_value_max`.

    t: a tensor or IndexedSlices.  The bounds are numbers or broadcast to t's shape; ValueError
    if they would make it larger.
    """
    with name_scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as scope:
        values = _values(t, "t")
        cut = Minimum(values, clip_value_max)
        values.shape.merge_with(cut.shape)
        clipped = Maximum(cut, clip_value_min, name=scope)
        values.shape.merge_with(clipped.shape)
        return _like(t, clipped)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """t, scaled down to the L2 norm `clip_norm` where its own is larger.

    Args:
      t: a tensor or IndexedSlices.
      clip_norm: a positive scalar.
      axes: axes to take the norm over; default all.
    """
    with name_scope(name, "clip_by_norm", [t, clip_norm]) as scope:
        values = _values(t, "t")
        squares = reduce_sum(values * values, axes, keepdims=True)
        positive = squares > 0
        # The root of 0 would have an infinite gradient, even behind a `where`.
        safe = Select(positive, squares, filling.ones_like(squares))
        norm = Select(positive, Sqrt(safe), squares)
        scaled = values * clip_norm
        values.shape.merge_with(scaled.shape)
        return _like(t, Identity(scaled / Maximum(norm, clip_norm), name=scope))


def _list(t_list: Any) -> list[Any]:
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise TypeError(f"t_list should be a sequence. Received: {t_list!r}")
    return list(t_list)


def _values_of_all(items: Sequence[Any]) -> list[Tensor | None]:
    return [None if t is None else _values(t, f"t_{i}") for i, t in enumerate(items)]


def global_norm(t_list: Sequence[Any], name: str | None = None) -> Tensor:
    """The L2 norm of all elements of a list of tensors or IndexedSlices; None among them is 0."""
    items = _list(t_list)
    with name_scope(name, "global_norm", items):
        half_squares = []
        for values in _values_of_all(items):
            if values is not None:
                with colocate_with(values):
                    half_squares.append(L2Loss(values))
        half_square = reduce_sum(stack(half_squares))
        return Sqrt(half_square * constant(2.0, half_square.dtype), name="global_norm")


def clip_by_global_norm(
    t_list: Sequence[Any], clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Any]:
    """All of `t_list` scaled by one factor, so that their common norm is at most `clip_norm`.

    Args:
      t_list: tensors, IndexedSlices or None.
      clip_norm: a positive scalar.
      use_norm: the common norm, if it is known already (`global_norm`).

    Returns:
      The scaled list (NaN throughout if the norm is not finite), and the norm.
    """
    items = _list(t_list)
    if use_norm is None:
        use_norm = global_norm(items, name)
    with name_scope(name, "clip_by_global_norm", [*items, clip_norm]) as scope:
        factor = clip_norm * Minimum(1.0 / use_norm, constant(1.0, use_norm.dtype) / clip_norm)
        finite = IsFinite(use_norm)
        scale = Select(finite, factor, constant(float("nan"), use_norm.dtype))
        clipped = []
        for i, values in enumerate(_values_of_all(items)):
            if values is None:
                clipped.append(None)
                continue
            with colocate_with(values):
                clipped.append(_like(items[i], Identity(values * scale, name=f"{scope}_{i}")))
        return clipped, use_norm


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """t, scaled down to the norm `clip_norm` where its own, divided by its size, is larger."""
    with name_scope(name, "clip_by_average_norm", [t, clip_norm]) as scope:
        t = convert_to_tensor(t, name="t")
        count = cast(size_of(t), dtypes.float32)
        inverse = Rsqrt(reduce_sum(t * t, filling.range(rank_of(t))))
        scaled = t * clip_norm * Minimum(inverse * count, constant(1.0) / clip_norm)
        return Identity(scaled, name=scope)
