"""Broadcasting undone: the one place where gradients get their inputs' shapes back."""

from __future__ import annotations

from typing import Any

import numpy as np

from reflow.graph.dtypes import float32, int32
from reflow.graph.execution import executing_eagerly
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
        return _axes_to_sum(s0, s1)


def _axes_to_sum(s0: Array, s1: Array) -> tuple[Array, Array]:
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


# Ops whose gradients TensorFlow sums only where that is needed, if the shapes are known.
_SUMMED_IF_NEEDED = {"Add", "AddV2", "Sub", "Mul", "Pow", "SquaredDifference", "Atan2"}


def unbroadcast(
    op: Operation, dx: Tensor | None, dy: Tensor | None
) -> tuple[Tensor | None, Tensor | None]:
    """`dx`, `dy` (of the result's shape) summed to the shapes of the op's two inputs."""
    from reflow.ops.arrays import Shape
    from reflow.ops.shape_tensors import shape_of

    x, y = op.inputs[0], op.inputs[1]
    if dx is None and dy is None:
        return None, None
    if op.type not in _SUMMED_IF_NEEDED:
        sizes_x, sizes_y = shape_of(x), shape_of(y)
    elif executing_eagerly() or not (x.shape.is_fully_defined() and y.shape.is_fully_defined()):
        sizes_x, sizes_y = Shape(x), Shape(y)
    else:
        return _unbroadcast_known(op, dx, dy)
    axes_x, axes_y = BroadcastGradientArgs(sizes_x, sizes_y)
    return _summed(dx, axes_x, sizes_x), _summed(dy, axes_y, sizes_y)


def _unbroadcast_known(
    op: Operation, dx: Tensor | None, dy: Tensor | None
) -> tuple[Tensor | None, Tensor | None]:
    """The same where the shapes of the inputs are known.

    A graph that meets them for the first time gets the node by which TensorFlow finds the axes.
    """
    from reflow.ops.shape_tensors import is_first

    x, y = op.inputs[0], op.inputs[1]
    of_one_shape = [tensor.shape for tensor in (x, y, dx, dy) if tensor is not None]
    is_asked_always = op.type == "Pow" or (
        op.type == "Mul" and x.dtype.base_dtype not in (int32, float32)
    )
    if all(s.sizes == x.shape.sizes for s in of_one_shape) and not is_asked_always:
        return dx, dy
    known = [np.array(tensor.shape.as_list(), np.int32) for tensor in (x, y)]
    if is_first("BroadcastGradientArgs", x.shape.sizes, y.shape.sizes):
        BroadcastGradientArgs(*known)
    axes_x, axes_y = _axes_to_sum(*known)
    return _summed(dx, axes_x, known[0]), _summed(dy, axes_y, known[1])


def _summed(gradient: Tensor | None, axes: Any, sizes: Any) -> Tensor | None:
    from reflow.ops.arrays import Reshape
    from reflow.ops.reductions import Sum

    if gradient is None:
        return None
    if isinstance(sizes, np.ndarray) and gradient.shape.sizes == tuple(sizes.tolist()):
        return gradient
    reshaped: Tensor = Reshape(Sum(gradient, axes), sizes)
    return reshaped
