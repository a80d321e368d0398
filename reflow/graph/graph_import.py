"""The nodes of a GraphDef message, added to a graph.

Messages come from files, so nothing in them is trusted: whatever contradicts itself or the ops'
signatures is a ValueError, and nothing is run.

Source: TensorFlow 1.15, `graph_constructor.cc`, whose texts of errors these are.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.function_pb2 import FunctionDef
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef

from reflow.graph import errors, function_import
from reflow.graph.attr_value import plain_attr
from reflow.graph.device import DeviceSpec
from reflow.graph.dtypes import as_dtype
from reflow.graph.function import FuncGraph, Function
from reflow.graph.graph import PRODUCER_VERSION, Graph, Versions
from reflow.graph.op_definition import OpDefinition, registered
from reflow.graph.operation import Operation, Tensor
from reflow.graph.signature import Attr
from reflow.graph.tensor_shape import TensorShape

# An input of a node or a key of an input map: a name, and the position of an output.  The
# position of a control input is None.
Source = tuple[str, int | None]

# The default values of the attributes of op types, as the writer of a GraphDef had them.
ProducerDefaults = Mapping[str, Mapping[str, AttrValue]]

_NODE_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\-/]*$")
# Where the edges of a loop close.
_MERGES = ("Merge", "RefMerge")
_NEXT_ITERATIONS = ("NextIteration", "RefNextIteration")

_TENSOR_NAME = re.compile(r"(.*):(\d{1,9})$", re.S)
_COLOCATION = "loc:@"

# No op gives more; a node that asks for more asks for all the memory there is.
_MOST_OUTPUTS = 1 << 20

# The field of an AttrValue for each kind of attribute, and how TensorFlow calls it.
_KIND_OF_FIELD = {
    "s": "string",
    "i": "int",
    "f": "float",
    "b": "bool",
    "type": "type",
    "shape": "shape",
    "tensor": "tensor",
    "func": "func",
}


def parse_source(text: str) -> Source:
    """ "a" -> ("a", 0); "a:1" -> ("a", 1); "^a" -> ("a", None)."""
    if text.startswith("^"):
        return text[1:], None
    match = _TENSOR_NAME.match(text)
    return (match[1], int(match[2])) if match else (text, 0)


@dataclass
class _Node:
    """A node of the message and what is made of it."""

    message: NodeDef
    inputs: list[Source]
    full_name: str = ""


def import_nodes(
    graph: Graph,
    graph_def: GraphDef,
    prefix: str,
    input_map: Mapping[Source, Tensor],
    return_elements: Sequence[str],
    producer_defaults: ProducerDefaults,
) -> list[Tensor | Operation]:
    """Adds the nodes of `graph_def` to `graph`, all of them or none.

    Args:
      graph: the graph, which must be the default one.
      graph_def: the message; its nodes may stand in any order.
      prefix: what the names of nodes begin with, without a slash at the end; may be "".
      input_map: what stands for inputs of the message's nodes.
      return_elements: names in the message, of tensors if they have a colon.
      producer_defaults: attributes that are unknown here are left out if they have this value.

    Returns:
      The operations and tensors that `return_elements` names.

    Raises:
      ValueError: the message is not well-formed, or a name given is not in it.
      NotFoundError: there are no such ops in reflow; all of them are named.
    """
    with graph._all_or_nothing():
        _add_functions(graph, graph_def, producer_defaults)
        importer = _Importer(graph, graph_def, prefix, input_map, producer_defaults)
        importer.check_return_elements(return_elements)
        importer.add_nodes()
        importer.check_input_map()
        return [importer.element(name) for name in return_elements]


def _add_functions(graph: Graph, graph_def: GraphDef, producer_defaults: ProducerDefaults) -> None:
    """Adds the message's library of functions to that of the graph."""
    for message in function_import.in_calling_order(graph_def.library.function):
        name = message.signature.name
        known = graph._functions.get(name)
        if known is None:
            function_of(graph, message, producer_defaults).add_to_graph(graph)
        elif known.function_def != message:
            raise ValueError(
                f"Cannot add function '{name}' because a different function with the same name "
                "already exists."
            )
    for gradient in graph_def.library.gradient:
        for name in (gradient.function_name, gradient.gradient_func):
            if name not in graph._functions:
                raise ValueError(
                    f"The library of functions has a gradient of or by '{name}', "
                    "but no such function."
                )
        function = graph._functions[gradient.function_name]
        function.gradient = graph._functions[gradient.gradient_func]


