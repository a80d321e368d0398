"""Tensors cut into parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements
from reflow.ops.joining import concat
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.op import op

Array = np.ndarray[Any, Any]


@op
class Split:
    """The input cut into `num_split` equal parts along axis `split_dim`."""

    inputs = "split_dim: int32, value: T"
    outputs = "output: num_split * T"
    attrs = ("num_split: int >= 1", "T: type")
    view = True

    def shape(split_dim: Value, value: TensorShape, *, num_split: int) -> list[TensorShape]:
        if split_dim is not None and split_dim.ndim:
            raise ValueError(f"Input must be scalar but has rank {split_dim.ndim}")
        sizes = value.sizes
        if sizes is None:
            return [value] * num_split
        if split_dim is None:
            return [shapes.of(*[None] * len(sizes))] * num_split
        axis = _split_axis(split_dim, len(sizes))
        size = sizes[axis]
        if size is not None and size % num_split:
            raise ValueError(
                f"Dimension size must be evenly divisible by {num_split} but is {size}\n\t"
                "Number of ways to split should evenly divide the split dimension"
            )
        part = None if size is None else size // num_split
        return [shapes.of(*sizes[:axis], part, *sizes[axis + 1 :])] * num_split

    def kernel(split_dim: Host, value: Any, *, num_split: int) -> Sequence[Any]:
        if split_dim.ndim:
            raise ValueError(f"split_dim must be a scalar but has rank {split_dim.ndim}")
        axis = _split_axis(split_dim, value.ndim)
        if value.shape[axis] % num_split:
            raise ValueError(
                "Number of ways to split should evenly divide the split dimension, but got "
                f"split_dim {axis} (size = {value.shape[axis]}) and num_split {num_split}"
            )
        return _cut(value, [value.shape[axis] // num_split] * num_split, axis)

    def specialised(op: Operation, split_dim: Known, value: Known) -> Any:
        if split_dim.value is None:
            return None
        axis = _split_axis(split_dim.value, len(value.sizes))
        count = op.attrs["num_split"]
        parts = [value.sizes[axis] // count] * count
        return lambda _, value: torch.split_with_sizes(value, parts, axis)

    def gradient(op: Operation, *dy: Tensor) -> tuple[None, Tensor]:
        return None, concat(dy, op.inputs[0])


@op
class SplitV:
    """The input cut into parts of the given sizes along axis `split_dim`; -1 means the rest."""

    inputs = "value: T, size_splits: Tlen, split_dim: int32"
    outputs = "output: num_split * T"
    attrs = ("num_split: int >= 1", "T: type", "Tlen: {int32, int64} = int64")
    view = True

    def shape(
        value: TensorShape, size_splits: Value, split_dim: Value, *, num_split: int
    ) -> list[TensorShape]:
        sizes = value.sizes
        if split_dim is None:
            return [value if sizes is None else shapes.of(*[None] * len(sizes))] * num_split
        if sizes is None:
            return [value] * num_split
        axis = _split_axis(split_dim, len(sizes))
        parts = _part_sizes(sizes[axis], size_splits, num_split)
        return [shapes.of(*sizes[:axis], part, *sizes[axis + 1 :]) for part in parts]

    def kernel(value: Any, size_splits: Host, split_dim: Host, *, num_split: int) -> Sequence[Any]:
        axis = _split_axis(split_dim, value.ndim)
        parts = _part_sizes(value.shape[axis], size_splits, num_split)
        return _cut(value, parts, axis)

    def specialised(op: Operation, value: Known, size_splits: Known, split_dim: Known) -> Any:
        if size_splits.value is None or split_dim.value is None:
            return None
        axis = _split_axis(split_dim.value, len(value.sizes))
        sizes = _part_sizes(value.sizes[axis], size_splits.value, op.attrs["num_split"])
        parts = [size or 0 for size in sizes]
        return lambda value, *_: torch.split_with_sizes(value, parts, axis)

    def gradient(op: Operation, *dy: Tensor) -> tuple[Tensor, None, None]:
        return concat(dy, op.inputs[2]), None, None


@any_elements
def _cut(value: torch.Tensor, parts: list[int], axis: int) -> Sequence[torch.Tensor]:
    return torch.split_with_sizes(value, parts, axis)


def _split_axis(split_dim: Array, rank: int) -> int:
    if split_dim.size != 1:
        raise ValueError(
            f"split_dim tensor must have exactly one element. Received: {split_dim.tolist()}"
        )
    axis = int(split_dim.item())
    if not -rank <= axis < rank:
        raise ValueError(
            f"Dimension size, given by scalar input {axis} must be in range [{-rank}, {rank})"
        )
    return axis % rank


def _part_sizes(size: int | None, parts: Array | None, num_split: int) -> list[int | None]:
    """The sizes of the parts of a dimension of `size`, as far as they are known."""
    if parts is None:
        return [size] if num_split == 1 else [None] * num_split
    sizes: list[int | None] = parts.reshape(-1).tolist()
    if len(sizes) != num_split:
        raise ValueError(
            "Length of size_splits should be equal to num_outputs. Received: "
            f"{len(sizes)} sizes for {num_split} outputs"
        )
    if sizes.count(-1) > 1:
        raise ValueError("size_splits can only have one -1")
    known = sum(part for part in sizes if part is not None and part != -1)
    if size is not None and (known > size or (known < size and -1 not in sizes)):
        listed = ",".join(map(str, sizes))
        raise ValueError(f"can't split axis of size {size} into pieces of size [{listed}]")
    rest = None if size is None else size - known
    return [rest if part == -1 else part for part in sizes]
