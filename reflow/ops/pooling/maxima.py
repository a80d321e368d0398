"""Pooling by maxima: of several equal elements of a window the first one counts."""

from __future__ import annotations

import functools
import math
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.op_definition import lookup
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.filling import ZerosLike
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.op import op
from reflow.ops.pooling.windows import Windows, attributes, of_op, pooled_shape, shared_attrs
from reflow.ops.unsigned import widened

aten = torch.ops.aten
_POOL = {2: aten.max_pool2d_with_indices, 3: aten.max_pool3d_with_indices}
_POOL_BACKWARD = {
    2: aten.max_pool2d_with_indices_backward,
    3: aten.max_pool3d_with_indices_backward,
}

# uint16 and its kind are compared in wider types.
ordered = functools.partial(widened, ordered=True)

# Above this many elements in a window torch's pooling is faster than maxima of slices.
_FEW = 9


def _lowest(dtype: torch.dtype) -> float:
    return -torch.inf if dtype.is_floating_point else torch.iinfo(dtype).min


def largest(x: torch.Tensor, windows: Windows) -> torch.Tensor:
    """The largest element of each window."""
    if windows.depth > 1:
        return _split(x, windows.channels, windows.depth).amax(windows.channels + 1)
    return largest_and_places(x, windows)[0]


