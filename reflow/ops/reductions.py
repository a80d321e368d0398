"""Reductions over axes."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from reflow.graph import errors
from reflow.graph.constant_value import constant_value
from reflow.graph.dtypes import DType, int32, int64
from reflow.graph.execution import executing_eagerly
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Reshape, Shape
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Equal
from reflow.ops.constants import constant
from reflow.ops.elementwise import conj
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.math import RealDiv, product
from reflow.ops.op import op
from reflow.ops.repeating import Tile
from reflow.ops.shape_tensors import (
    as_int32,
    counted_from_first,
    counted_to,
    is_first,
    rank_of,
    reduced_shape_of,
    shape_of,
    whole_quotient,
)
from reflow.ops.summation import mean_over, sum_over
from reflow.ops.unsigned import in_order, widened
from reflow.ops.values import torch_type

_NUMBERS = "T: numbertype"
_INDEX = "Tidx: {int32, int64} = int32"

Array = np.ndarray[Any, Any]
ReductionKernel = Callable[[torch.Tensor, list[int], bool], torch.Tensor]
ReductionGradient = Callable[[Operation, Tensor], Tensor]


def reduced_shape(
    input: TensorShape, axes: Any, shape_of_axes: TensorShape, keep_dims: bool
) -> TensorShape:
    """The shape after reducing `axes` (an array of ints, None if not known)."""
    shapes.with_rank_at_most(shape_of_axes, 1)
    sizes = input.sizes
    if sizes is None:
        return shapes.UNKNOWN
    if axes is None:
        return TensorShape.of((None,) * len(sizes)) if keep_dims else shapes.UNKNOWN
    reduced: set[int] = set()
    for axis in axes.reshape(-1).tolist():
        if not -len(sizes) <= axis < len(sizes):
            raise ValueError(
                f"Invalid reduction dimension {axis} for input with {len(sizes)} dimensions."
            )
        reduced.add(axis % len(sizes))
    if keep_dims:
        return TensorShape.of(tuple(1 if i in reduced else d for i, d in enumerate(sizes)))
    return TensorShape.of(tuple(d for i, d in enumerate(sizes) if i not in reduced))


def _reduced_axes(axes: Host, rank: int) -> list[int]:
    """The axes counted from the first, in order; one may be named twice."""
    for axis in axes.reshape(-1).tolist():
        if not -rank <= axis < rank:
            raise ValueError(
                f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)"
            )
    return sorted({axis % rank for axis in axes.reshape(-1).tolist()})


def _reduction(
    name: str,
    doc: str,
    reduce: ReductionKernel,
    gradient: ReductionGradient | None,
    types: str | None = _NUMBERS,
) -> OpDefinition:
    """A reduction of `input` over the axes `reduction_indices` (a number or a vector).

    `reduce` gets at least one axis, sorted and counted from the first; over none, the result is
    the input itself.  `gradient` gives the input's.  `types` None: of truths.
    """
    element = "T" if types else "bool"

    def shape(
        input: TensorShape, reduction_indices: Value, *, op: Operation, keep_dims: bool
    ) -> TensorShape:
        # A matrix of axes is refused where its rank is known beforehand; the kernel takes it.
        return reduced_shape(input, reduction_indices, op.inputs[1].shape, keep_dims)

    def kernel(input: torch.Tensor, reduction_indices: Host, *, keep_dims: bool) -> torch.Tensor:
        axes = _reduced_axes(reduction_indices, input.ndim)
        return reduce(input, axes, keep_dims) if axes else input.clone()

    def specialised(op: Operation, input: Known, reduction_indices: Known) -> Any:
        if reduction_indices.value is None:
            return None
        axes = _reduced_axes(reduction_indices.value, len(input.sizes))
        keep_dims, reduce_common = op.attrs["keep_dims"], inspect.unwrap(reduce)
        return (lambda input, _: reduce_common(input, axes, keep_dims)) if axes else None

    rules: dict[str, Any] = {
        "__doc__": doc,
        "inputs": f"input: {element}, reduction_indices: Tidx",
        "outputs": f"output: {element}",
        "attrs": ("keep_dims: bool = false", *([types] if types else []), _INDEX),
        "shape": shape,
        "kernel": kernel,
        "specialised": specialised,
        # Over no axis, or over axes of size 1 that are kept, nothing is reduced.
        "unchanged_at_same_shape": True,
        "gradient": None,
    }
    if gradient is not None:
        rules["gradient"] = lambda op, dy: (gradient(op, dy), None)
    return op(type(name, (), rules))


# -- Kernels -------------------------------------------------------------------------------------


def _mean(x: torch.Tensor, axes: list[int], keep: bool) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        return mean_over(x, axes, keep)
    count = math.prod(x.shape[axis] for axis in axes)
    return torch.div(sum_over(x, axes, keep), max(count, 1), rounding_mode="trunc")


def _prod(x: torch.Tensor, axes: list[int], keep: bool) -> torch.Tensor:
    if len(axes) == x.ndim and not keep:
        return torch.prod(x, dtype=x.dtype)
    # torch multiplies along one axis at a time; from the last on, so that axes stay valid.
    for axis in reversed(axes):
        x = torch.prod(x, axis, keep, dtype=x.dtype)
    return x


def _extreme(reduce: Callable[..., torch.Tensor], end: str) -> ReductionKernel:
    """`end`: of the type's range, the one that every other value replaces: "min" or "max"."""

    def kernel(x: torch.Tensor, axes: list[int], keep: bool) -> torch.Tensor:
        if not x.numel():
            return _extreme_of_nothing(x, axes, keep, end)
        result = reduce(x, axes, keep)
        # TensorFlow skips NaN, torch does not.
        if may_have_nan(result):
            return reduce(_without_nan(x, end), axes, keep)
        return result

    return kernel


