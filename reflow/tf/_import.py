"""tf.import_graph_def; the message classes load when it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reflow.graph.conversion import convert_to_tensor
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.tf._scopes import name_scope

if TYPE_CHECKING:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    from reflow.graph.graph_import import Source


def import_graph_def(
    graph_def: Any,
    input_map: Mapping[str, Any] | None = None,
    return_elements: Sequence[str] | None = None,
    name: str | None = None,
    op_dict: Any = None,
    producer_op_list: Any = None,
) -> list[Tensor | Operation] | None:
    """Adds the nodes of a GraphDef message to the default graph: all of them, or none.

    Args:
      graph_def: a GraphDef message. It need not be trusted: nothing of it is run.
      input_map: from names of inputs in the message ("a", "a:1", "^a" for control inputs) to
        the tensors, or values, that stand for them.
      return_elements: names of operations ("a") and tensors ("a:0") in the message.
      name: what the names begin with, by default "import"; "" for the names as they are.
      op_dict: not used.
      producer_op_list: an OpList message: attributes that reflow does not know are left out if
        they have the default value that they have there.

    Returns:
      The operations and tensors for `return_elements`; None if that is None.

    Raises:
      TypeError: an argument is not of the type described.
      ValueError: the message is not well-formed, or names given are not in it.
      NotFoundError: it has op types that reflow does not have; all of them are named.
    """
    from reflow.graph.graph_import import defaults_of, import_nodes

    message = _checked_message(graph_def)
    mapped = _checked_map(input_map)
    wanted = _checked_names(return_elements)
    defaults = {} if producer_op_list is None else defaults_of(producer_op_list)
    graph = get_default_graph()
    with graph._all_or_nothing():
        with name_scope(name, "import", mapped.values()) as scope:
            tensors = _as_tensors(mapped, name)
        graph = get_default_graph()
        elements = import_nodes(graph, message, scope[:-1], tensors, wanted, defaults)
    return None if return_elements is None else elements


def _checked_message(graph_def: Any) -> GraphDef:
    descriptor = getattr(graph_def, "DESCRIPTOR", None)
    if getattr(descriptor, "name", None) != "GraphDef":
        raise TypeError("graph_def must be a GraphDef proto.")
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    if isinstance(graph_def, GraphDef):
        return graph_def
    # The same message of another package, such as TensorFlow's own.
    return GraphDef.FromString(graph_def.SerializeToString())


def _checked_map(input_map: Any) -> dict[str, Any]:
    if input_map is None:
        return {}
    if not isinstance(input_map, dict) or not all(isinstance(k, (str, bytes)) for k in input_map):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects.")
    return {_text(key): value for key, value in input_map.items()}


def _checked_names(names: Any) -> list[str]:
    if names is None:
        return []
    if isinstance(names, (str, bytes)) or not all(isinstance(n, (str, bytes)) for n in names):
        raise TypeError(f"return_elements must be a list of strings. Received: {names!r}")
    for name in map(_text, names):
        if name.count(":") > 1:
            raise ValueError(f"Cannot convert {name!r} to a tensor name.")
    return [_text(name) for name in names]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _as_tensors(input_map: Mapping[str, Any], name: str | None) -> dict[Source, Tensor]:
    if all(isinstance(value, Tensor) for value in input_map.values()):
        values: Mapping[str, Any] = input_map
    elif name == "":
        raise ValueError(
            "tf.import_graph_def() requires a non-empty `name` if `input_map` contains non-Tensor "
            "values. Try calling tf.convert_to_tensor() on `input_map` values before calling "
            "tf.import_graph_def()."
        )
    else:
        with name_scope("_inputs"):
            values = {key: convert_to_tensor(value) for key, value in input_map.items()}
    return {_source(key): tensor for key, tensor in values.items()}


def _source(key: str) -> Source:
    from reflow.graph.graph_import import parse_source

    source = parse_source(key)
    if ":" in source[0] and source[1] is not None:
        raise ValueError(f"Cannot convert {key!r} to a tensor name.")
    return source
