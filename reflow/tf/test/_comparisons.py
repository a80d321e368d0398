"""Graphs compared with what they should be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from absl.testing import absltest
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef

from reflow.graph.graph import Graph
from reflow.tf._import import import_graph_def

# Attributes whose value is drawn by chance: a temporary file of a checkpoint, a table's name.
_TEMPORARY_FILE = re.compile(rb"_temp_[0-9a-z]{32}/part")
_TABLE_NAME = re.compile(rb"hash_table_[0-9a-z\-]+")


def assert_ops_in_graph(expected_ops: Mapping[str, str], graph: Graph) -> dict[str, NodeDef]:
    """The nodes of these names, which are to have these types.

    Args:
      expected_ops: op types by names.
      graph: where they are looked for.

    Raises:
      ValueError: one is missing, or has another type.
    """
    found = {node.name: node for node in graph.as_graph_def().node if node.name in expected_ops}
    for name, node in found.items():
        if node.op != expected_ops[name]:
            raise ValueError(
                f"Expected op for node {name} is different. {expected_ops[name]} vs {node.op}"
            )
    if found.keys() != expected_ops.keys():
        raise ValueError(
            f"Not all expected ops are present. Expected {expected_ops.keys()}, "
            f"found {found.keys()}"
        )
    return found


def assert_equal_graph_def(
    actual: GraphDef,
    expected: GraphDef,
    checkpoint_v2: bool = False,
    hash_table_shared_name: bool = False,
) -> None:
    """Two graphs have the same nodes; their order, versions and attributes with "_" may differ.

    Args:
      actual, expected: the graphs.
      checkpoint_v2: names of temporary files may differ.
      hash_table_shared_name: generated names of tables may differ.

    Raises:
      AssertionError: they differ.
      TypeError: one is no GraphDef.
    """
    for name, graph_def in (("actual", actual), ("expected", expected)):
        if not isinstance(graph_def, GraphDef):
            kind = type(graph_def).__name__
            raise TypeError(f"Expected tf.GraphDef for {name}, got {kind}")
    ignored = [_TEMPORARY_FILE] * checkpoint_v2 + [_TABLE_NAME] * hash_table_shared_name
    missing = {node.name: node for node in expected.node}
    for node in actual.node:
        if node.name not in missing:
            raise AssertionError(f"Found unexpected node '{_described(node)}'")
        _assert_equal_nodes(node, missing.pop(node.name), ignored)
    for node in missing.values():
        raise AssertionError(f"Did not find expected node '{_described(node)}'")


def assert_meta_graph_protos_equal(tester: absltest.TestCase, a: Any, b: Any) -> None:
    """Two MetaGraphDefs are the same, apart from names that are drawn by chance."""
    rest = []
    for meta_graph in (a, b):
        copy = type(meta_graph)()
        copy.CopyFrom(meta_graph)
        copy.ClearField("graph_def")
        rest.append(copy)
    assert_equal_graph_def(a.graph_def, b.graph_def, checkpoint_v2=True)
    tester.assertEqual(a.graph_def.versions, b.graph_def.versions)
    tester.assertEqual(*rest)


def get_node_def_from_graph(node_name: str, graph_def: GraphDef) -> NodeDef | None:
    """The node of this name, or None."""
    return next((node for node in graph_def.node if node.name == node_name), None)


def set_producer_version(graph: Graph, producer_version: int) -> None:
    """Makes `graph` one that this version of TensorFlow wrote."""
    graph_def = GraphDef()
    graph_def.versions.producer = producer_version
    with graph.as_default():
        import_graph_def(graph_def)


def _assert_equal_nodes(
    actual: NodeDef, expected: NodeDef, ignored: list[re.Pattern[bytes]]
) -> None:
    name = actual.name
    for what in ("op", "device"):
        found, wanted = getattr(actual, what), getattr(expected, what)
        if found != wanted:
            raise AssertionError(
                f"Node named '{name}' has {what} '{found}' that is not expected '{wanted}'"
            )
    if _inputs(actual) != _inputs(expected):
        raise AssertionError(
            f"Node named '{name}' has inputs {list(actual.input)} that are not expected "
            f"{list(expected.input)}"
        )
    found, wanted = _attrs(actual, ignored), _attrs(expected, ignored)
    for key in found.keys() | wanted.keys():
        if found.get(key) != wanted.get(key):
            raise AssertionError(
                f"Node named '{name}' has attr '{key}' with value: {found.get(key)} that does not "
                f"match expected: {wanted.get(key)}"
            )


def _inputs(node: NodeDef) -> tuple[list[str], set[str]]:
    """The names of a node's inputs in their order, and of its control inputs."""
    data = [name.removesuffix(":0") for name in node.input if not name.startswith("^")]
    return data, {name for name in node.input if name.startswith("^")}


def _attrs(node: NodeDef, ignored: list[re.Pattern[bytes]]) -> dict[str, Any]:
    return {
        key: value
        for key, value in node.attr.items()
        if not key.startswith("_") and not any(pattern.match(_text(value)) for pattern in ignored)
    }


def _text(value: Any) -> bytes:
    """The string that an attribute is, or that its tensor holds alone; else b""."""
    strings = value.tensor.string_val
    return strings[0] if len(strings) == 1 else value.s


def _described(node: NodeDef) -> str:
    return f"{{{{node {node.name}}}}} = {node.op}[]({', '.join(node.input)})"
