"""The shapes of tensors, and other arrangements of their elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Dims, Host
from reflow.ops.op import op

Array = np.ndarray[Any, Any]


@op
class Identity:
    """The input itself.  Of a variable: its value when this op runs."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = ("T: type",)
    view = True
    passthrough = True

    shape = shapes.same

    def kernel(input: Any) -> Any:
        return input

    def dimensions(op: Operation) -> TensorShape:
        from reflow.graph.constant_value import constant_value_as_shape

        return constant_value_as_shape(op.inputs[0])

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return dy


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
class Reshape:
    """The elements in the same order under another shape, of which one size may be -1."""

    inputs = "tensor: T, shape: Tshape"
    outputs = "output: T"
    attrs = ("T: type", "Tshape: {int32, int64} = int32")
    view = True

    def shape(tensor: TensorShape, shape: Dims) -> TensorShape:
        if shape.sizes is None:
            return shapes.UNKNOWN
        count = tensor.num_elements()
        known = 1
        for size in shape.sizes:
            known *= 1 if size is None else size
        unknown = shape.sizes.count(None)
        if count is None or unknown > 1:
            return shape
        if not unknown:
            if known != count:
                raise ValueError(f"Cannot reshape a tensor with {count} elements to shape {shape} ({known} elements)")
            return shape
        if known == 0 or count % known:
            raise ValueError(f"Dimension size must be evenly divisible by {known} but is {count}")
        return TensorShape.of(tuple(count // known if size is None else size for size in shape.sizes))

    def kernel(tensor: torch.Tensor, shape: Host) -> torch.Tensor:
        return tensor.reshape(shape.tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return Reshape(dy, Shape(op.inputs[0])), None
