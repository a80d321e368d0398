"""Steps that wait for other runs, begun at their places and waited for as late as possible.

TensorFlow runs all of a run's operations that are ready, while one waits for an element of a queue:
what that one waits for may be among them.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.data_flow.waiting import Attempt
from reflow.runtime import failures
from reflow.runtime.steps import Step, Value

_UNKNOWN = TensorShape(None)


class _Run(threading.local):
    """What the run of this thread has begun."""

    attempts: list[Attempt]


_run = _Run()


def wait_late(steps: Sequence[Step], operations: Sequence[Operation]) -> list[Step]:
    """The steps, in which those that come after one that waits, and need it not, do not wait.

    Args:
      operations: all of the run, in running order.
    """
    arranged: list[Step] = []
    waiting: list[tuple[Step, Step, Step, frozenset[Operation]]] = []

    def wait_for(wanted: Callable[[Step, frozenset[Operation]], bool]) -> None:
        for item in [item for item in waiting if wanted(item[2], item[3])]:
            waiting.remove(item)
            whole, begin, end, _ = item
            if arranged[-1] is begin:
                arranged[-1] = whole
            else:
                arranged.append(end)

    for step in steps:
        wait_for(functools.partial(_needs, step))
        if hasattr(step.function, "begin"):
            begin, end = _halves(step)
            arranged.append(begin)
            waiting.append((step, begin, end, _dependents(step.op, operations)))
        else:
            arranged.append(step)
    wait_for(lambda end, dependents: True)
    return arranged


def begins(steps: Sequence[Step]) -> bool:
    """Whether any of the steps only begins what another one waits for."""
    return any(isinstance(step.function, _Begin) for step in steps)


def cancelling(run: Callable[..., Any]) -> Callable[..., Any]:
    """`run`, which cancels what it has begun if it fails."""

    def call(*feeds: Any) -> Any:
        outer = getattr(_run, "attempts", None)
        mine: list[Attempt] = []
        _run.attempts = mine
        try:
            return run(*feeds)
        except BaseException:
            for attempt in mine:
                attempt.cancel()
            raise
        finally:
            if outer is not None:
                _run.attempts = outer

    return call


def _needs(step: Step, end: Step, dependents: frozenset[Operation]) -> bool:
    """Whether a step has to come after `end`, on whose operation `dependents` depend."""
    if step.op in dependents or not dependents.isdisjoint(step.fused):
        return True
    given = set(end.outputs)
    return any(value in given for value in step.values())


def _dependents(op: Operation, operations: Sequence[Operation]) -> frozenset[Operation]:
    """What runs after `op`, by inputs or control inputs."""
    found = {op}
    for other in operations:
        before = (*(tensor.op for tensor in other._inputs), *other._control_inputs)
        if any(earlier in found for earlier in before):
            found.add(other)
    return frozenset(found - {op})


class _Begin:
    """Begins what a kernel waits for."""

    def __init__(self, begin: Callable[..., Attempt]) -> None:
        self._begin = begin

    def __call__(self, *inputs: Any, **keywords: Any) -> Attempt:
        attempt = self._begin(*inputs, **keywords)
        _run.attempts.append(attempt)
        return attempt


def _halves(step: Step) -> tuple[Step, Step]:
    """A step as two: one that begins, and one that waits."""
    attempt = Value(None, _UNKNOWN, on_host=True)
    attempt.guard = step.guard
    begin = Step(
        step.op,
        _Begin(step.function.begin),  # type: ignore[union-attr]
        step.inputs,
        [attempt],
        step.keywords,
        stateful=True,
        guard=step.guard,
    )
    end = Step(
        step.op,
        functools.partial(_result, step.op),
        [attempt],
        step.outputs,
        stateful=True,
        sequence=step.sequence,
        guard=step.guard,
    )
    return begin, end


def _result(op: Operation, attempt: Attempt) -> Any:
    try:
        return attempt.result()
    except errors.OpError as error:
        raise failures.explain(type(error), error.message, op, []) from error
