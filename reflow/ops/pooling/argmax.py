"""Pooling by maxima that tells where each maximum is."""

from __future__ import annotations

from typing import Any

import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.filling import ZerosLike
from reflow.ops.op import op
from reflow.ops.pooling.maxima import largest_and_places, ordered
from reflow.ops.pooling.windows import Windows, attributes, of_op, pooled_shape, shared_attrs
from reflow.ops.values import torch_type

_ATTRS = (
    *attributes(4)[:3],
    "include_batch_in_index: bool = false",
    "Targmax: {int32, int64}",
    "T: realnumbertype",
)


def _pooled(x: TensorShape, op: Operation) -> TensorShape:
    attrs = op.attrs
    return pooled_shape(x, attrs["ksize"], attrs["strides"], attrs["padding"], "NHWC", "MaxPool")


def _without_border(places: torch.Tensor, windows: Windows) -> torch.Tensor:
    """Indices into a picture that has a border, as indices into the picture itself."""
    if not windows.border:
        return places
    left, right, top, _ = windows.border
    width = windows.sizes[1]
    bordered = width + left + right
    return (places // bordered - top) * width + places % bordered - left


def _within_batch(argmax: torch.Tensor, sizes: torch.Size, includes_batch: bool) -> torch.Tensor:
    """The flat indices as [batch, n], each within its picture of [height, width, channels]."""
    indices = argmax.long().flatten(1)
    if includes_batch:
        first = torch.arange(sizes[0], device=argmax.device)[:, None] * sizes[1:].numel()
        indices = indices - first
    if ((indices < 0) | (indices >= sizes[1:].numel())).any():
        raise ValueError(
            f"argmax must point into the input of shape {list(sizes)}. Received: {argmax.tolist()}"
        )
    return indices


@op
class MaxPoolWithArgmax:
    """The largest element of each window, and its place: (y * width + x) * channels + channel,
    plus what the pictures before it take where the batch is included."""

    inputs = "input: T"
    outputs = "output: T, argmax: Targmax"
    attrs = (
        *attributes(4)[:2],
        "Targmax: {int32, int64} = int64",
        attributes(4)[2],
        "include_batch_in_index: bool = false",
        "T: realnumbertype",
    )
    judges_sizes = True

    def shape(input: TensorShape, *, op: Operation) -> tuple[TensorShape, TensorShape]:
        return (_pooled(input, op),) * 2

    @ordered
    def kernel(input: torch.Tensor, *, op: Operation) -> tuple[torch.Tensor, torch.Tensor]:
        windows = of_op(op, input.shape)
        values, places = largest_and_places(input, windows)
        places = windows.as_given(_without_border(places, windows))
        channels = input.shape[-1]
        places = places * channels + torch.arange(channels, device=input.device)
        if op.attrs["include_batch_in_index"]:
            first = torch.arange(input.shape[0], device=input.device) * input.shape[1:].numel()
            places = places + first.view(-1, 1, 1, 1)
        return values, places.to(torch_type(op.attrs["Targmax"]))

    def gradient(op: Operation, dy: Tensor, _: Tensor | None) -> Tensor:
        return MaxPoolGradWithArgmax(op.inputs[0], dy, op.outputs[1], **_shared(op))


def _shared(op: Operation) -> dict[str, Any]:
    return {name: value for name, value in shared_attrs(op).items() if name != "data_format"}


@op
class MaxPoolGradWithArgmax:
    """Each gradient brought to the place that `argmax` says."""

    inputs = "input: T, grad: T, argmax: Targmax"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(input: TensorShape, grad: TensorShape, argmax: TensorShape) -> TensorShape:
        return shapes.with_rank(input, 4)

    @ordered
    def kernel(
        input: torch.Tensor,
        grad: torch.Tensor,
        argmax: torch.Tensor,
        *,
        include_batch_in_index: bool,
    ) -> torch.Tensor:
        indices = _within_batch(argmax, input.shape, include_batch_in_index)
        flat = grad.new_zeros(input.shape).flatten(1)
        return flat.scatter_add_(1, indices, grad.flatten(1)).view(input.shape)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, None]:
        x, _, argmax = op.inputs
        second = MaxPoolGradGradWithArgmax(x, dy, argmax, **_shared(op))
        return ZerosLike(x), second, None


@op
class MaxPoolGradGradWithArgmax:
    """The elements of `grad` at the places that `argmax` says."""

    inputs = "input: T, grad: T, argmax: Targmax"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(
        input: TensorShape, grad: TensorShape, argmax: TensorShape, *, op: Operation
    ) -> TensorShape:
        return shapes.merge(_pooled(shapes.merge(input, grad), op), argmax)

    def kernel(
        input: torch.Tensor,
        grad: torch.Tensor,
        argmax: torch.Tensor,
        *,
        include_batch_in_index: bool,
    ) -> torch.Tensor:
        indices = _within_batch(argmax, input.shape, include_batch_in_index)
        return grad.flatten(1).gather(1, indices).view(argmax.shape)
