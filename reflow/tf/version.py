"""`tf.version`: the version whose behaviour reflow has, and those of the graphs that it reads."""

from __future__ import annotations

from reflow.graph.graph import PRODUCER_VERSION as GRAPH_DEF_VERSION
from reflow.tf import VERSION

__all__ = [
    "GRAPH_DEF_VERSION",
    "GRAPH_DEF_VERSION_MIN_CONSUMER",
    "GRAPH_DEF_VERSION_MIN_PRODUCER",
    "VERSION",
]

GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
