"""fuse_op: a part of a GraphDef replaced by one node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef


def fuse_op(
    graph_def: GraphDef,
    input_nodes: Sequence[str],
    output_nodes: Sequence[str],
    output_dtypes: Sequence[int],
    output_quantized: bool,
    op_name: str,
    op_type: str,
) -> GraphDef:
    """A graph in which one node stands for all between its inputs and its outputs.

    Args:
      graph_def: is left as it is.
      input_nodes: the names of the nodes that it takes.
      output_nodes: the names of the nodes, of one input each, that take its outputs, in order.
      output_dtypes: the types of its outputs, as numbers.
      output_quantized: whether these are quantized.
      op_name, op_type: its name and type.

    Raises:
      TypeError: the arguments are of other types, or what is replaced takes another node, too.
      AssertionError: there is no node of a name.
    """
    if not isinstance(graph_def, GraphDef):
        raise TypeError("graph_def must be a graph_pb2.GraphDef proto.")
    for name, names in (("input_nodes", input_nodes), ("output_nodes", output_nodes)):
        if isinstance(names, str):
            raise TypeError(f"{name} must be a list.")
    nodes = {_name(node.name): node for node in graph_def.node}
    for name in (*input_nodes, *output_nodes):
        assert name in nodes, f"{name} is not in graph"
    before = _needed_by(input_nodes, nodes)
    until = _needed_by(output_nodes, nodes)
    between = until - before - set(output_nodes)
    for name in filter(between.__contains__, nodes):
        _check_inputs(name, nodes, input_nodes, before)

    fused = GraphDef()
    fused.node.extend(node for name, node in nodes.items() if name in before)
    new = fused.node.add(name=op_name, op=op_type, input=input_nodes)
    new.attr["_output_types"].list.type[:] = output_dtypes
    new.attr["_output_quantized"].b = output_quantized
    for index, name in enumerate(output_nodes):
        assert len(nodes[name].input) == 1, f"{name} must have one input"
        taker = fused.node.add()
        taker.CopyFrom(nodes[name])
        taker.input[:] = [f"{op_name}:{index}" if index else op_name]
    fused.node.extend(
        node for name, node in nodes.items() if name not in until and name not in before
    )
    fused.library.CopyFrom(graph_def.library)
    fused.versions.CopyFrom(graph_def.versions)
    return fused


def _name(text: str) -> str:
    """The node that an input names: without the mark of a control input and the output's number."""
    return text.removeprefix("^").partition(":")[0]


def _needed_by(names: Iterable[str], nodes: Mapping[str, NodeDef]) -> set[str]:
    """These nodes and all that they take."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [_name(text) for text in nodes[name].input]
    return found


def _check_inputs(
    name: str, nodes: Mapping[str, NodeDef], input_nodes: Sequence[str], before: set[str]
) -> None:
    """That a node takes what lies before the inputs only through these."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        taken = waiting.pop()
        if taken in seen or taken in input_nodes:
            continue
        if taken in before:
            raise TypeError(f"Node {name} uses input {taken} not in input_nodes.")
        seen.add(taken)
        waiting += [_name(text) for text in nodes[taken].input]
