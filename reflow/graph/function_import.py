"""Functions of a GraphDef's library as graphs: FunctionDef messages in the form of GraphDefs.

In a FunctionDef the nodes name the arguments and each other's outputs ("split:output:1"), in a
GraphDef only nodes ("split:1"); so arguments become placeholders.

Source: tensorflow/core/framework/function.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tensorboard.compat.proto.function_pb2 import FunctionDef
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef

from reflow.graph.attr_value import plain_attr
from reflow.graph.op_definition import registered


def in_calling_order(functions: Sequence[FunctionDef]) -> list[FunctionDef]:
    """The functions, each after those that it calls.

    Raises:
      ValueError: two have the same name, or one calls itself.
    """
    waiting = {function.signature.name: function for function in functions}
    if len(waiting) < len(functions):
        raise ValueError("Two functions of the library have the same name.")
    ordered: list[FunctionDef] = []
    while waiting:
        ready = [
            function
            for function in waiting.values()
            if waiting.keys().isdisjoint(called_functions(function))
        ]
        if not ready:
            raise ValueError(f"The function '{next(iter(waiting))}' calls itself.")
        for function in ready:
            del waiting[function.signature.name]
        ordered += ready
    return ordered


def called_functions(function: FunctionDef) -> Iterator[str]:
    """The names of the functions that the nodes of one name."""
    for node in function.node_def:
        yield node.op  # a function, if it is in the library
        for attr in node.attr.values():
            if attr.HasField("func"):
                yield attr.func.name
            for item in attr.list.func:
                yield item.name


def body_of(function: FunctionDef) -> GraphDef:
    """The nodes of a function, with placeholders for its arguments.

    Raises:
      ValueError: a node or the function itself has parameters, or names an output that is not
        there.
    """
    if function.signature.attr:
        raise ValueError(
            f"The function '{function.signature.name}' has parameters, which is not supported: "
            f"{', '.join(attr.name for attr in function.signature.attr)}"
        )
    body = GraphDef()
    for index, argument in enumerate(function.signature.input_arg):
        node = body.node.add(name=argument.name, op="Placeholder")
        node.attr["dtype"].type = argument.type
        for name, value in function.arg_attr[index].attr.items():
            node.attr[name].CopyFrom(value)
    nodes = {node.name: node for node in function.node_def}
    for node in function.node_def:
        copy = body.node.add()
        copy.CopyFrom(node)
        copy.input[:] = [_source(text, nodes) for text in node.input]
    return body


def arguments_of(function: FunctionDef) -> list[str]:
    """The names of the arguments in the body."""
    return [f"{argument.name}:0" for argument in function.signature.input_arg]


def results_of(function: FunctionDef) -> list[str]:
    """The names in the body of what the function gives, and of what runs at every call.

    Raises:
      ValueError: it does not say where a result comes from.
    """
    nodes = {node.name: node for node in function.node_def}
    names = []
    for result in function.signature.output_arg:
        if result.name not in function.ret:
            raise ValueError(
                f"The function '{function.signature.name}' does not say what its result "
                f"'{result.name}' is."
            )
        source = _source(function.ret[result.name], nodes)
        names.append(source if ":" in source else f"{source}:0")
    return names + [function.control_ret[name] for name in function.signature.control_output]


def _source(text: str, nodes: dict[str, NodeDef]) -> str:
    """ "split:output:1" -> "split:1"; arguments and control inputs as they are."""
    name, _, output = text.partition(":")
    node = nodes.get(name)
    if node is None or not output:
        return text
    output_name, _, index = output.partition(":")
    try:
        offset = _offset(node, output_name)
    except TypeError as error:  # an attribute of the wrong kind
        raise ValueError(f"Node '{name}' (op: '{node.op}') is not valid: {error}") from error
    return f"{name}:{offset + _number(index, text)}"


def _number(index: str, text: str) -> int:
    if not index.isdecimal():
        raise ValueError(f"'{text}' is not the name of an output in a function.")
    return int(index)


def _offset(node: NodeDef, output_name: str) -> int:
    """The position of the first of the outputs that have this name."""
    definition = registered().get(node.op)
    if definition is None:
        return 0  # That there is no such op is said where the node is made.
    attrs: dict[str, Any] = {
        name: attr.default for name, attr in definition.attrs.items() if attr.has_default
    }
    attrs.update((name, plain_attr(value)) for name, value in node.attr.items())
    offset = 0
    for arg in definition.outputs:
        if arg.name == output_name:
            return offset
        needed = arg.number_attr or arg.type_list_attr
        if needed and needed not in attrs:
            raise ValueError(f"Node '{node.name}': NodeDef missing attr '{needed}'")
        offset += definition.count(arg, attrs)
    raise ValueError(f"Node '{node.name}' (op: '{node.op}') has no output '{output_name}'.")
