"""The largest elements, those of a given rank, and whether a class is among the first."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from reflow.graph.dtypes import int32
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.arrays import ExpandDims, Rank, Reshape, Shape
from reflow.ops.casts import Cast
from reflow.ops.comparisons import Equal
from reflow.ops.constants import constant
from reflow.ops.elements import any_elements
from reflow.ops.filling import OneHot
from reflow.ops.kernels import Host, Known, Value
from reflow.ops.math import Mul, RealDiv, Sub
from reflow.ops.op import op
from reflow.ops.reductions import Sum
from reflow.ops.slicing import Slice
from reflow.ops.unsigned import in_order
from reflow.ops.values import is_small

# Rows are searched by parts if these are no shorter: of less, maxima take long.
_SHORTEST_PART = 32

# Of fewer elements all are sorted, if there are equal ones.
_MANY = 1 << 13

# So many classes of each row are looked at first: their number is a byte.
_FIRST = 128


@any_elements
def taken_along(input: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """The elements at these places along the last axis."""
    return input.gather(-1, indices)


def _largest(input: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The `count` largest elements of each row and their places, int32; of equals the first come
    first, and NaN before all numbers."""
    if is_small(input):
        return _largest_of_few(input.numpy(), count)
    size = input.shape[-1]
    places = _places_of_largest(input.reshape(math.prod(input.shape[:-1]), size), count)
    places = places.view(*input.shape[:-1], count)
    return input.gather(-1, places), places.to(torch.int32)


def _places_of_largest(rows: torch.Tensor, count: int) -> torch.Tensor:
    """[rows, size] -> [rows, count]"""
    size = rows.shape[1]
    if rows.is_cpu and count > 0 and count * _SHORTEST_PART**2 <= size:
        return _places_by_parts(rows, count)
    if rows.is_cpu and 0 < 2 * count < size and rows.dtype is not torch.bfloat16:
        # torch.topk takes equal elements (and NaN) in any order: it will do if there are none
        # among those found, nor is the next one like the last.
        values, places = torch.topk(rows, count + 1)
        places = places[:, :count].contiguous()
        array = values.numpy()
        falls = array[:, 1:] < array[:, :-1]
        if np.count_nonzero(falls) == falls.size:
            return places
        if rows.numel() > _MANY:
            tied = np.flatnonzero(~falls.all(1))
            places[tied] = _first_of_equals(rows[tied], values[tied, :count], places[tied])
            return places
    return torch.sort(rows, descending=True, stable=True)[1][:, :count].contiguous()