def function_of(
    graph: Graph, message: FunctionDef, producer_defaults: ProducerDefaults
) -> Function:
    """The function that a message describes; the functions that it calls are those of `graph`."""
    body = FuncGraph(message.signature.name, graph)
    for name in function_import.called_functions(message):
        called = graph._functions.get(name)
        if called is not None:
            called.add_to_graph(body)
    arguments = function_import.arguments_of(message)
    results = function_import.results_of(message)
    with body.as_default():
        made = import_nodes(
            body,
            function_import.body_of(message),
            "",
            {},
            arguments + results,
            producer_defaults,
        )
    count = len(arguments)
    body.inputs = [element for element in made[:count] if isinstance(element, Tensor)]
    body.outputs = [element for element in made[count:] if isinstance(element, Tensor)]
    body.control_outputs = [element for element in made[count:] if isinstance(element, Operation)]
    return Function(
        message.signature.name,
        body,
        [result.name for result in message.signature.output_arg],
        {name: plain_attr(value) for name, value in message.attr.items()},
        message.signature.description,
    )


def check_versions(graph_def: GraphDef) -> None:
    """Raises ValueError if the message says that it is not for this version of the format."""
    versions = graph_def.versions
    if versions.min_consumer > PRODUCER_VERSION:
        raise ValueError(
            f"GraphDef min consumer version {versions.min_consumer} above current version "
            f"{PRODUCER_VERSION} for TensorFlow 1.15.5.  Please upgrade TensorFlow."
        )
    if versions.producer < 0:
        raise ValueError(
            f"GraphDef producer version {versions.producer} below min producer 0 supported by "
            "TensorFlow 1.15.5.  Please regenerate your graph."
        )
    if PRODUCER_VERSION in versions.bad_consumers:
        raise ValueError(
            f"GraphDef disallows consumer version {PRODUCER_VERSION}, that of TensorFlow 1.15."
        )


