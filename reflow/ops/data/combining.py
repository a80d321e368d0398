"""Datasets made of others: zip, concatenate, batch and its opposite."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block, Element, concatenate, shape_text
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

# -- Zip ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Zip(Dataset):
    """The elements of several datasets side by side, until one of them ends."""

    sources: tuple[Dataset, ...]

    def iterate(self, context: Context) -> Iterator:
        return ZipIterator(
            [source.iterate(context.of_input(i)) for i, source in enumerate(self.sources)]
        )

    def with_inputs(self, change: Callable[[Dataset], Dataset]) -> Dataset:
        return Zip(tuple(change(source) for source in self.sources))


class ZipIterator(Iterator):
    def __init__(self, sources: Sequence[Iterator]) -> None:
        self._sources = sources
        # What has been taken from each and not yet been given away.
        self._taken: list[Block | None] = [None] * len(sources)

    def _next(self, limit: int) -> Block | None:
        count = limit
        taken: list[Block] = []
        for index, source in enumerate(self._sources):
            block = self._taken[index] or source.next(count)
            if block is None:
                return None
            self._taken[index] = block
            taken.append(block)
            count = min(count, len(block))
        for index, block in enumerate(taken):
            rest = len(block) - count
            self._taken[index] = block.select(slice(count, None)) if rest else None
        return Block([column[:count] for block in taken for column in block.columns])


@op
class ZipDataset:
    """A dataset of the elements of N datasets, joined one with one."""

    inputs = "input_datasets: N * variant"
    outputs = "handle: variant"
    attrs = (*ELEMENTS, "N: int >= 1")
    gradient = None

    def shape(input_datasets: list[TensorShape]) -> TensorShape:
        return of_scalars(*input_datasets)

    def kernel(input_datasets: list[Host]) -> Array:
        return handle(Zip(tuple(dataset.item() for dataset in input_datasets)))


# -- Concatenate ----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Concatenate(Dataset):
    """The elements of one dataset, then those of another."""

    inputs = ("first", "second")
    first: Dataset
    second: Dataset

    def iterate(self, context: Context) -> Iterator:
        return ConcatenateIterator(self, context)


class ConcatenateIterator(Iterator):
    def __init__(self, dataset: Concatenate, context: Context) -> None:
        self._current = dataset.first.iterate(context.of_input(0))
        self._second: Callable[[], Iterator] | None = lambda: dataset.second.iterate(
            context.of_input(1)
        )

    def _next(self, limit: int) -> Block | None:
        block = self._current.next(limit)
        if block is None and self._second is not None:
            self._current, self._second = self._second(), None
            block = self._current.next(limit)
        return block


@op
class ConcatenateDataset:
    """A dataset of the elements of one dataset and then of another."""

    inputs = "input_dataset: variant, another_dataset: variant"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, another_dataset: TensorShape) -> TensorShape:
        return of_scalars(input_dataset, another_dataset)

    def kernel(input_dataset: Host, another_dataset: Host) -> Array:
        return handle(Concatenate(input_dataset.item(), another_dataset.item()))


# -- Unbatch --------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Unbatch(Dataset):
    """The slices of the elements of `source` along their first axes."""

    inputs = ("source",)
    source: Dataset

    def iterate(self, context: Context) -> Iterator:
        return UnbatchIterator(self.source.iterate(context.of_input()))


class UnbatchIterator(Iterator):
    def __init__(self, source: Iterator) -> None:
        self._source = source
        self._rest: Block | None = None  # of the current element

    def _next(self, limit: int) -> Block | None:
        while self._rest is None or not len(self._rest):
            block = self._source.next(1)
            if block is None:
                return None
            self._rest = _slices(block.element(0))
        part = self._rest.select(slice(0, limit))
        self._rest = self._rest.select(slice(limit, None))
        return part


def _slices(element: Element) -> Block:
    for index, component in enumerate(element):
        if not component.ndim:
            raise invalid("Input element must have a non-scalar value in each component.")
        if len(component) != len(element[0]):
            raise invalid(
                "Input element must have the same batch size in each component. Component 0 had "
                f"size {len(element[0])} but component {index} had size, {len(component)}."
            )
    return Block(element)


@op
class UnbatchDataset:
    """A dataset of the slices of the elements of another along their first axes."""

    inputs = "input_dataset: variant"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape) -> TensorShape:
        return of_scalars(input_dataset)

    def kernel(input_dataset: Host) -> Array:
        return handle(Unbatch(input_dataset.item()))


# -- Batch ----------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Batch(Dataset):
    """Elements that hold `size` elements of `source` each; the last one may hold fewer."""

    inputs = ("source",)
    source: Dataset
    size: int
    drop_remainder: bool

    def iterate(self, context: Context) -> Iterator:
        return BatchIterator(self.source.iterate(context.of_input()), self)


class BatchIterator(Iterator):
    def __init__(self, source: Iterator, dataset: Batch | PaddedBatch) -> None:
        self._source = source
        self._size = dataset.size
        self._drop_remainder = dataset.drop_remainder

    def _next(self, limit: int) -> Block | None:
        blocks: list[Block] = []
        missing = self._size
        while missing:
            block = self._source.next(missing)
            if block is None:
                break
            blocks.append(block)
            missing -= len(block)
        if not blocks or (missing and self._drop_remainder):
            return None
        return Block.of_one(self._joined(blocks).columns)

    def _joined(self, blocks: Sequence[Block]) -> Block:
        """One block of all elements."""
        return joined(blocks)


def joined(blocks: Sequence[Block]) -> Block:
    """One block of the elements of several.

    Raises:
      tf.errors.InvalidArgumentError: they are not all of the same shapes.
    """
    first = blocks[0].shapes
    index = 0
    for block in blocks:
        for component, (wanted, found) in enumerate(zip(first, block.shapes)):
            if wanted != found:
                raise invalid(
                    f"Cannot batch tensors with different shapes in component {component}. First "
                    f"element had shape {shape_text(wanted)} and element {index} had shape "
                    f"{shape_text(found)}."
                )
        index += len(block)
    return concatenate(blocks)


def _batch(source: Array, size: Array, drop_remainder: bool) -> Array:
    if size <= 0:
        raise invalid("Batch size must be greater than zero.")
    return handle(Batch(source.item(), int(size), drop_remainder))


@op
class BatchDataset:
    """As BatchDatasetV2, with a last batch that may be smaller."""

    inputs = "input_dataset: variant, batch_size: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, batch_size: TensorShape) -> TensorShape:
        return of_scalars(batch_size)

    def kernel(input_dataset: Host, batch_size: Host) -> Array:
        return _batch(input_dataset, batch_size, drop_remainder=False)


@op
class BatchDatasetV2:
    """A dataset of `batch_size` consecutive elements at a time, stacked along a new first axis."""

    inputs = "input_dataset: variant, batch_size: int64, drop_remainder: bool"
    outputs = "handle: variant"
    attrs = ("parallel_copy: bool = false", *ELEMENTS)
    gradient = None

    def shape(
        input_dataset: TensorShape, batch_size: TensorShape, drop_remainder: TensorShape
    ) -> TensorShape:
        return of_scalars(batch_size, drop_remainder)

    def kernel(input_dataset: Host, batch_size: Host, drop_remainder: Host) -> Array:
        return _batch(input_dataset, batch_size, bool(drop_remainder))


# -- Padded batch ---------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class PaddedBatch(Dataset):
    """As Batch, for elements of different sizes, which are filled up.

    Attributes:
      padded_shapes: for each component the sizes to fill up to; -1: to the largest of the batch.
      padding_values: for each component a scalar.
    """

    inputs = ("source",)
    source: Dataset
    size: int
    drop_remainder: bool
    padded_shapes: tuple[tuple[int, ...], ...]
    padding_values: tuple[Array, ...]

    def iterate(self, context: Context) -> Iterator:
        return PaddedBatchIterator(self.source.iterate(context.of_input()), self)


class PaddedBatchIterator(BatchIterator):
    def __init__(self, source: Iterator, dataset: PaddedBatch) -> None:
        super().__init__(source, dataset)
        self._padded_shapes = dataset.padded_shapes
        self._padding_values = dataset.padding_values

    def _joined(self, blocks: Sequence[Block]) -> Block:
        columns = zip(*(block.columns for block in blocks))
        padding = zip(self._padded_shapes, self._padding_values)
        return Block(
            [
                _padded(parts, index, *shape_and_value)
                for index, (parts, shape_and_value) in enumerate(zip(columns, padding))
            ]
        )


def _padded(parts: Sequence[Array], component: int, shape: tuple[int, ...], value: Array) -> Array:
    """The elements in `parts`, filled up to one shape, as one array."""
    for part in parts:
        if part.ndim - 1 != len(shape):
            raise invalid(
                f"All elements in a batch must have the same rank as the padded shape for component"
                f"{component}: expected rank {len(shape)} but got element with rank {part.ndim - 1}"
            )
    largest = [max(part.shape[axis + 1] for part in parts) for axis in range(len(shape))]
    sizes = [found if wanted == -1 else wanted for wanted, found in zip(shape, largest)]
    if any(found > size for found, size in zip(largest, sizes)):
        raise errors.DataLossError(
            None, None, "Attempted to pad to a smaller size than the input element."
        )
    result = np.full([sum(map(len, parts)), *sizes], value, parts[0].dtype)
    start = 0
    for part in parts:
        stretch = (slice(start, start + len(part)), *map(slice, part.shape[1:]))
        result[stretch] = part
        start += len(part)
    return result


def _padded_batch(
    source: Array,
    size: Array,
    padded_shapes: Sequence[Array],
    padding_values: Sequence[Array],
    drop_remainder: bool,
) -> Array:
    if size <= 0:
        raise invalid("Batch size must be greater than zero.")
    for value in padding_values:
        if value.ndim:
            raise invalid("All padding values must be scalars")
    wanted = tuple(tuple(shape.tolist()) for shape in padded_shapes)
    return handle(
        PaddedBatch(source.item(), int(size), drop_remainder, wanted, tuple(padding_values))
    )


@op
class PaddedBatchDataset:
    """As PaddedBatchDatasetV2, with a last batch that may be smaller."""

    inputs = (
        "input_dataset: variant, batch_size: int64, padded_shapes: N * int64, "
        "padding_values: Toutput_types"
    )
    outputs = "handle: variant"
    attrs = ("Toutput_types: list(type) >= 1", "output_shapes: list(shape) >= 1", "N: int >= 1")
    gradient = None

    def shape(
        input_dataset: TensorShape,
        batch_size: TensorShape,
        padded_shapes: list[TensorShape],
        padding_values: list[TensorShape],
    ) -> TensorShape:
        return of_scalars(batch_size)

    def kernel(
        input_dataset: Host,
        batch_size: Host,
        padded_shapes: list[Host],
        padding_values: list[Host],
    ) -> Array:
        return _padded_batch(input_dataset, batch_size, padded_shapes, padding_values, False)


@op
class PaddedBatchDatasetV2:
    """A dataset of batches of elements that are filled up to one size."""

    inputs = (
        "input_dataset: variant, batch_size: int64, padded_shapes: N * int64, "
        "padding_values: Toutput_types, drop_remainder: bool"
    )
    outputs = "handle: variant"
    attrs = (
        "parallel_copy: bool = false",
        "Toutput_types: list(type) >= 1",
        "output_shapes: list(shape) >= 1",
        "N: int >= 1",
    )
    gradient = None

    def shape(
        input_dataset: TensorShape,
        batch_size: TensorShape,
        padded_shapes: list[TensorShape],
        padding_values: list[TensorShape],
        drop_remainder: TensorShape,
    ) -> TensorShape:
        return of_scalars(batch_size, drop_remainder)

    def kernel(
        input_dataset: Host,
        batch_size: Host,
        padded_shapes: list[Host],
        padding_values: list[Host],
        drop_remainder: Host,
    ) -> Array:
        return _padded_batch(
            input_dataset, batch_size, padded_shapes, padding_values, bool(drop_remainder)
        )
