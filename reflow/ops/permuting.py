"""The same elements in another order: axes exchanged, reversed, folded into each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.elements import any_elements
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.op import op
from reflow.ops.values import placed

Array = np.ndarray[Any, Any]
Size = int | None


# -- Transposition ------------------------------------------------------------------------------


def _transposed_shape(
    x: TensorShape, perm: Value, *, input_shapes: list[TensorShape]
) -> TensorShape:
    (rank,) = shapes.with_rank(input_shapes[1], 1).sizes or (None,)
    if x.sizes is None and rank is None:
        return shapes.UNKNOWN
    if rank is not None:
        if x.sizes is not None and len(x.sizes) != rank:
            raise ValueError(f"Dimension must be {len(x.sizes)} but is {rank}")
        if rank <= 1:
            return x
        x = shapes.with_rank(x, rank)
    sizes = x.sizes or ()
    if perm is None:
        return shapes.of(*[None] * len(sizes))
    for axis in perm.tolist():
        if not -len(sizes) <= axis < len(sizes):
            raise ValueError(f"perm dim {axis} is out of range of input rank {len(sizes)}")
    return shapes.of(*(sizes[axis] for axis in perm.tolist()))


def _order(perm: Array, rank: int) -> list[int]:
    """`perm` as a list; ValueError unless it names each axis once, counted from the first."""
    if perm.ndim != 1:
        raise ValueError(f"perm must be a vector, not {list(perm.shape)}")
    axes: list[int] = perm.tolist()
    for axis in axes:
        if not 0 <= axis < rank:
            raise ValueError(f"{axis} is out of range [0 .. {rank})")
    if len(set(axes)) != rank:
        missing = next(axis for axis in range(rank) if axis not in axes)
        raise ValueError(f"{missing} is missing from {{{','.join(map(str, axes))}}}.")
    return axes


@any_elements
def _permuted(x: torch.Tensor, perm: Array) -> torch.Tensor:
    return x.permute(_order(perm, x.ndim))


@op
class Transpose:
    """The input's axes in another order: axis i of the output is axis perm[i] of the input."""

    inputs = "x: T, perm: Tperm"
    outputs = "y: T"
    attrs = ("T: type", "Tperm: {int32, int64} = int32")
    view = True

    shape = _transposed_shape

    def kernel(x: Any, perm: Host) -> Any:
        return _permuted(x, perm)

    def specialised(op: Operation, x: Known, perm: Known) -> Any:
        if perm.value is None:
            return None
        axes = _order(perm.value, len(x.sizes))
        return lambda x, _: x.permute(axes)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return Transpose(dy, InvertPermutation(op.inputs[1]), name="transpose"), None


@op
class ConjugateTranspose:
    """Transpose, with the complex conjugate of every element."""

    inputs = "x: T, perm: Tperm"
    outputs = "y: T"
    attrs = ("T: type", "Tperm: {int32, int64} = int32")
    view = True

    shape = _transposed_shape

    def kernel(x: Any, perm: Host) -> Any:
        transposed = _permuted(x, perm)
        return transposed.conj_physical() if _is_complex(x) else transposed

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return ConjugateTranspose(dy, InvertPermutation(op.inputs[1])), None