class _Importer:
    def __init__(
        self,
        graph: Graph,
        graph_def: GraphDef,
        prefix: str,
        input_map: Mapping[Source, Tensor],
        producer_defaults: ProducerDefaults,
    ) -> None:
        check_versions(graph_def)
        self._graph = graph
        self._graph_def = graph_def
        self._prefix = prefix
        self._input_map = input_map
        self._used: set[Source] = set()
        self._producer_defaults = producer_defaults
        self._definitions = registered()
        for function in graph._functions.values():
            self._definitions.setdefault(function.name, function.call)
        self._check_op_types()
        self._nodes = self._parse()
        self._made: dict[str, Operation] = {}
        # Inputs that close loops: the node, the position and what is to be there.
        self._loops: list[tuple[Operation, int, Source]] = []

    # -- The message as it is ---------------------------------------------------------------

    def _check_op_types(self) -> None:
        for node in self._graph_def.node:
            if not node.op:
                raise ValueError(f"Node '{node.name}' does not specify an operation")
        unknown = dict.fromkeys(
            node.op for node in self._graph_def.node if node.op not in self._definitions
        )
        if unknown:
            names = ", ".join(f"'{op_type}'" for op_type in unknown)
            raise errors.NotFoundError(
                None,
                None,
                f"Op type not registered: {names}. The graph cannot be imported because reflow "
                "does not have these ops yet.",
            )

    def _parse(self) -> dict[str, _Node]:
        nodes: dict[str, _Node] = {}
        for message in self._graph_def.node:
            name = message.name
            if not _NODE_NAME.match(name):
                raise ValueError(f"Node '{name}': Node name contains invalid characters")
            if name in nodes:
                raise ValueError(f"Node '{name}' is not unique")
            nodes[name] = _Node(message, [parse_source(text) for text in message.input])
        for name, node in nodes.items():
            self._check_sources(name, node, nodes)
        return nodes

    def _check_sources(self, name: str, node: _Node, nodes: Mapping[str, _Node]) -> None:
        control_before = False
        for source, text in zip(node.inputs, node.message.input):
            if source not in self._input_map and source[0] not in nodes:
                raise ValueError(f"Node '{name}': Unknown input node '{text}'")
            if source[1] is None:
                control_before = True
            elif control_before:
                raise ValueError(
                    f"Node '{name}': Control dependencies must come after regular dependencies"
                )

    def check_return_elements(self, names: Sequence[str]) -> None:
        """Raises ValueError if one of these is not in the message."""
        for name in names:
            if ":" not in name:
                if name not in self._nodes:
                    raise ValueError(f"Requested return node '{name}' not found in graph def")
            elif not _TENSOR_NAME.match(name):
                raise ValueError(f"Cannot convert {name!r} to a tensor name.")
            else:
                source = parse_source(name)
                if source[0] not in self._nodes and source not in self._input_map:
                    raise ValueError(f"Requested return tensor '{name}' not found in graph def")

    def check_input_map(self) -> None:
        """Raises ValueError if the map has keys that the message does not know."""
        missing = []
        for source in sorted(self._input_map.keys() - self._used, key=str):
            name, index = source
            op = self._made.get(name)
            if op is None or (index is not None and index >= len(op.outputs)):
                missing.append(f"^{name}" if index is None else f"{name}:{index}")
        if missing:
            raise ValueError(
                f"Attempted to map inputs that were not found in graph_def: [{', '.join(missing)}]"
            )

    # -- What becomes of it -----------------------------------------------------------------

    def add_nodes(self) -> None:
        """Adds all nodes, each after those that it depends on."""
        self._choose_names()
        self._update_versions()
        for name in self._ordered():
            node = self._nodes[name]
            try:
                self._made[name] = self._add(node)
            except ValueError:
                raise
            except Exception as error:
                # A rule that trusted its attributes; what they said was wrong.
                raise ValueError(
                    f"Node '{name}' (op: '{node.message.op}') is not valid: {error}"
                ) from error
        for merge, index, source in self._loops:
            closing = self._tensor(source, "Invalid output {} of node '{}', which has {} outputs")
            merge._update_input(index, closing)
        self._place_beside()

    def element(self, name: str) -> Tensor | Operation:
        """The operation or tensor that is made of the message's element of that name."""
        if ":" not in name:
            return self._made[name]
        return self._tensor(
            parse_source(name), "Invalid return output {} of node '{}', which has {} output(s)"
        )

    def _ordered(self) -> list[str]:
        """The names of nodes: the order of the message, as far as inputs come first."""
        names = list(self._nodes)
        positions = {name: position for position, name in enumerate(names)}
        followers: list[list[int]] = [[] for _ in names]
        waits_for = [0] * len(names)
        for position, node in enumerate(self._nodes.values()):
            producers = {
                positions[source[0]]
                for source in node.inputs
                if source not in self._input_map and not self._closes_loop(node, source)
            }
            waits_for[position] = len(producers)
            for producer in producers:
                followers[producer].append(position)
        ready = [position for position, count in enumerate(waits_for) if not count]
        ordered = []
        while ready:
            position = heapq.heappop(ready)
            ordered.append(names[position])
            for follower in followers[position]:
                waits_for[follower] -= 1
                if not waits_for[follower]:
                    heapq.heappush(ready, follower)
        if len(ordered) < len(names):
            caught = next(name for name, count in zip(names, waits_for) if count)
            raise ValueError(
                f"{len(names) - len(ordered)} nodes in a cycle. One of them is '{caught}'."
            )
        return ordered

    def _closes_loop(self, node: _Node, source: Source) -> bool:
        """Whether an input of a node is what one turn of a loop hands to the next."""
        producer = self._nodes.get(source[0])
        return (
            node.message.op in _MERGES
            and producer is not None
            and producer.message.op in _NEXT_ITERATIONS
            and source not in self._input_map
        )

    def _choose_names(self) -> None:
        """Gives each node its name in the graph, another one where that is taken."""
        taken = self._graph._names_and_prefixes()
        for name, node in self._nodes.items():
            unique, count = name, 0
            while self._prefixed(unique) in taken or (count and unique in self._nodes):
                count += 1
                unique = f"{name}_{count}"
            node.full_name = self._prefixed(unique)

    def _prefixed(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    def _add(self, node: _Node) -> Operation:
        definition = self._definitions[node.message.op]
        attrs = self._attrs(node, definition)
        inputs, closing = self._inputs_of(node)
        self._check_inputs(node, definition, inputs, attrs)
        if definition.output_count(attrs) > _MOST_OUTPUTS:
            raise ValueError(
                f"Node '{node.message.name}' has {definition.output_count(attrs)} outputs, which "
                f"is more than {_MOST_OUTPUTS}."
            )
        op = self._add_placed(node, definition, inputs, attrs)
        for index, source in closing.items():
            op._outputs[0]._shape = TensorShape(None)
            self._loops.append((op, index, source))
        controls = [self._control_input(source) for source in node.inputs if source[1] is None]
        op._link_control_inputs(controls)
        self._graph._names_in_use.setdefault(node.full_name.lower(), 1)
        self._refine_shapes(node, op)
        return op

    def _inputs_of(self, node: _Node) -> tuple[list[Tensor], dict[int, Source]]:
        """The inputs of a node, and which of them close a loop, by their positions.

        Those come later; until then another input stands for them.
        """
        complaint = (
            f"Node '{node.message.name}': Connecting to invalid output {{}} of source node {{}} "
            "which has {} outputs."
        )
        data = [source for source in node.inputs if source[1] is not None]
        closing = {i: source for i, source in enumerate(data) if self._closes_loop(node, source)}
        made = [
            None if index in closing else self._tensor(source, complaint)
            for index, source in enumerate(data)
        ]
        entering = next((tensor for tensor in made if tensor is not None), None)
        if closing and entering is None:
            raise ValueError(f"Nothing enters the loop at node '{node.message.name}'.")
        return [entering if tensor is None else tensor for tensor in made], closing  # type: ignore[misc]

    def _add_placed(
        self, node: _Node, definition: OpDefinition, inputs: list[Tensor], attrs: dict[str, Any]
    ) -> Operation:
        """Adds a node on the device that the message and the scopes ask for."""
        graph = self._graph
        types = definition.output_types(attrs)
        scopes = graph._scopes
        saved = scopes.devices
        try:
            if _colocated_names(attrs, node.full_name):
                # It goes where the operation beside it is.
                scopes.devices = []
            elif node.message.device:
                with graph.device(node.message.device):
                    return graph.add_node(definition, inputs, attrs, node.full_name, types)
            return graph.add_node(definition, inputs, attrs, node.full_name, types)
        finally:
            scopes.devices = saved

    def _tensor(self, source: Source, complaint: str) -> Tensor:
        mapped = self._input_map.get(source)
        if mapped is not None:
            self._used.add(source)
            return mapped
        name, index = source
        outputs = self._made[name].outputs
        if index is None or index >= len(outputs):
            raise ValueError(complaint.format(index, name, len(outputs)))
        return outputs[index]

    def _control_input(self, source: Source) -> Operation:
        mapped = self._input_map.get(source)
        if mapped is not None:
            self._used.add(source)
            return mapped.op
        return self._made[source[0]]

    # -- Attributes -------------------------------------------------------------------------

    def _attrs(self, node: _Node, definition: OpDefinition) -> dict[str, Any]:
        """The attributes, complete and checked."""
        where = f"{_summary(definition)}; NodeDef: {{{{node {node.full_name}}}}}"
        known = definition.attrs
        attrs: dict[str, Any] = {}
        for name, message in node.message.attr.items():
            if name in known:
                attrs[name] = self._known_attr(message, known[name], definition, where)
            elif name == "_class":
                attrs[name] = self._renamed_colocations(node, plain_attr(message))
            elif name.startswith("_"):
                if name != "_output_shapes":
                    attrs[name] = plain_attr(message, self._graph._functions)
            elif not self._is_producer_default(definition.name, name, message):
                raise ValueError(
                    f"NodeDef mentions attr '{name}' not in {where}. (It may come from a later "
                    "version of TensorFlow.)"
                )
        for name, attr in known.items():
            if name not in attrs and not attr.has_default:
                raise ValueError(f"NodeDef missing attr '{name}' from {where}")
        _check_constant(attrs, where)
        return definition.complete_attrs(attrs)

    def _known_attr(
        self, message: AttrValue, attr: Attr, definition: OpDefinition, where: str
    ) -> Any:
        _check_kind(message, attr.kind, f"for attr '{attr.name}' of {where}")
        try:
            plain = plain_attr(message, self._graph._functions)
            return attr.coerce(plain, definition.name)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{error} (attr '{attr.name}' of {where})") from error

    def _is_producer_default(self, op_type: str, name: str, message: AttrValue) -> bool:
        return bool(self._producer_defaults.get(op_type, {}).get(name) == message)

    def _renamed_colocations(self, node: _Node, groups: Any) -> list[str]:
        if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
            raise ValueError(
                f"Attr '_class' of node '{node.message.name}' must be a list of strings. "
                f"Received: {groups!r}"
            )
        renamed = []
        for group in groups:
            if group.startswith(_COLOCATION):
                beside = self._nodes.get(group[len(_COLOCATION) :])
                if beside is None:
                    raise ValueError(
                        f"Node '{node.message.name}' expects to be colocated with unknown node "
                        f"'{group[len(_COLOCATION) :]}'"
                    )
                group = _COLOCATION + beside.full_name
            renamed.append(group)
        return renamed

    def _check_inputs(
        self, node: _Node, definition: OpDefinition, inputs: list[Tensor], attrs: dict[str, Any]
    ) -> None:
        expected_types = definition.input_types(attrs)
        if len(inputs) != len(expected_types):
            expected_names = ", ".join(dtype._cpp_name for dtype in expected_types)
            raise ValueError(
                f"NodeDef expected inputs '{expected_names}' do not match {len(inputs)} inputs "
                f"specified; {_summary(definition)}; NodeDef: {{{{node {node.full_name}}}}}"
            )
        for i, (tensor, expected) in enumerate(zip(inputs, expected_types)):
            if not expected.is_compatible_with(tensor.dtype):
                raise ValueError(
                    f"Input {i} of node {node.full_name} was passed {tensor.dtype._cpp_name} from "
                    f"{tensor.name} incompatible with expected {expected._cpp_name}."
                )

    # -- What is known only when nodes are there -----------------------------------------------

    def _refine_shapes(self, node: _Node, op: Operation) -> None:
        """Adds to the shapes what the message says of them in the attribute `_output_shapes`."""
        if "_output_shapes" not in node.message.attr:
            return
        shapes = node.message.attr["_output_shapes"].list.shape
        if len(shapes) != len(op.outputs):
            return
        for i, (tensor, shape) in enumerate(zip(op.outputs, shapes)):
            try:
                tensor.set_shape(shape)
            except ValueError as error:
                raise ValueError(
                    f"Node '{node.full_name}' has an _output_shapes attribute inconsistent with "
                    f"the GraphDef for output #{i}: {error}"
                ) from error

    def _place_beside(self) -> None:
        """Gives operations that belong beside others the device of one of these."""
        for op in self._made.values():
            names = _colocated_names(op.attrs, op.name)
            devices = (self._graph._nodes[name].device for name in names)
            device = next(filter(None, devices), "")
            if device:
                op._set_device(DeviceSpec.from_string(device))

    def _update_versions(self) -> None:
        old, new = self._graph._versions, self._graph_def.versions
        self._graph._versions = Versions(
            min(old.producer, new.producer),
            max(old.min_consumer, new.min_consumer),
            tuple(sorted({*old.bad_consumers, *new.bad_consumers})),
        )


def _colocated_names(attrs: Mapping[str, Any], own_name: str) -> list[str]:
    """The other operations beside which one belongs."""
    groups = (group for group in attrs.get("_class", ()) if group.startswith(_COLOCATION))
    return [name for group in groups if (name := group[len(_COLOCATION) :]) != own_name]


def _check_kind(message: AttrValue, kind: str, where: str) -> None:
    """Raises ValueError if a message holds a value of another kind."""
    field = message.WhichOneof("value")
    if field != "list":
        found = "none" if field is None else _KIND_OF_FIELD.get(field, field)
    else:
        items = {_KIND_OF_FIELD[item.name] for item, _ in message.list.ListFields()}
        if not items and kind.startswith("list("):
            return
        found = f"list({' and '.join(sorted(items))})"
    if found != kind:
        raise ValueError(f"AttrValue had value with type '{found}' when '{kind}' expected {where}")


def _check_constant(attrs: Mapping[str, Any], where: str) -> None:
    """Raises ValueError if the value of a constant is not of its type."""
    value, dtype = attrs.get("value"), attrs.get("dtype")
    if isinstance(value, np.ndarray) and dtype is not None and as_dtype(value.dtype) is not dtype:
        raise ValueError(
            f"Attr 'value' holds {as_dtype(value.dtype).name} where attr 'dtype' says "
            f"{dtype.name}: {where}"
        )


def _summary(definition: OpDefinition) -> str:
    """The signature as TensorFlow shows it: "Op<name=Abs; signature=x:T -> y:T; attr=T:type>"."""
    rules = definition.rules
    inputs = getattr(rules, "inputs", "").replace(": ", ":")
    outputs = getattr(rules, "outputs", "").replace(": ", ":")
    attrs = "".join(f"; attr={text.replace(': ', ':')}" for text in getattr(rules, "attrs", ()))
    return f"Op<name={definition.name}; signature={inputs} -> {outputs}{attrs}>"


def defaults_of(op_list: Any) -> ProducerDefaults:
    """The default values of attributes in an OpList message."""
    return {
        op_def.name: {
            attr.name: attr.default_value for attr in op_def.attr if attr.HasField("default_value")
        }
        for op_def in op_list.op
    }
