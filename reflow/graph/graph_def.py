"""Graphs, operations and op types as messages: GraphDef, NodeDef, OpDef.

Source: TensorFlow 1.15, `Graph.as_graph_def` and `Operation.node_def`, whose content this is.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.op_def_pb2 import OpDef

from reflow.graph.attr_value import set_attr_value

if TYPE_CHECKING:
    from reflow.graph.graph import Graph
    from reflow.graph.op_definition import OpDefinition
    from reflow.graph.operation import Operation
    from reflow.graph.signature import Arg

# No message may be larger.  To ask a message for its size means to write it all; so this is done
# only where the constants alone make half of it.
_MOST_BYTES = 1 << 31


def graph_def_of(
    graph: Graph, from_version: int | None = None, add_shapes: bool = False
) -> GraphDef:
    """A graph, or the nodes made since it had the version `from_version`, as a message.

    Raises:
      ValueError: it would be larger than 2 GB.
    """
    operations = graph.get_operations()
    if from_version is not None:
        operations = operations[bisect_right(operations, from_version, key=lambda op: op._id) :]
    message = GraphDef()
    message.versions.CopyFrom(graph.graph_def_versions)
    constant_bytes = 0
    for op in operations:
        node = message.node.add()
        # A graph names them in the order of the alphabet, an operation as they were given.
        _write_node_def(node, op, sorted(control.name for control in op._control_inputs))
        if add_shapes and op._outputs:
            shapes = [tensor.shape.as_proto() for tensor in op._outputs]
            node.attr["_output_shapes"].list.shape.extend(shapes)
        value = op.attrs.get("value")
        if isinstance(value, np.ndarray):
            constant_bytes += value.itemsize if not any(value.strides) else value.nbytes
    for function in graph._functions.values():
        message.library.function.append(function.function_def)
        if function.gradient is not None:
            message.library.gradient.add(
                function_name=function.name, gradient_func=function.gradient.name
            )
    if constant_bytes > _MOST_BYTES // 2 and message.ByteSize() >= _MOST_BYTES:
        raise ValueError("GraphDef cannot be larger than 2GB.")
    return message


def node_def_of(op: Operation) -> NodeDef:
    """An operation as a message."""
    node = NodeDef()
    _write_node_def(node, op, [control.name for control in op._control_inputs])
    return node


def _write_node_def(node: NodeDef, op: Operation, control_inputs: list[str]) -> None:
    """Writes an operation into an empty message."""
    node.name = op.name
    node.op = op.type
    if op.device:
        node.device = op.device
    inputs = [
        tensor.op.name if not tensor.value_index else f"{tensor.op.name}:{tensor.value_index}"
        for tensor in op._inputs
    ]
    inputs += [f"^{name}" for name in control_inputs]
    if inputs:
        node.input.extend(inputs)
    signature = op.definition.attrs
    for name, value in op.attrs.items():
        attr = signature.get(name)
        set_attr_value(node.attr[name], value, "" if attr is None else attr.kind)


def op_def_of(definition: OpDefinition) -> OpDef:
    """An op type's signature as a message."""
    message = OpDef(name=definition.name, is_stateful=definition.stateful)
    for arg in definition.inputs:
        _write_arg(message.input_arg.add(), arg)
    for arg in definition.outputs:
        _write_arg(message.output_arg.add(), arg)
    for attr in definition.attrs.values():
        written = message.attr.add(name=attr.name, type=attr.kind)
        if attr.has_default:
            set_attr_value(written.default_value, attr.default, attr.kind)
        if attr.minimum is not None:
            written.has_minimum = True
            written.minimum = attr.minimum
        if attr.allowed is not None:
            set_attr_value(written.allowed_values, attr.allowed, f"list({attr.item_kind})")
    return message


def _write_arg(message: OpDef.ArgDef, arg: Arg) -> None:
    message.name = arg.name
    message.is_ref = arg.is_ref
    message.type_attr = arg.type_attr
    message.number_attr = arg.number_attr
    message.type_list_attr = arg.type_list_attr
    if arg.dtype is not None:
        message.type = arg.dtype.as_datatype_enum
