"""Datasets of elements in random order: TensorFlow's own, where a seed is set.

Source: tensorflow/core/kernels/data/shuffle_dataset_op.cc of TensorFlow 1.15, as measured.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator as PythonIterator

import numpy as np

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block, Shapes
from reflow.ops.data.random_words import random_words
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

# A store of elements starts with room for so many bytes at most, and doubles when it is full.  Most
# datasets need only one; where shapes differ, there may be many.
_FIRST_BYTES = 1 << 28
_OTHER_BYTES = 1 << 16


class Store:
    """Elements of the same shapes, in any order, one in each row.

    Args:
      like: elements of these shapes.
      most: more elements than this are not expected.
      first_bytes: how much room to start with, at most.
    """

    def __init__(self, like: Block, most: int, first_bytes: int) -> None:
        row_bytes = sum(column[:1].nbytes for column in like.columns)
        rows = min(most, first_bytes // max(1, row_bytes) + 1)
        self._columns = [np.empty((rows, *c.shape[1:]), c.dtype) for c in like.columns]
        self._free: list[int] = []
        self._used = 0  # rows that have held an element

    @property
    def is_empty(self) -> bool:
        return len(self._free) == self._used

    def put(self, block: Block) -> list[int]:
        """Copies the elements into free rows, and says which."""
        reused = self._free[: len(block)]
        del self._free[: len(reused)]
        end = self._used + len(block) - len(reused)
        if end > len(self._columns[0]):
            self._grow(end)
        for column, values in zip(self._columns, block.columns):
            column[reused] = values[: len(reused)]
            column[self._used : end] = values[len(reused) :]
        fresh = range(self._used, end)
        self._used = end
        return [*reused, *fresh]

    def _grow(self, least: int) -> None:
        rows = max(least, 2 * len(self._columns[0]))
        for index, old in enumerate(self._columns):
            new = np.empty((rows, *old.shape[1:]), old.dtype)
            new[: self._used] = old[: self._used]
            self._columns[index] = new

    def take(self, rows: list[int]) -> Block:
        """The elements in these rows, which are free from now on."""
        taken = [column.take(rows, axis=0) for column in self._columns]
        for column in self._columns:
            if column.dtype == object:
                column[rows] = None
        self._free += rows
        return Block(taken)


@dataclasses.dataclass
class _Slice:
    """One epoch's elements in the buffer: from `start` to `end`, counted from the first of all."""

    start: int
    end: int


class ShuffleIterator(Iterator):
    """Keeps a buffer of elements, and gives one of it at random when asked.

    Args:
      source: the dataset to shuffle.
      context: where it is iterated.
      buffer_size: of the buffer, in elements.
      words: random numbers.
      count: how many times the dataset is walked through; -1: without end.
    """

    def __init__(
        self,
        source: Dataset,
        context: Context,
        buffer_size: int,
        words: PythonIterator[int],
        count: int = 1,
    ) -> None:
        self._dataset = source
        self._context = context
        self._buffer_size = buffer_size
        self._words = words
        self._count = count
        self._source: Iterator | None = source.iterate(context) if count else None
        self._epoch = 0
        self._epoch_is_empty = True
        self._stores: dict[Shapes, Store] = {}
        self._arrived: deque[tuple[Store, int]] = deque()  # beyond what the buffer holds
        # A ring: the element counted `n` is at `n % buffer_size`.
        self._buffer: list[tuple[Store, int]] = []
        self._held = 0
        self._slices = deque([_Slice(0, 0)])
        self._picked: tuple[Store, int] | None = None  # but not given, its shapes being others
        self._error: errors.OpError | None = None

    def _next(self, limit: int) -> Block | None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        store: Store | None = None
        rows: list[int] = []
        while len(rows) < limit:
            picked, self._picked = self._picked, None
            if picked is None:
                try:
                    self._fill(limit - len(rows))
                except errors.OpError as error:
                    if not rows:
                        raise
                    # What has been picked before comes first.
                    self._error = error
                    break
                if not self._held:
                    break
                picked = self._pick()
            if store is not None and picked[0] is not store:
                self._picked = picked
                break
            store, row = picked
            rows.append(row)
        return None if store is None else self._taken(store, rows)

    def _taken(self, store: Store, rows: list[int]) -> Block:
        block = store.take(rows)
        if store.is_empty and len(self._stores) > 1:
            # Shapes that come for a while only must not hold memory for ever.
            del self._stores[block.shapes]
        return block

    def _fill(self, wanted: int) -> None:
        """Fills the buffer, and asks for no more than `wanted` picks will need."""
        buffer, size = self._buffer, self._buffer_size
        while self._held < size:
            if not self._arrived and not self._receive(size - self._held + wanted - 1):
                return
            place = self._slices[-1].end % size
            element = self._arrived.popleft()
            if place == len(buffer):
                buffer.append(element)
            else:
                buffer[place] = element
            self._slices[-1].end += 1
            self._held += 1

    def _receive(self, limit: int) -> bool:
        """Takes elements from the source; False when it has no more."""
        while self._source is not None:
            block = self._source.next(limit)
            if block is not None:
                self._epoch_is_empty = False
                store = self._stores.get(block.shapes)
                if store is None:
                    room = _OTHER_BYTES if self._stores else _FIRST_BYTES
                    store = Store(block, self._buffer_size + limit, room)
                    self._stores[block.shapes] = store
                self._arrived.extend([(store, row) for row in store.put(block)])
                return True
            self._epoch += 1
            if self._epoch == self._count or (self._epoch_is_empty and self._epoch == 1):
                self._source = None
                return False
            end = self._slices[-1].end
            self._slices.append(_Slice(end, end))
            self._source = self._dataset.iterate(self._context)
        return False

    def _pick(self) -> tuple[Store, int]:
        """Takes an element of the earliest epoch out of the buffer."""
        slices = self._slices
        while slices[0].start == slices[0].end:
            slices.popleft()
        first = slices[0]
        buffer, size = self._buffer, self._buffer_size
        place = (first.start + next(self._words) % (first.end - first.start)) % size
        picked = buffer[place]
        buffer[place] = buffer[first.start % size]
        first.start += 1
        self._held -= 1
        return picked