def largest_and_places(x: torch.Tensor, windows: Windows) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest element of each window, and where it is: its index within the space of its
    channel (with the border around it), channels first."""
    if windows.is_empty or 0 in x.shape:
        nothing = x.new_empty(windows.pooled_sizes(x.shape))
        return nothing, windows.channels_first(nothing).long()
    bordered = windows.bordered(windows.channels_first(x), _lowest(x.dtype))
    pool = _POOL[len(windows.axes)]
    values, places = pool(bordered, *windows.arguments(), 1, windows.rounds_up)
    return windows.as_given(values), places


def _split(x: torch.Tensor, axis: int, size: int) -> torch.Tensor:
    """A view with `axis` as two: groups, and the `size` elements of each."""
    return x.view(*x.shape[:axis], x.shape[axis] // size, size, *x.shape[axis + 1 :])


def _largest_of_tiles(x: torch.Tensor, windows: Windows) -> torch.Tensor:
    """The same where the windows tile space: a few vectorized maxima."""
    for axis, size in zip(windows.axes, windows.ksize):
        x = functools.reduce(torch.maximum, _split(x, axis, size).unbind(axis + 1))
    return x


def sent_back(dy: torch.Tensor, places: torch.Tensor, x: torch.Tensor, windows: Windows) -> Any:
    """Gradients brought to where the largest elements of `x` were; windows may share one."""
    if windows.is_empty or 0 in x.shape:
        return torch.zeros_like(x, memory_format=torch.contiguous_format)
    space, dy = windows.channels_first(x), windows.channels_first(dy)
    if space.dtype in (torch.float32, torch.float64):
        bordered = windows.bordered(space, 0)
        backward = _POOL_BACKWARD[len(windows.axes)]
        dx = backward(dy, bordered, *windows.arguments(), 1, windows.rounds_up, places)
    else:
        sizes = windows.bordered(space, 0).shape
        flat = dy.new_zeros(sizes).flatten(2)
        dx = flat.scatter_add_(2, places.flatten(2), dy.flatten(2)).view(sizes)
    return windows.as_given(windows.without_border(dx))


def picked(x: torch.Tensor, places: torch.Tensor, windows: Windows) -> torch.Tensor:
    """The elements of `x` where the largest ones were."""
    bordered = windows.bordered(windows.channels_first(x), 0)
    values = bordered.flatten(2).gather(2, places.flatten(2)).view(places.shape)
    return windows.as_given(values)


def _spatial(windows: Windows) -> Windows:
    if windows.depth > 1:
        raise errors.UnimplementedError(
            None, None, "MaxPoolingGrad is not yet supported on the depth dimension."
        )
    return windows


def _check_gradient(grad: torch.Tensor, sizes: list[int]) -> None:
    if list(grad.shape) != sizes:
        raise ValueError(f"Expected grad shape to be {sizes}, but got {list(grad.shape)}")


def _gradient(x: torch.Tensor, dy: torch.Tensor, windows: Windows) -> torch.Tensor:
    _check_gradient(dy, windows.pooled_sizes(x.shape))
    result: torch.Tensor = sent_back(dy, largest_and_places(x, windows)[1], x, windows)
    return result


def _second_gradient(x: torch.Tensor, ddx: torch.Tensor, windows: Windows) -> torch.Tensor:
    _check_gradient(ddx, list(x.shape))
    return picked(ddx, largest_and_places(x, windows)[1], windows)


# -- Windows as attributes -------------------------------------------------------------------------


class _Largest:
    inputs = "input: T"
    outputs = "output: T"
    judges_sizes = True

    def shape(x: TensorShape, *, op: Operation) -> TensorShape:
        return pooled_shape(x, **shared_attrs(op), op_type=op.type)

    @ordered
    def kernel(x: torch.Tensor, *, op: Operation) -> torch.Tensor:
        return largest(x, of_op(op, x.shape))

    def specialised(op: Operation, x: Known) -> Any:
        windows = of_op(op, x.sizes)
        if windows.tiles_space and math.prod(windows.ksize) <= _FEW:
            return lambda x: _largest_of_tiles(x, windows)
        return None

    def remembering(x: torch.Tensor, *, op: Operation) -> tuple[torch.Tensor, torch.Tensor]:
        return largest_and_places(x, _spatial(of_op(op, x.shape)))

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return lookup(f"{op.type}Grad")(op.inputs[0], op.outputs[0], dy, **shared_attrs(op))


class _LargestGradient:
    outputs = "output: T"
    # The forward op meets the places of the maxima on its way.
    recalls = "orig_output"

    def shape(x: TensorShape, y: TensorShape, dy: TensorShape, *, op: Operation) -> TensorShape:
        return shapes.with_rank(x, len(op.attrs["data_format"]))

    @ordered
    def kernel(x: torch.Tensor, y: torch.Tensor, dy: torch.Tensor, *, op: Operation) -> Any:
        return _gradient(x, dy, _spatial(of_op(op, x.shape)))

    def recalling(
        x: torch.Tensor, y: torch.Tensor, dy: torch.Tensor, places: torch.Tensor, *, op: Operation
    ) -> Any:
        return sent_back(dy, places, x, of_op(op, x.shape))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, y, _ = op.inputs
        second = lookup(f"{op.type}Grad")(x, y, dy, **shared_attrs(op))
        return ZerosLike(x), ZerosLike(y), second


class _LargestSecondGradient:
    inputs = "orig_input: T, orig_output: T, grad: T"
    outputs = "output: T"

    def shape(x: TensorShape, y: TensorShape, ddx: TensorShape, *, op: Operation) -> TensorShape:
        pooled = pooled_shape(shapes.merge(x, ddx), **shared_attrs(op), op_type=op.type)
        return shapes.merge(pooled, y)

    @ordered
    def kernel(x: torch.Tensor, y: torch.Tensor, ddx: torch.Tensor, *, op: Operation) -> Any:
        return _second_gradient(x, ddx, _spatial(of_op(op, x.shape)))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, y, _ = op.inputs
        again = lookup(op.type.removesuffix("Grad"))(x, y, dy, **shared_attrs(op))
        return ZerosLike(x), ZerosLike(y), again


_TYPES = (
    "T: {half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8} = float"
)
_FORMATS = "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"


@op
class MaxPool(_Largest):
    """The largest element of each window of pictures."""

    attrs = (_TYPES, *attributes(4)[:3], _FORMATS)


@op
class MaxPoolGrad(_LargestGradient):
    """Each gradient of MaxPool brought to where its window's largest element was."""

    inputs = "orig_input: T, orig_output: T, grad: T"
    attrs = (*attributes(4), "T: realnumbertype = float")


@op
class MaxPoolGradGrad(_LargestSecondGradient):
    """The elements of `grad` where the windows' largest elements were."""

    attrs = (*attributes(4), "T: realnumbertype")


@op
class MaxPool3D(_Largest):
    """The largest element of each window of volumes."""

    attrs = (*attributes(5), "T: {half, bfloat16, float}")


