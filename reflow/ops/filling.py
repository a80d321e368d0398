"""Tensors made from little: one value, a start and a step, the positions of ones."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Rank
from reflow.ops.constants import constant
from reflow.ops.kernels import Dims, Host, Known, Value
from reflow.ops.op import op
from reflow.ops.values import HOST_TYPES, placed, torch_type


def sum_of_all(dy: Tensor) -> Tensor:
    """The sum of all elements, a scalar."""
    from reflow.ops.reductions import Sum

    return Sum(dy, Range(constant(0), Rank(dy), constant(1)))


@op
class Fill:
    """One value everywhere, in a tensor of shape `dims`."""

    inputs = "dims: index_type, value: T"
    outputs = "output: T"
    attrs = ("T: type", "index_type: {int32, int64} = int32")
    export = ("fill",)
    view = True

    def shape(
        dims: Dims, value: TensorShape, *, op: Operation, input_shapes: list[TensorShape]
    ) -> TensorShape:
        shapes.with_rank(input_shapes[0], 1)
        shapes.with_rank(value, 0)
        known = constant_value(op.inputs[0])
        if known is not None and (known < 0).any():
            raise ValueError("Fill dimensions must be >= 0")
        return dims

    def kernel(dims: Host, value: Any) -> Any:
        if dims.ndim != 1:
            raise ValueError(f"dims must be a vector, got shape {list(dims.shape)}")
        if value.ndim:
            raise ValueError(f"value must be a scalar, got shape {list(value.shape)}")
        if (dims < 0).any():
            raise ValueError(f"Fill dimensions must be >= 0. Received: {dims.tolist()}")
        if isinstance(value, torch.Tensor):
            return value.expand(dims.tolist())
        return np.broadcast_to(value, dims.tolist())

    def specialised(op: Operation, dims: Known, value: Known) -> Any:
        if dims.value is None or dims.value.ndim != 1:
            return None
        sizes = dims.value.tolist()
        return lambda _, value: value.expand(sizes)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor]:
        return None, sum_of_all(dy)


@op
class Empty:
    """A tensor of the given shape whose elements may be anything (here zeros, always)."""

    inputs = "shape: int32"
    outputs = "output: dtype"
    attrs = ("dtype: type", "init: bool = false")
    stateful = True
    gradient = None

    def shape(shape: Dims) -> TensorShape:
        return shape

    def kernel(shape: Host, *, dtype: DType, device: Any) -> Any:
        sizes = shape.tolist()
        if shape.ndim != 1 or any(size < 0 for size in sizes):
            raise ValueError(f"shape must be a vector of sizes >= 0. Received: {sizes}")
        if dtype in HOST_TYPES:
            return np.full(sizes, b"", object)
        return torch.zeros(sizes, dtype=torch_type(dtype), device=device)


@op
class ZerosLike:
    """Zeros (empty strings, False) of the input's shape and type."""

    inputs = "x: T"
    outputs = "y: T"
    attrs = ("T: type",)
    gradient = None

    shape = shapes.same

    def kernel(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return torch.zeros_like(x)
        return np.full(x.shape, b"", object)


@op
class OnesLike:
    """Ones (True) of the input's shape and type."""

    inputs = "x: T"
    outputs = "y: T"
    attrs = (
        "T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, int64, complex64, "
        "complex128, bool}",
    )
    gradient = None

    shape = shapes.same
    kernel = staticmethod(torch.ones_like)


@op
class Range:
    """The numbers start, start + delta, ... before limit."""

    inputs = "start: Tidx, limit: Tidx, delta: Tidx"
    outputs = "output: Tidx"
    attrs = ("Tidx: {bfloat16, float, double, int32, int64} = int32",)
    gradient = None

    def shape(start: Value, limit: Value, delta: Value, *, op: Operation) -> TensorShape:
        for tensor in op.inputs:
            shapes.with_rank(tensor.shape, 0)
        if start is None or limit is None or delta is None:
            return shapes.of(None)
        return shapes.of(_count(start[()], limit[()], delta[()]))

    def kernel(start: Host, limit: Host, delta: Host, *, device: torch.device) -> torch.Tensor:
        for name, number in (("start", start), ("limit", limit), ("delta", delta)):
            if number.ndim:
                raise ValueError(f"{name} must be a scalar, not shape {list(number.shape)}")
        count = _count(start[()], limit[()], delta[()])
        # TensorFlow adds the step again and again, in the element type.
        steps = np.full(count, delta)
        steps[:1] = start
        return placed(torch.from_numpy(np.add.accumulate(steps, dtype=steps.dtype)), device)


def _count(start: Any, limit: Any, delta: Any) -> int:
    """How many numbers a range has; ValueError for one that never ends."""
    if delta == 0:
        raise ValueError("Requires delta != 0")
    if delta > 0 and start > limit:
        raise ValueError(f"Requires start <= limit when delta > 0: {start}/{limit}")
    if delta < 0 and start < limit:
        raise ValueError(f"Requires start >= limit when delta < 0: {start}/{limit}")
    if start.dtype.kind == "i":
        return -((int(start) - int(limit)) // int(delta))
    # In the element type too: 0.3 / 0.1 is 3 there, and a little more in double.
    return math.ceil(abs((limit - start) / delta))


@op
class LinSpace:
    """`num` numbers at equal distances from start to stop, both included."""

    inputs = "start: T, stop: T, num: Tidx"
    outputs = "output: T"
    attrs = ("T: {bfloat16, float, double}", "Tidx: {int32, int64} = int32")
    export = ("linspace", "lin_space")
    gradient = None

    def shape(start: TensorShape, stop: TensorShape, num: Value) -> TensorShape:
        shapes.with_rank(start, 0)
        shapes.with_rank(stop, 0)
        if num is None:
            return shapes.of(None)
        if num <= 0:
            raise ValueError(f"Requires num > 0: {num}")
        return shapes.of(int(num))

    def kernel(start: torch.Tensor, stop: torch.Tensor, num: Host) -> torch.Tensor:
        count = int(num)
        if count <= 0:
            raise ValueError(f"Requires num > 0: {count}")
        if count == 1:
            return start.reshape(1)
        step = (stop - start) / (count - 1)
        numbers = start + step * torch.arange(count, dtype=start.dtype, device=start.device)
        numbers[-1] = stop
        return numbers


@lru_cache(maxsize=32)
def _positions(depth: int, behind: int, device: torch.device) -> torch.Tensor:
    """0 to depth - 1 along an axis with so many axes behind it."""
    return torch.arange(depth, device=device).reshape(-1, *[1] * behind)


@op
class OneHot:
    """`on_value` at the positions that `indices` name along a new axis, `off_value` elsewhere.

    An index outside [0, depth) names no position.  [n], depth -> [n, depth].
    """

    inputs = "indices: TI, depth: int32, on_value: T, off_value: T"
    outputs = "output: T"
    attrs = ("axis: int = -1", "T: type", "TI: {uint8, int32, int64} = int64")
    gradient = None

    def shape(
        indices: TensorShape,
        depth: Value,
        on_value: TensorShape,
        off_value: TensorShape,
        *,
        axis: int,
    ) -> TensorShape:
        if axis < -1:
            raise ValueError("axis must be >= -1")
        shapes.with_rank(on_value, 0)
        shapes.with_rank(off_value, 0)
        size = shapes.scalar_size(depth, 1)
        if indices.sizes is None:
            return shapes.UNKNOWN
        rank = len(indices.sizes)
        if axis > rank:  # an error only in the run
            return shapes.of(*[None] * (rank + 1))
        place = rank if axis == -1 else axis
        return shapes.of(*indices.sizes[:place], size, *indices.sizes[place:])

    def kernel(
        indices: torch.Tensor, depth: Host, on_value: Any, off_value: Any, *, axis: int
    ) -> Any:
        if axis > indices.ndim:
            raise ValueError(
                f"Expected axis to be -1 or between [0, {indices.ndim + 1}).  But received: {axis}"
            )
        if depth.ndim:
            raise ValueError(f"depth must be a scalar, but got: {list(depth.shape)}")
        place = indices.ndim if axis == -1 else axis
        positions = _positions(int(depth), indices.ndim - place, indices.device)
        hit = indices.unsqueeze(place) == positions
        if isinstance(on_value, torch.Tensor):
            return torch.where(hit, on_value, off_value)
        return np.where(hit.numpy(), on_value, off_value)
