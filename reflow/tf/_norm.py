"""tf.norm: lengths of vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.functions import Sqrt
from reflow.ops.permuting import InvertPermutation
from reflow.ops.sets import ListDiff
from reflow.tf import math as math_functions
from reflow.tf._arguments import renamed
from reflow.tf._arrays import expand_dims, squeeze, transpose
from reflow.tf._arrays import rank as rank_of
from reflow.tf._casts import cast
from reflow.tf._factorizations import svd
from reflow.tf._filling import range as counting
from reflow.tf._joining import concat, stack
from reflow.tf._reductions import reduce_max, reduce_sum
from reflow.tf._scopes import name_scope

_EUCLIDEAN = ("fro", "euclidean", 2, 2.0)


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The norm of vectors, or with two axes of matrices.

    Args:
      ord: "euclidean", 1, 2, np.inf or another positive number p for vectors; "euclidean" or
        "fro", 1 (the largest column sum), np.inf (the largest row sum) or 2 (the largest singular
        value) for matrices.
      axis: the axis of the vectors, a pair of axes of the matrices, or None: all elements as one
        vector.
      keepdims: keep the reduced dimensions, with size 1.
      keep_dims: an earlier name of `keepdims`.

    Raises:
      ValueError: an `ord` or an `axis` that is none of these.
    """
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
    of_matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    axes = _checked_axes(axis, of_matrices)
    _check_order(ord, of_matrices)
    with name_scope(name, "norm", [tensor]):
        x = convert_to_tensor(tensor)
        if of_matrices and ord == 2:
            result = _largest_singular_value(x, axes)
        elif ord in _EUCLIDEAN:
            squares = x * math_functions.conj(x)
            result = Sqrt(reduce_sum(squares, axes, keepdims=True))
        else:
            result = _other_norm(math_functions.abs(x), ord, axes, of_matrices)
        return result if keepdims else squeeze(result, axes)


def _checked_axes(axis: Any, of_matrices: bool) -> tuple[int, ...] | None:
    if of_matrices:
        axes = tuple(axis)
        valid = all(isinstance(a, int) for a in axes) and axes[0] != axes[1]
    else:
        axes = None if axis is None else (axis,)
        valid = axis is None or isinstance(axis, int)
    if not valid:
        raise ValueError(
            f"'axis' must be None, an integer, or a tuple of 2 unique integers. Received: {axis}"
        )
    return axes


def _check_order(ord: Any, of_matrices: bool) -> None:
    if of_matrices:
        if ord not in ("euclidean", "fro", 1, 2, np.inf):
            raise ValueError(
                "'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf]. "
                f"Received: {ord}"
            )
    elif ord not in ("euclidean", 1, 2, np.inf) and not (np.isreal(ord) and ord > 0):
        raise ValueError(f"'ord' must be a supported vector norm. Received: {ord}")


def _other_norm(
    magnitudes: Tensor, ord: Any, axes: tuple[int, ...] | None, of_matrices: bool
) -> Tensor:
    first = None if axes is None else axes[0]
    if ord == 1:
        sums = reduce_sum(magnitudes, first, keepdims=True)
        return reduce_max(sums, axes[-1], keepdims=True) if axes and of_matrices else sums
    if ord == np.inf:
        if axes and of_matrices:
            magnitudes = reduce_sum(magnitudes, axes[1], keepdims=True)
        return reduce_max(magnitudes, first, keepdims=True)
    powers = reduce_sum(math_functions.pow(magnitudes, ord), axes, keepdims=True)
    return math_functions.pow(powers, 1.0 / ord)


def _largest_singular_value(x: Tensor, axes: Any) -> Tensor:
    """Of the matrices that lie along two axes, which are kept with size 1."""
    order = _last(x, axes)
    singular_values = svd(transpose(x, perm=order), compute_uv=False)
    largest = reduce_max(singular_values, axis=-1, keepdims=True)
    return transpose(expand_dims(largest, -1), perm=InvertPermutation(order))


def _last(x: Tensor, axes: Sequence[int]) -> Any:
    """The order of x's axes in which these are the last ones."""
    known_rank = x.shape.ndims
    if known_rank is not None:
        last = [axis % known_rank for axis in axes]
        return [axis for axis in range(known_rank) if axis not in last] + last
    rank = rank_of(x)
    moved = stack([axis if axis >= 0 else axis + rank for axis in axes])
    others, _ = ListDiff(counting(rank), moved)
    return concat([others, moved], axis=0)


def normalize(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The tensor divided by its `norm`, and the norm."""
    with name_scope(name, "normalize", [tensor]):
        x = convert_to_tensor(tensor)
        length = cast(norm(x, ord, axis, keepdims=True), x.dtype)
        return x / length, length
