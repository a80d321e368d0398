"""Datasets that call the program's function for each element: map, filter, flat_map, interleave."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable

import numpy as np

from reflow.graph import errors
from reflow.graph.function import Function
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.base import (
    BoundFunction,
    CapturedFunction,
    Context,
    Dataset,
    Iterator,
    handle,
    invalid,
)
from reflow.ops.data.blocks import Array, Block, Element, concatenate
from reflow.ops.data.combining import Batch
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op

# A function is called for so many elements at once that what it computes stays in the cache.
_MOST_AT_ONCE = 1024


# -- Map ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Map(Dataset):
    """What `function` makes of the elements of `source`."""

    inputs = ("source",)
    source: Dataset
    function: CapturedFunction
    preserve_cardinality: bool

    def iterate(self, context: Context) -> Iterator:
        return MapIterator(
            self.source.iterate(context.of_input()),
            context.function(self.function),
            self.preserve_cardinality,
        )


class MapIterator(Iterator):
    def __init__(
        self, source: Iterator, function: BoundFunction, preserve_cardinality: bool
    ) -> None:
        self._source = source
        self._function = function
        self._preserve_cardinality = preserve_cardinality
        self._waiting: Block | None = None

    def _next(self, limit: int) -> Block | None:
        block = self._waiting
        if block is None:
            block = self._source.next(min(limit, _MOST_AT_ONCE))
        if block is None:
            return None
        self._waiting = None
        # The side effects of a function that has some come when its element is asked for: after
        # those of the functions before it and before those of the functions behind it.
        count = min(limit, len(block)) if self._function.stateless else 1
        if count > 1:
            results = self._function.of_block(block.select(slice(count)))
            if results is not None:
                self._waiting = _rest(block, count)
                return results
        return self._one_by_one(block, count)

    def _one_by_one(self, block: Block, most: int) -> Block | None:
        """The first results, as many as have the same shapes; the other elements wait."""
        results: list[Block] = []
        for index in range(most):
            try:
                result = Block.of_one(self._function(block.element(index)))
            except errors.OpError as error:
                if results:
                    # Those before come first; this one fails again when its turn comes.
                    self._waiting = _rest(block, index)
                    break
                self._waiting = _rest(block, index + 1)
                if not isinstance(error, errors.OutOfRangeError):
                    raise
                if self._preserve_cardinality:
                    raise invalid(
                        f"Function invocation produced OutOfRangeError: {error.message}"
                    ) from error
                return None
            if results and result.shapes != results[0].shapes:
                self._waiting = _rest(block, index)
                break
            results.append(result)
        else:
            self._waiting = _rest(block, most)
        return concatenate(results)


def _rest(block: Block, start: int) -> Block | None:
    """The elements from `start` on, if there are any."""
    return block.select(slice(start, None)) if start < len(block) else None


@op
class MapDataset:
    """A dataset of what the function `f` makes of each element."""

    inputs = "input_dataset: variant, other_arguments: Targuments"
    outputs = "handle: variant"
    attrs = (
        "f: func",
        "Targuments: list(type) >= 0",
        *ELEMENTS,
        "use_inter_op_parallelism: bool = true",
        "preserve_cardinality: bool = false",
    )
    gradient = None

    def shape(input_dataset: TensorShape, other_arguments: list[TensorShape]) -> TensorShape:
        return shapes.SCALAR

    def kernel(
        input_dataset: Host, other_arguments: list[Host], *, f: Function, preserve_cardinality: bool
    ) -> Array:
        function = CapturedFunction(f, tuple(other_arguments))
        return handle(Map(input_dataset.item(), function, preserve_cardinality))


@op
class ParallelMapDataset:
    """As MapDataset: the elements keep their order, whatever `num_parallel_calls` is."""

    inputs = "input_dataset: variant, other_arguments: Targuments, num_parallel_calls: int32"
    outputs = "handle: variant"
    attrs = (
        "f: func",
        "Targuments: list(type) >= 0",
        *ELEMENTS,
        "use_inter_op_parallelism: bool = true",
        "sloppy: bool = false",
        "preserve_cardinality: bool = false",
    )
    gradient = None

    def shape(
        input_dataset: TensorShape,
        other_arguments: list[TensorShape],
        num_parallel_calls: TensorShape,
    ) -> TensorShape:
        return of_scalars(num_parallel_calls)

    def kernel(
        input_dataset: Host,
        other_arguments: list[Host],
        num_parallel_calls: Host,
        *,
        f: Function,
        preserve_cardinality: bool,
    ) -> Array:
        _check_parallel_calls(num_parallel_calls)
        function = CapturedFunction(f, tuple(other_arguments))
        return handle(Map(input_dataset.item(), function, preserve_cardinality))


@op
class MapAndBatchDataset:
    """A dataset of batches of what the function `f` makes of each element."""

    inputs = (
        "input_dataset: variant, other_arguments: Targuments, batch_size: int64, "
        "num_parallel_calls: int64, drop_remainder: bool"
    )
    outputs = "handle: variant"
    attrs = (
        "f: func",
        "Targuments: list(type) >= 0",
        *ELEMENTS,
        "preserve_cardinality: bool = false",
    )
    gradient = None

    def shape(
        input_dataset: TensorShape,
        other_arguments: list[TensorShape],
        batch_size: TensorShape,
        num_parallel_calls: TensorShape,
        drop_remainder: TensorShape,
    ) -> TensorShape:
        return of_scalars(batch_size, num_parallel_calls, drop_remainder)

    def kernel(
        input_dataset: Host,
        other_arguments: list[Host],
        batch_size: Host,
        num_parallel_calls: Host,
        drop_remainder: Host,
        *,
        f: Function,
        preserve_cardinality: bool,
    ) -> Array:
        if batch_size <= 0:
            raise invalid("batch_size must be greater than zero.")
        _check_parallel_calls(num_parallel_calls)
        function = CapturedFunction(f, tuple(other_arguments))
        mapped = Map(input_dataset.item(), function, preserve_cardinality)
        return handle(Batch(mapped, int(batch_size), bool(drop_remainder)))


def _check_parallel_calls(number: Array) -> None:
    if number <= 0 and number != -1:
        raise invalid("num_parallel_calls must be greater than zero.")


# -- Filter ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class Filter(Dataset):
    """The elements of `source` for which `predicate` is true."""

    inputs = ("source",)
    source: Dataset
    predicate: CapturedFunction

    def iterate(self, context: Context) -> Iterator:
        return FilterIterator(
            self.source.iterate(context.of_input()), context.function(self.predicate)
        )


class FilterIterator(Iterator):
    def __init__(self, source: Iterator, predicate: BoundFunction) -> None:
        self._source = source
        self._predicate = predicate
        self._waiting: Block | None = None

    def _next(self, limit: int) -> Block | None:
        while True:
            block = self._waiting
            if block is None:
                block = self._source.next(min(limit, _MOST_AT_ONCE))
            if block is None:
                return None
            # An element for which the predicate fails is passed over.
            self._waiting = _rest(block, 1)
            mask = self._decisions(
                block, min(limit, len(block)) if self._predicate.stateless else 1
            )
            self._waiting = _rest(block, len(mask))
            if mask.any():
                return block.select(np.flatnonzero(mask))

    def _decisions(self, block: Block, most: int) -> Array:
        """For the first elements, `most` or one of them: whether they are kept."""
        if most > 1:
            results = self._predicate.of_block(block.select(slice(most)))
            if results is not None and results.columns[0].ndim == 1:
                return results.columns[0]
        # One at a time, so that those before one that fails are not lost.
        return self._decide(block.element(0))

    def _decide(self, element: Element) -> Array:
        (decision,) = self._predicate(element)
        if decision.ndim:
            raise invalid("Filter predicate `f` must return a scalar bool.")
        return decision.reshape(1)


@op
class FilterDataset:
    """A dataset of the elements for which the function `predicate` gives true."""

    inputs = "input_dataset: variant, other_arguments: Targuments"
    outputs = "handle: variant"
    attrs = ("predicate: func", "Targuments: list(type) >= 0", *ELEMENTS)
    gradient = None

    def shape(input_dataset: TensorShape, other_arguments: list[TensorShape]) -> TensorShape:
        return shapes.SCALAR

    def kernel(input_dataset: Host, other_arguments: list[Host], *, predicate: Function) -> Array:
        return handle(
            Filter(input_dataset.item(), CapturedFunction(predicate, tuple(other_arguments)))
        )


@dataclasses.dataclass(frozen=True, eq=False)
class TakeWhile(Dataset):
    """The elements of `source` before the first for which `predicate` is false."""

    inputs = ("source",)
    source: Dataset
    predicate: CapturedFunction

    def iterate(self, context: Context) -> Iterator:
        return TakeWhileIterator(
            self.source.iterate(context.of_input()), context.function(self.predicate)
        )


class TakeWhileIterator(Iterator):
    def __init__(self, source: Iterator, predicate: BoundFunction) -> None:
        self._source = source
        self._predicate = predicate

    def _next(self, limit: int) -> Block | None:
        block = self._source.next(1)
        if block is None:
            return None
        (decision,) = self._predicate(block.element(0))
        if decision.ndim:
            raise invalid("TakeWhile predicate `predicate` must return a scalar bool.")
        return block if decision else None


@op
class TakeWhileDataset:
    """A dataset of the elements before the first for which `predicate` gives false."""

    inputs = "input_dataset: variant, other_arguments: Targuments"
    outputs = "handle: variant"
    attrs = ("predicate: func", "Targuments: list(type) >= 0", *ELEMENTS)
    gradient = None

    def shape(input_dataset: TensorShape, other_arguments: list[TensorShape]) -> TensorShape:
        return shapes.SCALAR

    def kernel(input_dataset: Host, other_arguments: list[Host], *, predicate: Function) -> Array:
        return handle(
            TakeWhile(input_dataset.item(), CapturedFunction(predicate, tuple(other_arguments)))
        )


# -- Functions that give datasets -----------------------------------------------------------------


def as_it_is(dataset: Dataset) -> Dataset:
    return dataset


@dataclasses.dataclass(frozen=True, eq=False)
class Interleave(Dataset):
    """The elements of the datasets that `function` makes of the elements of `source`.

    `block_length` elements are taken from each of `cycle_length` datasets in turn; where one ends,
    the dataset of the next element of `source` takes its place.
    """

    inputs = ("source",)
    source: Dataset
    function: CapturedFunction
    cycle_length: int = 1
    block_length: int = 1
    # What is kept for the iterator over an element's dataset (the seeds of a shuffling) is kept
    # for its place in the cycle, rather than for the element: as TensorFlow has it.
    kept_by_place: bool = False
    # What becomes of the datasets that the function gives, before they are used.
    rewrite: Callable[[Dataset], Dataset] = as_it_is

    def iterate(self, context: Context) -> Iterator:
        return InterleaveIterator(self, context)


class InterleaveIterator(Iterator):
    def __init__(self, dataset: Interleave, context: Context) -> None:
        self._dataset = dataset
        self._context = context
        self._function = context.function(dataset.function)
        self._source = dataset.source.iterate(context.of_input())
        self._source_ended = False
        self._elements_taken = 0
        self._cycle: list[Iterator | None] = [None] * dataset.cycle_length
        self._place = 0  # in the cycle
        self._left = dataset.block_length  # of the turn of the iterator at that place

    def _next(self, limit: int) -> Block | None:
        while not self._source_ended or any(self._cycle):
            current = self._cycle[self._place]
            if current is None:
                current = self._cycle[self._place] = self._open_next()
                if current is None:
                    self._advance()
                    continue
            block = current.next(min(limit, self._left))
            if block is None:
                self._cycle[self._place] = None
                self._advance()
                continue
            self._left -= len(block)
            if not self._left:
                self._advance()
            return block
        return None

    def _advance(self) -> None:
        self._place = (self._place + 1) % len(self._cycle)
        self._left = self._dataset.block_length

    def _open_next(self) -> Iterator | None:
        """An iterator over the dataset of the next element; None when there is no more."""
        if self._source_ended:
            return None
        block = self._source.next(1)
        if block is None:
            self._source_ended = True
            return None
        index = self._place if self._dataset.kept_by_place else self._elements_taken
        self._elements_taken += 1
        (dataset,) = self._function(block.element(0))
        rewritten = self._dataset.rewrite(dataset.item())
        return rewritten.iterate(self._context.of_element(index))


# A turn that never ends.
_WHOLE = 1 << 62


@op
class FlatMapDataset:
    """The elements of the datasets that the function `f` makes of each element, one by one."""

    inputs = "input_dataset: variant, other_arguments: Targuments"
    outputs = "handle: variant"
    attrs = ("f: func", "Targuments: list(type) >= 0", *ELEMENTS)
    gradient = None

    def shape(input_dataset: TensorShape, other_arguments: list[TensorShape]) -> TensorShape:
        return shapes.SCALAR

    def kernel(input_dataset: Host, other_arguments: list[Host], *, f: Function) -> Array:
        function = CapturedFunction(f, tuple(other_arguments))
        return handle(Interleave(input_dataset.item(), function, block_length=_WHOLE))


def _interleave(
    source: Array,
    function: Function,
    arguments: list[Array],
    cycle_length: Array,
    block_length: Array,
    kept_by_place: bool = False,
) -> Array:
    if cycle_length <= 0 and cycle_length != -1:
        raise invalid("cycle_length must be greater than zero.")
    if block_length <= 0:
        raise invalid("block_length must be greater than zero.")
    captured = CapturedFunction(function, tuple(arguments))
    cycle = int(cycle_length) if cycle_length > 0 else _schedulable_cores()
    return handle(Interleave(source.item(), captured, cycle, int(block_length), kept_by_place))


def _schedulable_cores() -> int:
    """What a cycle length of -1 (AUTOTUNE) means."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@op
