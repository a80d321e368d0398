"""tf.contrib.util: tensors as messages and arrays, and what ops a graph needs."""

from __future__ import annotations

from typing import Any

from reflow.graph.op_definition import registered
from reflow.tf._absence import part_or_error
from reflow.tf._static_values import get_static_value as constant_value
from reflow.tf._tensor_protos import make_ndarray, make_tensor_proto

__all__ = [
    "constant_value",
    "make_ndarray",
    "make_tensor_proto",
    "ops_used_by_graph_def",
    "stripped_op_list_for_graph",
]

# What TensorFlow puts into functions when it runs them, and keeps to itself.
_OF_THE_RUNTIME = frozenset(("_Arg", "_Retval", "_ListToArray", "_ArrayToList"))


def ops_used_by_graph_def(graph_def: Any) -> list[str]:
    """The op types in a GraphDef message and in those functions of its library that it calls."""
    functions = {function.signature.name: function for function in graph_def.library.function}
    used: set[str] = set()
    waiting = [node.op for node in graph_def.node]
    while waiting:
        op_type = waiting.pop()
        if op_type not in used and op_type in functions:
            waiting += [node.op for node in functions[op_type].node_def]
        used.add(op_type)
    return sorted(used - functions.keys())


def stripped_op_list_for_graph(graph_def: Any) -> Any:
    """An OpList message of the signatures of the ops that a GraphDef message uses.

    Raises:
      ValueError: there is no such op.
    """
    # The message classes take longer to import than a small program runs.
    from tensorboard.compat.proto.op_def_pb2 import OpList

    from reflow.graph.graph_def import op_def_of

    known = registered()
    used = ops_used_by_graph_def(graph_def)
    for op_type in used:
        if op_type not in known and op_type not in _OF_THE_RUNTIME:
            raise ValueError(f"Op {op_type} is used by the graph, but is not registered")
    return OpList(op=[op_def_of(known[name]) for name in used if name in known])


def __getattr__(name: str) -> Any:
    return part_or_error(__name__, name)
