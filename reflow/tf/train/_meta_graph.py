"""Graphs as MetaGraphDef messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph import log
from reflow.graph.graph import Graph, get_default_graph
from reflow.tf._session import message_class
from reflow.tf._variables import Variable


def create_meta_graph_def(
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Sequence[str] | None = None,
    graph: Graph | None = None,
) -> Any:
    """A graph, a saver and the collections of variables as a MetaGraphDef message.

    Args:
      graph_def: by default that of `graph`.
      collection_list: the names of collections; by default all.
      graph: by default the default one.
    """
    graph = graph or get_default_graph()
    meta = message_class("MetaGraphDef")()
    meta.meta_info_def.tensorflow_version = "1.15.5"
    meta.graph_def.CopyFrom(graph_def or graph.as_graph_def(add_shapes=True))
    if saver_def is not None:
        meta.saver_def.CopyFrom(saver_def)
    for key in collection_list or graph.get_all_collection_keys():
        definitions = _definitions(graph, key) if isinstance(key, str) else []
        if definitions:
            meta.collection_def[key].bytes_list.value.extend(definitions)
    return meta


def _definitions(graph: Graph, key: str) -> list[bytes]:
    """The variables of a collection as messages; none, and a warning, if one is no message.

    `tf.Variable(value, "bias")`, which takes "bias" for `trainable`, trains, but no message can
    say that: a checkpoint is written all the same.
    """
    variables = [item for item in graph.get_collection(key) if isinstance(item, Variable)]
    try:
        return [variable.to_proto().SerializeToString() for variable in variables]
    except Exception as error:  # whatever the values are that a program has put into its variables
        log.warn(
            f"The collection {key} is left out of the MetaGraphDef, which cannot hold one of its "
            f"items: {error}"
        )
        return []