def may_have_nan(x: torch.Tensor) -> bool:
    """Whether there is NaN among the elements, as far as that is known without waiting."""
    # NaN alone does not equal itself.  Elsewhere than on the CPU the answer would be waited for.
    return x.is_floating_point() and not (x.is_cpu and torch.equal(x, x))


def _without_nan(x: torch.Tensor, end: str) -> torch.Tensor:
    return torch.where(x.isnan(), float("-inf" if end == "min" else "inf"), x)


def _extreme_of_nothing(x: torch.Tensor, axes: list[int], keep: bool, end: str) -> torch.Tensor:
    """The value that every other one replaces: infinity, or the end of an integer type's range."""
    kept = [1 if i in axes else size for i, size in enumerate(x.shape)]
    sizes = kept if keep else [size for i, size in enumerate(x.shape) if i not in axes]
    if x.is_floating_point():
        value: float = float("-inf" if end == "min" else "inf")
    else:
        value = getattr(torch.iinfo(x.dtype), end)
    return x.new_full(sizes, value)


def _euclidean_norm(x: torch.Tensor, axes: list[int], keep: bool) -> torch.Tensor:
    if x.is_floating_point() or x.is_complex():
        squares = x * x.conj() if x.is_complex() else x.square()
        return torch.sqrt(torch.sum(squares, axes, keep))
    # The squares are added in the integer type; a root of what wrapped around to below 0 is 0.
    squares = torch.sum(x.square(), axes, keep, dtype=x.dtype)
    return squares.to(torch.float64).sqrt().nan_to_num().to(x.dtype)


# -- Gradients -----------------------------------------------------------------------------------


def _spread(op: Operation, dy: Tensor) -> Tensor:
    """dy, repeated along the reduced dimensions."""
    input, axes = op.inputs[0], constant_value(op.inputs[1])
    rank, is_known = input.shape.ndims, input.shape.is_fully_defined()
    if rank is not None and np.array_equal(axes, range(rank)):
        ones = np.ones(rank, np.int32)
        counts = constant(input.shape.as_list(), int32) if is_known else Shape(input)
        return Tile(Reshape(dy, ones), counts)
    if is_known and axes is not None and not executing_eagerly():
        kept, times = _known_spread(input.shape, axes)
        return Tile(Reshape(dy, kept), times)
    return _repeated(dy, op, shape_of(input))


def _repeated(dy: Tensor, op: Operation, sizes: Tensor) -> Tensor:
    """dy, repeated to the sizes of the input, of which nothing need be known."""
    kept = reduced_shape_of(sizes, op.inputs[1])
    counts = whole_quotient(sizes, kept)
    return Tile(Reshape(dy, kept), counts)


def _known_spread(known: TensorShape, axes: Array) -> tuple[Array, Array]:
    """The shape with the reduced dimensions kept as 1, and how often each of them is repeated.

    A graph that meets them for the first time gets the nodes by which TensorFlow computes them.
    """
    sizes = np.array(known.as_list(), np.int32)
    kept = sizes.copy()
    kept[axes] = 1
    if is_first("Sum", known.sizes, tuple(axes.reshape(-1).tolist())):
        reduced_shape_of(sizes, axes.reshape(-1))
        whole_quotient(sizes, kept)
    return kept, sizes // np.maximum(kept, 1)