def _is_complex(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and x.is_complex()


@op
class InvertPermutation:
    """y with y[x[i]] = i, for an x that holds each of 0..n-1 once."""

    inputs = "x: T"
    outputs = "y: T"
    attrs = ("T: {int32, int64} = int32",)
    export = ("invert_permutation", "math.invert_permutation")
    gradient = None

    def shape(x: TensorShape) -> TensorShape:
        return shapes.with_rank(x, 1)

    def kernel(x: Host, *, device: torch.device) -> torch.Tensor:
        inverse = np.full_like(x, -1)
        for i, place in enumerate(x.tolist()):
            if not 0 <= place < x.size:
                raise ValueError(f"{place} is not between 0 and {x.size}")
            if inverse[place] != -1:
                raise ValueError(f"{place} is duplicated in the input.")
            inverse[place] = i
        return placed(torch.from_numpy(inverse), device)


# -- Reversal -----------------------------------------------------------------------------------

_flip = any_elements(torch.flip)


@op
class ReverseV2:
    """The input with the order of its elements reversed along the given axes."""

    inputs = "tensor: T, axis: Tidx"
    outputs = "output: T"
    attrs = (
        "Tidx: {int32, int64} = int32",
        "T: {uint8, int8, uint16, int16, int32, int64, bool, bfloat16, half, float, double, "
        "complex64, complex128, string}",
    )
    export = ("reverse_v2",)

    def shape(tensor: TensorShape, axis: Value, *, input_shapes: list[TensorShape]) -> TensorShape:
        shapes.with_rank(input_shapes[1], 1)
        if tensor.sizes is not None and axis is not None:
            _reversed_axes(axis, len(tensor.sizes))
        return tensor

    def kernel(tensor: Any, axis: Host) -> Any:
        return _flip(tensor, _reversed_axes(axis, tensor.ndim))

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return ReverseV2(dy, op.inputs[1]), None


def _reversed_axes(axis: Array, rank: int) -> list[int]:
    axes: list[int] = []
    for given in axis.tolist():
        if not -rank <= given < rank:
            raise ValueError(f"'axis'[{len(axes)}] = {given} is out of valid range [0, {rank - 1}")
        if given % rank in axes:
            raise ValueError(f"axis {given % rank} specified more than once.")
        axes.append(given % rank)
    return axes


@op
class Reverse:
    """ReverseV2 with a truth for each axis, as TensorFlow had it before 1.0."""

    inputs = "tensor: T, dims: bool"
    outputs = "output: T"
    attrs = (
        "T: {uint8, int8, uint16, int16, int32, int64, bool, half, float, double, complex64, "
        "complex128, string}",
    )

    def shape(tensor: TensorShape, dims: TensorShape) -> TensorShape:
        (rank,) = shapes.with_rank(dims, 1).sizes or (None,)
        return tensor if rank is None else shapes.with_rank(tensor, rank)

    def kernel(tensor: Any, dims: Host) -> Any:
        return _flip(tensor, np.flatnonzero(dims).tolist())

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        return Reverse(dy, op.inputs[1]), None


@op
class ReverseSequence:
    """The first seq_lengths[b] steps (along `seq_dim`) of each entry b of the batch (along
    `batch_dim`) in reverse order; the steps after them stay."""

    inputs = "input: T, seq_lengths: Tlen"
    outputs = "output: T"
    attrs = (
        "seq_dim: int",
        "batch_dim: int = 0",
        "T: type",
        "Tlen: {int32, int64} = int64",
    )

    def shape(
        input: TensorShape, seq_lengths: TensorShape, *, seq_dim: int, batch_dim: int
    ) -> TensorShape:
        lengths = shapes.with_rank(seq_lengths, 1)
        if input.sizes is None:
            return input
        rank = len(input.sizes)
        for name, axis in (("batch_dim", batch_dim), ("seq_dim", seq_dim)):
            if axis >= rank:
                raise ValueError(f"{name} must be < input rank: {axis} vs. {rank}")
        batch = shapes.merge(lengths, shapes.of(input.sizes[batch_dim])).sizes
        return shapes.of(*input.sizes[:batch_dim], *(batch or ()), *input.sizes[batch_dim + 1 :])

    @any_elements
    def kernel(
        input: torch.Tensor, seq_lengths: Host, *, seq_dim: int, batch_dim: int
    ) -> torch.Tensor:
        if batch_dim == seq_dim:
            raise ValueError(f"batch_dim == seq_dim == {seq_dim}")
        if seq_lengths.shape != (input.shape[batch_dim],):
            raise ValueError(
                f"len(seq_lens) != input.dims({batch_dim}), ({len(seq_lengths)} vs. "
                f"{input.shape[batch_dim]})"
            )
        steps = input.shape[seq_dim]
        places = torch.arange(steps).repeat(input.shape[batch_dim], 1)
        for b, length in enumerate(seq_lengths.tolist()):
            if length < 0:
                raise ValueError(f"seq_lens({b}) < 0")
            if length > steps:
                raise ValueError(f"seq_lens({b}) > input.dims({seq_dim})")
            places[b, :length] = places[b, :length].flip(0)
        if batch_dim > seq_dim:
            places = places.T
        sizes = [input.shape[i] if i in (batch_dim, seq_dim) else 1 for i in range(input.ndim)]
        index = placed(places.reshape(sizes), input.device).expand(input.shape)
        return input.gather(seq_dim, index)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        attrs = {name: op.attrs[name] for name in ("seq_dim", "batch_dim")}
        return ReverseSequence(dy, op.inputs[1], **attrs), None


@op
class Roll:
    """The input with its elements moved by shift[i] places along axis[i]; what leaves at one end
    comes back at the other."""

    inputs = "input: T, shift: Tshift, axis: Taxis"
    outputs = "output: T"
    attrs = ("T: type", "Tshift: {int32, int64}", "Taxis: {int32, int64}")
    export = ("roll", "manip.roll")

    def shape(input: TensorShape, shift: TensorShape, axis: TensorShape) -> TensorShape:
        shapes.with_rank_at_least(input, 1)
        shapes.merge(shapes.with_rank_at_most(shift, 1), shapes.with_rank_at_most(axis, 1))
        return input

    @any_elements
    def kernel(input: torch.Tensor, shift: Host, axis: Host) -> torch.Tensor:
        if not input.ndim:
            raise ValueError("input must be 1-D or higher")
        for name, numbers in (("shift", shift), ("axis", axis)):
            if numbers.ndim > 1:
                raise ValueError(
                    f"{name} must be a scalar or a 1-D vector. Found: {list(numbers.shape)}"
                )
        if shift.shape != axis.shape:
            raise ValueError("shift and axis must have the same size")
        axes = axis.reshape(-1).tolist()
        for number in axes:
            if not -input.ndim <= number < input.ndim:
                raise ValueError(f"axis {number} is out of range")
        return torch.roll(input, shift.reshape(-1).tolist(), axes)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None, None]:
        from reflow.ops.math import Neg

        _, shift, axis = op.inputs
        return Roll(dy, Neg(shift), axis), None, None


