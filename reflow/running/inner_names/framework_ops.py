"""`tensorflow.python.framework.ops`."""

from __future__ import annotations

from reflow.graph.eager_tensor import EagerTensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.function import FuncGraph
from reflow.graph.graph import get_default_graph
from reflow.tf._execution_modes import enable_eager_execution as enable_eager_execution_internal

__all__ = [
    "EagerTensor",
    "enable_eager_execution_internal",
    "executing_eagerly_outside_functions",
]


def executing_eagerly_outside_functions() -> bool:
    """Whether the program executes eagerly, if only outside the functions being built."""
    if executing_eagerly():
        return True
    graph = get_default_graph()
    while isinstance(graph, FuncGraph):
        if graph.made_eagerly:
            return True
        graph = graph.outer_graph
    return False
