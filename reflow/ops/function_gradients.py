"""SymbolicGradient: the gradients of a function of the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.errors import InvalidArgumentError, NotFoundError
from reflow.graph.function import FuncGraph, Function
from reflow.graph.gradients import gradients
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.filling import ZerosLike
from reflow.ops.kernels import Host
from reflow.ops.op import op


@op
class SymbolicGradient:
    """The gradients of the arguments of `f`, for those arguments and the gradients of its results.

    It is the function that was declared for this, if there is one, else what follows from the
    gradients of the ops in it.
    """

    inputs = "input: Tin"
    outputs = "output: Tout"
    attrs = ("Tin: list(type) >= 1", "Tout: list(type) >= 1", "f: func")
    host = True

    def shape(input: Sequence[TensorShape], *, op: Operation) -> Sequence[TensorShape]:
        if len(input) < len(op._outputs):
            raise ValueError("len(inputs) < len(outputs)")
        return [
            tensor.shape if tensor.dtype.name != "resource" else shapes.UNKNOWN
            for tensor in op._inputs[: len(op._outputs)]
        ]

    def kernel(
        input: list[Host],
        *,
        op: Operation,
        f: Function | str,
        state: dict[str, Any],
        compile_function: Callable[[FuncGraph], Any],
    ) -> list[Any]:
        if "compiled" not in state:
            state["compiled"] = compile_function(_checked_gradient(op, f).graph)
        return list(state["compiled"](input))

    def state(op: Operation) -> dict[str, Any]:
        return {}

    def gradient(op: Operation, *dy: Tensor) -> list[Tensor]:
        return function_gradient(op, gradient_of(op.attrs["f"]), dy)


def function_gradient(op: Operation, function: Function, dy: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of the inputs of a node that calls a function with them."""
    types = [tensor.dtype.base_dtype for tensor in op.inputs]
    if function.gradient is None:
        types = [tensor.dtype for tensor in gradient_of(function).graph.outputs]
    function.add_to_graph(get_default_graph())
    found: list[Tensor] = SymbolicGradient([*op.inputs, *dy], Tout=types, f=function)
    return found


def gradient_of(function: Function) -> Function:
    """The function from arguments and gradients of results to gradients of the arguments."""
    if function.gradient is not None:
        return function.gradient
    if function.derived_gradient is None:
        function.derived_gradient = _derived(function)
    return function.derived_gradient


def _checked_gradient(op: Operation, f: Function | str) -> Function:
    """The gradient of the function that a node names; it gives as many results as the node.

    Raises:
      NotFoundError: there is no such function.
      InvalidArgumentError: it does not.
    """
    function = _known_function(op.graph, f) if isinstance(f, str) else f
    gradient = gradient_of(function)
    wanted, given = len(op.outputs), len(gradient.graph.outputs)
    if wanted != given:
        raise InvalidArgumentError(
            None,
            None,
            f"SymGrad expects to return {wanted} {_types(op.outputs)}, but get {given} "
            f"{_types(gradient.graph.outputs)} instead.",
        )
    return gradient


def _known_function(graph: Graph | None, name: str) -> Function:
    """The function of this name that a graph, or one around it, knows."""
    while graph is not None:
        function: Function | None = graph._functions.get(name)
        if function is not None:
            return function
        graph = getattr(graph, "outer_graph", None)
    raise NotFoundError(None, None, f"Function {name} is not defined.")


def _types(tensors: Sequence[Tensor]) -> str:
    return f"({', '.join(tensor.dtype.name for tensor in tensors)})"


def _derived(function: Function) -> Function:
    """The gradient that follows from a function's body.

    Raises:
      LookupError: there are conditionals or loops in it, for which TensorFlow has none either.
    """
    if any(op.definition.name == "Merge" for op in function.graph.get_operations()):
        raise LookupError(
            f"No gradient defined for function '{function.name}', which holds conditionals or "
            "loops. Give Defun a grad_func or a python_grad_func."
        )
    body = FuncGraph(f"{function.name}Grad", function.graph.outer_graph)
    with body.as_default():
        arguments = [
            body.add_argument(tensor.dtype.base_dtype, tensor.shape, f"x{index}")
            for index, tensor in enumerate(function.graph.inputs)
        ]
        dy = [
            body.add_argument(tensor.dtype.base_dtype, tensor.shape, f"dy{index}")
            for index, tensor in enumerate(function.graph.outputs)
        ]
        copies = _copied(function.graph, dict(zip(function.graph.inputs, arguments)), body)
        ys = [copies[tensor] for tensor in function.graph.outputs]
        found = gradients(ys, arguments, list(dy))
        body.outputs = [
            ZerosLike(x) if dx is None else convert_to_tensor(dx) for x, dx in zip(arguments, found)
        ]
    return Function(body.name, body)


def _copied(
    source: FuncGraph, copies: dict[Tensor, Tensor], target: FuncGraph
) -> dict[Tensor, Tensor]:
    """Copies a body's operations into another graph; gives the tensors for those of the body.

    Args:
      copies: the tensors for the arguments.
    """
    for function in source._functions.values():
        function.add_to_graph(target)
    operations: dict[Operation, Operation] = {}
    arguments = {tensor.op for tensor in source.inputs}
    for original in source.get_operations():
        if original in arguments:
            continue
        controls = [operations[c] for c in original.control_inputs if c in operations]
        with target.control_dependencies(controls):
            copy = target.add_node(
                original.definition,
                [copies[tensor] for tensor in original.inputs],
                dict(original.attrs),
                target.unique_name(original.name),
                [tensor.dtype for tensor in original.outputs],
            )
        copy._gradient_function = original._gradient_function
        operations[original] = copy
        copies.update(zip(original.outputs, copy.outputs))
    return copies
