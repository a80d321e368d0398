"""Datasets of datasets: windows over the elements of another."""

from __future__ import annotations

import dataclasses
from collections import deque

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block, Element, read_only
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