def _places_by_parts(rows: torch.Tensor, count: int) -> torch.Tensor:
    """Looks only into the parts of each row with the `count` largest maxima, since an element of
    another part comes after as many others."""
    size = rows.shape[1]
    length = math.isqrt(size // count)
    parts = size // length
    maxima = rows[:, : parts * length].view(len(rows), parts, length).amax(2)
    first = _places_of_largest(maxima, count).sort()[0] * length
    within = (first.unsqueeze(2) + torch.arange(length)).flatten(1)
    rest = torch.arange(parts * length, size).expand(len(rows), -1)
    places = torch.cat([within, rest], 1)
    return places.gather(1, _places_of_largest(rows.gather(1, places), count))


def _first_of_equals(
    rows: torch.Tensor, largest: torch.Tensor, places: torch.Tensor
) -> torch.Tensor:
    """Places of the largest elements of each row, where those found are any of equal ones."""
    values, found, count = largest.numpy(), places.numpy(), places.shape[1]
    last = values[:, -1:]
    row, place = np.divmod(np.flatnonzero(_are_equal(rows.numpy(), last)), rows.shape[1])
    # The first of those that equal the last take the columns of those that were found.
    rank = np.arange(len(row)) - np.searchsorted(row, np.arange(len(rows)))[row]
    column = rank + (count - np.count_nonzero(_are_equal(values, last), axis=1))[row]
    taken = column < count
    found[row[taken], column[taken]] = place[taken]
    places = places.sort()[0]
    return places.gather(1, rows.gather(1, places).sort(descending=True, stable=True)[1])


def _are_equal(x: Host, y: Host) -> Host:
    """NaN being equal to NaN."""
    return (x == y) | ((x != x) & (y != y)) if np.isnan(y).any() else x == y


def _largest_of_few(array: Host, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    size = array.shape[-1]
    if array.ndim != 2:
        rows = array.reshape(math.prod(array.shape[:-1]), size)
        values, places = _largest_of_few(rows, count)
        shape = *array.shape[:-1], count
        return values.view(shape), places.view(shape)
    # Rows are sorted backward and read from the end, so that of equals the first come first.
    order = array[:, ::-1].argsort(1, "stable")
    columns = size - 1 - order[:, : -count - 1 : -1]
    largest = array[np.arange(len(array))[:, None], columns]
    return torch.from_numpy(largest), torch.from_numpy(columns.astype(np.int32))


@op
class TopKV2:
    """The k largest elements along the last dimension and their positions, the largest first.

    Of equal elements the one with the lower position comes first.
    """

    inputs = "input: T, k: int32"
    outputs = "values: T, indices: int32"
    attrs = ("sorted: bool = true", "T: realnumbertype")

    def shape(input: TensorShape, k: Value) -> tuple[TensorShape, TensorShape]:
        sizes = shapes.with_rank_at_least(input, 1).sizes
        count = shapes.scalar_size(k, 1)
        if sizes is None:
            return shapes.UNKNOWN, shapes.UNKNOWN
        if count is not None and sizes[-1] is not None and sizes[-1] < count:
            raise ValueError(f"input must have last dimension >= k = {count} but is {sizes[-1]}")
        both = TensorShape.of((*sizes[:-1], count))
        return both, both

    def kernel(input: torch.Tensor, k: Host) -> tuple[torch.Tensor, torch.Tensor]:
        if k.ndim:
            raise ValueError(f"k must be scalar, got shape {list(k.shape)}")
        count = int(k)
        if count < 0:
            raise ValueError(f"Need k >= 0, got {count}")
        if not input.dim():
            raise ValueError("input must be >= 1-D, got shape []")
        if count > input.shape[-1]:
            raise ValueError(
                f"input must have at least k columns. Had {input.shape[-1]}, needed {count}"
            )
        values, places = _largest(in_order(input), count)
        if values.dtype is not input.dtype:
            values = taken_along(input, places.long())
        return values, places

    def specialised(op: Operation, input: Known, k: Known) -> Any:
        if k.value is None or not input.sizes or not 0 <= int(k.value) <= input.sizes[-1]:
            return None
        count = int(k.value)
        return lambda input, _: _largest(input, count)

    def gradient(op: Operation, d_values: Tensor, d_indices: Tensor) -> tuple[Tensor, None]:
        x = op.inputs[0]
        dtype = x.dtype.base_dtype
        # One row for each of the k picks: its gradient at its position, zero elsewhere.
        last = Reshape(
            Slice(Shape(x), Reshape(Sub(Rank(x), constant(1)), constant([1])), constant([1])),
            constant([], int32),
        )
        places = OneHot(op.outputs[1], last, constant(1, dtype), constant(0, dtype), axis=-1)
        return Sum(Mul(places, ExpandDims(d_values, constant(-1))), constant(-2)), None


@op
class NthElement:
    """The element with the number n (from 0) of each row in order.  [..., m] -> [...].

    reverse: in falling order.
    """

    inputs = "input: T, n: int32"
    outputs = "values: T"
    attrs = ("reverse: bool = false", "T: realnumbertype")

    def shape(input: TensorShape, n: Value) -> TensorShape:
        sizes = shapes.with_rank_at_least(input, 1).sizes
        number = shapes.scalar_size(n, 1)
        if sizes is None:
            return shapes.UNKNOWN
        if number is not None and sizes[-1] is not None and sizes[-1] <= number:
            raise ValueError(f"Input must have last dimension > n = {number} but is {sizes[-1]}")
        return shapes.of(*sizes[:-1])

    def kernel(input: torch.Tensor, n: Host, *, reverse: bool) -> torch.Tensor:
        if n.ndim:
            raise ValueError(f"N must be scalar, got shape {list(n.shape)}")
        if n < 0:
            raise ValueError(f"Need n >= 0, got {n}")
        if not input.dim():
            raise ValueError("Input must be >= 1-D, got shape []")
        if input.shape[-1] <= n:
            raise ValueError("Input must have at least n+1 columns")
        order = torch.argsort(in_order(input), dim=-1, descending=reverse)
        return taken_along(input, order[..., int(n), None]).squeeze(-1)

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, None]:
        # What equals the picked element shares its gradient.
        x, dtype = op.inputs[0], dy.dtype
        found = Cast(Equal(ExpandDims(op.outputs[0], constant(-1)), x), DstT=dtype)
        count = ExpandDims(Sum(found, constant(-1)), constant(-1))
        return Mul(RealDiv(found, count), ExpandDims(dy, constant(-1))), None


def _in_top_shape(predictions: TensorShape, targets: TensorShape) -> TensorShape:
    predictions, targets = shapes.with_rank(predictions, 2), shapes.with_rank(targets, 1)
    assert predictions.sizes is not None and targets.sizes is not None
    return shapes.of(shapes.merge_sizes(predictions.sizes[0], targets.sizes[0]))


def _in_top(predictions: torch.Tensor, targets: torch.Tensor, count: int) -> torch.Tensor:
    if predictions.shape[0] != targets.shape[0]:
        raise ValueError(
            f"First dimension of predictions {predictions.shape[0]} must match length of "
            f"targets {targets.shape[0]}"
        )
    if predictions.is_cpu:
        try:
            target = predictions.gather(1, targets.long().unsqueeze(1))
        except (RuntimeError, IndexError):
            pass  # some target is no class
        else:
            return torch.from_numpy(_are_in_top(predictions.numpy(), target.numpy(), count))
    classes = predictions.shape[1]
    valid = (targets >= 0) & (targets < classes)
    index = torch.where(valid, targets, 0).long().unsqueeze(1)
    target = predictions.gather(1, index)
    # A row with a number that is not finite has no order: its target is not among the first.
    finite = torch.isfinite(target.squeeze(1)) & torch.isfinite(predictions).all(1)
    return valid & finite & ((predictions > target).sum(1) < count)


def _are_in_top(predictions: Host, target: Host, count: int) -> Host:
    """Of [rows, classes] and each row's number for its target, [rows, 1]."""
    if predictions.shape[1] > 2 * _FIRST:
        # Most rows have enough larger numbers among the first.
        larger = (predictions[:, :_FIRST] > target).view(np.uint8)
        left = np.flatnonzero(np.add.reduce(larger, 1, dtype=np.uint8) < count)
        if 2 * len(left) < len(target):
            found = np.zeros(len(target), bool)
            found[left] = _are_in_top_of_all(predictions[left], target[left], count)
            return found
    return _are_in_top_of_all(predictions, target, count)


def _are_in_top_of_all(predictions: Host, target: Host, count: int) -> Host:
    if count == 1:
        found = np.maximum.reduce(predictions, 1, initial=-np.inf) <= target[:, 0]
    else:
        found = np.count_nonzero(predictions > target, axis=1) < count
    with np.errstate(invalid="ignore", over="ignore"):
        total = np.add.reduce(predictions, None)
    if not math.isfinite(total):
        # A row with a number that is not finite has no order: its target is not among the first.
        found &= np.isfinite(predictions).all(1)
    return found


@op
class InTopKV2:
    """Whether targets[i] is among the k largest of predictions[i]; ties count as in."""

    inputs = "predictions: float, targets: T, k: T"
    outputs = "precision: bool"
    attrs = ("T: {int32, int64} = int32",)
    gradient = None

    def shape(predictions: TensorShape, targets: TensorShape, k: TensorShape) -> TensorShape:
        shapes.with_rank(k, 0)
        return _in_top_shape(predictions, targets)

    def kernel(predictions: torch.Tensor, targets: torch.Tensor, k: Host) -> torch.Tensor:
        return _in_top(predictions, targets, int(k))


@op
class InTopK:
    """InTopKV2 as it was before version 1.3: k is an attribute."""

    inputs = "predictions: float, targets: T"
    outputs = "precision: bool"
    attrs = ("k: int", "T: {int32, int64} = int32")
    gradient = None
    shape = _in_top_shape

    def kernel(predictions: torch.Tensor, targets: torch.Tensor, *, k: int) -> torch.Tensor:
        return _in_top(predictions, targets, k)
