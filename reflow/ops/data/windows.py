"""Windows over the elements of a dataset, as datasets or as batches."""

from __future__ import annotations

import dataclasses
from collections import deque

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block, Element, read_only
from reflow.ops.data.combining import joined
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.data.sources import Tensors
from reflow.ops.kernels import Host
from reflow.ops.op import op


@dataclasses.dataclass(frozen=True, eq=False)
class Window(Dataset):
    """Windows of `size` elements of `source`, `stride` apart; `shift` from window to window.

    For each component of the elements a window has a dataset.
    """

    inputs = ("source",)
    source: Dataset
    size: int
    shift: int
    stride: int
    drop_remainder: bool

    def iterate(self, context: Context) -> Iterator:
        return WindowIterator(self.source.iterate(context.of_input()), self)


class WindowIterator(Iterator):
    def __init__(self, source: Iterator, dataset: Window) -> None:
        self._source = source
        self._shift = dataset.shift
        self._stride = dataset.stride
        self._drop_remainder = dataset.drop_remainder
        self._span = (dataset.size - 1) * dataset.stride + 1
        # The elements from the start of the next window on, and what failed in the place of one.
        self._buffer: deque[Element | errors.OpError] = deque()
        self._to_skip = 0

    def _next(self, limit: int) -> Block | None:
        self._fill()
        if not self._buffer or (self._drop_remainder and len(self._buffer) < self._span):
            return None
        window = list(self._buffer)[:: self._stride]
        self._advance()
        elements: list[Element] = []
        for element in window:
            if isinstance(element, errors.OpError):
                raise element
            elements.append(element)
        return Block.of_one([_dataset_of(component) for component in zip(*elements)])

    def _fill(self) -> None:
        while len(self._buffer) < self._span:
            try:
                block = self._source.next(1)
            except errors.OpError as error:
                self._take(error)
                continue
            if block is None:
                return
            self._take(block.element(0))

    def _take(self, element: Element | errors.OpError) -> None:
        if self._to_skip:
            self._to_skip -= 1
        else:
            self._buffer.append(element)

    def _advance(self) -> None:
        self._to_skip = max(0, self._shift - len(self._buffer))
        for _ in range(min(self._shift, len(self._buffer))):
            self._buffer.popleft()


def _dataset_of(values: tuple[Array, ...]) -> Array:
    return handle(Tensors(tuple(Block.of_one([read_only(value)]) for value in values)))


@op
class WindowDataset:
    """A dataset of windows: of each component a dataset of up to `size` elements."""

    inputs = (
        "input_dataset: variant, size: int64, shift: int64, stride: int64, drop_remainder: bool"
    )
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(
        input_dataset: TensorShape,
        size: TensorShape,
        shift: TensorShape,
        stride: TensorShape,
        drop_remainder: TensorShape,
    ) -> TensorShape:
        return of_scalars(input_dataset, size, shift, stride, drop_remainder)

    def kernel(
        input_dataset: Host, size: Host, shift: Host, stride: Host, drop_remainder: Host
    ) -> Array:
        for name, value in (("size", size), ("shift", shift), ("stride", stride)):
            if value <= 0:
                raise invalid(f"Window {name} must be greater than zero.")
        return handle(
            Window(input_dataset.item(), int(size), int(shift), int(stride), bool(drop_remainder))
        )


# -- Windows as batches ---------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class SlidingWindow(Dataset):
    """Batches of `size` elements of `source`, `stride` apart; `shift` from window to window.

    Windows that would hold fewer elements are left out.
    """

    inputs = ("source",)
    source: Dataset
    size: int
    shift: int
    stride: int

    def iterate(self, context: Context) -> Iterator:
        return SlidingWindowIterator(self.source.iterate(context.of_input()), self)


class SlidingWindowIterator(Iterator):
    def __init__(self, source: Iterator, dataset: SlidingWindow) -> None:
        self._source = source
        self._source_ended = False
        self._shift = dataset.shift
        self._stride = dataset.stride
        self._span = (dataset.size - 1) * dataset.stride + 1
        # The elements from the start of the next window on.
        self._buffer: deque[Block] = deque()

    def _next(self, limit: int) -> Block | None:
        while len(self._buffer) < self._span:
            block = self._taken()
            if block is None:
                return None
            self._buffer.append(block)
        window = list(self._buffer)[:: self._stride]
        for _ in range(self._shift - len(self._buffer)):
            if self._taken() is None:
                break
        for _ in range(min(self._shift, len(self._buffer))):
            self._buffer.popleft()
        return Block.of_one(joined(window).columns)

    def _taken(self) -> Block | None:
        block = None if self._source_ended else self._source.next(1)
        self._source_ended = block is None
        return block


@op
class SlidingWindowDataset:
    """A dataset of batches of `window_size` elements, of which consecutive ones may share some."""

    inputs = "input_dataset: variant, window_size: int64, window_shift: int64, window_stride: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(
        input_dataset: TensorShape,
        window_size: TensorShape,
        window_shift: TensorShape,
        window_stride: TensorShape,
    ) -> TensorShape:
        return of_scalars(window_size, window_shift, window_stride)

    def kernel(
        input_dataset: Host, window_size: Host, window_shift: Host, window_stride: Host
    ) -> Array:
        numbers = {
            "Window size": window_size,
            "Window shift": window_shift,
            "window_stride": window_stride,
        }
        for name, value in numbers.items():
            if value <= 0:
                raise invalid(f"{name} must be greater than zero.")
        return handle(
            SlidingWindow(
                input_dataset.item(), int(window_size), int(window_shift), int(window_stride)
            )
        )
