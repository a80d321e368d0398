"""Datasets that begin a pipeline: elements from tensors, from a range, from a Python generator."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator as PythonIterator
from collections.abc import Sequence
from typing import Any

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
from reflow.ops.data.blocks import Array, Block, Element, read_only
from reflow.ops.data.random_words import random_words
from reflow.ops.data.signatures import ELEMENTS, of_scalars
from reflow.ops.kernels import Host
from reflow.ops.op import op
from reflow.ops.sparse.serialization import sparse_rows


class BlocksIterator(Iterator):
    """Walks through the elements of blocks."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._block = 0
        self._row = 0  # in that block

    def _next(self, limit: int) -> Block | None:
        while self._block < len(self._blocks):
            block, start = self._blocks[self._block], self._row
            if start < len(block):
                self._row = min(start + limit, len(block))
                return block.select(slice(start, self._row))
            self._block, self._row = self._block + 1, 0
        return None


@dataclasses.dataclass(frozen=True, eq=False)
class Tensors(Dataset):
    """The elements of blocks, in memory that they share with whatever made them."""

    blocks: tuple[Block, ...]

    def iterate(self, context: Context) -> Iterator:
        return BlocksIterator(self.blocks)


@op
class TensorDataset:
    """A dataset of a single element."""

    inputs = "components: Toutput_types"
    outputs = "handle: variant"
    attrs = ("Toutput_types: list(type) >= 1", "output_shapes: list(shape) >= 1")
    stateful = True
    gradient = None

    def shape(components: list[TensorShape]) -> TensorShape:
        return shapes.SCALAR

    def kernel(components: list[Host]) -> Array:
        return handle(Tensors((Block.of_one([read_only(value) for value in components]),)))


@op
class TensorSliceDataset:
    """A dataset of the slices of tensors along their first axes, which are equally long."""

    inputs = "components: Toutput_types"
    outputs = "handle: variant"
    attrs = ("Toutput_types: list(type) >= 1", "output_shapes: list(shape) >= 1")
    stateful = True
    gradient = None

    def shape(components: list[TensorShape]) -> TensorShape:
        for component in components:
            shapes.with_rank_at_least(component, 1)
        return shapes.SCALAR

    def kernel(components: list[Host]) -> Array:
        count = len(components[0])
        for index, component in enumerate(components):
            if len(component) != count:
                raise invalid(
                    "All components must have the same size in the 0th dimension. Received: "
                    f"{count} in component 0, {len(component)} in component {index}"
                )
        return handle(Tensors((Block([read_only(value) for value in components]),)))


@op
class SparseTensorSliceDataset:
    """A dataset of the rows of a sparse tensor: the indices, values and dense shape of each."""

    inputs = "indices: int64, values: Tvalues, dense_shape: int64"
    outputs = "handle: variant"
    attrs = ("Tvalues: type",)
    stateful = True
    gradient = None

    def shape(indices: TensorShape, values: TensorShape, dense_shape: TensorShape) -> TensorShape:
        return shapes.SCALAR

    def kernel(indices: Host, values: Host, dense_shape: Host) -> Array:
        rows = sparse_rows(indices, values, dense_shape)
        return handle(Tensors(tuple(map(Block.of_one, rows))))


@dataclasses.dataclass(frozen=True, eq=False)
class Range(Dataset):
    """The numbers from `start` on, below `stop` (above it, if `step` is negative)."""

    start: int
    stop: int
    step: int

    def iterate(self, context: Context) -> Iterator:
        return RangeIterator(range(self.start, self.stop, self.step))


class RangeIterator(Iterator):
    def __init__(self, numbers: range) -> None:
        self._rest = numbers

    def _next(self, limit: int) -> Block | None:
        numbers, self._rest = self._rest[:limit], self._rest[limit:]
        if not numbers:
            return None
        # Not np.arange: the end of these may be beyond the largest int64.
        return Block([np.arange(len(numbers), dtype=np.int64) * numbers.step + numbers.start])