def _mean_gradient(op: Operation, dy: Tensor) -> Tensor:
    dx = _spread(op, dy)
    dtype = dx.dtype.base_dtype
    before, after = op.inputs[0].shape.num_elements(), op.outputs[0].shape.num_elements()
    if before is not None and after is not None:
        factor = constant(before // max(1, after), dtype)
    else:
        counts = [shape_of(tensor) for tensor in (op.inputs[0], op.outputs[0])]
        ratio = whole_quotient(*(Prod(count, constant([0])) for count in counts))
        factor = Cast(ratio, DstT=dtype)
    return RealDiv(dx, factor, name="truediv")


def _extreme_gradient(op: Operation, dy: Tensor) -> Tensor:
    """Shared in equal parts by the elements that are the extreme."""
    kept = reduced_shape_of(shape_of(op.inputs[0]), op.inputs[1])
    extreme, dy = Reshape(op.outputs[0], kept), Reshape(dy, kept)
    chosen = Cast(Equal(extreme, op.inputs[0]), DstT=dy.dtype.base_dtype)
    count = Reshape(Sum(chosen, op.inputs[1]), kept)
    return product(RealDiv(chosen, count, name="truediv"), dy)


Sum: OpDefinition = _reduction("Sum", "The sum.", widened(sum_over), _spread)
Mean: OpDefinition = _reduction(
    "Mean", "The mean; of integers rounded towards zero.", widened(_mean), _mean_gradient
)
Max: OpDefinition = _reduction(
    "Max", "The largest.", widened(_extreme(torch.amax, "min"), ordered=True), _extreme_gradient
)
Min: OpDefinition = _reduction(
    "Min", "The smallest.", widened(_extreme(torch.amin, "max"), ordered=True), _extreme_gradient
)
EuclideanNorm: OpDefinition = _reduction(
    "EuclideanNorm", "The root of the sum of squares.", widened(_euclidean_norm), None
)
All: OpDefinition = _reduction("All", "Whether all are true.", torch.all, None, types=None)
Any_: OpDefinition = _reduction("Any", "Whether any is true.", torch.any, None, types=None)


def _prod_gradient(op: Operation, dy: Tensor) -> Tensor:
    """dy times the product of the other elements: of those before and those after each.

    Not the whole product divided by the element, which may be 0.
    """
    from reflow.ops.gathering import take
    from reflow.ops.joining import ConcatV2, Pack
    from reflow.ops.permuting import InvertPermutation, Transpose
    from reflow.ops.scans import Cumprod
    from reflow.ops.sets import ListDiff

    x = op.inputs[0]
    sizes = shape_of(x)
    axes = as_int32(Reshape(op.inputs[1], [-1]))
    dy = _repeated(dy, op, sizes)
    rank = rank_of(x)
    reduced = counted_from_first(axes, rank)
    others, _ = ListDiff(counted_to(rank), reduced)
    # [reduced elements, other elements]
    order = ConcatV2([reduced, others], 0, name="concat")
    counts = [Prod(take(sizes, axes), constant([0])) for axes in (reduced, others)]
    in_order = Transpose(x, order, name="transpose")
    permuted = shape_of(in_order)
    factors = Reshape(in_order, Pack(counts, name="Reshape/shape"))
    before = Cumprod(factors, 0, exclusive=True)
    after = Cumprod(factors, 0, exclusive=True, reverse=True)
    products = Reshape(product(conj(before), conj(after)), permuted)
    back = Transpose(products, InvertPermutation(order), name="transpose")
    return Reshape(product(dy, back), sizes)


Prod: OpDefinition = _reduction("Prod", "The product.", widened(_prod), _prod_gradient)


# -- Where the extremes are ----------------------------------------------------------------------


def _arg_extreme(
    name: str,
    doc: str,
    find: Callable[[torch.Tensor, int], torch.Tensor],
    end: str,
    public: str,
) -> OpDefinition:
    def shape(
        input: TensorShape, dimension: Value, *, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.with_rank(input_shapes[1], 0)
        if input.sizes is None:
            return shapes.UNKNOWN
        rank = len(input.sizes)
        if not rank:
            return shapes.SCALAR
        if dimension is None:
            return TensorShape.of((None,) * (rank - 1))
        axis = int(dimension)
        if not -rank <= axis < rank:
            raise ValueError(
                f"Dimension ({axis}) must be in the range [{-rank}, {rank}), where {rank} is the "
                "number of dimensions in the input."
            )
        return TensorShape.of(tuple(d for i, d in enumerate(input.sizes) if i != axis % rank))

    def kernel(input: torch.Tensor, dimension: Host, *, output_type: DType) -> torch.Tensor:
        axis, rank = int(dimension), input.ndim
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None, None, f"Expected dimension in the range [{-rank}, {rank}), but got {axis}"
            )
        if not input.shape[axis]:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Reduction axis {axis} is empty in shape {list(input.shape)}",
            )
        return found(in_order(input), axis).to(torch_type(output_type))

    def found(input: torch.Tensor, axis: int) -> torch.Tensor:
        return find(_without_nan(input, end) if may_have_nan(input) else input, axis)

    def specialised(op: Operation, input: Known, dimension: Known) -> Any:
        if dimension.value is None or not input.sizes or not input.sizes[int(dimension.value)]:
            return None
        axis = int(dimension.value)
        if op.attrs["output_type"] is int64:
            return lambda input, _: found(input, axis)
        return lambda input, _: found(input, axis).to(torch.int32)

    return op(
        type(
            name,
            (),
            {
                "__doc__": doc,
                "inputs": "input: T, dimension: Tidx",
                "outputs": "output: output_type",
                "attrs": (_NUMBERS, _INDEX, "output_type: {int32, int64} = int64"),
                "shape": shape,
                "kernel": kernel,
                "specialised": specialised,
                "gradient": None,
                "export": (public,),
            },
        )
    )


ArgMax: OpDefinition = _arg_extreme(
    "ArgMax",
    "The index of the first largest element along an axis.",
    torch.argmax,
    "min",
    "arg_max",
)
ArgMin: OpDefinition = _arg_extreme(
    "ArgMin",
    "The index of the first smallest element along an axis.",
    torch.argmin,
    "max",
    "arg_min",
)
