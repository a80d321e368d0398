"""Tensors as they are: identities, their shapes, and the same elements under another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.constant_value import constant_value_as_shape
from reflow.graph.dtypes import DType
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Dims, Host, Known, Value
from reflow.ops.op import op

Array = np.ndarray[Any, Any]


def itself(input: Any) -> Any:
    """The kernel of ops that give their input as it is."""
    return input


# -- Identities ---------------------------------------------------------------------------------


@op
class Identity:
    """The input itself.  Of a variable: its value when this op runs."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type",)
    export = ("identity",)
    elementwise = True
    view = True
    passthrough = True

    shape = shapes.same
    kernel = staticmethod(itself)

    def dimensions(op: Operation) -> TensorShape:
        return constant_value_as_shape(op.inputs[0])

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


@op
class RefIdentity:
    """The variable itself."""

    inputs = "input: Ref(T)"
    outputs = "output: Ref(T)"
    attrs = ("T: type",)
    passthrough = True

    shape = shapes.same
    kernel = staticmethod(itself)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


@op
class IdentityN:
    """The inputs themselves, all of them once all are there."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: list(type) >= 1",)
    export = ("identity_n",)
    view = True
    passthrough = True

    def shape(input: list[TensorShape]) -> list[TensorShape]:
        return input

    def kernel(input: list[Any]) -> list[Any]:
        return input

    def gradient(op: Operation, *dy: Tensor) -> tuple[Tensor, ...]:
        return dy


@op
class StopGradient:
    """The input itself, through which no derivative flows."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type",)
    export = ("stop_gradient",)
    elementwise = True
    view = True
    passthrough = True
    gradient = None

    shape = shapes.same
    kernel = staticmethod(itself)


@op
class PreventGradient:
    """The input itself; differentiating it is an error that gives the reason `message`."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type", "message: string = ''")
    view = True
    passthrough = True

    shape = shapes.same
    kernel = staticmethod(itself)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        raise LookupError(f"Gradient explicitly disabled. Reason: {op.attrs['message']}")


@op
class Snapshot:
    """A copy of the input."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type",)
    view = True

    shape = shapes.same
    kernel = staticmethod(itself)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


@op
class GuaranteeConst:
    """The input itself, which the program promises never to change."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type",)
    export = ("guarantee_const",)
    stateful = True
    view = True

    shape = shapes.same

    def kernel(input: Any) -> Any:
        if not isinstance(input, (torch.Tensor, np.ndarray)):
            raise ValueError(
                f"Input tensor to GuaranteeConst cannot be a resource variable handle. {input}"
            )
        return input


def _name_of(tensor: Tensor) -> str:
    """The name of the op that makes a tensor; what was computed at once has none."""
    return "" if isinstance(tensor, EagerTensor) else tensor.op.name


@op
class EnsureShape:
    """The input itself, of which a run checks that it fits the (partly known) `shape`."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("shape: shape", "T: type")
    view = True

    def shape(input: TensorShape, *, shape: TensorShape) -> TensorShape:
        return shapes.merge(input, shape)

    def kernel(input: Any, *, shape: TensorShape, op: Operation) -> Any:
        if not shape.is_compatible_with(tuple(input.shape)):
            raise ValueError(
                f"Shape of tensor {_name_of(op.inputs[0])} {list(input.shape)} is not compatible "
                f"with expected shape {shapes.text(shape)}."
            )
        return input

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


# -- Shapes as values ---------------------------------------------------------------------------


@op
class Shape:
    """The input's shape, as a vector."""

    inputs = "input: T"
    outputs = "output: out_type"
    attrs = ("T: type", "out_type: {int32, int64} = int32")
    host = True
    gradient = None

    def shape(input: TensorShape) -> TensorShape:
        return shapes.of(input.ndims)

    def constant(op: Operation, input: TensorShape) -> Array | None:
        if not input.is_fully_defined():
            return None
        return np.array(input.sizes, op.attrs["out_type"].as_numpy_dtype)

    def dimensions(op: Operation) -> TensorShape:
        return op.inputs[0].shape

    def kernel(input: Any, *, out_type: DType) -> Array:
        return np.array(input.shape, out_type.as_numpy_dtype)


