"""Calls of functions that are graphs of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

from reflow.graph.function import FuncGraph, Function
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.function_gradients import function_gradient
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


def _calling(function: Function) -> OpDefinition:
    """The op type that a function is: its nodes take and give what the function does."""
    arguments = [f"arg{index}" for index in range(len(function.graph.inputs))]
    results = [f"result{index}" for index in range(len(function.graph.outputs))]

    def shape(*args: TensorShape) -> list[TensorShape]:
        return [tensor.shape for tensor in function.graph.outputs]

    def kernel(*args: Host, state: Any, compile_function: Any) -> Any:
        values = _call(list(args), f=function, state=state, compile_function=compile_function)
        return values[0] if len(values) == 1 else values

    positional = [
        Parameter(name, Parameter.POSITIONAL_ONLY, annotation="Host") for name in arguments
    ]
    keywords = [Parameter(name, Parameter.KEYWORD_ONLY) for name in ("state", "compile_function")]
    shape.__signature__ = Signature(positional)  # type: ignore[attr-defined]
    kernel.__signature__ = Signature([*positional, *keywords])  # type: ignore[attr-defined]
    rules = {
        "__doc__": f"The function {function.name}.",
        "inputs": _declared(arguments, function.graph.inputs),
        "outputs": _declared(results, function.graph.outputs),
        "host": True,
        "stateful": not function.stateless,
        "shape": staticmethod(shape),
        "kernel": staticmethod(kernel),
        "state": staticmethod(lambda op: {}),
        # All calls of a session draw from the same random streams.
        "state_key": staticmethod(lambda op: function),
        "gradient": staticmethod(lambda op, *dy: function_gradient(op, function, dy)),
    }
    return OpDefinition(type(function.name, (), rules), is_of_library=True)


def _declared(names: Sequence[str], tensors: Sequence[Tensor]) -> str:
    """In the notation of signatures: "arg0: float32, arg1: string"."""
    return ", ".join(
        f"{name}: {tensor.dtype.base_dtype.name}" for name, tensor in zip(names, tensors)
    )


@op
class PartitionedCall:
    """What a function gives for these arguments."""

    inputs = "args: Tin"
    outputs = "output: Tout"
    attrs = _ATTRS
    host = True
    shape = _shapes
    kernel = _call
    calling = _calling

    def state(op: Operation) -> dict[str, Any]:
        return {}

    def gradient(op: Operation, *dy: Tensor) -> list[Tensor]:
        return function_gradient(op, op.attrs["f"], dy)


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

    def gradient(op: Operation, *dy: Tensor) -> list[Tensor]:
        return function_gradient(op, op.attrs["f"], dy)