# -- Space and depth ----------------------------------------------------------------------------

_BLOCKS = (
    "T: type",
    "block_size: int >= 2",
    "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'",
)


def _images(x: Any, data_format: str) -> Any:
    """Images in any format as [batch, height, width, channels]."""
    if data_format == "NHWC":
        return x
    channels_last = x.movedim(1, 3)
    return channels_last if data_format == "NCHW" else channels_last.flatten(3)


def _in_format(images: torch.Tensor, data_format: str) -> torch.Tensor:
    """[batch, height, width, channels] in another format."""
    if data_format == "NHWC":
        return images
    if data_format == "NCHW":
        return images.movedim(3, 1)
    return images.reshape(*images.shape[:3], -1, 4).movedim(3, 1)


def _image_shape(
    input: TensorShape, data_format: str, convert: Callable[[Size, Size, Size], Sequence[Size]]
) -> TensorShape:
    """The shape of images of which `convert` gives the new height, width and channels."""
    vectors = data_format == "NCHW_VECT_C"
    sizes = shapes.with_rank(input, 5 if vectors else 4).sizes
    assert sizes is not None
    if data_format == "NHWC":
        batch, height, width, channels = sizes
        return shapes.of(batch, *convert(height, width, channels))
    batch, channels, height, width, *inner = sizes
    if vectors:
        channels = None if channels is None else channels * 4
    height, width, channels = convert(height, width, channels)
    if vectors:
        channels = _quotient(channels, 4)
    return shapes.of(batch, channels, height, width, *inner)


def _quotient(size: Size, divisor: int) -> Size:
    if size is None:
        return None
    if size % divisor:
        raise ValueError(f"Dimension size must be evenly divisible by {divisor} but is {size}")
    return size // divisor


def _product(size: Size, factor: int) -> Size:
    return None if size is None else size * factor


@op
class SpaceToDepth:
    """Blocks of n x n pixels become one pixel of n * n as many channels.

    [b, h, w, c], block_size n -> [b, h / n, w / n, n * n * c]
    """

    inputs = "input: T"
    outputs = "output: T"
    attrs = _BLOCKS

    def shape(input: TensorShape, *, block_size: int, data_format: str) -> TensorShape:
        return _image_shape(
            input,
            data_format,
            lambda height, width, channels: (
                _quotient(height, block_size),
                _quotient(width, block_size),
                _product(channels, block_size * block_size),
            ),
        )

    @any_elements
    def kernel(input: torch.Tensor, *, block_size: int, data_format: str) -> torch.Tensor:
        images = _images(input, data_format)
        batch, height, width, channels = images.shape
        n, rows, columns = block_size, height // block_size, width // block_size
        blocks = images.reshape(batch, rows, n, columns, n, channels).transpose(2, 3)
        return _in_format(blocks.reshape(batch, rows, columns, n * n * channels), data_format)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return DepthToSpace(dy, **_block_attrs(op))


@op
class DepthToSpace:
    """The inverse of SpaceToDepth.  [b, h, w, n * n * c] -> [b, h * n, w * n, c]."""

    inputs = "input: T"
    outputs = "output: T"
    attrs = _BLOCKS

    def shape(input: TensorShape, *, block_size: int, data_format: str) -> TensorShape:
        return _image_shape(
            input,
            data_format,
            lambda height, width, channels: (
                _product(height, block_size),
                _product(width, block_size),
                _quotient(channels, block_size * block_size),
            ),
        )

    @any_elements
    def kernel(input: torch.Tensor, *, block_size: int, data_format: str) -> torch.Tensor:
        images = _images(input, data_format)
        batch, rows, columns, channels = images.shape
        n, channels = block_size, channels // (block_size * block_size)
        blocks = images.reshape(batch, rows, columns, n, n, channels).transpose(2, 3)
        return _in_format(blocks.reshape(batch, rows * n, columns * n, channels), data_format)

    def gradient(op: Operation, dy: Tensor) -> Tensor:
        return SpaceToDepth(dy, **_block_attrs(op))


def _block_attrs(op: Operation) -> dict[str, Any]:
    return {name: op.attrs[name] for name in ("block_size", "data_format")}