@dataclasses.dataclass(frozen=True, eq=False)
class Shuffle(Dataset):
    """The elements in random order, picked from a buffer of `buffer_size`.

    With `reshuffle`, each iteration has its own order.
    """

    inputs = ("source",)
    source: Dataset
    buffer_size: int
    seed: int
    seed2: int
    reshuffle: bool

    def iterate(self, context: Context) -> Iterator:
        if self.reshuffle:
            seeds = context.keep(lambda: random_words(self.seed, self.seed2))
            words = random_words(next(seeds), next(seeds))
        else:
            words = random_words(self.seed, self.seed2)
        return ShuffleIterator(self.source, context.of_input(), self.buffer_size, words)


@dataclasses.dataclass(frozen=True, eq=False)
class ShuffleAndRepeat(Dataset):
    """Shuffles and repeats at once: the buffer is filled from the next epoch before one ends."""

    inputs = ("source",)
    source: Dataset
    buffer_size: int
    seed: int
    seed2: int
    count: int

    def iterate(self, context: Context) -> Iterator:
        words = random_words(self.seed, self.seed2)
        return ShuffleIterator(self.source, context.of_input(), self.buffer_size, words, self.count)


def _check_buffer_size(buffer_size: Array) -> None:
    if buffer_size <= 0:
        raise invalid("buffer_size must be greater than zero.")


@op
class ShuffleDataset:
    """A dataset of the elements in random order."""

    inputs = "input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64"
    outputs = "handle: variant"
    attrs = ("reshuffle_each_iteration: bool = true", *ELEMENTS)
    gradient = None

    def shape(
        input_dataset: TensorShape, buffer_size: TensorShape, seed: TensorShape, seed2: TensorShape
    ) -> TensorShape:
        return of_scalars(buffer_size, seed, seed2)

    def kernel(
        input_dataset: Host,
        buffer_size: Host,
        seed: Host,
        seed2: Host,
        *,
        reshuffle_each_iteration: bool,
    ) -> Array:
        _check_buffer_size(buffer_size)
        return handle(
            Shuffle(
                input_dataset.item(),
                int(buffer_size),
                int(seed),
                int(seed2),
                reshuffle_each_iteration,
            )
        )


@op
class ShuffleAndRepeatDataset:
    """A dataset of the elements `count` times, each time in random order."""

    inputs = "input_dataset: variant, buffer_size: int64, seed: int64, seed2: int64, count: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(
        input_dataset: TensorShape,
        buffer_size: TensorShape,
        seed: TensorShape,
        seed2: TensorShape,
        count: TensorShape,
    ) -> TensorShape:
        return of_scalars(buffer_size, seed, seed2, count)

    def kernel(
        input_dataset: Host, buffer_size: Host, seed: Host, seed2: Host, count: Host
    ) -> Array:
        _check_buffer_size(buffer_size)
        dataset: Dataset = input_dataset.item()
        return handle(fused(dataset, int(buffer_size), int(seed), int(seed2), int(count)))


def fused(source: Dataset, buffer_size: int, seed: int, seed2: int, count: int) -> ShuffleAndRepeat:
    """The dataset that repeats what it shuffles.

    Raises:
      tf.errors.InvalidArgumentError: `count` is 0 or below -1.
    """
    if count <= 0 and count != -1:
        raise invalid("count must be greater than zero or equal to -1.")
    return ShuffleAndRepeat(source, buffer_size, seed, seed2, count)
