"""What all datasets and their iterators have in common."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeAlias, TypeVar

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.function import FuncGraph, Function
from reflow.ops.batching import batched_body
from reflow.ops.data.blocks import Array, Block, Element
from reflow.ops.values import HOST_TYPES, to_torch
from reflow.ops.values import handle as handle

# A body ready to be called: the values of its inputs -> those of its outputs.
Body: TypeAlias = Callable[[Sequence[Array]], list[Array]]
Compiler: TypeAlias = Callable[[FuncGraph], Body]

T = TypeVar("T")


def invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def given_away(value: Array, dtype: DType, device: Any) -> Any:
    """A component as a value that nothing else refers to."""
    if dtype in HOST_TYPES:
        return value if value.flags.writeable else value.copy()
    return to_torch(value, dtype, device)


class Dataset(ABC):
    """A description of elements, from which any number of iterators can be made.

    Subclasses are frozen dataclasses; fields of type Dataset are named in `inputs`.
    """

    inputs: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def iterate(self, context: Context) -> Iterator:
        """A new iterator, at the first element."""

    def with_inputs(self, change: Callable[[Dataset], Dataset]) -> Dataset:
        """The same dataset over changed inputs."""
        if not self.inputs:
            return self
        changed = {name: change(getattr(self, name)) for name in self.inputs}
        return dataclasses.replace(self, **changed)  # type: ignore[type-var]


class Iterator(ABC):
    """Walks through a dataset once."""

    _ended = False

    def next(self, limit: int) -> Block | None:
        """The next elements: at least one, at most `limit`; None when there are no more.

        Nothing is taken from the iterators before this one that `limit` elements do not need: a
        large limit allows work on many elements at once, and changes nothing else.

        Raises:
          tf.errors.OpError: the next element cannot be computed.  A further call goes on after it.
        """
        if self._ended:
            return None
        block = self._next(limit)
        if block is None:
            self._ended = True
        return block

    @abstractmethod
    def _next(self, limit: int) -> Block | None:
        """As `next`, which does not call it any more once it has given None."""


class Context:
    """What one iterator of a program shares with the iterators that it is made of.

    It knows the place of an iterator in the tree of datasets, so that what is kept for a place
    (the seeds of the next shuffling, a cache) is found again when `repeat` makes a new iterator
    there.
    """

    def __init__(self, compiler: Compiler) -> None:
        self._compile = compiler
        self._node: tuple[Any, ...] = ()
        self._place: tuple[Any, ...] = ()
        self._kept: dict[Any, Any] = {}
        self._bodies: dict[Any, CompiledFunction] = {}

    def _inner(self, node: tuple[Any, ...], place: tuple[Any, ...]) -> Context:
        context = Context(self._compile)
        context._node, context._place = node, place
        context._kept, context._bodies = self._kept, self._bodies
        return context

    def of_input(self, index: int = 0) -> Context:
        """For the iterator over an input of the dataset here."""
        return self._inner((*self._node, index), (*self._place, index))

    def of_element(self, index: int) -> Context:
        """For the iterator over the dataset that a function made of an element."""
        return self._inner((*self._node, "f"), (*self._place, "f", index))

    def keep(self, make: Callable[[], T]) -> T:
        """What is kept for this place, made the first time."""
        if self._place not in self._kept:
            self._kept[self._place] = make()
        kept: T = self._kept[self._place]
        return kept

    def function(self, captured: CapturedFunction, role: str = "") -> BoundFunction:
        """A dataset's function, to be called by iterators here.

        Random ops in it go on from call to call: also for the datasets that a function makes of
        several elements.
        """
        key = (self._node, role, captured.function.name)
        if key not in self._bodies:
            self._bodies[key] = CompiledFunction(captured.function, self._compile)
        return BoundFunction(self._bodies[key], captured.arguments)


@dataclasses.dataclass(frozen=True, eq=False)
class CapturedFunction:
    """A function, and the values of what it uses of the graph around it."""

    function: Function
    arguments: tuple[Array, ...]


class CompiledFunction:
    """A function with its own random streams and the like, ready to be called."""

    def __init__(self, function: Function, compiler: Compiler) -> None:
        self.stateless = function.stateless
        self.call = compiler(function.graph)
        graph = function.graph
        batched = batched_body(graph, len(graph.inputs) - len(graph.captures))
        self.call_batched = None if batched is None else compiler(batched)


class BoundFunction:
    """A function that only lacks the element."""

    def __init__(self, compiled: CompiledFunction, captured: Sequence[Array]) -> None:
        self._compiled = compiled
        self._captured = captured
        self.batchable = compiled.call_batched is not None

    @property
    def stateless(self) -> bool:
        return self._compiled.stateless

    def __call__(self, element: Element) -> Element:
        return tuple(self._compiled.call([*element, *self._captured]))

    def of_block(self, block: Block) -> Block | None:
        """The function of all elements at once; None where that cannot be done."""
        if not self.batchable:
            return None
        try:
            return Block(self._batched([*block.columns, *self._captured]))
        except errors.OpError:
            # Called for one element after the other, it tells which one fails, if any does.
            self.batchable = False
            return None

    @property
    def _batched(self) -> Body:
        assert self._compiled.call_batched is not None
        return self._compiled.call_batched
