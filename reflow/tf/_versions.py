"""What TensorFlow 1.15.5 says of itself: programs print it, or compare versions."""

from __future__ import annotations

__all__ = [
    "COMPILER_VERSION",
    "CXX11_ABI_FLAG",
    "GIT_VERSION",
    "GRAPH_DEF_VERSION",
    "GRAPH_DEF_VERSION_MIN_CONSUMER",
    "GRAPH_DEF_VERSION_MIN_PRODUCER",
    "MONOLITHIC_BUILD",
    "VERSION",
]

from reflow.graph.graph import PRODUCER_VERSION as GRAPH_DEF_VERSION

#: The version whose behaviour reflow reproduces.
VERSION = "1.15.5"
GIT_VERSION = "v1.15.4-39-g3db52be"
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0

# How it was built.
COMPILER_VERSION = "7.3.1 20180303"
CXX11_ABI_FLAG = 0
MONOLITHIC_BUILD = 0
