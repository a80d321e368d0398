"""Calls that may wait for each other, made so that they can.

TensorFlow runs independent operations side by side, so one Python function of a program may wait
for what another one does.  Steps run one after the other; those of a group, in the same order, but
when one takes long the next ones start beside it.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.runtime import failures
from reflow.runtime.steps import Step, Value

# How long a call may take before others start beside it.
_PATIENCE_S = 0.1


def overlap(steps: Sequence[Step]) -> list[Step]:
    """The same steps, with each group of calls that may wait for each other as one."""
    groups: list[list[Step]] = []
    for step in steps:
        member = _may_wait(step)
        if groups and groups[-1] and not _can_come_before(step, groups[-1], member):
            groups.append([])
        if member:
            groups = groups or [[]]
            groups[-1].append(step)
    joined = {group[-1]: _joined(group) for group in groups if len(group) > 1}
    dropped = {step for group in groups if len(group) > 1 for step in group[:-1]}
    return [joined.get(step, step) for step in steps if step not in dropped]


def _may_wait(step: Step) -> bool:
    """Whether a step is the call of a kernel that may wait, no conversion of what that takes."""
    rules: Any = step.op.definition.rules
    return getattr(rules, "may_wait", False) and step.function is rules.kernel


def _can_come_before(step: Step, group: Sequence[Step], member: bool) -> bool:
    """Whether a step may run before those of the group, or as a member of it beside them."""
    if member:
        others = {other.op for other in group}
        return step.guard == group[0].guard and not _waits_for(step.op, others)
    given = {value for other in group for value in other.outputs}
    used = (value for value in step.values() if isinstance(value, Value))
    return not (step.stateful or step.updates) and given.isdisjoint(used)


def _waits_for(op: Operation, others: set[Operation]) -> bool:
    """Whether an operation runs after any of the others, by its inputs or control inputs."""
    first = min(other._id for other in others)
    seen: set[Operation] = set()
    stack = [op]
    while stack:
        current = stack.pop()
        for earlier in (*(tensor.op for tensor in current._inputs), *current._control_inputs):
            if earlier in others:
                return True
            if earlier._id > first and earlier not in seen:
                seen.add(earlier)
                stack.append(earlier)
    return False


def _joined(group: Sequence[Step]) -> Step:
    calls = [(step.op, _bound(step)) for step in group]
    return Step(
        group[-1].op,
        functools.partial(_call_all, calls),
        [step.inputs[0] for step in group],
        [value for step in group for value in step.outputs],
        stateful=True,
        sequence=True,
        fused=tuple(step.op for step in group[:-1]),
        guard=group[0].guard,
    )


def _bound(step: Step) -> Callable[..., Any]:
    assert step.function is not None
    return functools.partial(step.function, **step.keywords)


def _call_all(calls: Sequence[tuple[Any, Callable[..., Any]]], *inputs: list[Any]) -> list[Any]:
    """The results of all calls in one list; each call takes one list and gives one.

    Raises:
      tf.errors.OpError: that of the first call that fails; no call starts after it.
    """
    results: list[list[Any]] = [[] for _ in calls]
    waiting = deque(range(len(calls)))
    failed: list[BaseException] = []
    helpers: list[threading.Timer] = []

    def work() -> None:
        while waiting and not failed:
            helper = threading.Timer(_PATIENCE_S, work)
            helper.daemon = True
            try:
                number = waiting.popleft()
                if waiting:
                    helper.start()
                    helpers.append(helper)
                results[number] = _call(*calls[number], inputs[number])
            except IndexError:
                return
            except BaseException as error:
                failed.append(error)
            finally:
                helper.cancel()

    work()
    for helper in helpers:
        helper.join()
    if failed:
        raise failed[0]
    return [value for result in results for value in result]


def _call(op: Any, function: Callable[..., Any], arguments: list[Any]) -> list[Any]:
    try:
        result: list[Any] = function(arguments)
    except errors.OpError as error:
        raise failures.explain(type(error), error.message, op, [arguments]) from error
    return result
