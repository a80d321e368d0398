"""OpDefinition: an op type.  Calling it adds a node to the graph.

`MatMul(a, b, transpose_a=True, name="product")` converts its inputs to tensors, infers the type
attributes from them, checks everything against the signature, infers the output's shape and
gives the output tensor (a list for a list output, a named tuple for several, the Operation
for none).
"""

from __future__ import annotations

import collections
import inspect
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import Any

from reflow.graph import constant_value as constants
from reflow.graph.conversion import convert_n_to_tensor, convert_to_tensor
from reflow.graph.dtypes import DType
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.signature import Arg, Attr, parse_args, parse_attr
from reflow.graph.tensor_shape import TensorShape

_registry: dict[str, OpDefinition] = {}


def register(definition: OpDefinition) -> None:
    if definition.name in _registry:
        raise ValueError(f"Op type '{definition.name}' is registered twice.")
    _registry[definition.name] = definition


def lookup(op_type: str) -> OpDefinition:
    """The definition of an op type; ValueError when there is none."""
    definition = _registry.get(op_type)
    if definition is None:
        raise ValueError(
            f"Op type not registered: '{op_type}' is not one of the ops that reflow has yet."
        )
    return definition


def registered() -> dict[str, OpDefinition]:
    """Every op type by name (a copy)."""
    return dict(_registry)


