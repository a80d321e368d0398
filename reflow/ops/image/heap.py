"""A queue of what comes first, as C++ has it."""

from __future__ import annotations

from typing import Any


class MaxHeap:
    """Items by their keys, the greatest first; equal keys in the order of std::priority_queue.

    Which of equal scores is taken first is what programs see of it.
    Source: the heap algorithms of libstdc++ (bits/stl_heap.h).
    """

    def __init__(self) -> None:
        self._entries: list[tuple[Any, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._entries)

    def push(self, key: Any, item: Any) -> None:
        self._entries.append((key, item))
        self._rise(len(self._entries) - 1, (key, item))

    def pop(self) -> tuple[Any, Any]:
        """(key, item) with the greatest key, which leaves the heap."""
        entries = self._entries
        last = entries.pop()
        if not entries:
            return last
        top = entries[0]
        hole, child = 0, 2
        # Down to a leaf along the greater children, the later of equal ones; then up again.
        while child < len(entries):
            if entries[child][0] < entries[child - 1][0]:
                child -= 1
            entries[hole] = entries[child]
            hole, child = child, 2 * child + 2
        if child == len(entries):
            entries[hole] = entries[child - 1]
            hole = child - 1
        self._rise(hole, last)
        return top

    def _rise(self, hole: int, entry: tuple[Any, Any]) -> None:
        """Puts the entry at `hole`, or as far above as it is greater than what stands there."""
        entries = self._entries
        while hole and entries[(hole - 1) // 2][0] < entry[0]:
            entries[hole] = entries[(hole - 1) // 2]
            hole = (hole - 1) // 2
        entries[hole] = entry
