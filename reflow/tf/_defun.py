"""`tensorflow.python.framework.function.Defun`: Python functions as functions of the graph."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph import nest
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.function import FuncGraph, Function, unique_number
from reflow.graph.gradients import gradients
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.filling import ZerosLike
from reflow.ops.function_calls import PartitionedCall, StatefulPartitionedCall
from reflow.tf._tracing import function_name

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.]")

# Makes the outputs of a function from its inputs.
_Build = Callable[..., Sequence[Tensor]]


class Defun:
    """A decorator that makes a Python function one of the graph: built once, called by a node.

        @function.Defun(tf.float32, tf.float32)
        def add(x, y):
            return x + y

    Args:
      input_types: the types of its arguments; by default those of the tensors of each call.
      func_name: the name of the function in the graph, and of the nodes that call it.
      grad_func: another such function, from the arguments and the gradients of the results to the
        gradients of the arguments.
      python_grad_func: the same as a Python function `(op, *gradients)`.
      out_names, kwargs: accepted, without effect.
    """

    def __init__(
        self,
        *input_types: Any,
        func_name: str | None = None,
        grad_func: Any = None,
        python_grad_func: Callable[..., Any] | None = None,
        out_names: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        self._input_types = [as_dtype(dtype) for dtype in input_types]
        self._name = func_name
        self._grad_func = grad_func
        self._python_grad_func = python_grad_func

    def __call__(self, func: Callable[..., Any]) -> DefinedFunction:
        if not callable(func):
            raise ValueError(f"function {func} must be callable")
        count = _argument_count(func)
        if self._input_types and count is not None and count != len(self._input_types):
            raise ValueError(
                f"The function has {count} arguments, but {len(self._input_types)} input types are "
                "declared."
            )
        types = self._input_types if self._input_types or not count else None
        return DefinedFunction(
            func,
            types,
            self._name or _NOT_IN_NAMES.sub("", function_name(func)),
            self._grad_func,
            self._python_grad_func,
        )


class DefinedFunction:
    """A function of the graph, made by `Defun`; calling it adds a node.

    Attributes:
      name: of the function.
      declared_input_types: the types of its arguments; None if they follow from the call.
    """

    def __init__(
        self,
        func: Callable[..., Any],
        input_types: list[DType] | None,
        name: str,
        grad_func: Any,
        python_grad_func: Callable[..., Any] | None,
    ) -> None:
        self.name = name
        self.declared_input_types = input_types
        self._func = func
        self._grad_func = grad_func
        self._python_grad_func = python_grad_func
        self._structure: Any = None

    def __call__(self, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Adds a node that calls the function.

        Raises:
          ValueError: there are more arguments than declared, or fewer.
        """
        types = self.declared_input_types
        if types is not None and len(args) != len(types):
            raise ValueError(f"Expected number of arguments: {len(types)}, received: {len(args)}")
        inputs = [
            convert_to_tensor(value, None if types is None else types[index])
            for index, value in enumerate(args)
        ]
        self._check_gradients()
        op = _called(self.name, name or self.name, self._build, inputs)
        op._gradient_function = self._gradient_rule(op._gradient_function)
        if not op.outputs:
            return op
        return nest.pack_sequence_as(self._structure, list(op.outputs))

    def add_to_graph(self, g: Graph) -> None:
        """Puts the function into the library of a graph.

        Raises:
          ValueError: its gradient is given twice.
        """
        self._check_gradients()
        if self.declared_input_types is not None:
            traced(self.name, self._build, self.declared_input_types).add_to_graph(g)

    def _check_gradients(self) -> None:
        if self._grad_func is not None and self._python_grad_func is not None:
            raise ValueError(f"Gradient defined twice for function {self.name}")

    def _build(self, *inputs: Tensor) -> list[Tensor]:
        result = self._func(*inputs)
        if isinstance(result, Operation) or result is None:
            result = []
        self._structure = nest.map_structure(convert_to_tensor, result)
        return nest.flatten(self._structure)

    def _gradient_rule(self, default: Callable[..., Any]) -> Callable[..., Any]:
        if self._python_grad_func is not None:
            return self._python_grad_func
        if self._grad_func is None:
            return default
        grad_func = self._grad_func
        return lambda op, *dy: grad_func(*op.inputs, *dy)


def _argument_count(func: Callable[..., Any]) -> int | None:
    """How many positional arguments a function takes; None if any number."""
    parameters = inspect.signature(func).parameters.values()
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return None
    return sum(parameter.kind is not parameter.KEYWORD_ONLY for parameter in parameters)


def traced(name: str, build: _Build, types: Sequence[DType]) -> Function:
    """A function whose body `build` makes of placeholders of these types."""
    body = FuncGraph(name)
    with body.as_default():
        arguments = [
            body.add_argument(dtype.base_dtype, TensorShape(None), f"arg{index}")
            for index, dtype in enumerate(types)
        ]
        body.outputs = [body.capture(tensor) for tensor in build(*arguments)]
    function = Function(f"{name}_{unique_number()}", body)
    function.add_to_graph(get_default_graph())
    return function


def _called(name: str, node_name: str, build: _Build, inputs: Sequence[Tensor]) -> Operation:
    """The node that calls a function, which has the gradient of what `build` makes."""
    function = traced(name, build, [tensor.dtype for tensor in inputs])
    types = [tensor.dtype.base_dtype for tensor in function.graph.outputs]
    call = PartitionedCall if function.stateless else StatefulPartitionedCall
    arguments = [*inputs, *function.captured_inputs]
    op: Operation = call.apply([arguments], {"Tout": types, "f": function}, node_name)
    count = len(inputs)

    def build_gradient(*arguments_and_dy: Tensor) -> list[Tensor]:
        arguments, dy = arguments_and_dy[:count], arguments_and_dy[count:]
        ys = list(build(*arguments))
        captured = list(get_default_graph().captures.values())  # type: ignore[attr-defined]
        xs = [*arguments, *captured]
        found = gradients(ys, xs, list(dy))
        return [ZerosLike(x) if dx is None else convert_to_tensor(dx) for x, dx in zip(xs, found)]

    def gradient(op: Operation, *dy: Tensor) -> list[Tensor]:
        node = _called(f"{name}Grad", f"{name}Grad", build_gradient, [*op.inputs[:count], *dy])
        return node.outputs[: len(op.inputs)]

    op._gradient_function = gradient
    return op
