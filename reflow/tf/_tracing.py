"""Python functions as functions of the graph: called once, with placeholders."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.control_flow import while_context_of
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.function import FuncGraph, Function, unique_number
from reflow.graph.operation import Operation
from reflow.graph.tensor_spec import TensorSpec
from reflow.ops.arrays import Identity

# Stateful ops that need not run if nobody uses what they give.
_ONLY_IF_USED = frozenset(
    (
        "Multinomial",
        "ParameterizedTruncatedNormal",
        "RandomGamma",
        "RandomGammaGrad",
        "RandomPoisson",
        "RandomPoissonV2",
        "RandomShuffle",
        "RandomStandardNormal",
        "RandomUniform",
        "RandomUniformInt",
        "TruncatedNormal",
    )
)


def function_name(function: Callable[..., Any]) -> str:
    """The name of a Python function, of what a partial one calls, or of a callable's class."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", None) or type(function).__name__


def trace(
    function: Callable[..., Sequence[Any]], arguments: Sequence[TensorSpec], name: str
) -> Function:
    """The function that computes what `function` builds for arguments of the given types.

    Stateful operations in it run at every call, before it returns.

    Args:
      function: takes a tensor for each argument, returns values that can be converted to tensors.
      arguments: described; the placeholders are `args_0`, `args_1`, ...
      name: a part of the name of the result.
    """
    body = FuncGraph(name)
    with body.as_default():
        tensors = [
            body.add_argument(spec.dtype, spec.shape, f"args_{index}")
            for index, spec in enumerate(arguments)
        ]
        outputs = [convert_to_tensor(value) for value in function(*tensors)]
        body.outputs = [Identity(output) for output in outputs]
    body.control_outputs = _wait_for_stateful_ops(body)
    for output in body.outputs:
        if body.control_outputs:
            output.op._add_control_inputs(body.control_outputs)
    return Function(f"__inference_{name}_{unique_number()}", body)


def _wait_for_stateful_ops(body: FuncGraph) -> list[Operation]:
    """Lets conditionals end after the stateful operations before their end.

    One in a branch that is not taken is dead, and so would be whatever waits for it, but a merge is
    not.  Those in loops run where something needs the loop, as in TensorFlow.

    Returns:
      The operations outside of conditionals for which outputs have to wait.
    """
    must_run = set(ops_that_must_run(body))
    waiting: list[Operation] = []
    for op in body.get_operations():
        if while_context_of(op) is not None:
            continue
        if op.type == "Merge":
            op._add_control_inputs(waiting)
            waiting = [op]
        elif op in must_run:
            waiting.append(op)
    return waiting


def ops_that_must_run(body: FuncGraph) -> list[Operation]:
    placeholders: set[Operation] = {tensor.op for tensor in body.inputs}
    return [
        op
        for op in body.get_operations()
        if op.definition.stateful and op.type not in _ONLY_IF_USED and op not in placeholders
    ]
