"""Queues: elements that wait to be taken, in an order that tells the kinds of queue apart.

What happens when is TensorFlow's (tensorflow/core/kernels/queue_base.cc and its kin): who enqueues
many, or dequeues many, does so element by element while others wait in line.
"""

from __future__ import annotations

import heapq
import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from reflow.graph import errors
from reflow.graph.dtypes import DType, int64
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.data.random_words import random_words
from reflow.ops.data_flow.elements import Element, own, padded, rows, stacked
from reflow.ops.data_flow.resources import invalid, resource_name, type_list
from reflow.ops.data_flow.waiting import Attempt, Line, Shared

_UNBOUNDED = 2**31 - 1


class Queue(Shared, ABC):
    """A queue of at most `capacity` elements; of any number, if that is negative.

    Attributes:
      kind: the name of its class in TensorFlow.
      types: of the components of an element.
      shapes: of the components, or none if elements may differ in shape.
    """

    kind: ClassVar[str]
    # What TensorFlow's messages call it when one element is enqueued or dequeued.
    called: ClassVar[str]

    def __init__(self, op: Operation) -> None:
        self._enqueues = Line()
        self._dequeues = Line()
        super().__init__(self._enqueues, self._dequeues)
        self.name = resource_name(op)
        self.capacity = self._capacity_of(op)
        self.types: list[DType] = list(op.attrs["component_types"])
        self.shapes: list[TensorShape] = list(op.attrs["shapes"])
        self._is_closed = False

    @staticmethod
    def _capacity_of(op: Operation) -> int:
        capacity = int(op.attrs["capacity"])
        return _UNBOUNDED if capacity < 0 else capacity

    # -- The elements -----------------------------------------------------------------------

    @abstractmethod
    def size(self) -> int:
        """The number of elements."""

    @abstractmethod
    def _put(self, element: Element) -> None:
        """Takes an element in."""

    @abstractmethod
    def _take(self) -> Element:
        """Gives the next element away."""

    def _put_back(self, element: Element) -> None:
        """Takes an element in again that was the last one taken."""
        self._put(element)

    def _ready(self, missing: int) -> int:
        """How many of `missing` elements may be taken now, unless the queue is closed."""
        return min(self.size(), missing)

    # -- What nodes that share it must agree on -------------------------------------------------

    def check(self, op: Operation) -> None:
        """InvalidArgumentError if a node of the same shared name wants another queue."""
        if op.type.removesuffix("V2") != self.kind:
            raise invalid(f"Expected {self.kind}, found {op.type}")
        self._check_same("capacity", self.capacity, self._capacity_of(op))
        types, wanted = self._declared_types(), list(op.attrs["component_types"])
        self._check_same("component types", type_list(types), type_list(wanted))
        declared, asked = self._declared_shapes(), list(op.attrs["shapes"])
        self._check_same("component shapes", _text(declared), _text(asked))

    def _declared_types(self) -> list[DType]:
        return self.types

    def _declared_shapes(self) -> list[TensorShape]:
        return self.shapes

    def _check_same(self, what: str, value: Any, wanted: Any) -> None:
        if value != wanted:
            verb = "were" if what.endswith("s") else "was"
            raise invalid(
                f"Shared queue '{self.name}' has {what} {value} but requested {what} {verb} "
                f"{wanted}"
            )

    # -- Enqueuing ----------------------------------------------------------------------------

    def enqueue(self, components: Sequence[Any]) -> Attempt:
        """Puts one element in, when there is room.

        Raises:
          tf.errors.InvalidArgumentError: it has not the shapes of the queue's elements.
        """
        self._check_shapes(components, self.shapes)
        return self._enqueue([tuple(own(components))])

    def enqueue_many(self, batches: Sequence[Any]) -> Attempt:
        """Puts the elements in that lie along the batches' first axis, as there is room.

        Raises:
          tf.errors.InvalidArgumentError: they have not the shapes of the queue's elements, or the
            batches differ in size.
        """
        for index, batch in enumerate(batches):
            if not batch.ndim:
                raise invalid(f"Tuple component {index} must have a first axis, got a scalar")
        count = batches[0].shape[0]
        if self.shapes:
            batched = [shapes.of(count).concatenate(shape) for shape in self.shapes]
            self._check_shapes(batches, batched)
        for index, batch in enumerate(batches):
            if batch.shape[0] != count:
                raise invalid(
                    "All input tensors must have the same size in the 0th dimension. Component "
                    f"{index} has {batch.shape[0]}, and should have {count}"
                )
        return self._enqueue(list(zip(*map(rows, own(batches)))))

    def _check_shapes(self, components: Sequence[Any], expected: Sequence[TensorShape]) -> None:
        for index, (component, shape) in enumerate(zip(components, expected)):
            if not shape.is_compatible_with(tuple(component.shape)):
                raise invalid(
                    f"Shape mismatch in tuple component {index}. Expected {shapes.text(shape)}, "
                    f"got {shapes.text(TensorShape.of(tuple(component.shape)))}"
                )

    def _enqueue(self, elements: Sequence[Element]) -> Attempt:
        waiting = deque(elements)

        def advance(attempt: Attempt) -> bool:
            if self._is_closed and waiting:
                message = f"{self.called} '{self.name}' is closed."
                raise errors.CancelledError(None, None, message)
            room = min(self.capacity - self.size(), len(waiting))
            for _ in range(room):
                self._put(waiting.popleft())
            if not waiting:
                attempt.finish()
            return room > 0

        return self.attempt(self._enqueues, advance, "Enqueue operation was cancelled")

    # -- Dequeuing ----------------------------------------------------------------------------

    def dequeue(self) -> Attempt:
        """Takes one element, when there is one: a list of its components."""
        return self._dequeue(1, False, self.called, lambda elements: list(elements[0]))

    def dequeue_many(self, count: int, fewer: bool, device: Any) -> Attempt:
        """Takes `count` elements, when there are so many: a list of batches of components.

        Args:
          fewer: take what is left of a closed queue, even if that is less.
          device: where a batch of none is.

        Raises:
          tf.errors.InvalidArgumentError: the queue's elements may differ in shape.
        """
        if len(self.shapes) != len(self.types):
            raise invalid(
                f"{self.kind}'s DequeueMany and DequeueUpTo require the components to have "
                "specified shapes."
            )

        def batches(elements: list[Element]) -> list[Any]:
            columns = list(zip(*elements)) or [()] * len(self.types)
            return [
                self._batch(column, dtype, shape, device)
                for column, dtype, shape in zip(columns, self.types, self.shapes)
            ]

        return self._dequeue(count, fewer, self.kind, batches)

    def _batch(
        self, components: Sequence[Any], dtype: DType, shape: TensorShape, device: Any
    ) -> Any:
        return stacked(components, dtype, shape, device)

    def _dequeue(
        self, wanted: int, fewer: bool, called: str, outputs: Callable[[list[Element]], Any]
    ) -> Attempt:
        taken: list[Element] = []
        aim = wanted

        def advance(attempt: Attempt) -> bool:
            nonlocal aim
            left, missing = self.size(), aim - len(taken)
            if self._is_closed and left < missing:
                while taken:
                    self._put_back(taken.pop())
                aim = self.size()
                if not fewer or not aim:
                    raise errors.OutOfRangeError(
                        None,
                        None,
                        f"{called} '{self.name}' is closed and has insufficient elements "
                        f"(requested {missing}, current size {left})",
                    )
            missing = aim - len(taken)
            count = missing if self._is_closed else self._ready(missing)
            for _ in range(count):
                taken.append(self._take())
            if len(taken) == aim:
                attempt.finish(lambda: outputs(taken))
            return count > 0

        return self.attempt(self._dequeues, advance, "Dequeue operation was cancelled")

    # -- Closing ------------------------------------------------------------------------------

    @property
    def is_closed(self) -> bool:
        with self.lock:
            return self._is_closed

    def close_for_enqueues(self) -> Attempt:
        """Closes the queue when those before have enqueued what they have.

        The attempt fails with CancelledError if the queue is closed by then.
        """

        def advance(attempt: Attempt) -> bool:
            if self._is_closed:
                message = f"Queue '{self.name}' is already closed."
                raise errors.CancelledError(None, None, message)
            self._is_closed = True
            attempt.finish()
            return True

        return self.attempt(self._enqueues, advance, "Enqueue operation was cancelled")

    def close_and_cancel(self) -> Attempt:
        """Closes the queue at once: enqueues that wait are cancelled."""
        with self.lock:
            self._is_closed = True
            self._enqueues.cancel()
        return self.attempt(self._enqueues, _finished)


