"""Graphs written to files of their own."""

from __future__ import annotations

import os
from typing import Any

from reflow.files import file_io
from reflow.graph.graph import Graph


def write_graph(graph_or_graph_def: Any, logdir: str, name: str, as_text: bool = True) -> str:
    """Writes a GraphDef to LOGDIR/NAME and gives that path.

    The file is complete or not there.

    Args:
      graph_or_graph_def: a Graph or a GraphDef.
      logdir: made if it is not there.
      as_text: as protobuf's text format; else as bytes.
    """
    from google.protobuf import text_format

    graph_def = graph_or_graph_def
    if isinstance(graph_def, Graph):
        graph_def = graph_def.as_graph_def()
    path = os.path.join(logdir, name)
    file_io.recursive_create_dir(logdir)
    if as_text:
        content = text_format.MessageToString(graph_def).encode()
    else:
        content = graph_def.SerializeToString()
    file_io.atomic_write_string_to_file(path, content)
    return path
