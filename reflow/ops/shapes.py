"""Shape rules that many ops share (tensorflow/core/framework/common_shape_fns.cc)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.tensor_shape import TensorShape

Size = int | None

UNKNOWN = TensorShape(None)
SCALAR = TensorShape([])


def of(*sizes: Size) -> TensorShape:
    return TensorShape.of(sizes)


def same(x: TensorShape) -> TensorShape:
    """Like the first input."""
    return x


def scalar(*inputs: TensorShape) -> TensorShape:
    """A scalar, of whatever."""
    return SCALAR


def text(shape: TensorShape) -> str:
    """The shape as TensorFlow's shape functions write it: "[2,?]"."""
    if shape.sizes is None:
        return "<unknown>"
    return "[" + ",".join("?" if size is None else str(size) for size in shape.sizes) + "]"


def with_rank(shape: TensorShape, rank: int) -> TensorShape:
    """`shape`, known to have `rank` dimensions; ValueError in TensorFlow's words if it has not."""
    sizes = shape.sizes
    if sizes is None:
        return TensorShape.of((None,) * rank)
    if len(sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(sizes)}")
    return shape


def with_rank_at_least(shape: TensorShape, rank: int) -> TensorShape:
    if shape.sizes is not None and len(shape.sizes) < rank:
        raise ValueError(f"Shape must be at least rank {rank} but is rank {len(shape.sizes)}")
    return shape


def with_rank_at_most(shape: TensorShape, rank: int) -> TensorShape:
    if shape.sizes is not None and len(shape.sizes) > rank:
        raise ValueError(f"Shape must be at most rank {rank} but is rank {len(shape.sizes)}")
    return shape


def scalar_size(value: Any, number: int) -> Size:
    """The size that an input gives: its value, None if not known, and its number.

    As in TensorFlow, the kernel is left to see that an unknown value is no scalar.
    """
    if value is None:
        return None
    if value.ndim:
        raise ValueError(f"Input must be scalar but has rank {value.ndim}")
    if value < 0:
        raise ValueError(
            f"Dimension size, given by scalar input {number}, must be non-negative but is {value}"
        )
    return int(value)


def vector(shape: TensorShape, size: int) -> TensorShape:
    """`shape`, known to be a vector of `size` elements."""
    (count,) = with_rank(shape, 1).sizes or (None,)
    if count not in (None, size):
        raise ValueError(f"Dimension must be {size} but is {count}")
    return of(size)


def at_axis(shape: TensorShape, axis: int) -> int:
    """`axis` counted from the front; ValueError when `shape`, of known rank, has no such axis."""
    rank = len(shape.sizes or ())
    if not -rank <= axis < rank:
        # TensorFlow asks for the rank that would make the axis valid.
        raise ValueError(
            f"Shape must be at least rank {axis + 1 if axis >= 0 else -axis} but is rank {rank}"
        )
    return axis % rank


def merge_sizes(a: Size, b: Size) -> Size:
    """The dimension that is both `a` and `b`; ValueError when they differ."""
    if a is None:
        return b
    if b is None or a == b:
        return a
    raise ValueError(f"Dimensions must be equal, but are {a} and {b}")


def smaller(a: Size, b: Size) -> Size:
    """The smaller of two dimensions."""
    return 0 if 0 in (a, b) else None if a is None or b is None else min(a, b)


def merge(a: TensorShape, b: TensorShape) -> TensorShape:
    """The shape that is both `a` and `b`; ValueError when they differ."""
    if a.sizes is None:
        return b
    if b.sizes is None or a.sizes == b.sizes:
        return a
    if len(a.sizes) != len(b.sizes):
        raise ValueError(f"Shapes must be equal rank, but are {len(a.sizes)} and {len(b.sizes)}")
    for axis, (x, y) in enumerate(zip(a.sizes, b.sizes)):
        if x is not None and y is not None and x != y:
            raise ValueError(
                f"Dimension {axis} in both shapes must be equal, but are {x} and {y}. "
                f"Shapes are {text(a)} and {text(b)}."
            )
    return TensorShape.of(tuple(y if x is None else x for x, y in zip(a.sizes, b.sizes)))


def check_part(
    which: str,
    name: str,
    shape: TensorShape,
    part: Sequence[Size],
    updates: TensorShape,
    other: Sequence[Size],
) -> None:
    """ValueError unless a part of a shape can be the part `other` of the shape of the updates."""
    try:
        merge(of(*part), of(*other))
    except ValueError as error:
        raise ValueError(
            f"The {which} {len(part)} dimensions of {name}.shape={text(shape)} must match "
            f"the {which} {len(other)} dimensions of updates.shape={text(updates)}: {error}"
        ) from None


def broadcast(a: TensorShape, b: TensorShape) -> TensorShape:
    """The shape of an elementwise op's result; an unknown size against 1 stays unknown."""
    if a.sizes is None or b.sizes is None:
        return UNKNOWN
    if a.sizes == b.sizes:
        return a
    return TensorShape.of(broadcast_sizes(a.sizes, b.sizes))


def broadcast_sizes(a: Sequence[Size], b: Sequence[Size]) -> tuple[Size, ...]:
    rank = max(len(a), len(b))
    padded_a = (1,) * (rank - len(a)) + tuple(a)
    padded_b = (1,) * (rank - len(b)) + tuple(b)
    return tuple(_broadcast_size(x, y) for x, y in zip(padded_a, padded_b))


def _broadcast_size(x: Size, y: Size) -> Size:
    if x == y:
        return x
    if x == 1:
        return y
    if y == 1:
        return x
    if x is None:
        return y
    if y is None:
        return x
    raise ValueError(f"Dimensions must be equal, but are {x} and {y}")
