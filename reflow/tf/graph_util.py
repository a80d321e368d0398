"""tf.graph_util: GraphDefs cut down to what is needed, and with variables as constants."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef

from reflow.graph import dtypes
from reflow.graph.graph import Graph
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.tf import logging
from reflow.tf._absence import part_or_error
from reflow.tf._import import import_graph_def
from reflow.tf._tensor_protos import make_tensor_proto

__all__ = [
    "convert_variables_to_constants",
    "extract_sub_graph",
    "import_graph_def",
    "must_run_on_cpu",
    "remove_training_nodes",
    "tensor_shape_from_node_def_name",
]

_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
_VARIABLE_OPS = frozenset(
    (
        *("Assign", "AssignAdd", "AssignSub", "Queue", "ScatterAdd", "ScatterSub"),
        *("ScatterUpdate", "TruncatedNormal", "Variable", "VariableV2"),
    )
)
# What a handle may pass on its way from a variable to where it is read.
_PASS_ON = frozenset(("Switch", "Enter", "Exit", "Identity", "Merge", "NextIteration"))
_COLOCATION = b"loc:@"
# The types of an attribute that make TensorFlow compute a node on the CPU.
_ON_CPU = {
    "Const": ("dtype", (dtypes.string, dtypes.int32)),
    "DynamicStitch": ("T", (dtypes.int32,)),
    "ParallelDynamicStitch": ("T", (dtypes.int32,)),
    "Cast": ("SrcT", (dtypes.int32,)),
}


def must_run_on_cpu(node: Operation | NodeDef, pin_variables_on_cpu: bool = False) -> bool:
    """Whether TensorFlow computes a node on the CPU whatever device is asked for."""
    message = node.node_def if isinstance(node, Operation) else node
    if pin_variables_on_cpu and message.op in _VARIABLE_OPS:
        return True
    attribute, types = _ON_CPU.get(message.op, ("", ()))
    return any(message.attr[attribute].type == dtype.as_datatype_enum for dtype in types)


def extract_sub_graph(graph_def: GraphDef, dest_nodes: Sequence[str]) -> GraphDef:
    """The part of a graph that some nodes depend on.

    Raises:
      TypeError: an argument has the wrong type.
      AssertionError: a node is not in the graph.
    """
    if not isinstance(graph_def, GraphDef):
        raise TypeError("graph_def must be a graph_pb2.GraphDef proto.")
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list.")
    nodes = {node.name: node for node in graph_def.node}
    for name in dest_nodes:
        assert name in nodes, f"{name} is not in graph"
    kept: set[str] = set()
    stack = list(dest_nodes)
    while stack:
        name = stack.pop()
        if name not in kept:
            kept.add(name)
            if name in nodes:
                stack += _names_needed(nodes[name])
    part = GraphDef(library=graph_def.library, versions=graph_def.versions)
    part.node.extend(node for node in graph_def.node if node.name in kept)
    return part


def tensor_shape_from_node_def_name(graph: Graph, input_name: str) -> TensorShape:
    """The static shape of a tensor of this name; ":0" may be left out."""
    return graph.get_tensor_by_name(input_name if ":" in input_name else f"{input_name}:0").shape


def remove_training_nodes(input_graph: GraphDef, protected_nodes: Any = None) -> GraphDef:
    """The graph without checks of numbers, and without identities that do nothing.

    Args:
      input_graph: the graph.
      protected_nodes: names of nodes that are kept.
    """
    without_checks = _without(input_graph, ("CheckNumerics",), protected_nodes or ())
    waited_for = {
        name.removeprefix("^")
        for node in without_checks.node
        for name in node.input
        if name.startswith("^")
    }
    # An identity that waits for something, or that something waits for, has its use.
    waiting = {node.name for node in without_checks.node if any("^" in name for name in node.input)}
    kept = {*(protected_nodes or ()), *waited_for, *waiting}
    return _without(without_checks, ("Identity",), kept)


def convert_variables_to_constants(
    sess: Any,
    input_graph_def: GraphDef,
    output_node_names: Sequence[str],
    variable_names_whitelist: Collection[str] | None = None,
    variable_names_blacklist: Collection[str] | None = None,
) -> GraphDef:
    """What some nodes of a graph depend on, with constants for the variables.

    Args:
      sess: holds the values of the variables.
      input_graph_def: the graph.
      output_node_names: the nodes.
      variable_names_whitelist: the variables to convert; default: all.
      variable_names_blacklist: variables not to convert.

    Raises:
      ValueError: a read has no variable behind it.
    """
    graph_def = extract_sub_graph(input_graph_def, output_node_names)
    nodes = {node.name: node for node in graph_def.node}
    frozen = [
        node
        for node in graph_def.node
        if node.op in _VARIABLES
        and (variable_names_whitelist is None or node.name in variable_names_whitelist)
        and node.name not in (variable_names_blacklist or ())
    ]
    reads = [f"{n.name}{'/Read/ReadVariableOp' * (n.op == 'VarHandleOp')}:0" for n in frozen]
    values = dict(zip([node.name for node in frozen], sess.run(reads) if reads else []))
    logging.info("Froze %d variables.", len(values))
    types = _types_passed_on(nodes)
    constant = GraphDef(library=graph_def.library)
    for node in graph_def.node:
        if node.name in values:
            kind = node.attr["dtype"].type
            constant.node.append(_constant(node.name, kind, values[node.name]))
        elif node.op == "ResourceGather":
            constant.node.extend(_plain_gather(node))
        else:
            constant.node.append(_plain_node(node, types))
    logging.info("Converted %d variables to const ops.", len(values))
    return constant


def _name(text: str) -> str:
    """The name of the node that an input of a node comes from."""
    return text.removeprefix("^").partition(":")[0]


def _names_needed(node: NodeDef) -> Iterator[str]:
    """The nodes that a node depends on, or belongs beside."""
    yield from map(_name, node.input)
    for group in node.attr["_class"].list.s if "_class" in node.attr else ():
        if group.startswith(_COLOCATION):
            yield group.removeprefix(_COLOCATION).decode()


def _without(graph_def: GraphDef, types: Sequence[str], kept: Collection[str]) -> GraphDef:
    """The graph with what takes the output of nodes of some types taking their input instead."""
    replaced = {
        node.name: node.input[0]
        for node in graph_def.node
        if node.op in types and node.name not in kept and len(node.input) == 1
    }

    def source(text: str) -> str:
        while not text.startswith("^") and _name(text) in replaced:
            text = replaced[_name(text)]
        return text

    waits = {f"^{name}" for name in replaced}
    result = GraphDef()
    for node in graph_def.node:
        if node.name not in replaced:
            copy = result.node.add()
            copy.CopyFrom(node)
            copy.input[:] = [source(text) for text in node.input if text not in waits]
    return result


def _types_passed_on(nodes: dict[str, NodeDef]) -> dict[str, int]:
    """The element types of variables, by the nodes that their handles pass on the way to a read."""
    types: dict[str, int] = {}
    for node in nodes.values():
        if node.op not in ("ReadVariableOp", "ResourceGather"):
            continue
        stack = [_name(node.input[0])]
        while stack:
            source = nodes[stack.pop()]
            if source.op in _PASS_ON:
                if source.name not in types:
                    types[source.name] = node.attr["dtype"].type
                    handles = source.input if source.op == "Merge" else source.input[:1]
                    stack += map(_name, handles)
            elif source.op != "VarHandleOp":
                raise ValueError("Cannot find the variable that is an input to the ReadVariableOp.")
    return types


def _constant(name: str, kind: int, value: Any) -> NodeDef:
    node = NodeDef(name=name, op="Const")
    node.attr["dtype"].type = kind
    node.attr["value"].tensor.CopyFrom(make_tensor_proto(value, dtype=kind))
    return node


def _plain_node(node: NodeDef, types: dict[str, int]) -> NodeDef:
    """A node that takes a value where it took a variable's handle."""
    plain = NodeDef()
    plain.CopyFrom(node)
    if node.op == "ReadVariableOp":
        plain.op = "Identity"
        del plain.attr["dtype"]
        plain.attr["T"].type = node.attr["dtype"].type
    elif node.name in types:
        plain.attr["T"].type = types[node.name]
        if "_output_shapes" in plain.attr:
            del plain.attr["_output_shapes"]
    return plain


def _plain_gather(node: NodeDef) -> Iterator[NodeDef]:
    """The nodes that gather from a value as ResourceGather does from a variable."""
    if node.attr["batch_dims"].i:
        raise ValueError("batch_dims != 0 is not supported by freeze_graph.")
    indices = node.attr["Tindices"].type
    axis = _constant(f"{node.name}/axis", indices, 0)
    yield axis
    plain = NodeDef(name=node.name, op="GatherV2", input=[*node.input[:2], axis.name])
    plain.attr["Tparams"].type = node.attr["dtype"].type
    plain.attr["Tindices"].type = plain.attr["Taxis"].type = indices
    if "_class" in node.attr:
        plain.attr["_class"].CopyFrom(node.attr["_class"])
    yield plain


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
