"""OpDefinition: an op type.  Calling it adds a node to the graph, or computes at once.

`MatMul(a, b, transpose_a=True, name="product")` converts its inputs to tensors, infers the type
attributes from them, checks everything against the signature, infers the output's shape and
gives the output tensor (a list for a list output, a named tuple for several, the Operation
for none).
"""

from __future__ import annotations

import collections
import inspect
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cached_property
from typing import Any

from reflow.graph.arguments import InputConverter
from reflow.graph.dispatch import NOT_SUPPORTED, dispatch
from reflow.graph.dtypes import DType
from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import current, record
from reflow.graph.graph import Graph, get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.graph.shape_inference import ShapeRule
from reflow.graph.signature import Arg, Attr, parse_args, parse_attr
from reflow.graph.tensor_shape import TensorShape

_registry: dict[str, OpDefinition] = {}

# "MatMul" -> "mat_mul", "Conv2DBackpropInput" -> "conv2d_backprop_input", "IRFFT2D" -> "irfft2d".
_WORD_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])")

# Computes the outputs of an operation for constant inputs; None where that cannot be done.
Evaluate = Callable[[Operation, list[Any]], Any]


def register(definition: OpDefinition) -> None:
    """Makes an op type known; ValueError if it is already."""
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


class _of_instances_only(cached_property[Any]):
    """A cached property that the class itself does not have.

    `inspect` would take the descriptor for the signature of the class.
    """

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            raise AttributeError(self.attrname)
        return super().__get__(instance, owner)


