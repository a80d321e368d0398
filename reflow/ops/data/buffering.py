"""Datasets that hold elements: in a cache, or computed before they are asked for."""

from __future__ import annotations

import dataclasses
import weakref
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

from reflow.graph import errors
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data.base import Context, Dataset, Iterator, handle, invalid
from reflow.ops.data.blocks import Array, Block, read_only
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.data.sources import BlocksIterator
from reflow.ops.kernels import Host
from reflow.ops.op import op

# -- Cache ----------------------------------------------------------------------------------------


@dataclasses.dataclass
class _Cache:
    """The elements of a dataset that has been walked through to its end."""

    blocks: list[Block] | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Cache(Dataset):
    """The same elements in every iteration: after the first whole one, from memory."""

    inputs = ("source",)
    source: Dataset

    def iterate(self, context: Context) -> Iterator:
        cache = context.keep(_Cache)
        if cache.blocks is None:
            return CacheWriter(self.source.iterate(context.of_input()), cache)
        return BlocksIterator(cache.blocks)


class CacheWriter(Iterator):
    def __init__(self, source: Iterator, cache: _Cache) -> None:
        self._source = source
        self._cache = cache
        self._blocks: list[Block] = []

    def _next(self, limit: int) -> Block | None:
        block = self._source.next(limit)
        if block is None:
            self._cache.blocks = self._blocks
            return None
        block = Block([read_only(column) for column in block.columns])
        self._blocks.append(block)
        return block


@op
class CacheDataset:
    """A dataset that keeps the elements of another in memory."""

    inputs = "input_dataset: variant, filename: string"
    outputs = "handle: variant"
    attrs = ELEMENTS
    gradient = None

    def shape(input_dataset: TensorShape, filename: TensorShape) -> TensorShape:
        return of_scalars(filename)

    def kernel(input_dataset: Host, filename: Host) -> Array:
        if filename.item():
            raise errors.UnimplementedError(
                None,
                None,
                "Datasets are cached in memory alone: cache() without a file name. "
                f"Received: {filename.item().decode(errors='replace')!r}",
            )
        return handle(Cache(input_dataset.item()))


# -- Prefetch -------------------------------------------------------------------------------------

# How many elements are computed ahead where the program leaves it to us.
_AUTOTUNED = 2


@dataclasses.dataclass(frozen=True, eq=False)
class Prefetch(Dataset):
    """The same elements, of which up to `buffer_size` are computed ahead in a thread."""

    inputs = ("source",)
    source: Dataset
    buffer_size: int

    def iterate(self, context: Context) -> Iterator:
        source = self.source.iterate(context.of_input())
        return PrefetchIterator(source, self.buffer_size) if self.buffer_size else source


class PrefetchIterator(Iterator):
    """Has its source work on the next elements while the program works on those before."""

    def __init__(self, source: Iterator, buffer_size: int) -> None:
        self._source = source
        self._buffer_size = buffer_size
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reflow-prefetch")
        self._coming: deque[Future[Block | None]] = deque()
        # The thread belongs to the executor, which must not live longer than this iterator.
        weakref.finalize(self, self._thread.shutdown, wait=False, cancel_futures=True)

    def _next(self, limit: int) -> Block | None:
        # Elements stay single here: the buffer's size is counted in them.
        while len(self._coming) <= self._buffer_size:
            self._coming.append(self._thread.submit(self._source.next, 1))
        return self._coming.popleft().result()


@op
class PrefetchDataset:
    """Computes up to `buffer_size` elements ahead; -1 leaves the number to reflow."""

    inputs = "input_dataset: variant, buffer_size: int64"
    outputs = "handle: variant"
    attrs = (*ELEMENTS, "slack_period: int = 0", "legacy_autotune: bool = true")
    gradient = None

    def shape(input_dataset: TensorShape, buffer_size: TensorShape) -> TensorShape:
        return of_scalars(buffer_size)

    def kernel(input_dataset: Host, buffer_size: Host) -> Array:
        if buffer_size < -1:
            raise invalid("buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
        size = _AUTOTUNED if buffer_size == -1 else int(buffer_size)
        return handle(Prefetch(input_dataset.item(), size))
