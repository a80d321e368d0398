"""Which operations a run needs, and in which order they run."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from reflow.graph.operation import Operation, Tensor


def needed_operations(targets: Iterable[Operation], fed: frozenset[Tensor]) -> list[Operation]:
    """The operations that `targets` depend on when `fed` tensors are given, in running order.

    An operation runs after its data and control inputs and, among what is ready, in the order
    of creation.  An operation whose needed outputs are all fed does not run.
    """
    needed: set[Operation] = set()
    stack = list(targets)
    while stack:
        op = stack.pop()
        if op in needed:
            continue
        needed.add(op)
        stack += [tensor.op for tensor in op._inputs if tensor not in fed]
        stack += op._control_inputs
    ordered = sorted(needed, key=lambda op: op._id)
    if _is_order(ordered, fed):
        return ordered
    return _topological(ordered, fed)


def _predecessors(op: Operation, fed: frozenset[Tensor]) -> set[Operation]:
    return {tensor.op for tensor in op._inputs if tensor not in fed}.union(op._control_inputs)


def _is_order(ordered: list[Operation], fed: frozenset[Tensor]) -> bool:
    """Whether the order of creation respects all edges: true unless edges were added later."""
    return all(before._id < op._id for op in ordered for before in _predecessors(op, fed))


def _topological(operations: list[Operation], fed: frozenset[Tensor]) -> list[Operation]:
    """The order of creation as far as edges that were added later allow it."""
    waiting_for = {op: len(_predecessors(op, fed)) for op in operations}
    followers: dict[Operation, list[Operation]] = {op: [] for op in operations}
    for op in operations:
        for before in _predecessors(op, fed):
            followers[before].append(op)
    ready = [(op._id, op) for op in operations if not waiting_for[op]]
    heapq.heapify(ready)
    ordered = []
    while ready:
        _, op = heapq.heappop(ready)
        ordered.append(op)
        for follower in followers[op]:
            waiting_for[follower] -= 1
            if not waiting_for[follower]:
                heapq.heappush(ready, (follower._id, follower))
    if len(ordered) != len(operations):
        caught = next(op for op in operations if waiting_for[op])
        raise ValueError(f"The graph has a cycle through '{caught.name}': it cannot be run.")
    return ordered
