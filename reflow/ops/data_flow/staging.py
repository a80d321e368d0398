"""Staging areas: elements put aside for a later run, in order or by key."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import torch

from reflow.graph import errors
from reflow.graph.dtypes import DType
from reflow.graph.operation import Operation
from reflow.ops.data_flow.elements import own
from reflow.ops.data_flow.resources import invalid
from reflow.ops.data_flow.waiting import Attempt, Line, Shared

_CANCELLED = "The operation on a staging area was cancelled"


def _bytes(components: Sequence[Any]) -> int:
    """The memory of an element; of a string, what it counts in TensorFlow's kernels."""
    return sum(
        c.nelement() * c.element_size() if isinstance(c, torch.Tensor) else 8 * c.size
        for c in components
        if c is not None
    )


class Staging(Shared):
    """What is put aside, within a number of elements and of bytes; 0 stands for no limit."""

    def __init__(self, op: Operation) -> None:
        self._puts = Line(in_order=False)
        self._gets = Line(in_order=False)
        super().__init__(self._puts, self._gets)
        self.types: list[DType] = op.attrs["dtypes"]
        self._capacity: int = op.attrs["capacity"]
        self._memory_limit: int = op.attrs["memory_limit"]
        self._bytes = 0

    def _check_memory(self, size: int) -> None:
        if self._memory_limit and size > self._memory_limit:
            raise errors.ResourceExhaustedError(
                None,
                None,
                f"Attempted to insert tensors with combined size of '{size}' bytes into Staging "
                f"Area with a memory limit of '{self._memory_limit}'.",
            )

    def _fits(self, size: int) -> bool:
        return not self._memory_limit or self._bytes + size <= self._memory_limit

    def _when(self, line: Line, act: Callable[[], Any], can: Callable[[], bool]) -> Attempt:
        """An attempt that acts as soon as it can, and gives what the action gives."""

        def advance(attempt: Attempt) -> bool:
            if not can():
                return False
            value = act()
            attempt.finish(lambda: value)
            return True

        return self.attempt(line, advance, _CANCELLED)


class StagedElements(Staging):
    """Elements that are taken in the order in which they came."""

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self._elements: deque[list[Any]] = deque()

    def size(self) -> int:
        return len(self._elements)

    def put(self, components: Sequence[Any]) -> Attempt:
        """Puts an element aside, when there is room.

        Raises:
          tf.errors.ResourceExhaustedError: it takes more memory than all may.
        """
        element = own(components)
        size = _bytes(element)
        self._check_memory(size)

        def store() -> None:
            self._elements.append(element)
            self._bytes += size

        def has_room() -> bool:
            return self._fits(size) and not 0 < self._capacity <= len(self._elements)

        return self._when(self._puts, store, has_room)

    def get(self) -> Attempt:
        """Takes the first element, when there is one."""

        def take() -> list[Any]:
            element = self._elements.popleft()
            self._bytes -= _bytes(element)
            return element

        return self._when(self._gets, take, lambda: bool(self._elements))

    def peek(self, index: int) -> Attempt:
        """The element of that number, when there are so many; it stays."""
        if index < 0:
            raise invalid(f"index must not be negative. Received: {index}")
        return self._when(
            self._gets, lambda: own(self._elements[index]), lambda: index < len(self._elements)
        )

    def clear(self) -> None:
        with self.lock:
            self._elements.clear()
            self._bytes = 0
            self.advance()


class StagedByKey(Staging):
    """Elements under keys, whose components may come, and go, one by one."""

    def __init__(self, op: Operation) -> None:
        super().__init__(op)
        self._is_ordered = op.type.startswith("Ordered")
        self._complete: dict[int, list[Any]] = {}
        self._incomplete: dict[int, list[Any]] = {}

    def size(self) -> int:
        return len(self._complete)

    def incomplete_size(self) -> int:
        return len(self._incomplete)

    def put(self, key: int, indices: Sequence[int], components: Sequence[Any]) -> Attempt:
        """Puts components of an element aside, when there is room.

        Raises:
          tf.errors.ResourceExhaustedError: they take more memory than all may.
          tf.errors.InvalidArgumentError: the element has them, or there are no such components.
        """
        self._check_indices(indices)
        if len(indices) != len(components):
            raise invalid(
                f"Number of indices ({len(indices)}) must match the number of values "
                f"({len(components)})"
            )
        parts = own(components)
        size = _bytes(parts)
        self._check_memory(size)

        def store() -> None:
            element = self._incomplete.get(key) or [None] * len(self.types)
            for index, part in zip(indices, parts):
                if element[index] is not None:
                    raise invalid(
                        f"The tensor for index '{index}' for key '{key}' was already "
                        f"initialized '{len(self.types)}'."
                    )
                element[index] = part
            self._bytes += size
            if any(part is None for part in element):
                self._incomplete[key] = element
            else:
                self._incomplete.pop(key, None)
                # As with a map of C++: what is there already stays.
                self._complete.setdefault(key, element)

        def has_room() -> bool:
            is_full = 0 < self._capacity <= len(self._complete)
            return self._fits(size) and not is_full

        return self._when(self._puts, store, has_room)

    def peek(self, key: int, indices: Sequence[int]) -> Attempt:
        """Components of an element, when it is there; they stay."""
        self._check_indices(indices)
        return self._when(
            self._gets,
            lambda: own(self._parts(key, indices)),
            lambda: key in self._complete,
        )

    def get(self, key: int, indices: Sequence[int]) -> Attempt:
        """Takes components of an element, when it is there; it is gone with the last of them."""
        self._check_indices(indices)
        return self._when(
            self._gets, lambda: self._take(key, indices), lambda: key in self._complete
        )

    def get_any(self, indices: Sequence[int]) -> Attempt:
        """As `get`, of any element, or that of the least key; gives the key first."""
        self._check_indices(indices)

        def take() -> list[Any]:
            key = min(self._complete) if self._is_ordered else next(iter(self._complete))
            parts = self._take(key, indices)
            places = {part.device for part in parts if isinstance(part, torch.Tensor)}
            return [torch.tensor(key, device=next(iter(places), None)), *parts]

        return self._when(self._gets, take, lambda: bool(self._complete))

    def clear(self) -> None:
        with self.lock:
            self._complete.clear()
            self._incomplete.clear()
            self._bytes = 0
            self.advance()

    def _check_indices(self, indices: Sequence[int]) -> None:
        for index in indices:
            if not 0 <= index < len(self.types):
                raise invalid(f"Index '{index}' for key is out of bounds '{len(self.types)}'.")

    def _parts(self, key: int, indices: Sequence[int]) -> list[Any]:
        element = self._complete[key]
        for index in indices:
            if element[index] is None:
                raise invalid(
                    f"Tensor at index '{index}' for key '{key}' has already been removed."
                )
        return [element[index] for index in indices]

    def _take(self, key: int, indices: Sequence[int]) -> list[Any]:
        parts = self._parts(key, indices)
        element = self._complete[key]
        for index in indices:
            element[index] = None
        if all(part is None for part in element):
            del self._complete[key]
        self._bytes -= _bytes(parts)
        return parts
