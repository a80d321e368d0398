"""`tensorflow.python.framework.function`: Python functions as functions of the graph.

Source: TensorFlow 1.15, `tensorflow/python/framework/function.py`.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reflow.graph import errors
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.dtypes import DType, as_dtype
from reflow.graph.execution import graph_mode
from reflow.graph.function import CopyingFuncGraph, FuncGraph, Function
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.graph_import import function_of
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.tf._resource_variable import ResourceVariable
from reflow.tf._tracing import function_name, ops_that_must_run
from reflow.tf._variable_scope import get_variable_scope, variable_scope
from reflow.tf._variable_store import variable_store

__all__ = [
    "DefinedFunction",
    "Defun",
    "OverloadedFunction",
    "defined_function_of",
    "get_extra_args",
    "get_extra_inputs",
    "get_extra_vars",
]

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.]")
_SCOPES = ("__varscope",)
_VARIABLE_OPTIONS = (
    "shape",
    "dtype",
    "initializer",
    "reuse",
    "trainable",
    "collections",
    "use_resource",
)
_NODE_ATTRS = ("_implements", "_reference")
_HASH_LENGTH = 8

# How types are written in the names of functions that are made for each of them.
_SHORT_TYPES = {
    "float16": "f16",
    "float32": "f32",
    "float64": "f64",
    "bfloat16": "b16",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
    "uint8": "i8",
    "uint16": "u16",
    "uint32": "u32",
    "uint64": "u64",
    "bool": "b",
    "string": "s",
    "complex64": "c64",
    "complex128": "c128",
    "qint8": "qi8",
    "quint8": "qu8",
    "qint16": "qi16",
    "quint16": "qu16",
    "qint32": "qi32",
}


class Defun:
    """A decorator that makes a Python function one of the graph: built once, called by a node.

        @function.Defun(tf.float32, tf.float32)
        def add(x, y):
            return x + y

    Args:
      input_types: the types of its arguments; by default those of the tensors of each call.
      func_name: the name of the function in the graph, and of the nodes that call it; by default
        the Python function's, with a hash of what it does.
      grad_func: another such function, from the arguments and the gradients of the results to the
        gradients of the arguments.
      python_grad_func: the same as a Python function `(op, *gradients)`.
      out_names: of the results.
      shape_func: gives the shapes of the results of a node that calls the function.
      capture_by_value: copy what it uses of the graph around it, instead of taking it as arguments.
      whitelisted_stateful_ops: operations that may be copied though they are stateful.
      capture_resource_var_by_value: resource variables that it gets by name are read outside.
      noinline, compiled, separate_compiled_gradients, experimental_*, _implements, _reference:
        attributes of the function.

    Raises:
      ValueError: the function has default values or takes keywords; or there are more arguments
        than types, or fewer.
    """

    def __init__(self, *input_types: Any, **kwargs: Any) -> None:
        self._input_types = tuple(as_dtype(dtype) for dtype in input_types)
        self._options = kwargs

    def __call__(self, func: Callable[..., Any]) -> DefinedFunction | OverloadedFunction:
        if not callable(func):
            raise ValueError(f"function {func} must be callable")
        names, any_number = _arguments(func)
        if self._input_types:
            if len(names) > len(self._input_types) or (
                len(names) < len(self._input_types) and not any_number
            ):
                raise ValueError(
                    f"The function has {'at least ' if any_number else ''}{len(names)} arguments. "
                    f"Number of specified input types: {len(self._input_types)}"
                )
        elif names or any_number:
            return OverloadedFunction(func, names, **self._options)
        return DefinedFunction(func, names, self._input_types, **self._options)


def _arguments(func: Callable[..., Any]) -> tuple[list[str], bool]:
    """The names of a function's arguments, and whether it takes any number of further ones."""
    parameters = list(inspect.signature(func).parameters.values())
    kinds = {parameter.kind for parameter in parameters}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        raise ValueError("Functions with keyword arguments are not supported.")
    if any(parameter.default is not parameter.empty for parameter in parameters):
        raise ValueError("Functions with argument defaults are not supported.")
    names = [p.name for p in parameters if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    return names, inspect.Parameter.VAR_POSITIONAL in kinds


class _Body(FuncGraph):
    """The body of a function that Defun makes.

    Attributes:
      variables: those that the function has got by their names.
    """

    def __init__(self, name: str, by_value: bool) -> None:
        super().__init__(name)
        self.variables: list[Any] = []
        self._reads_outside = by_value
        # Inside, variable scopes begin anew; what they name lies in the scope around.
        self._collections[_SCOPES] = []

    def control_dependencies(self, control_inputs: Any) -> Any:
        """As Graph's: a function takes tensors of the graphs around, but waits for nothing there.

        Raises:
          ValueError: an operation is not of this graph.
        """
        return Graph.control_dependencies(self, control_inputs)

    def get_variable(self, getter: Callable[..., Any], name: str, **kwargs: Any) -> Any:
        """What `tf.get_variable` gives inside: variables belong to the graph around."""
        known = {key: value for key, value in kwargs.items() if key in _VARIABLE_OPTIONS}
        with self.outer_graph.as_default():
            scope = get_variable_scope()
            variable = scope.get_variable(variable_store(self.outer_graph), name, **known)
            self.variables.append(variable)
            if self._reads_outside and isinstance(variable, ResourceVariable):
                return variable.value()
        return variable


class DefinedFunction:
    """A function of the graph with given types of arguments; calling it adds a node.

    Attributes:
      declared_input_types: the types of its arguments.
      python_grad_func: what gives its gradients, as a Python function; or None.
    """

    def __init__(
        self,
        func: Callable[..., Any] | None,
        argument_names: Sequence[str],
        input_types: Sequence[DType],
        func_name: str | None = None,
        grad_func: DefinedFunction | None = None,
        python_grad_func: Callable[..., Any] | None = None,
        out_names: Sequence[str] | None = None,
        shape_func: Callable[[Operation], Sequence[Any]] | None = None,
        capture_by_value: bool = False,
        whitelisted_stateful_ops: Any = None,
        capture_resource_var_by_value: bool = True,
        **kwargs: Any,
    ) -> None:
        self.declared_input_types = tuple(input_types)
        self.python_grad_func = python_grad_func
        self._func = func
        count = len(self.declared_input_types)
        given = list(argument_names)[:count]
        self._argument_names = given + [f"arg{index}" for index in range(len(given), count)]
        self._name = func_name
        self._grad_func = grad_func
        self._out_names = out_names
        self._shape_func = shape_func
        self._by_value = capture_by_value
        self._copied_ops = whitelisted_stateful_ops or ()
        self._reads_outside = capture_resource_var_by_value
        self._attrs = kwargs
        devices = get_default_graph()._scopes.devices
        self._device = devices[-1] if devices else None
        self._function: Function | None = None

    # -- What it is -----------------------------------------------------------------------------

    @property
    def function(self) -> Function:
        """The function as graphs hold it, made when it is first asked for.

        Raises:
          ValueError: the Python function gives None among its results, or has unknown options.
          InvalidArgumentError: there are more names of results than results, or fewer.
        """
        if self._function is None:
            if self._grad_func is not None and self.python_grad_func is not None:
                raise ValueError(f"Gradient defined twice for function {self._base_name()}")
            with graph_mode():
                self._function = self._define()
            if self._grad_func is not None:
                self._function.gradient = self._grad_func.function
        return self._function

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.name

    @property
    def definition(self) -> Any:
        """The function as a FunctionDef message."""
        return self.function.function_def

    @property
    def captured_inputs(self) -> list[Tensor]:
        """What calls pass after the arguments: tensors of the graphs around."""
        return self.function.captured_inputs

    @property
    def stateful_ops(self) -> list[tuple[str, str]]:
        """The names and types of the stateful operations in it."""
        body = self.function.graph
        arguments = {tensor.op for tensor in body.inputs}
        return [
            (op.name, op.type)
            for op in body.get_operations()
            if op.definition.stateful and op not in arguments
        ]

    @property
    def grad_func_name(self) -> str | None:
        """The name of the function that gives its gradients, or None."""
        return None if self._grad_func is None else self._grad_func.name

    @property
    def _signature(self) -> Any:
        return self.definition.signature

    def set_grad_func(self, grad_func: DefinedFunction) -> None:
        """Says which function gives its gradients; once."""
        assert self._grad_func is None and isinstance(grad_func, DefinedFunction)
        self._grad_func = grad_func
        self.function.gradient = grad_func.function

    def add_to_graph(self, g: Graph) -> None:
        """Puts the function into the library of a graph."""
        self.function.add_to_graph(g)

    # -- Calling it -----------------------------------------------------------------------------

    def __call__(self, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Adds a node.

        Returns:
          Its output; a tuple of several; the operation if there is none.

        Raises:
          ValueError: there are more arguments than declared, or fewer; unknown keywords.
        """
        function = self.function
        function.add_to_graph(get_default_graph())
        types = self.declared_input_types
        if len(args) != len(types):
            raise ValueError(f"Expected number of arguments: {len(types)}, received: {len(args)}")
        attrs = _attrs_of(function.name, kwargs)
        inputs = [*(convert_to_tensor(value) for value in args), *self.captured_inputs]
        op: Operation = function.call.apply(inputs, {}, name)
        op.attrs.update(attrs)
        if self.python_grad_func is not None:
            op._gradient_function = self.python_grad_func
        if self._shape_func is not None:
            self._set_shapes(op)
        if len(op.outputs) == 1:
            return op.outputs[0]
        return tuple(op.outputs) if op.outputs else op

    def _set_shapes(self, op: Operation) -> None:
        assert self._shape_func is not None
        found = self._shape_func(op)
        if len(found) != len(op.outputs):
            raise ValueError(
                f"shape_func produced {len(found)} shapes for {len(op.outputs)} outputs"
            )
        for tensor, shape in zip(op.outputs, found):
            tensor.set_shape(shape)

    # -- Making it ------------------------------------------------------------------------------

    def _base_name(self) -> str:
        if self._name is not None:
            return self._name
        base = _NOT_IN_NAMES.sub("", function_name(self._func))  # type: ignore[arg-type]
        return base if self._grad_func is None else f"{base}_{self._grad_func.name}"

    def _define(self) -> Function:
        base = self._base_name()
        attrs = _attrs_of(base, self._attrs)
        body = self._trace(base)
        results = list(self._out_names or ())
        if results and len(results) != len(body.outputs):
            raise errors.InvalidArgumentError(
                None,
                None,
                "output names must be either empty or equal in size to outputs. output names size "
                f"= {len(results)} outputs size = {len(body.outputs)}",
            )
        description = self._func.__doc__ or "" if self._func is not None else ""
        function = Function(base, body, results, attrs, description)
        if self._name is None:
            text = function.function_def.SerializeToString(deterministic=True)
            name = f"{base}_{hashlib.sha1(text).hexdigest()[:_HASH_LENGTH]}"
            function = Function(name, body, results, attrs, description)
        return function

    def _trace(self, name: str) -> FuncGraph:
        assert self._func is not None
        body: FuncGraph
        if self._by_value:
            body = CopyingFuncGraph(name, self._copied_ops)
        else:
            body = _Body(name, self._reads_outside)
        getter = getattr(body, "get_variable", None)
        with body.as_default(), body.device(self._device):
            arguments = [
                body.add_argument(dtype.base_dtype, TensorShape(None), argument)
                for argument, dtype in zip(self._argument_names, self.declared_input_types)
            ]
            with variable_scope("", custom_getter=getter):
                results = self._func(*arguments)
            body.outputs = [body.capture(tensor) for tensor in _results(name, results)]
        body.control_outputs = ops_that_must_run(body)
        return body


def _results(name: str, results: Any) -> list[Tensor]:
    """What a Python function gives, as tensors."""
    if results is None or isinstance(results, Operation):
        return []
    if not isinstance(results, (list, tuple)):
        results = (results,)
    if any(result is None for result in results):
        raise ValueError(f"Function {name} can not return None.")
    return [convert_to_tensor(result) for result in results]


def _attrs_of(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a function, or of a node that calls it.

    Raises:
      ValueError: an option is unknown, or of a type that attributes cannot have.
    """
    rest = dict(options)
    attrs: dict[str, Any] = {}
    noinline = rest.pop("noinline", None)
    if noinline is not None:
        attrs["_noinline"] = bool(noinline)
    attrs["_disable_call_shape_inference"] = True
    compiled = rest.pop("compiled", None)
    separate_gradients = rest.pop("separate_compiled_gradients", None)
    if compiled is not None:
        attrs["_XlaCompile"] = bool(compiled)
        attrs["_XlaSeparateCompiledGradients"] = bool(separate_gradients)
        attrs["_XlaScope"] = f"function_{name}"
    for key in list(rest):
        if key.startswith("experimental_") or key in _NODE_ATTRS:
            value = rest.pop(key)
            if not isinstance(value, str if key in _NODE_ATTRS else (bool, int, float, str)):
                raise ValueError(f"Unsupported attribute type for {key} with type {type(value)}")
            attrs[key] = value
    if rest:
        raise ValueError(f"Unknown keyword arguments: {rest.keys()}")
    return attrs


class OverloadedFunction:
    """A function of the graph for each combination of types that it is called with."""

    def __init__(
        self,
        func: Callable[..., Any],
        argument_names: Sequence[str],
        func_name: str | None = None,
        grad_func: OverloadedFunction | None = None,
        **kwargs: Any,
    ) -> None:
        self._func = func
        self._argument_names = argument_names
        self._name = func_name
        self._grad_func = grad_func
        self._options = kwargs
        self._by_types: dict[str, DefinedFunction] = {}

    def instantiate(self, input_types: Sequence[Any]) -> DefinedFunction:
        """The function for these types of arguments.

        Raises:
          ValueError: they cannot be the types of a function made for each of them.
        """
        types = [as_dtype(dtype).base_dtype for dtype in input_types]
        if any(dtype.name not in _SHORT_TYPES for dtype in types):
            raise ValueError(f"Unsupported dtypes: {types}")
        key = "".join(_SHORT_TYPES[dtype.name] for dtype in types)
        defined = self._by_types.get(key)
        if defined is None:
            name = None if self._name is None else f"{self._name}_{key}"
            defined = DefinedFunction(
                self._func, self._argument_names, types, name, **self._options
            )
            if self._grad_func is not None:
                results = [tensor.dtype for tensor in defined.function.graph.outputs]
                defined.set_grad_func(self._grad_func.instantiate([*types, *results]))
            self._by_types[key] = defined
        return defined

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Adds a node: see `DefinedFunction.__call__`."""
        tensors = [convert_to_tensor(value) for value in args]
        return self.instantiate([tensor.dtype for tensor in tensors])(*tensors, **kwargs)


def defined_function_of(message: Any, grad_func: DefinedFunction | None = None) -> DefinedFunction:
    """The function that a FunctionDef message describes, ready to be called.

    Functions that it calls are looked for in the default graph.
    """
    signature = message.signature
    defined = DefinedFunction(
        None,
        [argument.name for argument in signature.input_arg],
        [as_dtype(argument.type) for argument in signature.input_arg],
        signature.name,
        grad_func,
        out_names=[result.name for result in signature.output_arg],
    )
    defined._function = function_of(get_default_graph(), message, {})
    if grad_func is not None:
        defined._function.gradient = grad_func.function
    return defined


def get_extra_vars() -> list[Any]:
    """The variables that the function which is being defined has got by name; else none."""
    graph = get_default_graph()
    return graph.variables if isinstance(graph, _Body) else []


def get_extra_inputs() -> list[Tensor]:
    """What the function which is being defined uses of the graphs around; else nothing."""
    graph = get_default_graph()
    return list(graph.captures) if isinstance(graph, _Body) else []


def get_extra_args() -> list[Tensor]:
    """The placeholders of that function for `get_extra_inputs`; else nothing."""
    graph = get_default_graph()
    return list(graph.captures.values()) if isinstance(graph, _Body) else []
