"""tf.reduce_sum and its like: over all axes, one or several, as numbers or as a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dispatch import add_dispatch_support
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Tensor
from reflow.ops import reductions
from reflow.ops.arrays import Reshape, StopGradient
from reflow.ops.comparisons import IsFinite, NotEqual
from reflow.ops.constants import const
from reflow.ops.filling import Fill
from reflow.ops.functions import Sqrt
from reflow.ops.math import Add, Exp, Log, Square, Sub
from reflow.ops.selection import Select
from reflow.ops.sets import DynamicStitch
from reflow.tf import _filling as filling
from reflow.tf._arguments import renamed
from reflow.tf._arrays import rank as rank_of
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import size as size_of
from reflow.tf._casts import cast
from reflow.tf._scopes import name_scope


def _axes(x: Any, axis: Any) -> Any:
    """`axis`, or all axes of x where it is None."""
    if axis is not None:
        return axis
    if isinstance(x, EagerTensor):
        return list(range(x.ndim))
    if isinstance(x, Tensor) and x.shape.ndims is not None:
        return const(np.arange(x.shape.ndims, dtype=np.int32), dtypes.int32)
    return filling.range(0, rank_of(x))


def _reduce(op: OpDefinition, x: Any, axis: Any, keepdims: bool | None, name: str | None) -> Tensor:
    output: Tensor = op(x, _axes(x, axis), keep_dims=bool(keepdims), name=name)
    if axis is None and not keepdims and not isinstance(output, EagerTensor):
        output.set_shape(())
    return output


def _public(op: OpDefinition, name: str, does: str) -> Callable[..., Tensor]:
    """The public function of a reduction, with the argument names of every version."""

    def reduce(
        input_tensor: Any,
        axis: Any = None,
        keepdims: bool | None = None,
        name: str | None = None,
        reduction_indices: Any = None,
        keep_dims: bool | None = None,
    ) -> Tensor:
        axis = renamed("axis", axis, "reduction_indices", reduction_indices)
        keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
        return _reduce(op, input_tensor, axis, keepdims, name)

    reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = f"""{does}

    Args:
      axis: an axis, a list of them or an integer tensor; negative ones count from the last.
        None: all.
      keepdims: keep the reduced dimensions, with size 1.
      reduction_indices, keep_dims: earlier names of `axis` and `keepdims`.

    Raises:
      ValueError: an axis that the tensor does not have, or an argument given under both names.
    """
    return add_dispatch_support(reduce)


reduce_sum = _public(reductions.Sum, "reduce_sum", "The sum of the elements over axes.")
reduce_mean = _public(
    reductions.Mean, "reduce_mean", "The mean over axes; of integers rounded towards zero."
)
reduce_prod = _public(reductions.Prod, "reduce_prod", "The product of the elements over axes.")
reduce_max = _public(reductions.Max, "reduce_max", "The largest element over axes.")
reduce_min = _public(reductions.Min, "reduce_min", "The smallest element over axes.")
reduce_all = _public(reductions.All, "reduce_all", "Whether all are true, over axes.")
reduce_any = _public(reductions.Any_, "reduce_any", "Whether any is true, over axes.")


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The root of the sum of squares over axes."""
    return _reduce(reductions.EuclideanNorm, input_tensor, axis, keepdims, name)


def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The mean squared distance from the mean, over axes (not corrected for sample size)."""
    with name_scope(name or "reduce_variance"):
        deviations = input_tensor - reduce_mean(input_tensor, axis, keepdims=True)
        return reduce_mean(Square(deviations), axis, keepdims)


def reduce_std(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The root of `reduce_variance`."""
    with name_scope(name or "reduce_std"):
        return Sqrt(reduce_variance(input_tensor, axis, keepdims))


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """log(sum(exp(x))) over axes, without overflow.  Arguments as of `reduce_sum`."""
    axis = renamed("axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
    x = convert_to_tensor(input_tensor)
    with name_scope(name, "ReduceLogSumExp", [x]):
        largest = _reduce(reductions.Max, x, axis, True, None)
        is_finite = IsFinite(largest)
        offset = StopGradient(Select(is_finite, largest, filling.zeros_like(largest)))
        result = Log(_reduce(reductions.Sum, Exp(Sub(x, offset)), axis, keepdims, None))
        if not keepdims:
            offset = Reshape(offset, shape_of(result))
        result = Add(result, offset)
        if axis is None and not keepdims:
            result.set_shape(())
        return result


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
    input: Any = None,
) -> Tensor:
    """The number of elements that are not zero (not empty, of strings), as `dtype`."""
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims)
    input_tensor = renamed("input", input, "input_tensor", input_tensor)
    axis = renamed("axis", axis, "reduction_indices", reduction_indices)
    with name_scope(name, "count_nonzero", [input_tensor]):
        x = convert_to_tensor(input_tensor, name="input")
        # One zero is enough: it broadcasts.
        zero = filling.zeros([], x.dtype.base_dtype)
        nonzero = cast(NotEqual(x, zero), dtypes.int64)
        return cast(reduce_sum(nonzero, axis, keepdims), dtype)


def _public_arg_extreme(op: OpDefinition, name: str, which: str) -> Callable[..., Tensor]:
    def arg_extreme(
        input: Any,
        axis: Any = None,
        name: str | None = None,
        dimension: Any = None,
        output_type: Any = dtypes.int64,
    ) -> Tensor:
        axis = renamed("axis", axis, "dimension", dimension)
        return op(input, 0 if axis is None else axis, output_type=output_type, name=name)

    arg_extreme.__name__ = arg_extreme.__qualname__ = name
    arg_extreme.__doc__ = f"""The index of the first {which} element along an axis (default 0).

    Args:
      dimension: an earlier name of `axis`.
      output_type: int32 or int64.
    """
    return arg_extreme


argmax = _public_arg_extreme(reductions.ArgMax, "argmax", "largest")
argmin = _public_arg_extreme(reductions.ArgMin, "argmin", "smallest")
