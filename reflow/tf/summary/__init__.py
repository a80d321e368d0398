"""tf.summary: values described for TensorBoard, and the files that it reads."""

from __future__ import annotations

import importlib
from typing import Any

from reflow.tf._absence import part_or_error
from reflow.tf.summary._merging import merge, merge_all
from reflow.tf.summary._scalar import scalar
from reflow.tf.summary._values import audio, histogram, image, tensor_summary, text
from reflow.tf.summary._writer import FileWriter, FileWriterCache

# Messages, by the module that has them; loaded on first use.
_MESSAGES = {
    "Event": "event_pb2",
    "SessionLog": "event_pb2",
    "Summary": "summary_pb2",
    "SummaryDescription": "summary_pb2",
    "TaggedRunMetadata": "event_pb2",
}


def get_summary_description(node_def: Any) -> Any:
    """The SummaryDescription of a TensorSummary node; ValueError for another node."""
    if node_def.op != "TensorSummary":
        raise ValueError(f"Can't get_summary_description on {node_def.op}")
    from google.protobuf import json_format
    from tensorboard.compat.proto.summary_pb2 import SummaryDescription

    description = SummaryDescription()
    json_format.Parse(node_def.attr["description"].s.decode(), description)
    return description


def __getattr__(name: str) -> Any:
    if name in _MESSAGES:
        module = importlib.import_module(f"tensorboard.compat.proto.{_MESSAGES[name]}")
        message = globals()[name] = getattr(module, name)
        return message
    return part_or_error(__name__, name)
