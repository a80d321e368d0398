"""Broadcasting undone: the one place where gradients get their inputs' shapes back."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op

Array = np.ndarray[Any, Any]


@op
class BroadcastGradientArgs:
    """The axes over which to sum the gradients of an op that broadcast shapes s0 and s1."""

    inputs = "s0: T, s1: T"
    outputs = "r0: T, r1: T"
    attrs = ("T: {int32, int64} = int32",)
    host = True
    gradient = None

    def shape(s0: TensorShape, s1: TensorShape) -> tuple[TensorShape, TensorShape]:
        return shapes.of(None), shapes.of(None)

    def kernel(s0: Host, s1: Host) -> tuple[Array, Array]:
        rank = max(len(s0), len(s1))
        a = [1] * (rank - len(s0)) + s0.tolist()
        b = [1] * (rank - len(s1)) + s1.tolist()
        if any(1 not in (m, n) and m != n for m, n in zip(a, b)):
            raise ValueError(f"Incompatible shapes: {s0.tolist()} vs. {s1.tolist()}")
        if s0.tolist() == s1.tolist():
            return np.array([], s0.dtype), np.array([], s1.dtype)
        # Where both are 1 TensorFlow sums too: it changes nothing and the result is reshaped.
        r0 = [axis for axis, size in enumerate(a) if size == 1]
        r1 = [axis for axis, size in enumerate(b) if size == 1]
        return np.array(r0, s0.dtype), np.array(r1, s1.dtype)


def unbroadcast(
    op: Operation, dx: Tensor | None, dy: Tensor | None
) -> tuple[Tensor | None, Tensor | None]:
    """`dx`, `dy` (of the result's shape) summed to the shapes of the op's two inputs."""
    from reflow.ops.arrays import Reshape, Shape
    from reflow.ops.reductions import Sum

    x, y = op.inputs[0], op.inputs[1]
    of_one_shape = [tensor.shape for tensor in (x, y, dx, dy) if tensor is not None]
    if x.shape.is_fully_defined() and all(s.sizes == x.shape.sizes for s in of_one_shape):
        return dx, dy
    shape_x, shape_y = Shape(x), Shape(y)
    axes_x, axes_y = BroadcastGradientArgs(shape_x, shape_y)
    if dx is not None:
        dx = Reshape(Sum(dx, axes_x), shape_x)
    if dy is not None:
        dy = Reshape(Sum(dy, axes_y), shape_y)
    return dx, dy
