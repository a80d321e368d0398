"""Integers of few bits under other shapes, in other ranges and types."""

from __future__ import annotations

import torch

from reflow.graph.dtypes import DType
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import Reshape
from reflow.ops.image.resizing import CENTRES, ResizeBilinear, resized_shape
from reflow.ops.joining import Concat
from reflow.ops.kernels import Dims, Host, Value
from reflow.ops.op import op
from reflow.ops.quantization import INTEGERS, Ranged, as_floats, ends_of, ranged
from reflow.ops.quantized.ranges import (
    Shapes,
    integers,
    of_floats,
    ranged_shape,
)
from reflow.ops.values import torch_type


@op
class QuantizedReshape:
    """The elements in the same order under another shape."""

    inputs = "tensor: T, shape: Tshape, input_min: float, input_max: float"
    outputs = "output: T, output_min: float, output_max: float"
    attrs = ("T: type", "Tshape: {int32, int64} = int32")
    view = True

    def shape(
        tensor: TensorShape, shape: Dims, input_min: TensorShape, input_max: TensorShape
    ) -> Shapes:
        return ranged_shape(of_floats(Reshape).shape(tensor, shape), input_min, input_max)

    def kernel(tensor: torch.Tensor, shape: Host, low: Host, high: Host) -> Ranged:
        return ranged(of_floats(Reshape).kernel(tensor, shape), low, high)


@op
class QuantizedConcat:
    """The values one after the other along a dimension, in one range for all, with 0 in it."""

    inputs = "concat_dim: int32, values: N * T, input_mins: N * float, input_maxes: N * float"
    outputs = "output: T, output_min: float, output_max: float"
    attrs = ("N: int >= 2", "T: type")
    export = ("quantized_concat", "quantization.quantized_concat")

    def shape(
        concat_dim: Value,
        values: list[TensorShape],
        input_mins: list[TensorShape],
        input_maxes: list[TensorShape],
    ) -> Shapes:
        joined = of_floats(Concat).shape(concat_dim, values)
        return ranged_shape(joined, *input_mins, *input_maxes)

    def kernel(
        concat_dim: Host,
        values: list[torch.Tensor],
        input_mins: list[torch.Tensor],
        input_maxes: list[torch.Tensor],
        *,
        T: DType,
    ) -> Ranged:
        if concat_dim < 0:
            raise ValueError(
                "ConcatOp : Expected concatenating dimensions in the range "
                f"[0, {values[0].ndim}), but got {concat_dim}"
            )
        lows, highs = [float(low) for low in input_mins], [float(high) for high in input_maxes]
        low, high = min(0.0, *lows), max(highs)
        if ends_of(T)[0]:
            high = max(abs(low), abs(high))
            low = -high
        if low == high:
            high = low + 1e-6
        alike = [
            value
            if (own_low, own_high) == (low, high)
            else integers(as_floats(value, own_low, own_high, T), low, high, T)
            for value, own_low, own_high in zip(values, lows, highs)
        ]
        return ranged(of_floats(Concat).kernel(concat_dim, alike), low, high)


@op
class QuantizedResizeBilinear:
    """Images of another height and width; see ResizeBilinear."""

    inputs = "images: T, size: int32, min: float, max: float"
    outputs = "resized_images: T, out_min: float, out_max: float"
    attrs = ("T: {quint8, qint32, float}", *CENTRES)

    def shape(
        images: TensorShape,
        size: Value,
        min: TensorShape,
        max: TensorShape,
        *,
        input_shapes: list[TensorShape],
    ) -> Shapes:
        return ranged_shape(resized_shape(images, size, input_shapes=input_shapes), min, max)

    def kernel(
        images: torch.Tensor,
        size: Host,
        low: Host,
        high: Host,
        *,
        align_corners: bool,
        half_pixel_centers: bool,
    ) -> Ranged:
        resized = of_floats(ResizeBilinear).kernel(
            images, size, align_corners=align_corners, half_pixel_centers=half_pixel_centers
        )
        if not images.dtype.is_floating_point:
            resized = torch.floor(resized + 0.5)
        return ranged(resized.to(images.dtype), low, high)


@op
class QuantizeDownAndShrinkRange:
    """Integers of fewer bits, standing for the range of what comes, with 0 at least."""

    inputs = "input: Tinput, input_min: float, input_max: float"
    outputs = "output: out_type, output_min: float, output_max: float"
    attrs = (f"Tinput: {INTEGERS}", f"out_type: {INTEGERS}")

    def shape(input: TensorShape, input_min: TensorShape, input_max: TensorShape) -> Shapes:
        return ranged_shape(input, input_min, input_max)

    def kernel(
        input: torch.Tensor, input_min: Host, input_max: Host, *, Tinput: DType, out_type: DType
    ) -> Ranged:
        numbers = as_floats(input, input_min, input_max, Tinput)
        if not input.numel():
            return ranged(numbers.to(torch_type(out_type)), 0.0, 0.0)
        low = min(0.0, float(numbers.min()))
        # A range is never empty.
        high = max(float(numbers.max()), low + 2.0**-24)
        return ranged(integers(numbers, low, high, out_type), low, high)