class OpDefinition:
    """The signature, rules and kernel of an op type, taken from the class that defines it.

    Attributes:
      rules: the defining class.  Its `shape`, `gradient` and `kernel` are read by the parts
        of the library that need them; the graph itself never looks into a kernel.
      stateful: two nodes of equal inputs may give different values: never folded or merged.
      evaluate: gives the outputs for constant inputs, or None where that cannot be done.
      value_rule: gives the value that follows from the input shapes alone, or None.
      dimensions_rule: gives what is known of a vector of dimensions, or None.

    Args:
      is_of_library: whether graphs find it by its name in their library of functions, instead of
        among the op types that all graphs know.
    """

    def __init__(
        self, rules: type, evaluate: Evaluate | None = None, is_of_library: bool = False
    ) -> None:
        self.rules = rules
        self.name: str = rules.__name__
        # As a public function it has the name of TensorFlow's generated one.
        self.__name__ = self.__qualname__ = _WORD_STARTS.sub("_", self.name).lower()
        self.__doc__ = rules.__doc__
        self.stateful: bool = getattr(rules, "stateful", False)
        self.evaluate = evaluate
        self.value_rule: Callable[..., Any] | None = getattr(rules, "constant", None)
        self.dimensions_rule: Callable[[Operation], Any] | None = getattr(rules, "dimensions", None)
        # What follows from the types of the inputs alone: the attributes, complete if nothing
        # else is given, and the output types where they depend on nothing else.
        self._by_input_types: dict[tuple[int, ...], tuple[dict[str, Any], list[DType] | None]] = {}
        if not is_of_library:
            register(self)

    # -- The signature, parsed on first use -------------------------------------------------

    @cached_property
    def attrs(self) -> dict[str, Attr]:
        """The attributes in the signature's order."""
        parsed = (parse_attr(text) for text in getattr(self.rules, "attrs", ()))
        return {attr.name: attr for attr in parsed}

    @cached_property
    def inputs(self) -> tuple[Arg, ...]:
        """The inputs in the signature's order."""
        return parse_args(getattr(self.rules, "inputs", ""), self.attrs)

    @cached_property
    def outputs(self) -> tuple[Arg, ...]:
        """The outputs in the signature's order."""
        return parse_args(getattr(self.rules, "outputs", ""), self.attrs)

    @cached_property
    def inferred_attrs(self) -> frozenset[str]:
        """The attributes that follow from the inputs."""
        names: set[str] = set()
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

    @_of_instances_only
    def __signature__(self) -> inspect.Signature:
        """What `inspect.signature` and editors show: `parameters`, then the node's name."""
        defaults = {a.name: a.default for a in self.attrs.values() if a.has_default}
        defaults["name"] = None
        parameters = [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=defaults.get(name, inspect.Parameter.empty),
            )
            for name in (*self.parameters, "name")
        ]
        return inspect.Signature(parameters)

    @cached_property
    def _output_tuple(self) -> Any:
        return collections.namedtuple(self.name, [arg.name for arg in self.outputs])

    @cached_property
    def _input_count(self) -> int:
        return len(self.inputs)

    @cached_property
    def takes_lists_or_references(self) -> bool:
        """Whether an input is a list of tensors, or a reference to a variable."""
        return any(arg.is_sequence or arg.is_ref for arg in self.inputs)

    @cached_property
    def _has_references(self) -> bool:
        return any(arg.is_ref for arg in self.inputs)

    @cached_property
    def is_single_output(self) -> bool:
        """Whether a call gives one tensor."""
        return len(self.outputs) == 1 and not self.outputs[0].is_sequence

    @cached_property
    def converter(self) -> InputConverter:
        """What makes tensors of the inputs."""
        return InputConverter(self.name, self.inputs, self.attrs)

    # -- Making a node ----------------------------------------------------------------------

    def __call__(self, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Adds a node, or computes at once; see the module's docstring."""
        execute = current.execute
        try:
            if execute is not None:
                return execute(self, args, kwargs, name)
            op = self.apply(args, kwargs, name)
        except (TypeError, ValueError):
            result = dispatch(self, args, kwargs if name is None else {**kwargs, "name": name})
            if result is NOT_SUPPORTED:
                raise
            return result
        if current.tapes:
            record(op)
        if self.is_single_output:
            return op._outputs[0]
        return self.structured(op._outputs, op.attrs) if self.outputs else op

    def structured(self, outputs: Sequence[Tensor], attrs: dict[str, Any]) -> Any:
        """What a call gives for these outputs, lists of them laid out flat."""
        values: list[Any] = []
        position = 0
        for arg in self.outputs:
            count = self.count(arg, attrs)
            if arg.is_sequence:
                values.append(list(outputs[position : position + count]))
            else:
                values.append(outputs[position])
            position += count
        return values[0] if len(values) == 1 else self._output_tuple(*values)

    def apply(self, args: Sequence[Any], kwargs: dict[str, Any], name: str | None) -> Operation:
        """Adds a node and gives the Operation itself.

        Args:
          args, kwargs: the inputs and attributes, as `parameters` orders them.
          name: of the node; by default the op's. It is made unique unless it ends in "/".

        Raises:
          TypeError: an argument is missing, unknown or of the wrong type.
          ValueError: an attribute has a value that is not allowed, the name is not valid, or
            the shapes do not fit.
        """
        values: Sequence[Any] = args
        given: dict[str, Any] = {}
        if kwargs or len(args) != self._input_count:
            values, given, name = self.bind(args, kwargs, name)
        if not self.takes_lists_or_references:
            for value in values:
                if type(value) is not Tensor:
                    break
            else:
                return self._apply_to_tensors(list(values), given, name)
        graph = _graph_of(values)
        full_name = graph.op_name(name or self.name)
        # Constants made from Python values are named after the op and its argument.
        scopes = graph._scopes
        saved, scopes.name_stack = scopes.name_stack, full_name
        try:
            with graph.as_default():
                tensors = self.converter.convert(values, given)
        finally:
            scopes.name_stack = saved
        attrs = self.complete_attrs(given)
        types = self.output_types(attrs)
        if not self._has_references:
            return graph.add_node(self, tensors, attrs, full_name, types)
        with ExitStack() as colocations:
            for tensor in self._references(tensors, attrs):
                colocations.enter_context(graph.colocate_with(tensor))
            return graph.add_node(self, tensors, attrs, full_name, types)

    def bind(
        self, args: Sequence[Any], kwargs: dict[str, Any], name: str | None
    ) -> tuple[list[Any], dict[str, Any], str | None]:
        """The inputs, the attributes as they are kept, and the name."""
        parameters = self.parameters
        if len(args) > len(parameters):
            # The name may come last, as in TensorFlow's generated functions.
            if len(args) != len(parameters) + 1 or name is not None:
                raise TypeError(
                    f"{self.name}() takes at most {len(parameters) + 1} arguments. "
                    f"Received: {len(args)}"
                )
            name, args = args[-1], args[:-1]
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
        return values, attrs, name

    def _apply_to_tensors(
        self, tensors: list[Tensor], given: dict[str, Any], name: str | None
    ) -> Operation:
        """As `apply`, where no input needs a conversion."""
        graph = get_default_graph()
        if tensors and not graph._building_function:
            graph = tensors[0].op.graph
        full_name = graph.op_name(name or self.name)
        if given and not self.inferred_attrs.isdisjoint(given):
            self.converter.check_types(tensors, given)
            attrs, types = self.complete_attrs(given), None
        else:
            implied, types = self._attrs_for_types(tensors)
            attrs = self.complete_attrs({**implied, **given}) if given else implied.copy()
        if types is None:
            types = self.output_types(attrs)
        return graph.add_node(self, tensors, attrs, full_name, types)

    def _attrs_for_types(self, tensors: list[Tensor]) -> tuple[dict[str, Any], list[DType] | None]:
        """The attributes that the types of the inputs imply, and the output types if they do."""
        key = tuple([tensor.dtype.as_datatype_enum for tensor in tensors])
        found = self._by_input_types.get(key)
        if found is None:
            attrs: dict[str, Any] = {}
            self.converter.check_types(tensors, attrs)
            free = [a for a in self.attrs.values() if a.name not in self.inferred_attrs]
            if all(attr.has_default for attr in free):
                attrs = self.complete_attrs(attrs)
            depends_on_more = any(
                arg.is_sequence or (arg.dtype is None and arg.type_attr not in self.inferred_attrs)
                for arg in self.outputs
            )
            types = None if depends_on_more else self.output_types(attrs)
            found = self._by_input_types[key] = attrs, types
        return found

    def _references(self, tensors: Sequence[Tensor], attrs: dict[str, Any]) -> list[Tensor]:
        """The inputs that must be references: an op belongs beside the variables that it takes."""
        references: list[Tensor] = []
        position = 0
        for arg in self.inputs:
            count = self.count(arg, attrs)
            if arg.is_ref:
                references += tensors[position : position + count]
            position += count
        return references

    def checked_attrs(self, tensors: list[Tensor], given: dict[str, Any]) -> dict[str, Any]:
        """The complete attributes of a node with these inputs, lists of them laid out flat.

        Names with an underscore in front need not be in the signature.

        Raises:
          TypeError, ValueError: an attribute is missing, unknown or not allowed, or the inputs do
            not fit the signature.
        """
        attrs = {}
        for name, value in given.items():
            if name in self.attrs:
                attrs[name] = self.attrs[name].coerce(value, self.name)
            elif name.startswith("_"):
                attrs[name] = value
            else:
                raise ValueError(f"Op '{self.name}' has no attr named '{name}'. Received: {value}")
        self.converter.check_flat(tensors, attrs)
        return self.complete_attrs(attrs)

    def complete_attrs(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`attrs` in the signature's order, with defaults; TypeError when one is missing."""
        complete: dict[str, Any] = {}
        for name, attr in self.attrs.items():
            if name in attrs:
                complete[name] = attrs[name]
            elif attr.has_default:
                complete[name] = attr.default
            else:
                raise TypeError(f"No argument for attr {name} of op '{self.name}'")
        for name, value in attrs.items():
            complete.setdefault(name, value)
        return complete

    # -- What a node gives ------------------------------------------------------------------

    @staticmethod
    def count(arg: Arg, attrs: dict[str, Any]) -> int:
        """How many tensors an input or output consists of."""
        if arg.number_attr:
            return int(attrs[arg.number_attr])
        if arg.type_list_attr:
            return len(attrs[arg.type_list_attr])
        return 1

    def input_types(self, attrs: dict[str, Any]) -> list[DType]:
        """The element type of every input, lists laid out flat."""
        return self._types(self.inputs, attrs)

    def output_types(self, attrs: dict[str, Any]) -> list[DType]:
        """The element type of every output, lists laid out flat."""
        return self._types(self.outputs, attrs)

    def _types(self, args: Sequence[Arg], attrs: dict[str, Any]) -> list[DType]:
        types: list[DType] = []
        for arg in args:
            if arg.type_list_attr:
                types += attrs[arg.type_list_attr]
                continue
            dtype = arg.dtype if arg.dtype is not None else attrs[arg.type_attr]
            types += [dtype._as_ref if arg.is_ref else dtype] * self.count(arg, attrs)
        return types

    def input_count(self, attrs: dict[str, Any]) -> int:
        """The number of inputs, lists laid out flat."""
        return sum(self.count(arg, attrs) for arg in self.inputs)

    def output_count(self, attrs: dict[str, Any]) -> int:
        """The number of outputs, lists laid out flat."""
        return sum(self.count(arg, attrs) for arg in self.outputs)

    @cached_property
    def _shape_rule(self) -> ShapeRule | None:
        # An op that has outputs needs a rule.
        return ShapeRule(self) if self.outputs or hasattr(self.rules, "shape") else None

    def infer_shapes(self, op: Operation) -> None:
        """Sets the static shapes of a new node's outputs; ValueError names op and inputs."""
        rule = self._shape_rule
        if rule is not None:
            rule.set_output_shapes(op)

    def inputs_read_by_shape_rule(self, attrs: dict[str, Any]) -> list[int]:
        """Which inputs, lists of them laid out flat, the shape rule asks for values."""
        rule = self._shape_rule
        return [] if rule is None else rule.inputs_read(attrs)

    def output_shapes(
        self,
        op: Operation,
        input_shapes: Sequence[TensorShape],
        value: Callable[[int], Any],
        value_as_shape: Callable[[int], TensorShape],
    ) -> Sequence[TensorShape]:
        """The shape rule applied to given input shapes and (partly) known input values."""
        rule = self._shape_rule
        if rule is None:
            return [TensorShape(None)] * len(op._outputs)
        return rule.output_shapes(op, input_shapes, value, value_as_shape)

    def __repr__(self) -> str:
        return f"<op {self.name}: {self.__name__}{self.__signature__}>"


def _graph_of(values: Sequence[Any]) -> Graph:
    """The graph of the first tensor among the inputs, else the default graph."""
    default = get_default_graph()
    if default._building_function:
        # The body of a function takes tensors of the graph around it as captures.
        return default
    for value in values:
        for item in value if isinstance(value, (list, tuple)) else (value,):
            convert = getattr(item, "_as_graph_element", None)
            element = item if convert is None else convert()
            if isinstance(element, Tensor) and not isinstance(element, EagerTensor):
                return element.op.graph
    return default
