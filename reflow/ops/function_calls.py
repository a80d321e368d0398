"""Calls of functions that are graphs of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reflow.graph.function import FuncGraph, Function
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.kernels import Host
from reflow.ops.op import op

_ATTRS = (
    "Tin: list(type) >= 0",
    "Tout: list(type) >= 0",
    "f: func",
    "config: string = ''",
    "config_proto: string = ''",
    "executor_type: string = ''",
)


def _shapes(args: Any, *, f: Function) -> list[TensorShape]:
    return [tensor.shape for tensor in f.graph.outputs]


def _call(
    args: list[Host],
    *,
    f: Function,
    state: dict[str, Any],
    compile_function: Callable[[FuncGraph], Any],
) -> list[Any]:
    if "compiled" not in state:
        state["compiled"] = compile_function(f.graph)
    return list(state["compiled"](args))


@op
class PartitionedCall:
    """What a function gives for these arguments."""

    inputs = "args: Tin"
    outputs = "output: Tout"
    attrs = _ATTRS
    host = True
    shape = _shapes
    kernel = _call

    def state(op: Operation) -> dict[str, Any]:
        return {}


@op
class StatefulPartitionedCall:
    """PartitionedCall of a function that draws random numbers, prints or the like."""

    inputs = "args: Tin"
    outputs = "output: Tout"
    attrs = _ATTRS
    host = True
    stateful = True
    shape = _shapes
    kernel = _call

    def state(op: Operation) -> dict[str, Any]:
        return {}
