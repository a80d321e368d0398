"""Pooling over windows of two lengths, k and k + 1, in random order.

Source: Graham, "Fractional max-pooling" (2014); tensorflow/core/kernels/fractional_pool_common.cc.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from reflow.graph import errors
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import int64
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import Shape
from reflow.ops.kernels import Host, Value
from reflow.ops.op import op
from reflow.ops.philox.streams import RandomStream, random_stream
from reflow.ops.philox.words import WordSequence
from reflow.ops.values import placed

_ATTRS = (
    "pooling_ratio: list(float) >= 4",
    "pseudo_random: bool = false",
    "overlapping: bool = false",
    "deterministic: bool = false",
    "seed: int = 0",
    "seed2: int = 0",
    "T: {float, double, int32, int64}",
)
_GRADIENT_ATTRS = ("overlapping: bool = false", "T: {float, double, int32, int64}")

Sequence64 = npt.NDArray[np.int64]


# -- Where the windows begin -----------------------------------------------------------------------


def _lengths(stream: RandomStream, size: int, count: int, pseudo_random: bool) -> Sequence64:
    if pseudo_random:
        return _pseudo_random_lengths(stream, size, count)
    lengths = np.full(count, size // count, np.int64)
    lengths[: size % count] += 1
    return lengths[stream.permutation(count, reserved=count).numpy()]


def _pseudo_random_lengths(stream: RandomStream, size: int, count: int) -> Sequence64:
    """Windows begin at ceil(alpha * (i + u)): one number u for all; section 2 of the paper."""
    alpha, short = size / count, size // count
    # Beyond these, the first window were too long or the last one too short.
    largest = min((short + 2) / alpha - 1, (size + 1 - short) / alpha - (count - 1))
    u = WordSequence(stream, 1).doubles(1)[0] * largest
    inner = np.ceil(alpha * (np.arange(1, count) + u)).astype(np.int64)
    return np.diff(np.concatenate([[1], inner, [size + 1]]))


def _starts(stream: RandomStream, size: int, count: int, pseudo_random: bool) -> Sequence64:
    """[count + 1]: the first place of each window, and the end of the last."""
    lengths = _lengths(stream, size, count, pseudo_random)
    return np.concatenate([[0], np.cumsum(lengths)])


def _members(starts: Host, size: int, overlapping: bool) -> tuple[Sequence64, Sequence64]:
    """(places [count, longest] of each window's elements, how many they are).

    A shorter window has its last element several times.
    """
    if starts.ndim != 1 or len(starts) < 2 or (np.diff(starts) < 1).any():
        raise ValueError(f"A pooling sequence must ascend. Received: {starts.tolist()}")
    if starts[0] < 0 or starts[-2] >= size:
        raise ValueError(
            f"A pooling sequence must lie within the {size} elements. Received: {starts.tolist()}"
        )
    last = np.minimum(starts[1:] if overlapping else starts[1:] - 1, size - 1)
    counts = last - starts[:-1] + 1
    offsets = np.arange(counts.max())
    return np.minimum(starts[:-1, None] + offsets, last[:, None]), counts


def _shape(value: TensorShape, *, op: Operation) -> list[TensorShape]:
    sizes = shapes.with_rank(value, 4).sizes
    assert sizes is not None
    output = _pooled_sizes(sizes, op.attrs["pooling_ratio"])
    rows, columns = (None if size is None else size + 1 for size in output[1:3])
    return [shapes.of(*output), shapes.of(rows), shapes.of(columns)]


def _pooled_sizes(sizes: Any, ratios: Any) -> list[Any]:
    if len(ratios) != 4:
        raise ValueError("pooling_ratio field must specify 4 dimensions")
    pooled = [None if n is None else math.floor(n / ratio) for n, ratio in zip(sizes, ratios)]
    if any(size is not None and size < 0 for size in pooled):
        raise ValueError(f"Size computed for some dimension is negative: {pooled}")
    return pooled


def _seeds(op: Operation) -> tuple[int, int]:
    """Those of all runs of the op; (0, 0): every run draws anew."""
    seeds = op.attrs["seed"], op.attrs["seed2"]
    if not op.attrs["deterministic"] or any(seeds):
        return seeds
    first, second = np.random.SeedSequence().generate_state(2, np.uint32).tolist()
    return first + 1, second


def _sequences(value: torch.Tensor, op: Operation, seeds: tuple[int, int]) -> list[Sequence64]:
    """Where the windows begin, along the rows and along the columns."""
    ratios = op.attrs["pooling_ratio"]
    if ratios[0] != 1 and ratios[3] != 1:
        kind = "max" if op.type == "FractionalMaxPool" else "avg"
        raise errors.UnimplementedError(
            None,
            None,
            f"Fractional {kind} pooling is not yet supported on the batch nor channel dimension.",
        )
    if not op.attrs["deterministic"] and any(seeds):
        raise ValueError("Both seed and seed2 should be 0 if deterministic is false.")
    if value.dim() != 4:
        raise ValueError("tensor_in must be 4-dimensional")
    counts = _pooled_sizes(value.shape, ratios)[1:3]
    if min(counts) < 1:
        raise ValueError(f"pooling_ratio leaves nothing of the input. Received: {ratios}")
    stream = random_stream(*seeds)
    return [
        _starts(stream, size, count, op.attrs["pseudo_random"])
        for size, count in zip(value.shape[1:3], counts)
    ]


# -- Maxima ----------------------------------------------------------------------------------------


def _windows(x: torch.Tensor, rows: Host, columns: Host, overlapping: bool) -> torch.Tensor:
    """The elements of each window: [batch, rows, columns, channels, elements]."""
    row_places, _ = _members(rows, x.shape[1], overlapping)
    column_places, _ = _members(columns, x.shape[2], overlapping)
    taken = x[:, torch.from_numpy(row_places)][:, :, :, torch.from_numpy(column_places)]
    # [batch, rows, y, columns, x, channels]
    return taken.permute(0, 1, 3, 5, 2, 4).flatten(4)


def _placed_like(value: torch.Tensor, *arrays: Host) -> list[torch.Tensor]:
    return [placed(torch.from_numpy(array), value.device) for array in arrays]


@op
class FractionalMaxPool:
    """The largest element of each window, and where the windows begin."""

    inputs = "value: T"
    outputs = "output: T, row_pooling_sequence: int64, col_pooling_sequence: int64"
    attrs = _ATTRS
    shape = _shape
    state = _seeds

    def kernel(value: torch.Tensor, *, op: Operation, state: tuple[int, int]) -> tuple[Any, ...]:
        rows, columns = _sequences(value, op, state)
        largest = _windows(value, rows, columns, op.attrs["overlapping"]).amax(-1)
        return largest, *_placed_like(value, rows, columns)

    def gradient(op: Operation, dy: Tensor, *_: Tensor | None) -> Tensor:
        y, rows, columns = op.outputs
        return FractionalMaxPoolGrad(
            op.inputs[0], y, dy, rows, columns, overlapping=op.attrs["overlapping"]
        )


@op
class FractionalMaxPoolGrad:
    """Each gradient brought to the first of its window's largest elements."""

    inputs = (
        "orig_input: T, orig_output: T, out_backprop: T, row_pooling_sequence: int64, "
        "col_pooling_sequence: int64"
    )
    outputs = "output: T"
    attrs = _GRADIENT_ATTRS

    def shape(
        x: TensorShape, y: TensorShape, dy: TensorShape, rows: TensorShape, columns: TensorShape
    ) -> TensorShape:
        return shapes.with_rank(x, 4)

    def kernel(
        x: torch.Tensor,
        y: torch.Tensor,
        dy: torch.Tensor,
        rows: Host,
        columns: Host,
        *,
        overlapping: bool,
    ) -> torch.Tensor:
        flat_places = torch.arange(math.prod(x.shape[1:]), device=x.device).view(1, *x.shape[1:])
        places = _windows(flat_places, rows, columns, overlapping).expand(
            x.shape[0], -1, -1, -1, -1
        )
        largest = _windows(x, rows, columns, overlapping).argmax(-1, keepdim=True)
        indices = places.gather(-1, largest).flatten(1)
        return (
            dy.new_zeros(x.shape).flatten(1).scatter_add_(1, indices, dy.flatten(1)).view(x.shape)
        )


# -- Means -----------------------------------------------------------------------------------------


def _membership(starts: Host, size: int, overlapping: bool, like: torch.Tensor) -> torch.Tensor:
    """[windows, size]: 1 where a window has an element."""
    places, counts = _members(starts, size, overlapping)
    belongs = torch.zeros(len(counts), size, dtype=torch.float64)
    belongs.scatter_(1, torch.from_numpy(places), 1)
    return belongs.to(like)


@op
class FractionalAvgPool:
    """The mean of each window, and where the windows begin; integers are divided as in C."""

    inputs = "value: T"
    outputs = "output: T, row_pooling_sequence: int64, col_pooling_sequence: int64"
    attrs = _ATTRS
    shape = _shape
    state = _seeds

    def kernel(value: torch.Tensor, *, op: Operation, state: tuple[int, int]) -> tuple[Any, ...]:
        starts = _sequences(value, op, state)
        rows, columns = (
            _membership(sequence, size, op.attrs["overlapping"], value)
            for sequence, size in zip(starts, value.shape[1:3])
        )
        sums = torch.einsum("ry,byxc,qx->brqc", rows, value, columns)
        counts = torch.outer(rows.sum(1), columns.sum(1))[:, :, None].to(value.dtype)
        rounding = None if value.is_floating_point() else "trunc"
        means = torch.div(sums, counts, rounding_mode=rounding)
        return means, *_placed_like(value, *starts)

    def gradient(op: Operation, dy: Tensor, *_: Tensor | None) -> Tensor:
        x = op.inputs[0]
        sizes = convert_to_tensor(x.shape, int64) if x.shape.is_fully_defined() else None
        return FractionalAvgPoolGrad(
            Shape(x, out_type=int64) if sizes is None else sizes,
            dy,
            *op.outputs[1:],
            overlapping=op.attrs["overlapping"],
        )


@op
class FractionalAvgPoolGrad:
    """Each gradient spread evenly over its window."""

    inputs = (
        "orig_input_tensor_shape: int64, out_backprop: T, row_pooling_sequence: int64, "
        "col_pooling_sequence: int64"
    )
    outputs = "output: T"
    attrs = _GRADIENT_ATTRS

    def shape(
        sizes: Value, dy: TensorShape, rows: TensorShape, columns: TensorShape
    ) -> TensorShape:
        return shapes.of(None, None, None, None) if sizes is None else shapes.of(*sizes.tolist())

    def kernel(
        sizes: Host, dy: torch.Tensor, rows: Host, columns: Host, *, overlapping: bool
    ) -> torch.Tensor:
        if sizes.shape != (4,):
            raise ValueError("original input tensor shape must be1-dimensional and 4 elements")
        exact = dy.double()
        of_rows = _membership(rows, int(sizes[1]), overlapping, exact)
        of_columns = _membership(columns, int(sizes[2]), overlapping, exact)
        shares = exact / torch.outer(of_rows.sum(1), of_columns.sum(1))[:, :, None]
        return torch.einsum("ry,brqc,qx->byxc", of_rows, shares, of_columns).to(dy.dtype)
