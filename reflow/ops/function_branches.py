"""Conditionals and loops whose parts are functions: what other programs' graphs may hold.

Graphs that are built here hold switches and frames instead (ops/control.py, ops/frames.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reflow.graph import errors
from reflow.graph.function import FuncGraph, Function
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op

_Compile = Callable[[FuncGraph], Any]


def _compiled(function: Function, state: dict[str, Any], compile_function: _Compile) -> Any:
    if function.name not in state:
        state[function.name] = compile_function(function.graph)
    return state[function.name]


def _truth(value: Any) -> bool:
    """Whether a value counts as true: a number but 0, a text but the empty one, some elements."""
    array = np.asarray(value)
    return bool(array.size) if array.ndim else bool(array.item())


def _output_shapes(op: Operation, output_shapes: Sequence[TensorShape]) -> Sequence[TensorShape]:
    return output_shapes or [shapes.UNKNOWN] * len(op.outputs)


def _conditional(name: str, is_stateful: bool) -> OpDefinition:
    """One of two functions."""

    class If:
        """What `then_branch` gives if `cond` is true, else what `else_branch` gives."""

        inputs = "cond: Tcond, input: Tin"
        outputs = "output: Tout"
        attrs = (
            "Tcond: type",
            "Tin: list(type) >= 0",
            "Tout: list(type) >= 0",
            "then_branch: func",
            "else_branch: func",
            "output_shapes: list(shape) = []",
        )
        host = True
        stateful = is_stateful

        def shape(
            cond: TensorShape,
            input: Sequence[TensorShape],
            *,
            op: Operation,
            output_shapes: Sequence[TensorShape],
        ) -> Sequence[TensorShape]:
            return _output_shapes(op, output_shapes)

        def kernel(
            cond: Host,
            input: list[Host],
            *,
            then_branch: Function,
            else_branch: Function,
            state: dict[str, Any],
            compile_function: _Compile,
        ) -> list[Any]:
            chosen = then_branch if _truth(cond) else else_branch
            return list(_compiled(chosen, state, compile_function)(input))

        def state(op: Operation) -> dict[str, Any]:
            return {}

    If.__name__ = name
    return op(If)


def _loop(name: str, is_stateful: bool) -> OpDefinition:
    """A function again and again."""

    class While:
        """The input, replaced by what `body` gives for it while `cond` gives true for it."""

        inputs = "input: T"
        outputs = "output: T"
        attrs = (
            "T: list(type) >= 0",
            "cond: func",
            "body: func",
            "output_shapes: list(shape) = []",
            "parallel_iterations: int = 10",
        )
        host = True
        stateful = is_stateful

        def shape(
            input: Sequence[TensorShape],
            *,
            op: Operation,
            output_shapes: Sequence[TensorShape],
        ) -> Sequence[TensorShape]:
            return _output_shapes(op, output_shapes)

        def kernel(
            input: list[Host],
            *,
            cond: Function,
            body: Function,
            state: dict[str, Any],
            compile_function: _Compile,
        ) -> list[Any]:
            go_on = _compiled(cond, state, compile_function)
            step = _compiled(body, state, compile_function)
            values = list(input)
            while _truth(_single(go_on(values))):
                values = list(step(values))
                if len(values) != len(input):
                    raise errors.InvalidArgumentError(
                        None,
                        None,
                        f"While loop body returned {len(values)} arguments. Expected: {len(input)}",
                    )
            return values

        def state(op: Operation) -> dict[str, Any]:
            return {}

    While.__name__ = name
    return op(While)


def _single(results: Sequence[Any]) -> Any:
    if len(results) != 1:
        raise errors.InvalidArgumentError(
            None, None, f"Expected a single scalar return value, got {len(results)} tensors."
        )
    return results[0]


If: OpDefinition = _conditional("If", True)
StatelessIf: OpDefinition = _conditional("StatelessIf", False)
While: OpDefinition = _loop("While", True)
StatelessWhile: OpDefinition = _loop("StatelessWhile", False)


@op
class For:
    """The input, replaced by what `body` gives for each number of a range and for it."""

    inputs = "start: int32, limit: int32, delta: int32, input: T"
    outputs = "output: T"
    attrs = ("T: list(type) >= 0", "body: func")
    host = True

    def shape(
        start: TensorShape,
        limit: TensorShape,
        delta: TensorShape,
        input: Sequence[TensorShape],
        *,
        op: Operation,
    ) -> Sequence[TensorShape]:
        return [shapes.UNKNOWN] * len(op.outputs)

    def kernel(
        start: Host,
        limit: Host,
        delta: Host,
        input: list[Host],
        *,
        body: Function,
        state: dict[str, Any],
        compile_function: _Compile,
    ) -> list[Any]:
        for bound, what in ((start, "start"), (limit, "limit"), (delta, "delta")):
            if bound.ndim:
                raise errors.InvalidArgumentError(None, None, f"{what} must be a scalar")
        first, last, by = int(start), int(limit), int(delta)
        if (by > 0 and first > last) or (by < 0 and first < last) or by == 0:
            raise errors.InvalidArgumentError(
                None, None, f"Invalid start/limit/delta: {first} {last} {by}"
            )
        step = _compiled(body, state, compile_function)
        values = list(input)
        for i in range(first, last, by):
            values = list(step([np.array(i, np.int32), *values]))
            if len(values) != len(input):
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"For loop body returned {len(values)} arguments. Expected: {len(input)}",
                )
        return values

    def state(op: Operation) -> dict[str, Any]:
        return {}
