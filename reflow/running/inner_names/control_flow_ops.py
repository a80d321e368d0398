"""`tensorflow.python.ops.control_flow_ops`."""

from __future__ import annotations

from reflow.graph.control_flow import ControlFlowContext
from reflow.ops.control import ControlTrigger as control_trigger
from reflow.ops.control import RefMerge as ref_merge
from reflow.ops.control import RefSelect as ref_select
from reflow.ops.control import RefSwitch as ref_switch
from reflow.ops.control import merge, switch
from reflow.ops.control import switch_beside as _SwitchRefOrTensor
from reflow.ops.control_flow.cond_context import CondContext
from reflow.ops.control_flow.while_context import WhileContext
from reflow.ops.frames import Enter as enter
from reflow.ops.frames import LoopCond as loop_cond
from reflow.ops.frames import NextIteration as next_iteration
from reflow.ops.frames import enter as _Enter
from reflow.ops.frames import exit
from reflow.ops.frames import next_iteration as _NextIteration
from reflow.tf._control_flow import with_dependencies
from reflow.tf._while_loop import identity as _Identity

__all__ = [
    "CondContext",
    "ControlFlowContext",
    "WhileContext",
    "_Enter",
    "_Identity",
    "_NextIteration",
    "_SwitchRefOrTensor",
    "control_trigger",
    "enter",
    "exit",
    "loop_cond",
    "merge",
    "next_iteration",
    "ref_merge",
    "ref_select",
    "ref_switch",
    "switch",
    "with_dependencies",
]
