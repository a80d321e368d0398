"""Elements looked up by their indices, and put in their places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value
from reflow.graph.dtypes import int32, int64
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims, Reshape, Shape, Size, Squeeze
from reflow.ops.casts import Cast
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import Range
from reflow.ops.joining import ConcatV2
from reflow.ops.kernels import Dims, Host, Known, Value
from reflow.ops.op import op
from reflow.ops.shape_tensors import shape_of, size_of
from reflow.ops.slicing import dimensions_from
from reflow.ops.unsigned import widened
from reflow.ops.values import placed


def take(params: Tensor, indices: Tensor) -> Tensor:
    """The rows of `params` at `indices`."""
    return GatherV2(params, indices, constant(0))


# -- Rows -----------------------------------------------------------------------------------------


def _rows(
    params: torch.Tensor, indices: torch.Tensor, axis: int, places: Sequence[int] | None = None
) -> torch.Tensor:
    """The slices of `params` along `axis` at the given indices, a vector.

    places: the shape of the indices before they were a vector.

    On the CPU an index that does not exist is an error; on a device it gives zeros, as in
    TensorFlow, so that nothing waits for the device.
    """
    if params.is_cpu:
        try:
            return params.index_select(axis, indices)
        except (IndexError, RuntimeError):
            shape = indices.shape if places is None else places
            message = _bad_index(indices, params.shape[axis], shape)
            if message is None:
                raise
            raise ValueError(message) from None
    size = params.shape[axis]
    if not size:
        shape = list(params.shape)
        shape[axis] = indices.numel()
        return params.new_zeros(shape)
    found = (indices >= 0) & (indices < size)
    rows = params.index_select(axis, indices.clamp(0, size - 1))
    return rows.masked_fill_(~found.reshape(-1, *[1] * (rows.ndim - axis - 1)), 0)


def _bad_index(indices: torch.Tensor, size: int, places: Sequence[int]) -> str | None:
    """What is wrong with the first index beyond the size; None if all are within."""
    outside = ((indices < 0) | (indices >= size)).nonzero()
    if not len(outside):
        return None
    position = int(outside[0])
    return f"indices{place_text(position, places)} = {int(indices[position])} is not in [0, {size})"


def place_text(position: int, shape: Sequence[int]) -> str:
    """A place of an array of this shape: "[0,1]", nothing in a scalar."""
    if not shape:
        return ""
    return "[" + ",".join(str(i) for i in np.unravel_index(position, tuple(shape))) + "]"


@any_elements
def gather(params: torch.Tensor, indices: torch.Tensor, axis: int, batch_dims: int) -> torch.Tensor:
    """params[batch, outer, AXIS, inner], indices[batch, places] to [batch, outer, places, inner]"""
    if not batch_dims and indices.dim() == 1:
        return _rows(params, indices, axis)
    outer, inner = params.shape[batch_dims:axis], params.shape[axis + 1 :]
    batch, places = indices.shape[:batch_dims], indices.shape[batch_dims:]
    if not batch_dims:
        rows = _rows(params, indices.reshape(-1), axis, places)
        return rows.reshape((*outer, *places, *inner))
    if params.shape[:batch_dims] != batch:
        raise ValueError(
            f"params and indices must have the same batch dimensions. Received: shapes "
            f"{list(params.shape)} and {list(indices.shape)} with batch_dims {batch_dims}"
        )
    # Number the rows through all batches: row i of batch b is row b * size + i.
    size, batches = params.shape[axis], math.prod(batch)
    flat = indices.reshape(batches, math.prod(places))
    if flat.is_cpu and flat.numel() and not 0 <= flat.min() <= flat.max() < size:
        raise ValueError(_bad_index(flat.reshape(-1), size, indices.shape))
    first = torch.arange(batches, dtype=flat.dtype, device=flat.device).mul_(size)
    table = params.reshape(batches, math.prod(outer), size, math.prod(inner)).transpose(1, 2)
    rows = _rows(table.flatten(0, 1), (flat + first[:, None]).reshape(-1), 0)
    parts = rows.reshape(batches, math.prod(places), math.prod(outer), math.prod(inner))
    return parts.transpose(1, 2).reshape(*batch, *outer, *places, *inner)


def _positive(value: int, rank: int) -> int:
    return value + rank if value < 0 else value


@op
class GatherV2:
    """The slices of `params` along `axis` at `indices`.  With batch_dims b, the first b
    dimensions of both are walked together: row by row, each with its own indices.

    params [5, 7], indices [2, 3], axis 0 -> [2, 3, 7].
    """

    inputs = "params: Tparams, indices: Tindices, axis: Taxis"
    outputs = "output: Tparams"
    attrs = (
        "batch_dims: int = 0",
        "Tparams: type",
        "Tindices: {int32, int64}",
        "Taxis: {int32, int64}",
    )

    def shape(
        params: TensorShape,
        indices: TensorShape,
        axis: Value,
        *,
        batch_dims: int,
        input_shapes: list[TensorShape],
    ) -> TensorShape:
        params = shapes.with_rank_at_least(params, 1)
        shapes.with_rank(input_shapes[2], 0)
        if axis is None:
            if params.sizes is None or indices.sizes is None:
                return shapes.UNKNOWN
            return shapes.of(*[None] * (len(params.sizes) + len(indices.sizes) - 1))
        known_axis = int(axis)
        if params.sizes is None:
            return shapes.UNKNOWN
        known_axis = shapes.at_axis(params, known_axis)
        if indices.sizes is None:
            return shapes.UNKNOWN
        places = indices.sizes[_positive(batch_dims, len(indices.sizes)) :]
        return shapes.of(*params.sizes[:known_axis], *places, *params.sizes[known_axis + 1 :])

    def kernel(params: Any, indices: torch.Tensor, axis: Host, *, batch_dims: int) -> Any:
        known_axis = _positive(int(axis), params.ndim)
        if not 0 <= known_axis < params.ndim:
            raise ValueError(
                f"Expected axis in the range [{-params.ndim}, {params.ndim}), but got {axis}"
            )
        batch_dims = _positive(batch_dims, indices.ndim)
        if batch_dims > known_axis:
            raise ValueError(f"batch_dims ({batch_dims}) must be at most axis ({known_axis})")
        return gather(params, indices, known_axis, batch_dims)

    def specialised(op: Operation, params: Known, indices: Known, axis: Known) -> Any:
        if axis.value is None or op.attrs["batch_dims"]:
            return None
        place = _positive(int(axis.value), len(params.sizes))
        if len(indices.sizes) == 1:
            return lambda params, indices, _: _rows(params, indices, place)
        places = indices.sizes
        sizes = (*params.sizes[:place], *places, *params.sizes[place + 1 :])
        return lambda params, indices, _: _rows(params, indices.reshape(-1), place, places).reshape(
            sizes
        )

    def gradient(op: Operation, dy: Tensor) -> tuple[Any, None, None]:
        params, indices, axis = op.inputs
        if constant_value(axis) == 0:
            shape = Cast(shape_of(params, int64), DstT=int32)
            return gradient_of_rows(shape, indices, dy), None, None
        return _gradient_of_elements(op, dy), None, None


@op
class Gather:
    """The rows of `params` at `indices`."""

    inputs = "params: Tparams, indices: Tindices"
    outputs = "output: Tparams"
    attrs = ("validate_indices: bool = true", "Tparams: type", "Tindices: {int32, int64}")

    def shape(params: TensorShape, indices: TensorShape) -> TensorShape:
        params = shapes.with_rank_at_least(params, 1)
        if params.sizes is None or indices.sizes is None:
            return shapes.UNKNOWN
        return shapes.of(*indices.sizes, *params.sizes[1:])

    def kernel(params: Any, indices: torch.Tensor) -> Any:
        return gather(params, indices, 0, 0)

    def gradient(op: Operation, dy: Tensor) -> tuple[IndexedSlices, None]:
        shape = Cast(shape_of(op.inputs[0], int64), DstT=int32)
        return gradient_of_rows(shape, op.inputs[1], dy), None


def gradient_of_rows(shape: Tensor, indices: Tensor, dy: Tensor) -> IndexedSlices:
    """Of what has the given shape, by whose rows at `indices` dy is."""
    count = ExpandDims(size_of(indices), 0)
    values = Reshape(dy, ConcatV2([count, dimensions_from(shape, 1)], 0, name="concat"))
    return IndexedSlices(values, Reshape(indices, count), shape)


def _gradient_of_elements(op: Operation, dy: Tensor) -> Tensor:
    """The gradient of a gather along any axis: the same gather of the elements' numbers says
    to which element each of `dy` belongs."""
    from reflow.ops.segments import UnsortedSegmentSum

    params, indices, axis = op.inputs
    count, flat = Size(params), constant([-1])
    numbers = Reshape(Range(constant(0), count, constant(1)), Shape(params))
    numbers = GatherV2(numbers, indices, axis, batch_dims=op.attrs["batch_dims"])
    sums = UnsortedSegmentSum(Reshape(dy, flat), Reshape(numbers, flat), count)
    return Reshape(sums, Shape(params))


# -- Elements of several axes at once -----------------------------------------------------------


def row_numbers(indices: torch.Tensor, sizes: Sequence[int], what: str) -> torch.Tensor:
    """indices [..., k] into the first k dimensions of a tensor of shape `sizes`, as numbers
    of its (flattened) rows."""
    depth, places = indices.shape[-1], indices.shape[:-1]
    indices = indices.reshape(math.prod(places), depth)
    if depth and indices.is_cpu:
        try:
            numbers = np.ravel_multi_index(tuple(indices.numpy().T), tuple(sizes[:depth]))
            return torch.from_numpy(numbers)
        except ValueError:
            pass  # an index that does not exist, which is named below
    limits = torch.tensor(sizes[:depth], dtype=torch.int64, device=indices.device)
    indices = indices.long()
    wrong = ((indices < 0) | (indices >= limits)).any(1)
    if bool(wrong.any()):
        position = int(wrong.nonzero()[0])
        index = ", ".join(map(str, indices[position].tolist()))
        shape = ",".join(map(str, sizes))
        where = place_text(position, places)
        raise ValueError(f"indices{where} = [{index}] does not index into {what} [{shape}]")
    strides = [math.prod(sizes[i + 1 : depth]) for i in range(depth)]
    return (indices * torch.tensor(strides, dtype=torch.int64, device=indices.device)).sum(1)


def shape_of_slices(params: TensorShape, indices: TensorShape) -> TensorShape:
    """The shape of the slices of `params` at indices [..., k]."""
    indices = shapes.with_rank_at_least(indices, 1)
    if params.sizes is None or indices.sizes is None or indices.sizes[-1] is None:
        return shapes.UNKNOWN
    depth = indices.sizes[-1]
    if depth > len(params.sizes):
        raise ValueError(
            "indices.shape[-1] must be <= params.rank, but saw indices shape: "
            f"{shapes.text(indices)} and params shape: {shapes.text(params)}"
        )
    return shapes.of(*indices.sizes[:-1], *params.sizes[depth:])


@any_elements
def slices_at(params: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """The slices of `params` at indices [..., k] into its first k dimensions."""
    depth = indices.shape[-1]
    inner = params.shape[depth:]
    if indices.numel() and not params.numel():
        raise ValueError(
            f"Requested more than 0 entries, but params is empty.  Params shape: "
            f"{list(params.shape)}"
        )
    numbers = row_numbers(indices, params.shape, "param shape")
    table = params.reshape((math.prod(params.shape[:depth]), *inner))
    return table.index_select(0, numbers).reshape((*indices.shape[:-1], *inner))


@op
class GatherNd:
    """The elements or slices of `params` at `indices` into its first k dimensions.

    params [4, 5, 6], indices [n, 2] -> [n, 6].
    """

    inputs = "params: Tparams, indices: Tindices"
    outputs = "output: Tparams"
    attrs = ("Tparams: type", "Tindices: {int32, int64}")

    shape = shape_of_slices
    kernel = slices_at

    def specialised(op: Operation, params: Known, indices: Known) -> Any:
        """Of single elements."""
        *places, depth = indices.sizes
        if depth != len(params.sizes) or not depth or 0 in params.sizes:
            return None
        sizes = params.sizes

        def kernel(params: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
            if indices.is_cpu:
                columns = tuple(indices.numpy().reshape(-1, depth).T)
                try:
                    numbers = np.ravel_multi_index(columns, sizes)
                except ValueError:
                    pass  # an index that does not exist, which is named below
                else:
                    return params.take(torch.from_numpy(numbers.reshape(places)))
            return slices_at(params, indices)

        return kernel

    def gradient(op: Operation, dy: Tensor) -> tuple[Any, None]:
        params, indices = op.inputs
        shape = Shape(params, out_type=indices.dtype)
        return gradient_of_slices(shape, indices, dy), None


def gradient_of_slices(shape: Tensor, indices: Tensor, dy: Tensor) -> IndexedSlices | Tensor:
    """Of what has the given shape, by whose slices at `indices` [..., k] dy is."""
    if indices.shape.ndims == 2 and indices.shape.as_list()[-1] == 1:
        return IndexedSlices(dy, Squeeze(indices, squeeze_dims=[-1]), shape)
    return ScatterNd(indices, dy, shape)


def scatter_shape(indices: TensorShape, updates: TensorShape, target: TensorShape) -> TensorShape:
    """`target`, into which updates [places, inner] go at indices [places, k]."""
    indices = shapes.with_rank_at_least(indices, 1)
    if None in (indices.sizes, updates.sizes, target.sizes):
        return target
    if not all(d is None or d for d in target.sizes or ()) and _has_elements(indices, updates):
        raise ValueError("Indices and updates specified for empty output shape")
    *outer, depth = indices.sizes or ()
    if depth is None:
        return target
    given, inner = updates.sizes or (), (target.sizes or ())[depth:]
    shapes.check_part("outer", "indices", indices, outer, updates, given[: len(outer)])
    shapes.check_part("inner", "output", target, inner, updates, given[len(outer) :])
    return target


def _has_elements(*given: TensorShape) -> bool:
    return all(shape.num_elements() for shape in given)


def added(into: torch.Tensor, indices: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
    """`into`, changed: every update is added at its place; places may repeat."""
    if not into.numel() and indices.numel() and updates.numel():
        raise ValueError("Indices and updates specified for empty output shape")
    depth = indices.shape[-1]
    rows = into.view(math.prod(into.shape[:depth]), *into.shape[depth:])
    values = updates.reshape(math.prod(indices.shape[:-1]), *into.shape[depth:])
    if depth == 1 and into.is_cpu:
        try:
            return rows.index_add_(0, indices.reshape(-1), values)
        except (IndexError, RuntimeError):
            pass  # an index that does not exist, which is named below
    rows.index_add_(0, row_numbers(indices, into.shape, "shape"), values)
    return into


@op
class ScatterNd:
    """Zeros of the given shape with every update added at its place; places may repeat.

    indices [n, 2], updates [n, 6], shape [4, 5, 6] -> [4, 5, 6].
    """

    inputs = "indices: Tindices, updates: T, shape: Tindices"
    outputs = "output: T"
    attrs = ("T: type", "Tindices: {int32, int64}")
    export = ("scatter_nd", "manip.scatter_nd")

    def shape(indices: TensorShape, updates: TensorShape, shape: Dims) -> TensorShape:
        return scatter_shape(indices, updates, shape)

    def kernel(indices: torch.Tensor, updates: Any, shape: Host) -> Any:
        if isinstance(updates, torch.Tensor):
            return _scattered(updates, indices, shape)
        return _scattered_texts(updates, indices, shape)

    def specialised(op: Operation, indices: Known, updates: Known, shape: Known) -> Any:
        """Of rows, each at one index."""
        if shape.value is None or len(indices.sizes) != 2 or indices.sizes[1] != 1:
            return None
        count, sizes = indices.sizes[0], tuple(shape.value.tolist())
        if updates.sizes != (count, *sizes[1:]) or 0 in sizes:
            return None

        def kernel(indices: torch.Tensor, updates: torch.Tensor, _: Any) -> torch.Tensor:
            if updates.is_cpu:
                try:
                    return updates.new_zeros(sizes).index_add_(0, indices.reshape(count), updates)
                except (IndexError, RuntimeError):
                    pass  # an index that does not exist, which is named below
            return added(updates.new_zeros(sizes), indices, updates)

        return kernel

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor, None]:
        return None, GatherNd(dy, op.inputs[0]), None


def _scattered_texts(updates: Any, indices: torch.Tensor, shape: Any) -> Any:
    """Texts of one place are joined."""
    texts = np.full(shape.tolist(), b"", object)
    depth = indices.shape[-1]
    numbers = row_numbers(indices, texts.shape, "shape").numpy()
    rows = texts.reshape(math.prod(texts.shape[:depth]), *texts.shape[depth:])
    np.add.at(rows, numbers, updates.reshape(len(numbers), *texts.shape[depth:]))
    return texts


@widened
def _scattered(updates: torch.Tensor, indices: torch.Tensor, shape: Any) -> torch.Tensor:
    return added(updates.new_zeros(shape.tolist()), indices, updates)


@op
class UnravelIndex:
    """The coordinates of flat positions in an array of shape `dims`.

    indices [n] -> [len(dims), n]; a scalar -> [len(dims)].
    """

    inputs = "indices: Tidx, dims: Tidx"
    outputs = "output: Tidx"
    attrs = ("Tidx: {int32, int64} = int32",)
    export = ("unravel_index",)

    def shape(indices: TensorShape, dims: TensorShape) -> TensorShape:
        (rank,) = shapes.with_rank(dims, 1).sizes or (None,)
        if indices.sizes is None:
            return shapes.UNKNOWN
        return shapes.of(rank, indices.num_elements()) if indices.sizes else shapes.of(rank)

    def kernel(indices: Host, dims: Host, *, device: Any) -> Any:
        if dims.ndim != 1:
            raise ValueError(f'The indices can only be 1-D, got "{list(dims.shape)}"')
        if indices.ndim > 1:
            raise ValueError(
                f'The indices can only be scalar or vector, got "{list(indices.shape)}"'
            )
        if not dims.all():
            raise ValueError("Input dims cannot contain a dim of zero, but dims contains zero")
        sizes = dims.tolist()
        if np.any((indices < 0) | (indices >= math.prod(sizes))):
            raise ValueError("index is out of bound as with dims")
        places = np.unravel_index(indices.ravel(), sizes) if sizes else ()
        found = np.array(places, indices.dtype).reshape(len(sizes), indices.size)
        return placed(torch.from_numpy(found if indices.ndim else found[:, 0]), device)
