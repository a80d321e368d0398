"""Sessions, and the messages that programs configure them with."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from reflow.graph.default_session import get_default_session
from reflow.runtime.session import InteractiveSession, Session

# The message classes under tf, and the modules of tensorboard.compat.proto that hold them.
_MESSAGES = {
    "AttrValue": "attr_value_pb2",
    "ConfigProto": "config_pb2",
    "Event": "event_pb2",
    "GPUOptions": "config_pb2",
    "GraphDef": "graph_pb2",
    "GraphOptions": "config_pb2",
    "HistogramProto": "histogram_pb2",
    "LogMessage": "event_pb2",
    "MetaGraphDef": "meta_graph_pb2",
    "NameAttrList": "attr_value_pb2",
    "NodeDef": "node_def_pb2",
    "OptimizerOptions": "config_pb2",
    "RunMetadata": "config_pb2",
    "RunOptions": "config_pb2",
    "SessionLog": "event_pb2",
    "Summary": "summary_pb2",
    "SummaryMetadata": "summary_pb2",
    "TensorInfo": "meta_graph_pb2",
}


def message_class(name: str) -> Any:
    """The message class `tf.NAME`, None if there is none.

    Imported when it is first asked for: the import takes longer than a small program runs.
    """
    module = _MESSAGES.get(name)
    if module is None:
        return None
    return getattr(import_module(f"tensorboard.compat.proto.{module}"), name)
