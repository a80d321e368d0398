"""Grayscale morphology: the largest sum of image and filter in each window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import torch
from torch.nn import functional

from reflow.graph import errors
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.convolution.geometry import extent, places
from reflow.ops.op import op
from reflow.ops.unsigned import widened

_ATTRS = (
    "T: realnumbertype",
    "strides: list(int) >= 4",
    "rates: list(int) >= 4",
    "padding: {'SAME', 'VALID'}",
)


@op
class Dilation2D:
    """max over dy, dx of input[..., y * stride + dy * rate, x * stride + dx * rate, c]
    + filter[dy, dx, c].

    input [batch, height, width, channels], filter [height, width, channels].
    """

    inputs = "input: T, filter: T"
    outputs = "output: T"
    attrs = _ATTRS

    def shape(
        input: TensorShape,
        filter: TensorShape,
        *,
        strides: list[int],
        rates: list[int],
        padding: str,
    ) -> TensorShape:
        input, filter = shapes.with_rank(input, 4), shapes.with_rank(filter, 3)
        for name, given in (("stride", strides), ("rates", rates)):
            if len(given) != 4:
                raise ValueError(
                    f"Dilation2D requires the {name} attribute to contain 4 values, "
                    f"but got: {len(given)}"
                )
        assert input.sizes is not None and filter.sizes is not None
        batch, height, width, channels = input.sizes
        rows, columns, depth = filter.sizes
        if None in (height, width, rows, columns):
            return shapes.of(batch, None, None, depth)
        shapes.merge_sizes(channels, depth)
        windows = [extent(rows or 0, rates[1]), extent(columns or 0, rates[2])]
        sizes, _ = places([height or 0, width or 0], windows, strides[1:3], padding)
        return shapes.of(batch, *sizes, depth)

    @widened
    def kernel(
        input: torch.Tensor,
        filter: torch.Tensor,
        *,
        strides: list[int],
        rates: list[int],
        padding: str,
    ) -> torch.Tensor:
        windows = _Windows(input, filter, strides, rates, padding)
        return windows.largest(input, filter)[0]

    def gradient(op: Operation, dy: Tensor) -> tuple[Tensor, Tensor]:
        input, filter = op.inputs
        attrs = {name: op.attrs[name] for name in ("strides", "rates", "padding")}
        return (
            Dilation2DBackpropInput(input, filter, dy, **attrs),
            Dilation2DBackpropFilter(input, filter, dy, **attrs),
        )


@op
class Dilation2DBackpropInput:
    """The gradient of Dilation2D by its input: it goes to the first of the largest sums."""

    inputs = "input: T, filter: T, out_backprop: T"
    outputs = "in_backprop: T"
    attrs = _ATTRS

    def shape(input: TensorShape, filter: TensorShape, out_backprop: TensorShape) -> TensorShape:
        return input

    @widened
    def kernel(
        input: torch.Tensor,
        filter: torch.Tensor,
        out_backprop: torch.Tensor,
        *,
        strides: list[int],
        rates: list[int],
        padding: str,
    ) -> torch.Tensor:
        windows = _Windows(input, filter, strides, rates, padding)
        windows.check(out_backprop)
        _, chosen = windows.largest(input, filter)
        gradient = windows.padded(torch.zeros_like(input))
        for number, part in enumerate(windows.taps(gradient)):
            part += torch.where(chosen == number, out_backprop, 0)
        return windows.inside(gradient)


@op
class Dilation2DBackpropFilter:
    """The gradient of Dilation2D by its filter: it goes to the first of the largest sums."""

    inputs = "input: T, filter: T, out_backprop: T"
    outputs = "filter_backprop: T"
    attrs = _ATTRS

    def shape(input: TensorShape, filter: TensorShape, out_backprop: TensorShape) -> TensorShape:
        return filter

    @widened
    def kernel(
        input: torch.Tensor,
        filter: torch.Tensor,
        out_backprop: torch.Tensor,
        *,
        strides: list[int],
        rates: list[int],
        padding: str,
    ) -> torch.Tensor:
        windows = _Windows(input, filter, strides, rates, padding)
        windows.check(out_backprop)
        _, chosen = windows.largest(input, filter)
        gradient = torch.zeros_like(filter)
        for number, tap in enumerate(gradient.view(-1, filter.shape[2])):
            got = torch.where(chosen == number, out_backprop, 0)
            tap.copy_(got.sum((0, 1, 2), dtype=filter.dtype))
        return gradient


class _Windows:
    """Where a filter [height, width, channels] is laid on images [batch, height, width, channels].

    Raises:
      UnimplementedError: steps along the batch or the channels.
      ValueError: what does not fit.
    """

    def __init__(
        self,
        input: torch.Tensor,
        filter: torch.Tensor,
        strides: Sequence[int],
        rates: Sequence[int],
        padding: str,
    ) -> None:
        for what, steps in (("Stride", strides), ("Rate", rates)):
            if steps[0] != 1 or steps[3] != 1:
                message = f"{what} is only supported across spatial dimensions."
                raise errors.UnimplementedError(None, None, message)
        if input.ndim != 4:
            shown = shapes.text(shapes.of(*input.shape))
            raise ValueError(f"input must be 4-dimensional{shown}")
        if filter.ndim != 3:
            shown = shapes.text(shapes.of(*filter.shape))
            raise ValueError(f"filter must be 3-dimensional: {shown}")
        if input.shape[3] != filter.shape[2]:
            raise ValueError(
                f"input and filter must have the same depth: {input.shape[3]} vs {filter.shape[2]}"
            )
        self._window = filter.shape[:2]
        self._strides, self._rates = strides[1:3], rates[1:3]
        self._space = input.shape[1:3]
        covered = list(map(extent, self._window, self._rates))
        self._output, self._margins = places(self._space, covered, self._strides, padding)
        self._sizes = (input.shape[0], *self._output, input.shape[3])

    def check(self, out_backprop: torch.Tensor) -> None:
        if tuple(out_backprop.shape) != self._sizes:
            raise ValueError("out_backprop has incompatible size.")

    def largest(
        self, input: torch.Tensor, filter: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(the largest sum in each window, the number of the filter's element that made it)."""
        lowest = -torch.inf if input.is_floating_point() else torch.iinfo(input.dtype).min
        largest = input.new_full(self._sizes, lowest)
        chosen = torch.zeros_like(largest, dtype=torch.int32)
        is_inside = self.padded(torch.ones_like(input[:1, :, :, :1], dtype=torch.bool))
        filter_taps = filter.reshape(-1, filter.shape[2])
        parts = zip(filter_taps, self.taps(self.padded(input)), self.taps(is_inside))
        for number, (tap, part, inside) in enumerate(parts):
            candidate = part + tap
            better = inside & (candidate > largest)
            largest = torch.where(better, candidate, largest)
            chosen = torch.where(better, number, chosen)
        return largest, chosen

    def taps(self, padded: torch.Tensor) -> Iterator[torch.Tensor]:
        """For each element of the filter the view of what it meets, window by window."""
        for row, column in product(*map(range, self._window)):
            starts = (row * self._rates[0], column * self._rates[1])
            rows, columns = (
                slice(start, start + (count - 1) * stride + 1, stride) if count else slice(0, 0)
                for start, count, stride in zip(starts, self._output, self._strides)
            )
            yield padded[:, rows, columns]

    def padded(self, x: torch.Tensor) -> torch.Tensor:
        (top, bottom), (left, right) = self._margins
        return functional.pad(x, (0, 0, left, right, top, bottom))

    def inside(self, padded: torch.Tensor) -> torch.Tensor:
        """The inverse of `padded`."""
        (top, _), (left, _) = self._margins
        height, width = self._space
        return padded[:, top : top + height, left : left + width].contiguous()
