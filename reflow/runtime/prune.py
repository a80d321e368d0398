"""Which operations a run needs, and in which order they run."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator

from reflow.graph import errors
from reflow.graph.control_flow import kind_of
from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import VariableSlot, refers_to_variable
from reflow.runtime.states import States


def needed_operations(
    targets: Iterable[Operation],
    fed: frozenset[Tensor],
    done: frozenset[Operation] = frozenset(),
) -> list[Operation]:
    """The operations that `targets` depend on when `fed` tensors are given, in running order.

    An operation runs after its data and control inputs and, among what is ready, in the order
    of creation; updates of one variable run in the order of `_order_updates`.  An operation whose
    needed outputs are all fed does not run.  Of the operations that are `done` only those remain
    that give a reference to a variable, with what it refers to.
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
        stack += _awaited(op, fed)
    ordered = sorted(needed, key=lambda op: op._id)
    before = {op: predecessors(op, fed) & needed for op in ordered}
    _order_updates(ordered, before)
    if all(earlier._id < op._id for op in ordered for earlier in before[op]):
        return ordered  # true unless edges were added later
    return topological(ordered, before)


def harmless(
    taps: Iterable[Tensor],
    operations: Iterable[Operation],
    fed: frozenset[Tensor],
    states: States,
) -> list[Tensor]:
    """Those of `taps` that a run of the operations gives, or can give by computing a little more.

    What it would run besides only computes: it keeps no state, has no part in the flow of control,
    needs nothing that is not fed, and changes nothing of what the operations do.  A variable that
    they do not need, as the last bias of a discriminator through which a generator is trained, is
    read if it holds a value.
    """
    running = set(operations)
    found = []
    for tap in taps:
        more: set[Operation] = set()
        stack = [] if tap in fed else [tap.op]
        while stack:
            op = stack.pop()
            if op in running or op in more:
                continue
            more.add(op)
            stack += _awaited(op, fed)
        if all(_only_computes(op, running, states) for op in more):
            running |= more
            found.append(tap)
    return found


def _only_computes(op: Operation, running: set[Operation], states: States) -> bool:
    if getattr(op.definition.rules, "reads", False):
        owner = op._inputs[0].op
        return owner in running or _holds_value(owner, states)
    if _holds_value(op, states):
        return True
    return not (op.definition.stateful or kind_of(op) or op._control_flow_context)


def _holds_value(op: Operation, states: States) -> bool:
    """Whether an operation owns a variable that was assigned to."""
    slot = states.known(op)
    return isinstance(slot, VariableSlot) and slot.value is not None


def predecessors(op: Operation, fed: frozenset[Tensor]) -> set[Operation]:
    """What must have run before; a loop variable does not wait for what the last iteration made."""
    awaited = _awaited(op, fed)
    if kind_of(op) == "merge":
        return {earlier for earlier in awaited if kind_of(earlier) != "next"}
    return awaited


def _awaited(op: Operation, fed: frozenset[Tensor]) -> set[Operation]:
    """What it takes inputs from; to wait for a placeholder is to wait for what is fed."""
    awaited = {tensor.op for tensor in op._inputs if tensor not in fed}
    for control in op._control_inputs:
        if control.type != "Placeholder" or control._outputs[0] not in fed:
            awaited.add(control)
    return awaited


def _order_updates(
    operations: list[Operation], predecessors: dict[Operation, set[Operation]]
) -> None:
    """Makes each of several updates of one variable wait for those that are ready before it.

    Where a run holds several, as `sess.run([train_step, clip_weights])` does, TensorFlow starts
    each as soon as its inputs are there: weights are clipped while the gradients are still being
    computed, and the training step comes on top.  Clipped last, from the values before the run,
    they would lose the step.  So what has the shortest way from the start of the run goes first.

    An update by what was computed from the variable itself, as `power.assign(power * beta)` after
    a training step, is one with that computation: it waits for the updates before, too.
    """
    updates: dict[Operation, list[Operation]] = {}
    for op in operations:
        if getattr(op.definition.rules, "updates", False):
            for variable in {variable_behind(tensor) for tensor in op._inputs}:
                if variable is not None:
                    updates.setdefault(variable, []).append(op)
    several = [item for item in updates.items() if len(item[1]) > 1]
    if not several:
        return
    depths: dict[Operation, int] = {}
    for op in topological(operations, predecessors):
        depths[op] = 1 + max((depths[earlier] for earlier in predecessors[op]), default=0)
    for variable, ops in several:
        ops.sort(key=lambda op: (depths[op], op._id))
        for earlier, later in itertools.pairwise(ops):
            predecessors[later].add(earlier)
            for reader in _late_readers(later, variable):
                if depths[reader] >= depths[earlier]:
                    predecessors[reader].add(earlier)


def _late_readers(update: Operation, variable: Operation) -> Iterator[Operation]:
    """The operations that compute the updating value from the variable's own, having waited."""
    for tensor in update._inputs:
        maker = tensor.op
        if getattr(maker.definition.rules, "updates", False):
            continue
        for op in (maker, *(given.op for given in maker._inputs)):
            if variable in map(variable_behind, op._inputs):
                yield from (late for late in {op, maker} if late._control_inputs)


def variable_behind(tensor: Tensor) -> Operation | None:
    """The operation that owns what `tensor` refers to; None for a value."""
    while refers_to_variable(tensor.dtype):
        references = [given for given in tensor.op._inputs if refers_to_variable(given.dtype)]
        if not references:
            return tensor.op
        tensor = references[0]
    return None


def topological(
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
        caught = [op for op in operations if waiting_for[op]]
        raise errors.InvalidArgumentError(
            None,
            caught[0],
            f"Graph is invalid, contains a cycle with {len(caught)} nodes, one of them is "
            f"'{caught[0].name}'",
        )
    return ordered