@op
class MaxPool3DGrad(_LargestGradient):
    """Each gradient of MaxPool3D brought to where its window's largest element was."""

    inputs = "orig_input: TInput, orig_output: TInput, grad: T"
    attrs = (
        *attributes(5),
        "T: {half, bfloat16, float} = float",
        "TInput: {half, bfloat16, float} = float",
    )


@op
class MaxPool3DGradGrad(_LargestSecondGradient):
    """The elements of `grad` where the windows' largest elements were."""

    attrs = (*attributes(5), "T: realnumbertype")


# -- Windows as inputs -----------------------------------------------------------------------------


def _windows_of_inputs(op: Operation, x: torch.Tensor, ksize: Host, strides: Host) -> Windows:
    return Windows.of(
        x.shape, ksize.tolist(), strides.tolist(), op.attrs["padding"], op.attrs["data_format"]
    )


def _pooled_shape(op: Operation, x: TensorShape, ksize: Value, strides: Value) -> TensorShape:
    rank = len(op.attrs["data_format"])
    windows, steps = (
        [None] * rank if given is None else given.tolist() for given in (ksize, strides)
    )
    return pooled_shape(x, windows, steps, op.attrs["padding"], op.attrs["data_format"], op.type)


def _shared(op: Operation) -> dict[str, Any]:
    return {name: op.attrs[name] for name in ("padding", "data_format")}


@op
class MaxPoolV2:
    """MaxPool whose windows are computed by the program."""

    inputs = "input: T, ksize: int32, strides: int32"
    outputs = "output: T"
    attrs = (_TYPES, attributes(4)[2], _FORMATS)
    judges_sizes = True

    def shape(input: TensorShape, ksize: Value, strides: Value, *, op: Operation) -> TensorShape:
        return _pooled_shape(op, input, ksize, strides)

    @ordered
    def kernel(input: torch.Tensor, ksize: Host, strides: Host, *, op: Operation) -> Any:
        return largest(input, _windows_of_inputs(op, input, ksize, strides))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        x, ksize, strides = op.inputs
        return MaxPoolGradV2(x, op.outputs[0], dy, ksize, strides, **_shared(op)), None, None


@op
class MaxPoolGradV2:
    """Each gradient of MaxPoolV2 brought to where its window's largest element was."""

    inputs = "orig_input: T, orig_output: T, grad: T, ksize: int32, strides: int32"
    outputs = "output: T"
    attrs = (*attributes(4)[2:], "T: realnumbertype = float")

    def shape(
        x: TensorShape, y: TensorShape, dy: TensorShape, ksize: Value, strides: Value
    ) -> TensorShape:
        return shapes.with_rank(x, 4)

    @ordered
    def kernel(
        x: torch.Tensor,
        y: torch.Tensor,
        dy: torch.Tensor,
        ksize: Host,
        strides: Host,
        *,
        op: Operation,
    ) -> Any:
        return _gradient(x, dy, _spatial(_windows_of_inputs(op, x, ksize, strides)))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        x, y, _, *windows = op.inputs
        second = MaxPoolGradGradV2(x, y, dy, *windows, **_shared(op))
        return ZerosLike(x), ZerosLike(y), second, None, None


@op
class MaxPoolGradGradV2:
    """The elements of `grad` where the windows' largest elements were."""

    inputs = "orig_input: T, orig_output: T, grad: T, ksize: int32, strides: int32"
    outputs = "output: T"
    attrs = (*attributes(4)[2:], "T: realnumbertype")

    def shape(
        x: TensorShape,
        y: TensorShape,
        ddx: TensorShape,
        ksize: Value,
        strides: Value,
        *,
        op: Operation,
    ) -> TensorShape:
        return shapes.merge(_pooled_shape(op, shapes.merge(x, ddx), ksize, strides), y)

    @ordered
    def kernel(
        x: torch.Tensor,
        y: torch.Tensor,
        ddx: torch.Tensor,
        ksize: Host,
        strides: Host,
        *,
        op: Operation,
    ) -> Any:
        return _second_gradient(x, ddx, _spatial(_windows_of_inputs(op, x, ksize, strides)))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        x, y, _, *windows = op.inputs
        again = MaxPoolGradV2(x, y, dy, *windows, **_shared(op))
        return ZerosLike(x), ZerosLike(y), again, None, None
