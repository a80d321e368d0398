"""Which operations a run needs, and in which order they run."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import refers_to_variable


def needed_operations(
    targets: Iterable[Operation],
    fed: frozenset[Tensor],
    done: frozenset[Operation] = frozenset(),
) -> list[Operation]:
    """The operations that `targets` depend on when `fed` tensors are given, in running order.

    An operation runs after its data and control inputs and, among what is ready, in the order
    of creation.  An operation whose needed outputs are all fed does not run.  Of the operations
    that are `done` only those remain that give a reference to a variable, with what it refers to.
    """
    needed: set[Operation] = set()
    stack = list(targets)
    while stack:
        op = stack.pop()
        if op in needed:
            continue
        if op in done:
            if not any(refers_to_variable(tensor.dtype) for tensor in op._outputs):
                continue
            needed.add(op)
            stack += [tensor.op for tensor in op._inputs if refers_to_variable(tensor.dtype)]
            continue
        needed.add(op)
        stack += _predecessors(op, fed)
    ordered = sorted(needed, key=lambda op: op._id)
    before = {op: _predecessors(op, fed) & needed for op in ordered}
    if all(earlier._id < op._id for op in ordered for earlier in before[op]):
        return ordered  # true unless edges were added later
    return _topological(ordered, before)


def _predecessors(op: Operation, fed: frozenset[Tensor]) -> set[Operation]:
    """What must have run before; to wait for a placeholder is to wait for what is fed."""
    awaited = {tensor.op for tensor in op._inputs if tensor not in fed}
    for control in op._control_inputs:
        if control.type != "Placeholder" or control._outputs[0] not in fed:
            awaited.add(control)
    return awaited


def _topological(
    operations: list[Operation], predecessors: dict[Operation, set[Operation]]
) -> list[Operation]:
    """The order of creation as far as edges that were added later allow it."""
    waiting_for = {op: len(predecessors[op]) for op in operations}
    followers: dict[Operation, list[Operation]] = {op: [] for op in operations}
    for op in operations:
        for earlier in predecessors[op]:
            followers[earlier].append(op)
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