@op
class ShapeN:
    """The shape of each input."""

    inputs = "input: N * T"
    outputs = "output: N * out_type"
    attrs = ("N: int >= 1", "T: type", "out_type: {int32, int64} = int32")
    host = True
    gradient = None

    def shape(input: list[TensorShape]) -> list[TensorShape]:
        return [shapes.of(shape.ndims) for shape in input]

    def constants(op: Operation, *input: TensorShape) -> list[Array] | None:
        if not all(shape.is_fully_defined() for shape in input):
            return None
        return [np.array(shape.sizes, op.attrs["out_type"].as_numpy_dtype) for shape in input]

    def kernel(input: list[Any], *, out_type: DType) -> list[Array]:
        return [np.array(value.shape, out_type.as_numpy_dtype) for value in input]


@op
class Size:
    """The number of the input's elements."""

    inputs = "input: T"
    outputs = "output: out_type"
    attrs = ("T: type", "out_type: {int32, int64} = int32")
    host = True
    gradient = None

    def shape(input: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def constant(op: Operation, input: TensorShape) -> Array | None:
        count = input.num_elements()
        return None if count is None else np.array(count, op.attrs["out_type"].as_numpy_dtype)

    def kernel(input: Any, *, out_type: DType) -> Array:
        return np.array(np.prod(input.shape, dtype=np.int64), out_type.as_numpy_dtype)


@op
class Rank:
    """The number of the input's dimensions."""

    inputs = "input: T"
    outputs = "output: int32"
    attrs = ("T: type",)
    host = True
    gradient = None

    def shape(input: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def constant(op: Operation, input: TensorShape) -> Array | None:
        return None if input.ndims is None else np.array(input.ndims, np.int32)

    def kernel(input: Any) -> Array:
        return np.array(input.ndim, np.int32)


# -- The same elements under another shape ------------------------------------------------------


def reshaped(dy: Tensor, like: Tensor) -> Tensor:
    """`dy` under the shape of `like`."""
    from reflow.ops.shape_tensors import shape_of

    return Reshape(dy, shape_of(like))


@op
class Reshape:
    """The elements in the same order under another shape, of which one size may be -1."""

    inputs = "tensor: T, shape: Tshape"
    outputs = "output: T"
    attrs = ("T: type", "Tshape: {int32, int64} = int32")
    export = ("reshape", "manip.reshape")
    view = True
    unchanged_at_same_shape = True

    def shape(tensor: TensorShape, shape: Dims) -> TensorShape:
        if shape.sizes is None:
            return shapes.UNKNOWN
        count = 0 if 0 in (tensor.sizes or ()) else tensor.num_elements()
        known = 1
        for size in shape.sizes:
            known *= 1 if size is None else size
        unknown = shape.sizes.count(None)
        if unknown == 0 and count is not None and known != count:
            raise ValueError(
                f"Cannot reshape a tensor with {count} elements to shape {shapes.text(shape)} "
                f"({known} elements)"
            )
        if unknown == 1 and count is not None and known:
            if count % known:
                raise ValueError(
                    f"Dimension size must be evenly divisible by {known} but is {count}"
                )
            return shapes.of(*(count // known if size is None else size for size in shape.sizes))
        return shape

    def kernel(tensor: Any, shape: Host) -> Any:
        if shape.ndim != 1:
            raise ValueError(f"sizes input must be 1-D, not {list(shape.shape)}")
        sizes = shape.tolist()
        try:
            return tensor.reshape(sizes)
        except (RuntimeError, TypeError, ValueError):
            return tensor.reshape(_completed(sizes, tensor.shape))

    def specialised(op: Operation, tensor: Known, shape: Known) -> Any:
        if shape.value is None or 0 in tensor.sizes:
            return None
        sizes = shape.value.tolist()
        return lambda tensor, _: tensor.reshape(sizes)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return reshaped(dy, op.inputs[0]), None


def _completed(sizes: list[int], shape: Sequence[int]) -> list[int]:
    """The sizes with the number for which -1 stands, in a tensor of another shape.

    Beside a size of 0 it is what the input's sizes but 0 leave.  ValueError if they do not fit.
    """
    unknown = [i for i, size in enumerate(sizes) if size == -1]
    if len(unknown) > 1:
        raise ValueError(f"Only one input size may be -1, not both {unknown[0]} and {unknown[1]}")
    for i, size in enumerate(sizes):
        if size < -1:
            raise ValueError(f"Size {i} must be non-negative, not {size}")
    count = math.prod(shape)
    if unknown:
        divided = math.prod(size for size in shape if size) if 0 in sizes else count
        known = math.prod(size for size in sizes if size > 0)
        if divided % known and 0 not in sizes:
            raise ValueError(
                f"Input to reshape is a tensor with {count} values, but the requested shape "
                f"requires a multiple of {known}"
            )
        sizes = [divided // known if size == -1 else size for size in sizes]
    if math.prod(sizes) != count:
        raise ValueError(
            f"Input to reshape is a tensor with {count} values, but the requested shape has "
            f"{math.prod(sizes)}: {sizes}"
        )
    return sizes


@op
class ExpandDims:
    """The input with a dimension of size 1 put in before axis `dim`.  [2, 3], 1 -> [2, 1, 3]."""

    inputs = "input: T, dim: Tdim"
    outputs = "output: T"
    attrs = ("T: type", "Tdim: {int32, int64} = int32")
    view = True

    def shape(input: TensorShape, dim: Value) -> TensorShape:
        if dim is not None and dim.size != 1:
            raise ValueError("'dim' input must be a tensor with a single value")
        sizes = input.sizes
        if dim is None or sizes is None:
            return shapes.UNKNOWN
        axis, rank = int(dim.item()), len(sizes)
        if not -rank - 1 <= axis <= rank:
            raise ValueError(f"dim {axis} not in the interval [{-rank - 1}, {rank}].")
        axis %= rank + 1
        return shapes.of(*sizes[:axis], 1, *sizes[axis:])

    def kernel(input: Any, dim: Host) -> Any:
        if dim.size != 1:
            raise ValueError("'dim' input must be a tensor with a single value")
        axis, rank = int(dim.item()), input.ndim
        if not -rank - 1 <= axis <= rank:
            raise ValueError(f"Tried to expand dim index {axis} for tensor with {rank} dimensions.")
        axis %= rank + 1
        return input.reshape((*input.shape[:axis], 1, *input.shape[axis:]))

    def specialised(op: Operation, input: Known, dim: Known) -> Any:
        if dim.value is None:
            return None
        axis = int(dim.value.item())
        return lambda input, _: input.unsqueeze(axis)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return reshaped(dy, op.inputs[0]), None


@op
class Squeeze:
    """The input without the dimensions `squeeze_dims`, or all, of size 1.  [2, 1, 3] -> [2, 3]."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type", "squeeze_dims: list(int) >= 0 = []")
    view = True

    def shape(input: TensorShape, *, squeeze_dims: list[int]) -> TensorShape:
        sizes = input.sizes
        if sizes is None or (not squeeze_dims and None in sizes):
            return shapes.UNKNOWN
        return shapes.of(*_squeezed(sizes, squeeze_dims))

    def kernel(input: Any, *, squeeze_dims: list[int]) -> Any:
        if len(squeeze_dims) == 1:
            (axis,) = squeeze_dims
            if -input.ndim <= axis < input.ndim and input.shape[axis] == 1:
                return input.squeeze(axis)
        return input.reshape(_squeezed(input.shape, squeeze_dims))

    def specialised(op: Operation, input: Known) -> Any:
        sizes = _squeezed(input.sizes, op.attrs["squeeze_dims"])
        return lambda input: input.reshape(sizes)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return reshaped(dy, op.inputs[0])


def _squeezed(sizes: Sequence[Any], axes: Sequence[int]) -> tuple[Any, ...]:
    if not axes:
        return tuple(size for size in sizes if size != 1)
    rank = len(sizes)
    for i, axis in enumerate(axes):
        if not -rank <= axis < rank:
            raise ValueError(f"squeeze_dims[{i}] not in [{-rank},{rank}).")
        if sizes[axis] not in (1, None):
            raise ValueError(
                f"Can not squeeze dim[{axis % rank}], expected a dimension of 1, got {sizes[axis]}"
            )
    dropped = {axis % rank for axis in axes}
    return tuple(size for i, size in enumerate(sizes) if i not in dropped)
