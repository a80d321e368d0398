"""`tensorflow.python.ops.control_flow_util`."""

from __future__ import annotations

from typing import Any

from reflow.graph.control_flow import is_loop_switch as IsLoopSwitch
from reflow.graph.control_flow import kind_of as _kind_of
from reflow.graph.control_flow import output_context as GetOutputContext
from reflow.graph.control_flow import while_context_of as GetWhileContext
from reflow.graph.operation import Operation

__all__ = [
    "ENABLE_CONTROL_FLOW_V2",
    "EnableControlFlowV2",
    "GetOutputContext",
    "GetWhileContext",
    "IsLoopEnter",
    "IsLoopExit",
    "IsLoopSwitch",
    "IsSwitch",
]

# The functional form of control flow, TensorFlow 2's.
ENABLE_CONTROL_FLOW_V2 = False


def EnableControlFlowV2(graph: Any) -> bool:
    """Whether conditionals and loops of a graph are built in the form of TensorFlow 2."""
    return False


def IsSwitch(op: Operation) -> bool:
    """Whether an operation is a switch."""
    return _kind_of(op) == "switch"


def IsLoopEnter(op: Operation) -> bool:
    """Whether an operation leads into a loop."""
    return _kind_of(op) == "enter"


def IsLoopExit(op: Operation) -> bool:
    """Whether an operation leads out of a loop."""
    return _kind_of(op) == "exit"
