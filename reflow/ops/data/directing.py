"""Datasets whose elements come from several others, as another one directs."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Sequence

from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block
from reflow.ops.data.signatures import ELEMENTS
from reflow.ops.kernels import Host
from reflow.ops.op import op


@dataclasses.dataclass(frozen=True, eq=False)
class DirectedInterleave(Dataset):
    """Elements of `sources`, each of the one whose number the element of `selector` is.

    Numbers of sources that have ended are passed over; it ends with the selector or all sources.
    """

    selector: Dataset
    sources: tuple[Dataset, ...]

    def iterate(self, context: Context) -> Iterator:
        return DirectedInterleaveIterator(
            self.selector.iterate(context.of_input(0)),
            [source.iterate(context.of_input(i)) for i, source in enumerate(self.sources, 1)],
        )

    def with_inputs(self, change: Callable[[Dataset], Dataset]) -> Dataset:
        sources = tuple(change(source) for source in self.sources)
        return DirectedInterleave(change(self.selector), sources)


class DirectedInterleaveIterator(Iterator):
    def __init__(self, selector: Iterator, sources: Sequence[Iterator]) -> None:
        self._selector = selector
        self._sources: list[Iterator | None] = list(sources)  # None: has ended
        self._numbers: deque[int] = deque()  # of the next elements

    def _next(self, limit: int) -> Block | None:
        while any(self._sources):
            if not self._numbers:
                selected = self._selector.next(limit)
                if selected is None:
                    return None
                self._numbers.extend(selected.columns[0].tolist())
            number = self._numbers.popleft()
            if not 0 <= number < len(self._sources):
                raise invalid(f"Selector index out of range: {number} >= {len(self._sources)}")
            source = self._sources[number]
            block = None if source is None else source.next(1)
            if block is not None:
                return block
            self._sources[number] = None
        return None


@op
class DirectedInterleaveDataset:
    """A dataset of elements of N datasets, whose numbers another one gives."""

    inputs = "selector_input_dataset: variant, data_input_datasets: N * variant"
    outputs = "handle: variant"
    attrs = (*ELEMENTS, "N: int >= 1")
    gradient = None

    def shape(
        selector_input_dataset: TensorShape, data_input_datasets: list[TensorShape]
    ) -> TensorShape:
        return shapes.SCALAR

    def kernel(selector_input_dataset: Host, data_input_datasets: list[Host]) -> Array:
        sources = tuple(dataset.item() for dataset in data_input_datasets)
        return handle(DirectedInterleave(selector_input_dataset.item(), sources))
