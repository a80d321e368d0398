"""Graphs as MetaGraphDef messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
        for item in graph.get_collection(key):
            if isinstance(key, str) and isinstance(item, Variable):
                definition = item.to_proto().SerializeToString()
                meta.collection_def[key].bytes_list.value.append(definition)
    return meta