@op
class RangeDataset:
    """A dataset of int64 numbers: `range(start, stop, step)`."""

    inputs = "start: int64, stop: int64, step: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    stateful = True
    gradient = None

    def shape(start: TensorShape, stop: TensorShape, step: TensorShape) -> TensorShape:
        return of_scalars(start, stop, step)

    def kernel(start: Host, stop: Host, step: Host) -> Array:
        if step == 0:
            raise invalid("step must be a non-zero integer.")
        return handle(Range(int(start), int(stop), int(step)))


@dataclasses.dataclass(frozen=True, eq=False)
class Random(Dataset):
    """Random numbers of 32 bits, without end."""

    seed: int
    seed2: int

    def iterate(self, context: Context) -> Iterator:
        return RandomIterator(random_words(self.seed, self.seed2))


class RandomIterator(Iterator):
    def __init__(self, words: PythonIterator[int]) -> None:
        self._words = words

    def _next(self, limit: int) -> Block | None:
        return Block([np.array([next(self._words)], np.int64)])


@op
class RandomDataset:
    """A dataset of random int64 numbers from 0 to 2**32 - 1."""

    inputs = "seed: int64, seed2: int64"
    outputs = "handle: variant"
    attrs = ELEMENTS
    stateful = True
    gradient = None

    def shape(seed: TensorShape, seed2: TensorShape) -> TensorShape:
        return of_scalars(seed, seed2)

    def kernel(seed: Host, seed2: Host) -> Array:
        return handle(Random(int(seed), int(seed2)))


@dataclasses.dataclass(frozen=True, eq=False)
class Generator(Dataset):
    """What `next_function` gives, called with the state that `init_function` gave.

    It ends the sequence by raising OutOfRangeError; then `finalize_function` is called.
    """

    init: CapturedFunction
    next: CapturedFunction
    finalize: CapturedFunction

    def iterate(self, context: Context) -> Iterator:
        return GeneratorIterator(
            context.function(self.init, "init"),
            context.function(self.next, "next"),
            context.function(self.finalize, "finalize"),
        )


class GeneratorIterator(Iterator):
    def __init__(self, init: BoundFunction, next: BoundFunction, finalize: BoundFunction) -> None:
        self._init = init
        self._next_element = next
        self._finalize = finalize
        self._state: Element | None = None

    def _next(self, limit: int) -> Block | None:
        if self._state is None:
            self._state = self._init(())
        try:
            return Block.of_one(self._next_element(self._state))
        except errors.OutOfRangeError:
            self._finalize(self._state)
            return None


@op
class GeneratorDataset:
    """A dataset of what calling a function again and again gives."""

    inputs = (
        "init_func_other_args: Tinit_func_args, next_func_other_args: Tnext_func_args, "
        "finalize_func_other_args: Tfinalize_func_args"
    )
    outputs = "handle: variant"
    attrs = (
        "init_func: func",
        "next_func: func",
        "finalize_func: func",
        "Tinit_func_args: list(type) >= 0",
        "Tnext_func_args: list(type) >= 0",
        "Tfinalize_func_args: list(type) >= 0",
        *ELEMENTS,
    )
    stateful = True
    gradient = None

    def shape(
        init_func_other_args: Any, next_func_other_args: Any, finalize_func_other_args: Any
    ) -> TensorShape:
        return shapes.SCALAR

    def kernel(
        init_func_other_args: list[Host],
        next_func_other_args: list[Host],
        finalize_func_other_args: list[Host],
        *,
        init_func: Function,
        next_func: Function,
        finalize_func: Function,
    ) -> Array:
        return handle(
            Generator(
                CapturedFunction(init_func, tuple(init_func_other_args)),
                CapturedFunction(next_func, tuple(next_func_other_args)),
                CapturedFunction(finalize_func, tuple(finalize_func_other_args)),
            )
        )