class InterleaveDataset:
    """The elements of the datasets that the function `f` makes of each element, by turns."""

    inputs = (
        "input_dataset: variant, other_arguments: Targuments, cycle_length: int64, "
        "block_length: int64"
    )
    outputs = "handle: variant"
    attrs = ("f: func", "Targuments: list(type) >= 0", *ELEMENTS)
    gradient = None

    def shape(
        input_dataset: TensorShape,
        other_arguments: list[TensorShape],
        cycle_length: TensorShape,
        block_length: TensorShape,
    ) -> TensorShape:
        return of_scalars(cycle_length, block_length)

    def kernel(
        input_dataset: Host,
        other_arguments: list[Host],
        cycle_length: Host,
        block_length: Host,
        *,
        f: Function,
    ) -> Array:
        return _interleave(
            input_dataset, f, other_arguments, cycle_length, block_length, kept_by_place=True
        )


@op
class ParallelInterleaveDatasetV2:
    """As InterleaveDataset, in the same order."""

    inputs = (
        "input_dataset: variant, other_arguments: Targuments, cycle_length: int64, "
        "block_length: int64, num_parallel_calls: int64"
    )
    outputs = "handle: variant"
    attrs = ("f: func", "Targuments: list(type) >= 0", *ELEMENTS, "sloppy: bool = false")
    gradient = None

    def shape(
        input_dataset: TensorShape,
        other_arguments: list[TensorShape],
        cycle_length: TensorShape,
        block_length: TensorShape,
        num_parallel_calls: TensorShape,
    ) -> TensorShape:
        return of_scalars(cycle_length, block_length, num_parallel_calls)

    def kernel(
        input_dataset: Host,
        other_arguments: list[Host],
        cycle_length: Host,
        block_length: Host,
        num_parallel_calls: Host,
        *,
        f: Function,
    ) -> Array:
        _check_parallel_calls(num_parallel_calls)
        return _interleave(input_dataset, f, other_arguments, cycle_length, block_length)


