"""Graph mode and eager mode, for tests that run in both."""

from __future__ import annotations

from reflow.graph.execution import eager_mode as eager_mode
from reflow.graph.execution import graph_mode as graph_mode

#: Whether operations can be executed without a graph.
HAS_EAGER_MODE = True
