"""A function's body as a FunctionDef message, in the form that TensorFlow writes.

Source: tensorflow/core/framework/function.proto and tensorflow/c/c_api_function.cc.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from tensorboard.compat.proto.function_pb2 import FunctionDef

from reflow.graph.attr_value import set_attr_value
from reflow.graph.function import Function
from reflow.graph.graph_def import node_def_of
from reflow.graph.op_definition import OpDefinition
from reflow.graph.operation import Operation, Tensor

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]")
_BEFORE_FIRST_LETTER = re.compile(r"^[^a-z]+")


def function_def_of(function: Function) -> Any:
    """The signature, the nodes and what is returned of them."""
    graph = function.graph
    message = FunctionDef()
    signature = message.signature
    signature.name = function.name
    signature.is_stateful = not function.stateless
    names = _Names()
    sources: dict[Tensor, str] = {}
    for index, argument in enumerate(graph.inputs):
        name = sources[argument] = names.unique(argument.op.name)
        signature.input_arg.add(name=name, type=argument.dtype.as_datatype_enum)
        attributes = message.arg_attr[index]
        given = argument.op.attrs.get("_user_specified_name")
        if given is not None:
            attributes.attr["_user_specified_name"].s = given.encode()
    arguments = {argument.op for argument in graph.inputs}
    nodes = [op for op in graph.get_operations() if op not in arguments]
    for op in nodes:
        sources.update(zip(op.outputs, _output_references(op)))
    for op in nodes:  # after all have names: loops are closed by nodes that come later
        _add_node(message, op, sources)
    signature.description = function.description
    for name, value in function.attrs.items():
        set_attr_value(message.attr[name], value)
    results = _Names()
    for index, output in enumerate(graph.outputs):
        named = function.result_names
        name = named[index] if named else results.unique(output.op.name)
        signature.output_arg.add(name=name, type=output.dtype.as_datatype_enum)
        message.ret[name] = sources[output]
    for op in graph.control_outputs:
        signature.control_output.append(op.name)
        message.control_ret[op.name] = op.name
    return message


def _add_node(message: Any, op: Operation, sources: dict[Tensor, str]) -> None:
    node = message.node_def.add()
    node.CopyFrom(node_def_of(op))
    del node.input[:]
    node.input.extend(sources[tensor] for tensor in op.inputs)
    node.input.extend(f"^{control.name}" for control in op.control_inputs)


def _output_references(op: Operation) -> list[str]:
    """How other nodes of the function name this one's outputs: "split:output:1"."""
    references = []
    for arg in op.definition.outputs:
        for index in range(OpDefinition.count(arg, op.attrs)):
            references.append(f"{op.name}:{arg.name}:{index}")
    return references


class _Names:
    """Names of arguments or results, made of those of nodes: lower case, letters and digits."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, name: str) -> str:
        plain = _NOT_IN_NAMES.sub("_", _BEFORE_FIRST_LETTER.sub("", name.lower())) or "unknown"
        numbered = (f"{plain}_{number}" for number in itertools.count(1))
        chosen = next(n for n in itertools.chain([plain], numbered) if n not in self._taken)
        self._taken.add(chosen)
        return chosen