class OpDefinition:
    """The signature, rules and kernel of an op type, taken from the class that defines it.

    Attributes:
      rules: the defining class.  Its `shape`, `gradient` and `kernel` are read by the parts
        of the library that need them; the graph itself never looks into a kernel.
      stateful: two nodes of equal inputs may give different values: never folded or merged.
      evaluate: gives the outputs for constant inputs, or None where that cannot be done.
    """

    def __init__(
        self, rules: type, evaluate: Callable[[Operation, list[Any]], Any] | None = None
    ) -> None:
        self.rules = rules
        self.name: str = rules.__name__
        self.__name__ = self.name
        self.__doc__ = rules.__doc__
        self.stateful: bool = getattr(rules, "stateful", False)
        self.evaluate = evaluate
        register(self)

    # -- The signature, parsed on first use -------------------------------------------------

    @cached_property
    def attrs(self) -> dict[str, Attr]:
        parsed = (parse_attr(text) for text in getattr(self.rules, "attrs", ()))
        return {attr.name: attr for attr in parsed}

    @cached_property
    def inputs(self) -> tuple[Arg, ...]:
        return parse_args(getattr(self.rules, "inputs", ""), self.attrs)

    @cached_property
    def outputs(self) -> tuple[Arg, ...]:
        return parse_args(getattr(self.rules, "outputs", ""), self.attrs)

    @cached_property
    def inferred_attrs(self) -> frozenset[str]:
        """The attributes that follow from the inputs."""
        names = set()
        for arg in self.inputs:
            names.update((arg.type_attr, arg.number_attr, arg.type_list_attr))
        names.discard("")
        return frozenset(names)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The order of positional arguments: inputs, then the attributes that nothing infers.

        TensorFlow puts attributes without a default first.
        """
        free = [a for a in self.attrs.values() if a.name not in self.inferred_attrs]
        ordered = sorted(free, key=lambda a: a.has_default)
        return tuple(arg.name for arg in self.inputs) + tuple(a.name for a in ordered)

    @cached_property
    def _output_tuple(self) -> Any:
        return collections.namedtuple(self.name, [arg.name for arg in self.outputs])  # type: ignore[misc]

    @cached_property
    def _simple_inputs(self) -> bool:
        return not any(arg.is_sequence or arg.is_ref for arg in self.inputs)

    @cached_property
    def _has_references(self) -> bool:
        return any(arg.is_ref for arg in self.inputs)

    # -- Making a node ----------------------------------------------------------------------

    def __call__(self, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Adds a node; see the module's docstring."""
        op = self.apply(args, kwargs, name)
        outputs = op._outputs
        if len(self.outputs) == 1 and not self.outputs[0].is_sequence:
            return outputs[0]
        return self._structured(op)

    def _structured(self, op: Operation) -> Any:
        if not self.outputs:
            return op
        values, position = [], 0
        for arg in self.outputs:
            count = self._count(arg, op.attrs)
            if arg.is_sequence:
                values.append(op.outputs[position : position + count])
            else:
                values.append(op.outputs[position])
            position += count
        return values[0] if len(values) == 1 else self._output_tuple(*values)

    def apply(self, args: Sequence[Any], kwargs: dict[str, Any], name: str | None) -> Operation:
        """Adds a node and gives the Operation itself."""
        parameters = self.parameters
        if len(args) > len(parameters):
            # The name may come last, as in TensorFlow's generated functions.
            if len(args) == len(parameters) + 1 and name is None:
                name, args = args[-1], args[:-1]
            else:
                raise TypeError(
                    f"{self.name}() takes at most {len(parameters) + 1} arguments. Received: {len(args)}"
                )
        given = dict(zip(parameters, args))
        for key, value in kwargs.items():
            if key in given:
                raise TypeError(f"{self.name}() got multiple values for argument '{key}'")
            if key not in self.attrs and key not in parameters:
                raise TypeError(f"{self.name}() got an unexpected keyword argument '{key}'")
            given[key] = value
        values = []
        for arg in self.inputs:
            if arg.name not in given:
                raise TypeError(f"No argument for input {arg.name} of op '{self.name}'")
            values.append(given.pop(arg.name))
        attrs = {
            key: self.attrs[key].coerce(value, self.name)
            for key, value in given.items()
            if value is not None or not self.attrs[key].has_default
        }
        graph = _graph_of(values)
        full_name = graph.op_name(name or self.name)
        tensors = self._convert_inputs(graph, full_name, values, attrs)
        attrs = self.complete_attrs(attrs)
        types = self.output_types(attrs)
        if not self._has_references:
            return graph.add_node(self, tensors, attrs, full_name, types)
        with ExitStack() as scopes:
            for tensor in self._references(tensors, attrs):
                scopes.enter_context(graph.colocate_with(tensor))
            return graph.add_node(self, tensors, attrs, full_name, types)

    def _references(self, tensors: Sequence[Tensor], attrs: dict[str, Any]) -> list[Tensor]:
        """The inputs that must be references: an op belongs beside the variables that it takes."""
        references: list[Tensor] = []
        position = 0
        for arg in self.inputs:
            count = self._count(arg, attrs)
            if arg.is_ref:
                references += tensors[position : position + count]
            position += count
        return references

    def _convert_inputs(
        self, graph: Graph, full_name: str, values: list[Any], attrs: dict[str, Any]
    ) -> list[Tensor]:
        if self._simple_inputs and all(type(value) is Tensor for value in values):
            tensors = values
        else:
            # Constants made from Python values are named after the op and its argument.
            saved = graph._scopes.name_stack
            graph._scopes.name_stack = full_name
            try:
                with graph.as_default():
                    tensors = self._convert_each(values, attrs)
            finally:
                graph._scopes.name_stack = saved
            return tensors
        inferred_from: dict[str, str] = {}
        for arg, tensor in zip(self.inputs, tensors):
            self._infer(arg, tensor.dtype.base_dtype, attrs, inferred_from)
        return tensors

    def _convert_each(self, values: list[Any], attrs: dict[str, Any]) -> list[Tensor]:
        tensors: list[Tensor] = []
        inferred_from: dict[str, str] = {}
        for arg, value in zip(self.inputs, values):
            if arg.is_sequence:
                converted = self._convert_list(arg, value, attrs)
            else:
                converted = [self._convert_one(arg, value, attrs, inferred_from)]
            if arg.number_attr:
                self._infer_count(arg, len(converted), attrs)
            if arg.type_list_attr:
                attrs.setdefault(arg.type_list_attr, [t.dtype.base_dtype for t in converted])
            for tensor in converted:
                if arg.is_ref and not tensor.dtype._is_ref_dtype:
                    raise TypeError(
                        f"'{self.name}' Op requires that input '{arg.name}' be a mutable tensor "
                        f"(e.g.: a tf.Variable). Received: {tensor}"
                    )
                if not arg.type_list_attr:
                    self._infer(arg, tensor.dtype.base_dtype, attrs, inferred_from)
            tensors += converted
        return tensors

    def _convert_one(
        self, arg: Arg, value: Any, attrs: dict[str, Any], inferred_from: dict[str, str]
    ) -> Tensor:
        dtype, preferred = self._wanted_type(arg, attrs)
        try:
            return convert_to_tensor(value, dtype, arg.name, preferred, arg.is_ref)
        except (TypeError, ValueError) as error:
            if dtype is None:
                raise
            if isinstance(value, Tensor) or not isinstance(error, TypeError):
                received = value.dtype.name if isinstance(value, Tensor) else repr(value)
                same = inferred_from.get(arg.type_attr)
                expected = f"type {dtype.name}" + (f" of argument '{same}'" if same else "")
                raise TypeError(
                    f"Input '{arg.name}' of '{self.name}' Op has type {received} that does not "
                    f"match {expected}."
                ) from error
            raise TypeError(
                f"Expected {dtype.name} passed to parameter '{arg.name}' of op '{self.name}', "
                f"got {value!r} of type '{type(value).__name__}' instead. Error: {error}"
            ) from error

    def _convert_list(self, arg: Arg, value: Any, attrs: dict[str, Any]) -> list[Tensor]:
        if not isinstance(value, (list, tuple)):
            raise TypeError(
                f"Expected list for '{arg.name}' argument to '{self.name}' Op, not {value!r}."
            )
        if arg.type_list_attr:
            types = attrs.get(arg.type_list_attr)
            if types is None:
                return convert_n_to_tensor(value, name=arg.name, as_ref=arg.is_ref)
            if len(types) != len(value):
                raise ValueError(
                    f"Expected {len(types)} tensors for '{arg.name}' of '{self.name}' Op. Received: {len(value)}"
                )
            return [
                convert_to_tensor(v, t, f"{arg.name}_{i}", as_ref=arg.is_ref)
                for i, (v, t) in enumerate(zip(value, types))
            ]
        dtype, preferred = self._wanted_type(arg, attrs)
        if dtype is None:
            # One tensor among the values decides the type of the constants beside it.
            dtype = next((v.dtype.base_dtype for v in value if isinstance(v, Tensor)), None)
        try:
            if dtype is None and value:
                first = convert_to_tensor(value[0], None, f"{arg.name}_0", preferred, arg.is_ref)
                dtype = first.dtype.base_dtype
                rest = [
                    convert_to_tensor(v, dtype, f"{arg.name}_{i}", as_ref=arg.is_ref)
                    for i, v in enumerate(value[1:], start=1)
                ]
                return [first, *rest]
            return convert_n_to_tensor(value, dtype, arg.name, as_ref=arg.is_ref)
        except (TypeError, ValueError) as error:
            types_received = [
                v.dtype.name
                if hasattr(v, "dtype") and hasattr(v.dtype, "name")
                else type(v).__name__
                for v in value
            ]
            raise TypeError(
                f"Tensors in list passed to '{arg.name}' of '{self.name}' Op have types "
                f"[{', '.join(types_received)}] that don't all match. {error}"
            ) from error

    def _wanted_type(self, arg: Arg, attrs: dict[str, Any]) -> tuple[DType | None, DType | None]:
        if arg.dtype is not None:
            return arg.dtype, None
        known = attrs.get(arg.type_attr)
        if known is not None:
            return known, None
        attr = self.attrs[arg.type_attr]
        return None, attr.default if attr.has_default else None

    def _infer(
        self, arg: Arg, dtype: DType, attrs: dict[str, Any], inferred_from: dict[str, str]
    ) -> None:
        if arg.dtype is not None:
            if dtype is not arg.dtype:
                raise TypeError(
                    f"Input '{arg.name}' of '{self.name}' Op has type {dtype.name} that does not "
                    f"match expected type of {arg.dtype.name}."
                )
            return
        known = attrs.get(arg.type_attr)
        if known is None:
            attrs[arg.type_attr] = self.attrs[arg.type_attr].coerce(dtype, self.name)
            inferred_from[arg.type_attr] = arg.name
        elif known is not dtype:
            origin = inferred_from.get(arg.type_attr)
            of_argument = f" of argument '{origin}'" if origin else ""
            raise TypeError(
                f"Input '{arg.name}' of '{self.name}' Op has type {dtype.name} that does not "
                f"match type {known.name}{of_argument}."
            )

    def _infer_count(self, arg: Arg, count: int, attrs: dict[str, Any]) -> None:
        known = attrs.get(arg.number_attr)
        if known is not None and known != count:
            raise ValueError(
                f"List argument '{arg.name}' to '{self.name}' Op with length {count} must match "
                f"length {known} of the arguments before it."
            )
        minimum = self.attrs[arg.number_attr].minimum
        if minimum is not None and count < minimum:
            raise ValueError(
                f"List argument '{arg.name}' to '{self.name}' Op with length {count} shorter "
                f"than minimum length {minimum}."
            )
        attrs[arg.number_attr] = count

    def complete_attrs(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`attrs` in the signature's order, with defaults; TypeError when one is missing."""
        complete: dict[str, Any] = {}
        for name, attr in self.attrs.items():
            if name in attrs:
                complete[name] = attrs.pop(name)
            elif attr.has_default:
                complete[name] = attr.default
            else:
                raise TypeError(f"No argument for attr {name} of op '{self.name}'")
        complete.update(attrs)
        return complete

    # -- What a node gives ------------------------------------------------------------------

    @staticmethod
    def _count(arg: Arg, attrs: dict[str, Any]) -> int:
        if arg.number_attr:
            return int(attrs[arg.number_attr])
        if arg.type_list_attr:
            return len(attrs[arg.type_list_attr])
        return 1

    def output_types(self, attrs: dict[str, Any]) -> list[DType]:
        """The element type of every output, lists laid out flat."""
        types: list[DType] = []
        for arg in self.outputs:
            if arg.type_list_attr:
                types += attrs[arg.type_list_attr]
                continue
            dtype = arg.dtype if arg.dtype is not None else attrs[arg.type_attr]
            types += [dtype._as_ref if arg.is_ref else dtype] * self._count(arg, attrs)
        return types

    @cached_property
    def _shape_parameters(self) -> tuple[list[str], list[str], bool]:
        """What the shape rule asks for: the kinds of its inputs and the names of attributes."""
        kinds, names, variadic = [], [], False
        for parameter in inspect.signature(self.rules.shape).parameters.values():  # type: ignore[attr-defined]
            if parameter.kind is parameter.KEYWORD_ONLY:
                names.append(parameter.name)
            else:
                variadic = variadic or parameter.kind is parameter.VAR_POSITIONAL
                kinds.append(str(parameter.annotation))
        return kinds, names, variadic

    def infer_shapes(self, op: Operation) -> None:
        """Sets the static shapes of a new node's outputs; ValueError names op and inputs."""
        if not op._outputs and not hasattr(self.rules, "shape"):
            return
        try:
            shapes = self.output_shapes(
                op,
                [tensor._shape for tensor in op._inputs],
                lambda i: constants.constant_value(op._inputs[i]),
                lambda i: constants.constant_value_as_shape(op._inputs[i]),
            )
        except ValueError as error:
            received = ", ".join(str(tensor._shape) for tensor in op._inputs)
            raise ValueError(
                f"{error} for '{op.name}' (op: '{self.name}') with input shapes: {received}."
            ) from error
        for tensor, shape in zip(op._outputs, shapes):
            tensor._shape = shape

    def output_shapes(
        self,
        op: Operation,
        input_shapes: Sequence[TensorShape],
        value: Callable[[int], Any],
        value_as_shape: Callable[[int], TensorShape],
    ) -> Sequence[TensorShape]:
        """The shape rule applied to given input shapes and (partly) known input values."""
        kinds, names, variadic = self._shape_parameters
        arguments: list[Any] = []
        if variadic or any(arg.is_sequence for arg in self.inputs):
            arguments = self._grouped_arguments(op, input_shapes, kinds, value, value_as_shape)
        else:
            for i, kind in enumerate(kinds):
                if kind == "Value":
                    arguments.append(value(i))
                elif kind == "Dims":
                    arguments.append(value_as_shape(i))
                else:
                    arguments.append(input_shapes[i])
        keywords = {name: op if name == "op" else op.attrs[name] for name in names}
        result = self.rules.shape(*arguments, **keywords)  # type: ignore[attr-defined]
        return (result,) if isinstance(result, TensorShape) else result

    def _grouped_arguments(
        self,
        op: Operation,
        input_shapes: Sequence[TensorShape],
        kinds: Sequence[str],
        value: Callable[[int], Any],
        value_as_shape: Callable[[int], TensorShape],
    ) -> list[Any]:
        """As `arguments` above, where an input that is a list of tensors is one argument."""
        arguments: list[Any] = []
        position = 0
        for arg, kind in zip(self.inputs, kinds):
            count = self._count(arg, op.attrs)
            pick = {"Value": value, "Dims": value_as_shape}.get(kind, input_shapes.__getitem__)
            picked = [pick(i) for i in range(position, position + count)]
            arguments.append(picked if arg.is_sequence else picked[0])
            position += count
        return arguments

    def __repr__(self) -> str:
        return f"<reflow op {self.name}>"


def _graph_of(values: Sequence[Any]) -> Graph:
    """The graph of the first tensor among the inputs, else the default graph."""
    default = get_default_graph()
    for value in values:
        if isinstance(value, Tensor):
            graph = value.op.graph
            # The body of a function takes tensors of the graph around it as captures.
            return default if default.building_function else graph
        if isinstance(value, (list, tuple)) and value and isinstance(value[0], Tensor):
            return default if default.building_function else value[0].op.graph
    return default
