"""Strings joined."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.reductions import reduced_shape
from reflow.ops.segments import unsorted_segments_shape
from reflow.ops.text.elements import Array, as_bytes, invalid


@op
class StringJoin:
    """The strings of several tensors joined, element by element; scalars join with every element.

    ["a", "b"] and "c" -> ["ac", "bc"]
    """

    inputs = "inputs: N * string"
    outputs = "output: string"
    attrs = ("N: int >= 1", "separator: string = ''")
    export = ("string_join", "strings.join")
    gradient = None

    def shape(inputs: list[TensorShape]) -> TensorShape:
        if all(shape.ndims == 0 for shape in inputs):
            return shapes.SCALAR
        merged = shapes.UNKNOWN
        for shape in inputs:
            if shape.ndims:  # One of unknown rank may be a scalar.
                merged = shapes.merge(merged, shape)
        return merged

    def kernel(inputs: list[Host], *, separator: str | bytes) -> Array:
        sizes: tuple[int, ...] = ()
        for array in inputs:
            if array.ndim and sizes and array.shape != sizes:
                raise invalid(
                    "Input shapes do not match: "
                    f"{shapes.text(TensorShape(sizes))} vs. {shapes.text(TensorShape(array.shape))}"
                )
            sizes = array.shape if array.ndim else sizes
        joined = np.empty(sizes, object)
        columns = [np.broadcast_to(array, sizes).ravel().tolist() for array in inputs]
        joined.ravel()[:] = [as_bytes(separator).join(strings) for strings in zip(*columns)]
        return joined


def _axes_to_join(indices: Host, rank: int) -> list[int]:
    axes: list[int] = []
    for index in indices.ravel().tolist():
        if not -rank <= index < rank:
            raise errors.OutOfRangeError(
                None,
                None,
                f"Invalid reduction dimension {index} for input with {rank} dimension(s)",
            )
        if index % rank in axes:
            raise invalid(f"Duplicate reduction dimension {index}")
        axes.append(index % rank)
    return axes


@op
class ReduceJoin:
    """The strings along axes joined to one each; the axis named last varies slowest.

    [["a", "b"], ["c", "d"]], reduction_indices [0, 1] -> "acbd"; [1, 0] -> "abcd"
    """

    inputs = "inputs: string, reduction_indices: int32"
    outputs = "output: string"
    attrs = ("keep_dims: bool = false", "separator: string = ''")
    gradient = None

    def shape(
        inputs: TensorShape,
        reduction_indices: Value,
        *,
        input_shapes: list[TensorShape],
        keep_dims: bool,
    ) -> TensorShape:
        return reduced_shape(inputs, reduction_indices, input_shapes[1], keep_dims)

    def kernel(
        inputs: Host, reduction_indices: Host, *, keep_dims: bool, separator: str | bytes
    ) -> Array:
        axes = _axes_to_join(reduction_indices, inputs.ndim)
        kept = [axis for axis in range(inputs.ndim) if axis not in axes]
        sizes = [inputs.shape[axis] for axis in kept]
        count = math.prod(inputs.shape[axis] for axis in axes)
        rows = np.transpose(inputs, (*kept, *reversed(axes))).reshape(*sizes, count)
        joined = np.empty(sizes, object)
        for index in np.ndindex(*sizes):
            joined[index] = as_bytes(separator).join(rows[index].tolist())
        return np.expand_dims(joined, tuple(axes)) if keep_dims else joined


@op
class UnsortedSegmentJoin:
    """The strings of each segment joined, element by element.

    inputs [n, ...], segment_ids [n] (or more of the first sizes) -> [num_segments, ...]; a segment
    without strings is empty.
    """

    inputs = "inputs: string, segment_ids: Tindices, num_segments: Tnumsegments"
    outputs = "output: string"
    attrs = (
        "separator: string = ''",
        "Tindices: {int32, int64}",
        "Tnumsegments: {int32, int64} = int32",
    )
    export = ("strings.unsorted_segment_join",)
    gradient = None

    shape = unsorted_segments_shape

    def kernel(
        inputs: Host, segment_ids: Host, num_segments: Host, *, separator: str | bytes
    ) -> Array:
        count = num_segments.item()
        _check_segments(inputs, segment_ids, count)
        sizes = inputs.shape[segment_ids.ndim :]
        segments = defaultdict(list)
        rows = inputs.reshape(segment_ids.size, math.prod(sizes))
        for row, segment in zip(rows.tolist(), segment_ids.ravel().tolist()):
            segments[segment].append(row)
        joined = np.full((count, math.prod(sizes)), b"", object)
        for segment, parts in segments.items():
            joined[segment] = [as_bytes(separator).join(strings) for strings in zip(*parts)]
        return joined.reshape(count, *sizes)


def _check_segments(inputs: Host, segment_ids: Host, count: int) -> None:
    if not segment_ids.ndim:
        raise invalid("Segment_id cannot have rank 0")
    if segment_ids.ndim > inputs.ndim:
        raise invalid(
            f"Invalid segment_id rank {segment_ids.ndim} for input with {inputs.ndim} dimension(s)"
        )
    for axis, (ids, strings) in enumerate(zip(segment_ids.shape, inputs.shape)):
        if ids != strings:
            raise invalid(
                f"Segment dimension is {ids} while input dimension is {strings} in rank {axis}"
            )
    if segment_ids.size and not 0 <= segment_ids.min() <= segment_ids.max() < count:
        raise invalid(
            "segment_ids are not allowed to exceed num_segments or to have negative values."
        )
