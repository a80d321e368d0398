"""Datasets of some of the elements of another, or of all of them several times."""

from __future__ import annotations

import dataclasses
from typing import Any

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

# So many elements are skipped at once.
_SKIPPED_AT_ONCE = 1024


@dataclasses.dataclass(frozen=True, eq=False)
class Take(Dataset):
    """The first `count` elements; all of them if it is negative."""

    inputs = ("source",)
    source: Dataset
    count: int

    def iterate(self, context: Context) -> Iterator:
        source = self.source.iterate(context.of_input())
        return source if self.count < 0 else TakeIterator(source, self.count)


class TakeIterator(Iterator):
    def __init__(self, source: Iterator, count: int) -> None:
        self._source = source
        self._left = count

    def _next(self, limit: int) -> Block | None:
        if not self._left:
            return None
        block = self._source.next(min(limit, self._left))
        if block is not None:
            self._left -= len(block)
        return block


@op
class TakeDataset:
    """A dataset of the first `count` elements, of all if it is -1."""

    inputs = "input_dataset: variant, count: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, count: TensorShape) -> TensorShape:
        return of_scalars(count)

    def kernel(input_dataset: Host, count: Host) -> Array:
        return handle(Take(input_dataset.item(), int(count)))


@dataclasses.dataclass(frozen=True, eq=False)
class Skip(Dataset):
    """All but the first `count` elements; none of them if it is negative."""

    inputs = ("source",)
    source: Dataset
    count: int

    def iterate(self, context: Context) -> Iterator:
        source = self.source.iterate(context.of_input())
        return TakeIterator(source, 0) if self.count < 0 else SkipIterator(source, self.count)


class SkipIterator(Iterator):
    def __init__(self, source: Iterator, count: int) -> None:
        self._source = source
        self._to_skip = count

    def _next(self, limit: int) -> Block | None:
        while self._to_skip:
            skipped = self._source.next(min(self._to_skip, _SKIPPED_AT_ONCE))
            if skipped is None:
                return None
            self._to_skip -= len(skipped)
        return self._source.next(limit)


@op
class SkipDataset:
    """A dataset of all but the first `count` elements, of none if it is -1."""

    inputs = "input_dataset: variant, count: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, count: TensorShape) -> TensorShape:
        return of_scalars(count)

    def kernel(input_dataset: Host, count: Host) -> Array:
        return handle(Skip(input_dataset.item(), int(count)))


@dataclasses.dataclass(frozen=True, eq=False)
class Shard(Dataset):
    """Of each `num_shards` consecutive elements the one at `index`."""

    inputs = ("source",)
    source: Dataset
    num_shards: int
    index: int

    def iterate(self, context: Context) -> Iterator:
        return ShardIterator(self.source.iterate(context.of_input()), self)


class ShardIterator(Iterator):
    def __init__(self, source: Iterator, dataset: Shard) -> None:
        self._source = source
        self._num_shards = dataset.num_shards
        self._before = dataset.index  # elements that come before the next one of this shard

    def _next(self, limit: int) -> Block | None:
        while True:
            block = self._source.next(self._before + (limit - 1) * self._num_shards + 1)
            if block is None:
                return None
            first = self._before
            self._before = (first - len(block)) % self._num_shards
            if first < len(block):
                return block.select(slice(first, None, self._num_shards))


@op
class ShardDataset:
    """A dataset of every `num_shards`-th element, from the one at `index` on."""

    inputs = "input_dataset: variant, num_shards: int64, index: int64"
    outputs = "handle: variant"
    attrs = ("require_non_empty: bool = false", *ELEMENTS)
    gradient = None

    def shape(
        input_dataset: TensorShape, num_shards: TensorShape, index: TensorShape
    ) -> TensorShape:
        return of_scalars(num_shards, index)

    def kernel(input_dataset: Host, num_shards: Host, index: Host) -> Array:
        if num_shards <= 0:
            raise invalid(
                f"Number of shards must be greater than zero (currently num_shards = {num_shards})."
            )
        if not 0 <= index < num_shards:
            raise invalid(
                f"Index must be between 0 and {num_shards - 1} (currently index = {index})."
            )
        return handle(Shard(input_dataset.item(), int(num_shards), int(index)))


@dataclasses.dataclass(frozen=True, eq=False)
class Repeat(Dataset):
    """All elements `count` times; without end if it is negative."""

    inputs = ("source",)
    source: Dataset
    count: int

    def iterate(self, context: Context) -> Iterator:
        return RepeatIterator(self, context)


class RepeatIterator(Iterator):
    def __init__(self, dataset: Repeat, context: Context) -> None:
        self._dataset = dataset
        self._context = context
        self._epochs = 0
        self._current: Iterator | None = None

    def _next(self, limit: int) -> Block | None:
        count = self._dataset.count
        while True:
            first = self._current is None
            if self._current is None:
                if self._epochs == count:
                    return None
                self._current = self._dataset.source.iterate(self._context.of_input())
            block = self._current.next(limit)
            if block is not None:
                return block
            if first and count < 0:
                return None  # nothing to repeat
            self._current = None
            self._epochs += 1


@op
class RepeatDataset:
    """A dataset of the elements `count` times over, for ever if it is -1."""

    inputs = "input_dataset: variant, count: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, count: TensorShape) -> TensorShape:
        return of_scalars(count)

    def kernel(input_dataset: Host, count: Host) -> Array:
        return handle(Repeat(input_dataset.item(), int(count)))


@dataclasses.dataclass(frozen=True, eq=False)
class IgnoreErrors(Dataset):
    """The elements of `source` that can be computed."""

    inputs = ("source",)
    source: Dataset

    def iterate(self, context: Context) -> Iterator:
        return IgnoreErrorsIterator(self.source.iterate(context.of_input()))


class IgnoreErrorsIterator(Iterator):
    def __init__(self, source: Iterator) -> None:
        self._source = source

    def _next(self, limit: int) -> Block | None:
        while True:
            try:
                return self._source.next(limit)
            except errors.OpError:
                continue


@op
class IgnoreErrorsDataset:
    """A dataset of the elements that can be computed."""

    inputs = "input_dataset: variant"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape) -> TensorShape:
        return of_scalars(input_dataset)

    def kernel(input_dataset: Host) -> Array:
        return handle(IgnoreErrors(input_dataset.item()))


@dataclasses.dataclass(frozen=True, eq=False)
class Unique(Dataset):
    """Of equal elements the first."""

    inputs = ("source",)
    source: Dataset

    def iterate(self, context: Context) -> Iterator:
        return UniqueIterator(self.source.iterate(context.of_input()))


class UniqueIterator(Iterator):
    def __init__(self, source: Iterator) -> None:
        self._source = source
        self._seen: set[Any] = set()

    def _next(self, limit: int) -> Block | None:
        while True:
            block = self._source.next(1)
            if block is None:
                return None
            (value,) = block.element(0)
            key = (value.shape, tuple(value.ravel().tolist()))
            if key not in self._seen:
                self._seen.add(key)
                return block


@op
class UniqueDataset:
    """A dataset without the elements that have come before."""

    inputs = "input_dataset: variant"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape) -> TensorShape:
        return of_scalars(input_dataset)

    def kernel(input_dataset: Host) -> Array:
        return handle(Unique(input_dataset.item()))
