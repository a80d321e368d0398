"""How a variable is cut into parts along one axis: partitioners, and where each part stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reflow.graph import dtypes
from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape

# (shape=TensorShape, dtype=DType) -> the number of parts in each dimension.
Partitioner = Callable[..., Sequence[int]]


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Partitioner:
    """Cuts into `num_shards` parts along `axis`, or into single rows where there are fewer."""

    def partitioner(shape: TensorShape, **unused: Any) -> list[int]:
        return _along(shape, axis, min(num_shards, shape.as_list()[axis]))

    return partitioner


def variable_axis_size_partitioner(
    max_shard_bytes: int,
    axis: int = 0,
    bytes_per_string_element: int = 16,
    max_shards: int | None = None,
) -> Partitioner:
    """Cuts along `axis` into as few parts of at most `max_shard_bytes` as do (at least one row).

    Args:
      bytes_per_string_element: how long strings are taken to be.
      max_shards: the most parts, which may then be larger.

    Raises:
      ValueError: an argument is not positive.
    """
    if max_shard_bytes < 1 or bytes_per_string_element < 1:
        raise ValueError("Both max_shard_bytes and bytes_per_string_element must be positive.")
    if max_shards and max_shards < 1:
        raise ValueError("max_shards must be positive.")

    def partitioner(shape: TensorShape, dtype: DType) -> list[int]:
        if not isinstance(shape, TensorShape):
            raise ValueError(f"shape is not a TensorShape: {shape}")
        if not shape.is_fully_defined():
            raise ValueError(f"shape is not fully defined: {shape}")
        if not isinstance(dtype, DType):
            raise ValueError(f"dtype is not a DType: {dtype}")
        length = shape.as_list()[axis]
        row_bytes = shape.num_elements() / length * _element_size(dtype, bytes_per_string_element)
        parts = math.ceil(length / max(1, math.floor(max_shard_bytes / row_bytes)))
        return _along(shape, axis, min(max_shards, parts) if max_shards else parts)

    return partitioner


def min_max_variable_partitioner(
    max_partitions: int = 1,
    axis: int = 0,
    min_slice_size: int = 256 << 10,
    bytes_per_string_element: int = 16,
) -> Partitioner:
    """Cuts along `axis` into at most `max_partitions` parts of at least `min_slice_size` bytes."""

    def partitioner(shape: TensorShape, dtype: DType) -> list[int]:
        if axis >= len(shape):
            raise ValueError(
                f"Can not partition variable along axis {axis} when shape is only {shape}"
            )
        size = shape.num_elements() * _element_size(dtype, bytes_per_string_element)
        parts = min(shape.as_list()[axis], max_partitions, math.ceil(size / min_slice_size))
        return _along(shape, axis, max(1, parts))

    return partitioner


def _along(shape: TensorShape, axis: int, parts: int) -> list[int]:
    partitions = [1] * len(shape)
    partitions[axis] = parts
    return partitions


def _element_size(dtype: DType, bytes_per_string_element: int) -> int:
    return bytes_per_string_element if dtype.base_dtype is dtypes.string else dtype.size


def partitions_of(partitioner: Partitioner, shape: TensorShape, dtype: DType) -> Sequence[int]:
    """What `partitioner` answers for a variable; ValueError where that cannot be done."""
    if not shape.is_fully_defined():
        raise ValueError(
            f"Shape of a new partitioned variable must be fully defined, but instead was {shape}."
        )
    if not len(shape):
        raise ValueError(f"A partitioned Variable must have rank at least 1, shape: {shape}")
    slicing = partitioner(shape=shape, dtype=dtype)
    if not isinstance(slicing, Sequence):
        raise ValueError(f"Partitioner must return a sequence, but saw: {slicing}")
    if len(slicing) != len(shape):
        raise ValueError(
            "Partitioner returned a partition list that does not match the Variable's rank: "
            f"{slicing} vs. {shape}"
        )
    if any(parts < 1 for parts in slicing):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {slicing}")
    if sum(parts > 1 for parts in slicing) > 1:
        raise ValueError(
            "Can only slice a variable along one dimension: "
            f"shape: {shape}, partitioning: {slicing}"
        )
    return slicing


def parts_of(
    shape: Sequence[int], partitions: Sequence[int]
) -> Iterator[tuple[list[int], list[int]]]:
    """The offset and the shape of each part; the first ones take what does not divide evenly."""
    axis = next((i for i, parts in enumerate(partitions) if parts > 1), 0)
    length, larger = divmod(shape[axis], partitions[axis])
    offset = [0] * len(shape)
    for part in range(partitions[axis]):
        sizes = list(shape)
        sizes[axis] = length + (part < larger)
        yield list(offset), sizes
        offset[axis] += sizes[axis]


class PartitionInfo:
    """Tells an initializer which part of a partitioned variable it initialises.

    Attributes:
      full_shape: the sizes of the whole variable.
      var_offset: where the part starts, in each dimension.
    """

    def __init__(self, full_shape: Sequence[int], var_offset: Sequence[int]) -> None:
        _check_sequence("full_shape", full_shape)
        _check_sequence("var_offset", var_offset)
        if len(var_offset) != len(full_shape):
            raise ValueError(
                f"Expected equal length, but `var_offset` is of length {len(var_offset)} while "
                f"full_shape is of length {len(full_shape)}."
            )
        for offset, size in zip(var_offset, full_shape):
            if not 0 <= offset < size:
                raise ValueError(
                    f"Expected 0 <= offset < shape but found offset={offset}, shape={size} for "
                    f"var_offset={var_offset}, full_shape={full_shape}"
                )
        self._full_shape = full_shape
        self._var_offset = var_offset

    @property
    def full_shape(self) -> Sequence[int]:
        return self._full_shape

    @property
    def var_offset(self) -> Sequence[int]:
        return self._var_offset

    def single_offset(self, shape: Sequence[int]) -> int:
        """Where a part of this shape starts along the axis that is cut; 0 where none is."""
        axis = self.single_slice_dim(shape)
        return 0 if axis is None else self._var_offset[axis]

    def single_slice_dim(self, shape: Sequence[int]) -> int | None:
        """The axis along which a part of this shape is cut; None for a whole variable.

        ValueError when the part does not fit or is cut along several axes.
        """
        _check_sequence("shape", shape)
        if len(shape) != len(self._full_shape):
            raise ValueError(
                f"Expected equal length, but received shape={shape} of length {len(shape)} while "
                f"self.full_shape={self._full_shape} is of length {len(self._full_shape)}."
            )
        cut = None
        for axis, (size, offset, full) in enumerate(zip(shape, self._var_offset, self._full_shape)):
            if offset + size > full:
                raise ValueError(
                    f"With self.var_offset={self._var_offset}, a partition of shape={shape} would "
                    f"exceed self.full_shape={self._full_shape} in dimension {axis}."
                )
            if size == full:
                continue
            if cut is not None:
                raise ValueError(
                    f"Cannot use single_slice_dim() with shape={shape} and "
                    f"self.full_shape={self._full_shape} since slice dim could be either dimension "
                    f"{axis} or {cut}."
                )
            cut = axis
        return cut


def _check_sequence(name: str, value: Any) -> None:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError(
            f"`{name}` must be a sequence (like tuple or list) instead of {type(value).__name__}"
        )
