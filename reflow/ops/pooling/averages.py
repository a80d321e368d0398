"""Pooling by means: AvgPool and AvgPool3D, which do not count what padding adds."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.op_definition import lookup
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.kernels import Dims, Host, Known
from reflow.ops.op import op
from reflow.ops.pooling.windows import Windows, attributes, of_op, pooled_shape, shared_attrs

aten = torch.ops.aten
_POOL = {2: aten.avg_pool2d, 3: aten.avg_pool3d}
_POOL_BACKWARD = {2: aten.avg_pool2d_backward, 3: aten.avg_pool3d_backward}


def _windows(op: Operation, sizes: Any) -> Windows:
    windows = of_op(op, sizes)
    if windows.depth > 1:
        raise errors.UnimplementedError(
            None, None, "Non-spatial pooling is not yet supported. Volunteers? :)"
        )
    return windows


def _computable(x: torch.Tensor, windows: Windows) -> torch.Tensor:
    """In a type for which torch has the kernel."""
    return x.float() if len(windows.axes) == 3 and x.dtype.itemsize == 2 else x


def _counts(windows: Windows, like: torch.Tensor) -> torch.Tensor:
    """How many elements each window has beside those of the border."""
    ones = windows.bordered(like.new_ones((1, 1, *windows.sizes)), 0)
    return _POOL[len(windows.axes)](ones, *windows.arguments(), False, True, 1)


def _mean(value: torch.Tensor, windows: Windows) -> torch.Tensor:
    if windows.is_empty or not value.numel():
        return value.new_empty(windows.pooled_sizes(value.shape))
    x = _computable(windows.channels_first(value), windows)
    pool = _POOL[len(windows.axes)]
    if windows.border:
        sums = pool(windows.bordered(x, 0), *windows.arguments(), False, True, 1)
        means = sums / _counts(windows, x)
    else:
        means = pool(x, *windows.arguments(), windows.rounds_up, False)
    return windows.as_given(means).to(value.dtype)


def _spread(sizes: list[int], grad: torch.Tensor, windows: Windows) -> torch.Tensor:
    """The gradient of `_mean` at inputs of these sizes."""
    if windows.is_empty or not grad.numel():
        return grad.new_zeros(sizes)
    dy = _computable(windows.channels_first(grad), windows)
    backward = _POOL_BACKWARD[len(windows.axes)]
    # Of the input, torch reads sizes and layout only.
    x = windows.channels_first(dy.new_empty(sizes))
    if windows.border:
        x, dy = windows.bordered(x, 0), dy / _counts(windows, dy)
        dx = backward(dy, x, *windows.arguments(), False, True, 1)
        dx = windows.without_border(dx)
    else:
        dx = backward(dy, x, *windows.arguments(), windows.rounds_up, False, None)
    return windows.as_given(dx).to(grad.dtype)


_TYPES = "T: {half, bfloat16, float, double}"


class _Mean:
    outputs = "output: T"
    judges_sizes = True

    def shape(x: TensorShape, *, op: Operation) -> TensorShape:
        return pooled_shape(x, **shared_attrs(op), op_type=op.type)

    def kernel(x: torch.Tensor, *, op: Operation) -> torch.Tensor:
        return _mean(x, _windows(op, x.shape))

    def specialised(op: Operation, x: Known) -> Any:
        windows = _windows(op, x.sizes)
        return lambda x: _mean(x, windows)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return lookup(f"{op.type}Grad")(Shape(op.inputs[0]), dy, **shared_attrs(op))


class _MeanGradient:
    inputs = "orig_input_shape: int32, grad: T"
    outputs = "output: T"

    def shape(orig_input_shape: Dims, grad: TensorShape, *, op: Operation) -> TensorShape:
        return shapes.with_rank(orig_input_shape, len(op.attrs["data_format"]))

    def kernel(orig_input_shape: Host, grad: torch.Tensor, *, op: Operation) -> torch.Tensor:
        sizes = orig_input_shape.tolist()
        return _spread(sizes, grad, _windows(op, sizes))

    def specialised(op: Operation, orig_input_shape: Known, grad: Known) -> Any:
        if orig_input_shape.value is None:
            return None
        sizes = orig_input_shape.value.tolist()
        windows = _windows(op, sizes)
        return lambda _, grad: _spread(sizes, grad, windows)

    def gradient(op: Operation, dy: Tensor) -> tuple[None, Tensor]:
        return None, lookup(op.type.removesuffix("Grad"))(dy, **shared_attrs(op))


@op
class AvgPool(_Mean):
    """The mean of each window of pictures."""

    inputs = "value: T"
    attrs = (*attributes(4), _TYPES)


@op
class AvgPoolGrad(_MeanGradient):
    """Each gradient of AvgPool spread evenly over its window."""

    attrs = (*attributes(4), _TYPES)


@op
class AvgPool3D(_Mean):
    """The mean of each window of volumes."""

    inputs = "input: T"
    attrs = (*attributes(5), _TYPES)


@op
class AvgPool3DGrad(_MeanGradient):
    """Each gradient of AvgPool3D spread evenly over its window."""

    attrs = (*attributes(5), _TYPES)
