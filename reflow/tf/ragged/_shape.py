"""Shapes of ragged tensors as tensors, and broadcasting by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Tensor
from reflow.ops.arrays import Identity, Reshape
from reflow.ops.comparisons import Equal
from reflow.ops.constants import constant
from reflow.ops.repeating import BroadcastTo
from reflow.tf import _filling as filling
from reflow.tf._arrays import shape as shape_of
from reflow.tf._arrays import size as size_of
from reflow.tf._casts import cast
from reflow.tf._checks import Assert
from reflow.tf._gathering import gather, where
from reflow.tf._joining import concat, stack
from reflow.tf._reductions import reduce_all, reduce_sum
from reflow.tf._scopes import control_dependencies, name_scope
from reflow.tf._static_values import get_static_value
from reflow.tf.ragged._factories import row_count
from reflow.tf.ragged._rows import SPLITS_TYPES, convert_to_int_tensor, repeat_ranges
from reflow.tf.ragged._rows import lengths_to_splits as splits_of
from reflow.tf.ragged._tensor import (
    RaggedTensor,
    convert_to_tensor_or_ragged_tensor,
    is_ragged,
)
from reflow.tf.ragged._tile import tile


class RaggedTensorDynamicShape:
    """The shape of a tensor, ragged or not, as it is when the program runs.

    Args:
      partitioned_dim_sizes: the sizes of the outer axes, from the first to the last ragged one: a
        scalar for an axis of one size, a vector with the length of each row for a ragged one.
      inner_dim_sizes: the sizes of the other axes, a vector.
      dim_size_dtype: int32 or int64; by default that of the vectors, or int64.

    Raises:
      ValueError: the outermost axis is ragged, or the last of `partitioned_dim_sizes` is not.
    """

    def __init__(
        self, partitioned_dim_sizes: Any, inner_dim_sizes: Any, dim_size_dtype: Any = None
    ) -> None:
        assert isinstance(partitioned_dim_sizes, (list, tuple))
        inputs = (partitioned_dim_sizes, inner_dim_sizes)
        with name_scope(None, "RaggedTensorDynamicShape", inputs):
            partitioned = tuple(
                convert_to_tensor(size, name=f"partitioned_dimension_size_{axis}")
                for axis, size in enumerate(partitioned_dim_sizes)
            )
            inner = convert_to_tensor(inner_dim_sizes, name="inner_dim_sizes")
            _check_ranks(partitioned)
            inner.shape.assert_has_rank(1)
            if dim_size_dtype is None:
                dim_size_dtype = _common_type(partitioned)
            self._partitioned = tuple(cast(size, dim_size_dtype) for size in partitioned)
            self._inner = cast(inner, dim_size_dtype)

    def __repr__(self) -> str:
        return (
            f"RaggedTensorDynamicShape(partitioned_dim_sizes={self._partitioned!r}, "
            f"inner_dim_sizes={self._inner!r})"
        )

    @staticmethod
    def from_dim_sizes(dim_sizes: Sequence[Any]) -> RaggedTensorDynamicShape:
        """The shape with these sizes: scalars, and vectors for ragged axes."""
        with name_scope(None, "RaggedTensorDynamicShapeFromDimensionSizes", [dim_sizes]):
            sizes = tuple(
                convert_to_tensor(size, name="dim_sizes", preferred_dtype=dtypes.int64)
                for size in dim_sizes
            )
            if any(size.shape.ndims not in (0, 1) for size in sizes):
                raise ValueError("Each dim_size must be a scalar or a vector")
            ends = [axis for axis, size in enumerate(sizes, start=1) if size.shape.ndims == 1]
            count = ends[-1] if ends else 0
            return RaggedTensorDynamicShape(sizes[:count], sizes[count:])

    @classmethod
    def from_tensor(cls, rt_input: Any, dim_size_dtype: Any = None) -> RaggedTensorDynamicShape:
        """The shape of a tensor, ragged or not."""
        with name_scope(None, "RaggedTensorDynamicShapeFromTensor", [rt_input]):
            tensor = convert_to_tensor_or_ragged_tensor(rt_input)
            if not isinstance(tensor, RaggedTensor):
                return cls([], shape_of(tensor))
            partitioned = (tensor.nrows(), *tensor.nested_row_lengths())
            return cls(partitioned, shape_of(tensor.flat_values)[1:], dim_size_dtype)

    # -- Its axes -------------------------------------------------------------------------------

    @property
    def partitioned_dim_sizes(self) -> tuple[Tensor, ...]:
        """The sizes of the axes down to the last ragged one."""
        return self._partitioned

    @property
    def inner_dim_sizes(self) -> Tensor:
        """The sizes of the other axes, a vector."""
        return self._inner

    @property
    def num_partitioned_dimensions(self) -> int:
        """The number of axes down to the last ragged one."""
        return len(self._partitioned)

    @property
    def num_inner_dimensions(self) -> int | None:
        """The number of the other axes."""
        count: int | None = self._inner.shape.as_list()[0]
        return count

    @property
    def rank(self) -> int | None:
        """The number of all axes."""
        inner = self.num_inner_dimensions
        return None if inner is None else len(self._partitioned) + inner

    @property
    def dim_size_dtype(self) -> Any:
        """The type of the sizes."""
        return self._inner.dtype

    def dimension_size(self, axis: int) -> Tensor:
        """The size of an axis: a scalar, or the lengths of its rows."""
        if not isinstance(axis, int):
            raise TypeError(f"axis must be an integer. Received: {axis!r}")
        count = len(self._partitioned)
        return self._partitioned[axis] if axis < count else self._inner[axis - count]

    def is_ragged(self, axis: int) -> bool:
        """Whether an axis is ragged."""
        if not isinstance(axis, int):
            raise TypeError(f"axis must be an integer. Received: {axis!r}")
        rank = self.rank
        if axis < 0:
            raise ValueError("Negative axis values are not supported")
        if rank is not None and axis >= rank:
            raise ValueError(f"Expected axis={axis} < rank={rank}")
        return 0 < axis < len(self._partitioned) and self._partitioned[axis].shape.ndims == 1

    def num_slices_in_dimension(self, axis: int) -> Tensor:
        """The number of parts that a tensor has down to an axis."""
        if axis < 0:
            return constant(1, self.dim_size_dtype)
        if self.is_ragged(axis):
            return reduce_sum(self._partitioned[axis])
        return self.dimension_size(axis) * self.num_slices_in_dimension(axis - 1)

    def with_dim_size_dtype(self, dtype: Any) -> RaggedTensorDynamicShape:
        """The same with sizes of another type, int32 or int64."""
        if dtype not in SPLITS_TYPES:
            raise ValueError(f"dtype must be int32 or int64. Received: {dtype!r}")
        if self.dim_size_dtype == dtype:
            return self
        partitioned = [cast(size, dtype) for size in self._partitioned]
        return RaggedTensorDynamicShape(partitioned, cast(self._inner, dtype))

    # -- Broadcasting ---------------------------------------------------------------------------

    def broadcast_to_rank(self, rank: int) -> RaggedTensorDynamicShape:
        """The same with axes of size 1 in front, so that it has `rank` of them."""
        if self.rank is None:
            raise ValueError("Unable to broadcast: self.rank is unknown")
        added = rank - self.rank
        if added < 0:
            raise ValueError(
                f"Unable to broadcast: rank={rank} must be greater than self.rank={self.rank}."
            )
        if added == 0:
            return self
        if self._partitioned:
            return RaggedTensorDynamicShape((1,) * added + self._partitioned, self._inner)
        ones = filling.ones([added], self.dim_size_dtype)
        return RaggedTensorDynamicShape([], concat([ones, self._inner], axis=0))

    def broadcast_dimension(self, axis: int, lengths: Any) -> RaggedTensorDynamicShape:
        """The same with an axis broadcast to `lengths`: a scalar, or a vector with the length of
        each row.

        Raises:
          InvalidArgumentError: (at run time) the axis does not broadcast so.
        """
        lengths = convert_to_int_tensor(lengths, "lengths", self.dim_size_dtype)
        ndims = lengths.shape.ndims
        if ndims is None:
            raise ValueError("lengths must have a known rank.")
        if ndims > 1:
            raise ValueError("lengths must be a scalar or vector")
        size = self.dimension_size(axis)
        error = [
            "Unable to broadcast: dimension size mismatch in dimension",
            axis,
            "lengths=",
            lengths,
            "dim_size=",
            size,
        ]
        check = Assert(self._broadcasts(axis, size, lengths), error, summarize=10)
        with control_dependencies([check]):
            if axis < len(self._partitioned):
                if self.is_ragged(axis):
                    # The identity makes the check run.
                    return RaggedTensorDynamicShape(self._partitioned, Identity(self._inner))
                return self._with_partitioned_axis(axis, lengths)
            if ndims == 0:
                return self._with_inner_axis(axis, lengths)
            if axis == 0:
                raise ValueError("Unable to broadcast: outermost dimension must be uniform.")
            return self._with_ragged_axis(axis, lengths)

    def _broadcasts(self, axis: int, size: Tensor, lengths: Tensor) -> Tensor:
        is_scalar = lengths.shape.ndims == 0
        if self.is_ragged(axis):
            return Equal(lengths, 1) if is_scalar else reduce_all(Equal(lengths, size))
        if not is_scalar:
            return Equal(size, 1)
        return Equal(lengths, 1) | Equal(size, 1) | Equal(size, lengths)

    def _with_partitioned_axis(self, axis: int, lengths: Tensor) -> RaggedTensorDynamicShape:
        """With an axis in front of ragged ones broadcast: their rows are repeated."""
        size = self.dimension_size(axis)
        partitioned = list(self._partitioned[:axis])
        if lengths.shape.ndims == 0:
            lengths = where(Equal(size, 1), lengths, size)
            repeats = where(Equal(size, 1), lengths, 1)
            splits = stack([0, self.num_slices_in_dimension(axis)])
        else:
            splits = filling.range(size_of(lengths, out_type=self.dim_size_dtype) + 1)
            repeats = lengths
        partitioned.append(lengths)
        for inner_size in self._partitioned[axis + 1 :]:
            if inner_size.shape.ndims == 0:
                partitioned.append(inner_size)
                splits = splits * inner_size
            else:
                partitioned.append(repeat_ranges(inner_size, splits, repeats))
                splits = gather(splits_of(inner_size), splits)
        return RaggedTensorDynamicShape(partitioned, self._inner)

    def _with_inner_axis(self, axis: int, length: Tensor) -> RaggedTensorDynamicShape:
        size = self.dimension_size(axis)
        place = axis - len(self._partitioned)
        new = [where(Equal(size, 1), length, size)]
        inner = concat([self._inner[:place], new, self._inner[place + 1 :]], axis=0)
        return RaggedTensorDynamicShape(self._partitioned, inner)

    def _with_ragged_axis(self, axis: int, lengths: Tensor) -> RaggedTensorDynamicShape:
        place = axis - len(self._partitioned)
        uniform = tuple(self._inner[i] for i in range(place))
        partitioned = (*self._partitioned, *uniform, lengths)
        return RaggedTensorDynamicShape(partitioned, self._inner[place + 1 :])


def _check_ranks(partitioned: Sequence[Tensor]) -> None:
    for axis, size in enumerate(partitioned):
        if size.shape.ndims is None:
            raise ValueError(f"rank of partitioned_dim_sizes[{axis}] is unknown")
        size.shape.with_rank_at_most(1)
    if partitioned and partitioned[0].shape.ndims == 1:
        raise ValueError("outermost partitioned dimension must be uniform")
    if partitioned and partitioned[-1].shape.ndims == 0:
        raise ValueError("innermost partitioned dimension must be ragged")


def _common_type(partitioned: Sequence[Tensor]) -> Any:
    """The type of the lengths of rows; ValueError if they have different ones."""
    found = {size.dtype for size in partitioned if size.shape.ndims == 1}
    if len(found) > 1:
        raise ValueError("partitioned_dim_sizes must have matching dtypes")
    return found.pop() if found else dtypes.int64


def broadcast_dynamic_shape(
    shape_x: RaggedTensorDynamicShape, shape_y: RaggedTensorDynamicShape
) -> RaggedTensorDynamicShape:
    """The shape that tensors of both shapes broadcast to.

    Raises:
      ValueError: a rank is not known.
      InvalidArgumentError: (at run time) they do not broadcast.
    """
    for name, shape in (("shape_x", shape_x), ("shape_y", shape_y)):
        if not isinstance(shape, RaggedTensorDynamicShape):
            raise TypeError(f"{name} must be a RaggedTensorDynamicShape. Received: {shape!r}")
    if shape_x.rank is None or shape_y.rank is None:
        raise ValueError("Unable to broadcast: unknown rank")
    rank = max(shape_x.rank, shape_y.rank)
    shape_x, shape_y = shape_x.broadcast_to_rank(rank), shape_y.broadcast_to_rank(rank)
    for axis in range(rank):
        shape_x = shape_x.broadcast_dimension(axis, shape_y.dimension_size(axis))
        shape_y = shape_y.broadcast_dimension(axis, shape_x.dimension_size(axis))
    return shape_x


def broadcast_to(
    rt_input: Any, shape: RaggedTensorDynamicShape, broadcast_inner_dimensions: bool = True
) -> Any:
    """A tensor, ragged or not, broadcast to a shape.

    broadcast_inner_dimensions: false: only the ragged axes and those before them.

    Raises:
      TypeError: `shape` is none.
      ValueError: the ranks do not fit.
    """
    if not isinstance(shape, RaggedTensorDynamicShape):
        raise TypeError(f"shape must be a RaggedTensorDynamicShape. Received: {shape!r}")
    tensor = convert_to_tensor_or_ragged_tensor(rt_input)
    if shape.num_partitioned_dimensions:
        return _broadcast_to_ragged(tensor, shape, broadcast_inner_dimensions)
    if isinstance(tensor, RaggedTensor):
        raise ValueError("Incompatible with shape: ragged rank mismatch")
    return BroadcastTo(tensor, shape.inner_dim_sizes) if broadcast_inner_dimensions else tensor


def _broadcast_to_ragged(tensor: Any, shape: RaggedTensorDynamicShape, with_inner: bool) -> Any:
    dtype = shape.dim_size_dtype
    _check_broadcast(tensor, shape)
    rank, inner_count = shape.rank, shape.num_inner_dimensions
    assert rank is not None and inner_count is not None
    source = RaggedTensorDynamicShape.from_tensor(tensor).broadcast_to_rank(rank)
    if rank > tensor.shape.ndims:
        if tensor.shape.ndims < inner_count + 1:
            tensor = Reshape(tensor, concat([[-1], shape.inner_dim_sizes], axis=0))
        for _ in range(rank - tensor.shape.ndims):
            count = tensor.nrows() if is_ragged(tensor) else row_count(tensor, dtype)
            tensor = RaggedTensor.from_row_lengths(tensor, [count], validate=False)
    tensor = _with_ragged_axes(tensor, shape, inner_count)
    multiples = _multiples(source, shape, rank)
    if not all(isinstance(multiple, int) for multiple in multiples):
        tensor = tile(tensor, stack(multiples, axis=0))
    if with_inner:
        flat_shape = concat([[-1], shape.inner_dim_sizes], axis=0)
        tensor = tensor.with_flat_values(Reshape(tensor.flat_values, flat_shape))
    # From the outermost to the innermost, as the rows of one are those of the next.
    for axis in range(shape.num_partitioned_dimensions):
        if not source.is_ragged(axis) and shape.is_ragged(axis):
            tensor = _tiled_along(tensor, axis, shape.dimension_size(axis), dtype)
    return tensor


def _check_broadcast(tensor: Any, shape: RaggedTensorDynamicShape) -> None:
    if isinstance(tensor, RaggedTensor) and tensor.row_splits.dtype != shape.dim_size_dtype:
        raise ValueError(
            "rt_input and dst_shape have different row_split dtypes; use "
            "RaggedTensor.with_row_splits_dtype() or "
            "RaggedTensorDynamicShape.with_dim_size_dtype() to convert to a compatible dtype."
        )
    if tensor.shape.ndims is None or shape.rank is None:
        raise ValueError("Unable to broadcast: unknown rank")
    if tensor.shape.ndims > shape.rank:
        raise ValueError("Incompatible with shape: rank mismatch")
    if is_ragged(tensor) and tensor.ragged_rank >= shape.num_partitioned_dimensions:
        raise ValueError("Incompatible with shape: ragged rank mismatch")


def _with_ragged_axes(
    tensor: Any, shape: RaggedTensorDynamicShape, inner_count: int
) -> RaggedTensor:
    """`tensor` with as many ragged axes as `shape` has."""
    dtype = shape.dim_size_dtype
    if not isinstance(tensor, RaggedTensor):
        return RaggedTensor.from_tensor(
            tensor, ragged_rank=shape.num_partitioned_dimensions - 1, row_splits_dtype=dtype
        )
    missing = tensor.flat_values.shape.ndims - 1 - inner_count  # type: ignore[operator]
    if missing <= 0:
        return tensor
    return tensor.with_flat_values(
        RaggedTensor.from_tensor(tensor.flat_values, ragged_rank=missing, row_splits_dtype=dtype)
    )


def _multiples(
    source: RaggedTensorDynamicShape, shape: RaggedTensorDynamicShape, rank: int
) -> list[Any]:
    """How often each axis is repeated that is ragged in neither shape."""
    multiples: list[Any] = [1] * rank
    for axis in range(shape.num_partitioned_dimensions):
        if not source.is_ragged(axis) and not shape.is_ragged(axis):
            old, new = source.dimension_size(axis), shape.dimension_size(axis)
            if get_static_value(old) in (1, None) and get_static_value(new) != 1:
                multiples[axis] = where(Equal(old, 1), new, 1)
    return multiples


def _tiled_along(tensor: Any, axis: int, repeats: Tensor, splits_dtype: Any) -> RaggedTensor:
    """Each part along an axis of size 1 as often as `repeats` says for its row."""
    if not isinstance(tensor, RaggedTensor):
        tensor = RaggedTensor.from_tensor(tensor, ragged_rank=1, row_splits_dtype=splits_dtype)
    if axis > 1:
        return tensor.with_values(_tiled_along(tensor.values, axis - 1, repeats, splits_dtype))
    nested_splits, nested_lengths = tensor.nested_row_splits, tensor.nested_row_lengths()
    splits, lengths = nested_splits[0], [repeats]
    for inner_splits, inner_lengths in zip(nested_splits[1:], nested_lengths[1:]):
        lengths.append(repeat_ranges(inner_lengths, splits, repeats))
        splits = gather(inner_splits, splits)
    values = repeat_ranges(tensor.flat_values, splits, repeats)
    return RaggedTensor.from_nested_row_lengths(values, lengths, validate=False)