@op
class ParallelInterleaveDataset:
    """As InterleaveDataset, in the same order (TensorFlow's `num_parallel_reads` makes it)."""

    inputs = (
        "input_dataset: variant, other_arguments: Targuments, cycle_length: int64, "
        "block_length: int64, sloppy: bool, buffer_output_elements: int64, "
        "prefetch_input_elements: int64"
    )
    outputs = "handle: variant"
    attrs = ("f: func", "Targuments: list(type) >= 0", *ELEMENTS)
    gradient = None

    def shape(
        input_dataset: TensorShape,
        other_arguments: list[TensorShape],
        cycle_length: TensorShape,
        block_length: TensorShape,
        sloppy: TensorShape,
        buffer_output_elements: TensorShape,
        prefetch_input_elements: TensorShape,
    ) -> TensorShape:
        return of_scalars(
            cycle_length, block_length, sloppy, buffer_output_elements, prefetch_input_elements
        )

    def kernel(
        input_dataset: Host,
        other_arguments: list[Host],
        cycle_length: Host,
        block_length: Host,
        sloppy: Host,
        buffer_output_elements: Host,
        prefetch_input_elements: Host,
        *,
        f: Function,
    ) -> Array:
        return _interleave(input_dataset, f, other_arguments, cycle_length, block_length)