def _finished(attempt: Attempt) -> bool:
    attempt.finish()
    return True


def _text(listed: Sequence[TensorShape]) -> str:
    return f"[{', '.join(map(shapes.text, listed))}]"


class FIFOQueue(Queue):
    """First in, first out."""

    kind = called = "FIFOQueue"

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self._elements: deque[Element] = deque()

    def size(self) -> int:
        return len(self._elements)

    def _put(self, element: Element) -> None:
        self._elements.append(element)

    def _take(self) -> Element:
        return self._elements.popleft()

    def _put_back(self, element: Element) -> None:
        self._elements.appendleft(element)


class PaddingFIFOQueue(FIFOQueue):
    """First in, first out; its elements may differ in sizes that its shapes leave open, and are
    filled up with zeros to make a batch."""

    kind = "PaddingFIFOQueue"

    def _batch(
        self, components: Sequence[Any], dtype: DType, shape: TensorShape, device: Any
    ) -> Any:
        return padded(components, dtype, shape, device)


class RandomShuffleQueue(Queue):
    """Gives any of its elements.  `min_after_dequeue` of them stay until it is closed."""

    kind = called = "RandomShuffleQueue"

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self._kept: int = op.attrs["min_after_dequeue"]
        if self._kept < 0:
            raise invalid(f"min_after_dequeue {self._kept} must be >= 0")
        if self._kept >= self.capacity:
            raise invalid(f"min_after_dequeue {self._kept} must be < capacity {self.capacity}")
        self._seeds: tuple[int, int] = (op.attrs["seed"], op.attrs["seed2"])
        self._random = random_words(*self._seeds)
        self._elements: list[Element] = []

    def check(self, op: Operation) -> None:
        super().check(op)
        kept = op.attrs["min_after_dequeue"]
        if kept != self._kept:
            raise invalid(
                f"Shared queue '{self.name}' has min_after_dequeue {self._kept} but requested "
                f"min_after_dequeue was {kept}."
            )
        seeds = op.attrs["seed"], op.attrs["seed2"]
        if any(seeds) and seeds != self._seeds:
            raise invalid(
                f"Shared queue '{self.name}' has random seeds {self._seeds} but requested seeds "
                f"are {seeds}."
            )

    def size(self) -> int:
        return len(self._elements)

    def _ready(self, missing: int) -> int:
        return max(0, min(self.size() - self._kept, missing))

    def _put(self, element: Element) -> None:
        self._elements.append(element)

    def _take(self) -> Element:
        index = next(self._random) % len(self._elements)
        element = self._elements[index]
        self._elements[index] = self._elements[-1]
        self._elements.pop()
        return element


class PriorityQueue(Queue):
    """Gives the element of the least priority number, an int64 scalar, its first component."""

    kind = called = "PriorityQueue"

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self.types = [int64, *self.types]
        self.shapes = [shapes.SCALAR, *self.shapes]
        self._elements: list[tuple[int, int, Element]] = []
        self._arrivals = itertools.count()

    def _declared_types(self) -> list[DType]:
        return self.types[1:]

    def _declared_shapes(self) -> list[TensorShape]:
        return self.shapes[1:]

    def size(self) -> int:
        return len(self._elements)

    def _put(self, element: Element) -> None:
        heapq.heappush(self._elements, (int(element[0]), next(self._arrivals), element))

    def _take(self) -> Element:
        return heapq.heappop(self._elements)[-1]

    def _ready(self, missing: int) -> int:
        # A batch is sorted: none of it is taken before all of it is there.
        return missing if self.size() >= missing else 0
