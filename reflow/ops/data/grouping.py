"""Datasets that sort elements into groups by a key: windows of a group, or one result of each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator as PythonIterator

import numpy as np

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
from reflow.ops.data.functional import as_it_is
from reflow.ops.data.signatures import ELEMENTS
from reflow.ops.data.sources import Tensors
from reflow.ops.kernels import Host
from reflow.ops.op import op


def _number(function: BoundFunction, role: str, arguments: Element) -> int:
    """What a function gives that is to give one int64."""
    (value,) = function(arguments)
    if value.size != 1:
        raise invalid(f"`{role}` must return a scalar int64.")
    return int(value.item())


# -- Windows --------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class GroupByWindow(Dataset):
    """The elements of the datasets that `reduce` makes of windows: elements of equal keys.

    `key` is a function of elements, `window_size` one of keys.
    """

    inputs = ("source",)
    source: Dataset
    key: CapturedFunction
    reduce: CapturedFunction
    window_size: CapturedFunction
    # What becomes of the datasets that `reduce` gives, before they are used.
    rewrite: Callable[[Dataset], Dataset] = as_it_is

    def iterate(self, context: Context) -> Iterator:
        return GroupByWindowIterator(self, context)


class GroupByWindowIterator(Iterator):
    def __init__(self, dataset: GroupByWindow, context: Context) -> None:
        self._dataset = dataset
        self._context = context
        self._source = dataset.source.iterate(context.of_input())
        self._source_ended = False
        self._key = context.function(dataset.key, "key")
        self._reduce = context.function(dataset.reduce, "reduce")
        self._window_size = context.function(dataset.window_size, "window size")
        self._sizes: dict[int, int] = {}
        self._groups: dict[int, list[Element]] = {}
        # The key of the window that elements are taken from, and what reduce made of it.
        self._current: tuple[int, Iterator] | None = None

    def _next(self, limit: int) -> Block | None:
        while True:
            if self._current is not None:
                key, window = self._current
                block = window.next(limit)
                if block is not None:
                    return block
                self._current = None
                del self._groups[key]
            if not self._source_ended:
                self._fill_a_window()
            if self._source_ended and self._current is None:
                if not self._groups:
                    return None
                self._open(min(self._groups))

    def _fill_a_window(self) -> None:
        while (block := self._source.next(1)) is not None:
            element = block.element(0)
            key = _number(self._key, "key_func", element)
            if key not in self._sizes:
                self._sizes[key] = self._size_of(key)
            group = self._groups.setdefault(key, [])
            group.append(element)
            if len(group) == self._sizes[key]:
                self._open(key)
                return
        self._source_ended = True

    def _size_of(self, key: int) -> int:
        size = _number(self._window_size, "window_size_func", (np.array(key, np.int64),))
        if size <= 0:
            raise invalid(f"Window size must be greater than zero, but got {size}.")
        return size

    def _open(self, key: int) -> None:
        blocks = [Block.of_one([read_only(c) for c in e]) for e in self._groups[key]]
        window = handle(Tensors(tuple(blocks)))
        (dataset,) = self._reduce((np.array(key, np.int64), window))
        # All windows have one place: a shuffling in `reduce` goes on from window to window.
        context = self._context.of_element(0)
        self._current = key, self._dataset.rewrite(dataset.item()).iterate(context)


@op
class GroupByWindowDataset:
    """The elements of what `reduce_func` makes of a key and a dataset of elements of that key."""

    inputs = (
        "input_dataset: variant, key_func_other_arguments: Tkey_func_other_arguments, "
        "reduce_func_other_arguments: Treduce_func_other_arguments, "
        "window_size_func_other_arguments: Twindow_size_func_other_arguments"
    )
    outputs = "handle: variant"
    attrs = (
        "key_func: func",
        "reduce_func: func",
        "window_size_func: func",
        "Tkey_func_other_arguments: list(type) >= 0",
        "Treduce_func_other_arguments: list(type) >= 0",
        "Twindow_size_func_other_arguments: list(type) >= 0",
        *ELEMENTS,
    )
    gradient = None

    def shape(
        input_dataset: TensorShape,
        key_func_other_arguments: list[TensorShape],
        reduce_func_other_arguments: list[TensorShape],
        window_size_func_other_arguments: list[TensorShape],
    ) -> TensorShape:
        return shapes.SCALAR

    def kernel(
        input_dataset: Host,
        key_func_other_arguments: list[Host],
        reduce_func_other_arguments: list[Host],
        window_size_func_other_arguments: list[Host],
        *,
        key_func: Function,
        reduce_func: Function,
        window_size_func: Function,
    ) -> Array:
        return handle(
            GroupByWindow(
                input_dataset.item(),
                CapturedFunction(key_func, tuple(key_func_other_arguments)),
                CapturedFunction(reduce_func, tuple(reduce_func_other_arguments)),
                CapturedFunction(window_size_func, tuple(window_size_func_other_arguments)),
            )
        )


# -- One result of each group ---------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False)
class GroupByReducer(Dataset):
    """For each key, from the least on, what `finalize` makes of a group's last state.

    `init` makes a group's first state of its key, `reduce` the next one of a state and an element.
    """

    inputs = ("source",)
    source: Dataset
    key: CapturedFunction
    init: CapturedFunction
    reduce: CapturedFunction
    finalize: CapturedFunction

    def iterate(self, context: Context) -> Iterator:
        return GroupByReducerIterator(self, context)


class GroupByReducerIterator(Iterator):
    def __init__(self, dataset: GroupByReducer, context: Context) -> None:
        self._source = dataset.source.iterate(context.of_input())
        self._key = context.function(dataset.key, "key")
        self._init = context.function(dataset.init, "init")
        self._reduce = context.function(dataset.reduce, "reduce")
        self._finalize = context.function(dataset.finalize, "finalize")
        self._states: dict[int, Element] = {}
        # The keys whose results are still to come, once all elements have been seen.
        self._keys: PythonIterator[int] | None = None

    def _next(self, limit: int) -> Block | None:
        if self._keys is None:
            self._reduce_all()
            self._keys = iter(sorted(self._states))
        key = next(self._keys, None)
        return None if key is None else Block.of_one(self._finalize(self._states[key]))

    def _reduce_all(self) -> None:
        while (block := self._source.next(1)) is not None:
            element = block.element(0)
            key = _number(self._key, "key_func", element)
            if key not in self._states:
                self._states[key] = self._init((np.array(key, np.int64),))
            self._states[key] = self._reduce((*self._states[key], *element))


@op
class ExperimentalGroupByReducerDataset:
    """A dataset of one element for each key: what the elements of that key are reduced to."""

    inputs = (
        "input_dataset: variant, key_func_other_arguments: Tkey_func_other_arguments, "
        "init_func_other_arguments: Tinit_func_other_arguments, "
        "reduce_func_other_arguments: Treduce_func_other_arguments, "
        "finalize_func_other_arguments: Tfinalize_func_other_arguments"
    )
    outputs = "handle: variant"
    attrs = (
        "key_func: func",
        "init_func: func",
        "reduce_func: func",
        "finalize_func: func",
        "Tkey_func_other_arguments: list(type) >= 0",
        "Tinit_func_other_arguments: list(type) >= 0",
        "Treduce_func_other_arguments: list(type) >= 0",
        "Tfinalize_func_other_arguments: list(type) >= 0",
        *ELEMENTS,
    )
    stateful = True
    gradient = None

    def shape(
        input_dataset: TensorShape,
        key_func_other_arguments: list[TensorShape],
        init_func_other_arguments: list[TensorShape],
        reduce_func_other_arguments: list[TensorShape],
        finalize_func_other_arguments: list[TensorShape],
    ) -> TensorShape:
        return shapes.SCALAR

    def kernel(
        input_dataset: Host,
        key_func_other_arguments: list[Host],
        init_func_other_arguments: list[Host],
        reduce_func_other_arguments: list[Host],
        finalize_func_other_arguments: list[Host],
        *,
        key_func: Function,
        init_func: Function,
        reduce_func: Function,
        finalize_func: Function,
    ) -> Array:
        return handle(
            GroupByReducer(
                input_dataset.item(),
                CapturedFunction(key_func, tuple(key_func_other_arguments)),
                CapturedFunction(init_func, tuple(init_func_other_arguments)),
                CapturedFunction(reduce_func, tuple(reduce_func_other_arguments)),
                CapturedFunction(finalize_func, tuple(finalize_func_other_arguments)),
            )
        )
