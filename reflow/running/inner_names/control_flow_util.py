"""`tensorflow.python.ops.control_flow_util`."""

from __future__ import annotations

from typing import Any

from reflow.graph.control_flow import is_loop_switch as IsLoopSwitch
from reflow.graph.control_flow import kind_of as _kind_of
from reflow.graph.control_flow import output_context as GetOutputContext
from reflow.graph.control_flow import while_context_of as GetWhileContext
from reflow.graph.operation import Operation, Tensor

__all__ = [
    "ENABLE_CONTROL_FLOW_V2",
    "EnableControlFlowV2",
    "GetContainingCondContext",
    "GetContainingWhileContext",
    "GetLoopConstantEnter",
    "GetOutputContext",
    "GetWhileContext",
    "IsCondMerge",
    "IsCondSwitch",
    "IsContainingContext",
    "IsInCond",
    "IsInWhileLoop",
    "IsLoopConstantEnter",
    "IsLoopEnter",
    "IsLoopExit",
    "IsLoopMerge",
    "IsLoopSwitch",
    "IsMerge",
    "IsSwitch",
    "OpInContext",
    "TensorInContext",
]

# What hands on the value that a loop does not change.
_PASSING_OPS = frozenset(("Identity", "RefIdentity", "Switch", "RefSwitch"))

# The functional form of control flow, TensorFlow 2's.
ENABLE_CONTROL_FLOW_V2 = False


def EnableControlFlowV2(graph: Any) -> bool:
    """Whether conditionals and loops of a graph are built in the form of TensorFlow 2."""
    return False


def IsSwitch(op: Operation) -> bool:
    """Whether an operation is a switch."""
    return _kind_of(op) == "switch"


def IsMerge(op: Operation) -> bool:
    """Whether an operation is a merge."""
    return _kind_of(op) == "merge"


def IsCondSwitch(op: Operation) -> bool:
    """Whether it is a conditional's switch: what takes its outputs lies in conditionals."""
    if not IsSwitch(op) or not op.outputs:
        return False
    consumers = [consumer for output in op.outputs for consumer in output.consumers()]
    return all(_is_conditional(_context_around(consumer)) for consumer in consumers)


def IsCondMerge(op: Operation) -> bool:
    """Whether it is a conditional's merge: what it takes lies in conditionals."""
    if not IsMerge(op) or not op.inputs:
        return False
    return all(_is_conditional(GetOutputContext(tensor.op)) for tensor in op.inputs)


def IsLoopMerge(op: Operation) -> bool:
    """Whether it is a loop's merge."""
    context = op._control_flow_context
    in_loop = IsMerge(op) and context is not None and context.IsWhileContext()
    return in_loop and not IsCondMerge(op)


def _context_around(op: Operation) -> Any:
    """The context of an operation; of one that leads into a loop the one around that."""
    context = op._control_flow_context
    return context.outer_context if IsLoopEnter(op) and context is not None else context


def _is_conditional(context: Any) -> bool:
    return context is not None and bool(context.IsCondContext())


def IsLoopConstantEnter(op: Operation) -> bool:
    """Whether it leads a value into a loop that the loop does not change."""
    return IsLoopEnter(op) and bool(op.attrs["is_constant"])


def GetLoopConstantEnter(value: Tensor) -> Operation | None:
    """The operation that led a value into a loop that does not change it; None if another did."""
    op = value.op
    while op.type in _PASSING_OPS:
        op = op.inputs[0].op
    return op if IsLoopConstantEnter(op) else None


def IsInWhileLoop(op: Operation) -> bool:
    """Whether an operation lies in a loop."""
    return GetContainingWhileContext(op._control_flow_context) is not None


def IsInCond(op: Operation) -> bool:
    """Whether an operation lies in a conditional."""
    return GetContainingCondContext(op._control_flow_context) is not None


def GetContainingWhileContext(ctxt: Any, stop_ctxt: Any = None) -> Any:
    """The innermost loop around a context, that context itself included; None if there is none,
    or none inside `stop_ctxt`."""
    while ctxt is not None and not ctxt.IsWhileContext() and ctxt is not stop_ctxt:
        ctxt = ctxt.outer_context
    return None if ctxt is stop_ctxt else ctxt


def GetContainingCondContext(ctxt: Any) -> Any:
    """The innermost conditional around a context, that context itself included; or None."""
    while ctxt is not None and not ctxt.IsCondContext():
        ctxt = ctxt.outer_context
    return ctxt


def IsContainingContext(ctxt: Any, maybe_containing_ctxt: Any) -> bool:
    """Whether a context lies in another one, or is that."""
    while ctxt is not maybe_containing_ctxt:
        if ctxt is None:
            return False
        ctxt = ctxt.outer_context
    return True


def OpInContext(op: Operation, ctxt: Any) -> bool:
    """Whether an operation lies in a context."""
    return IsContainingContext(op._control_flow_context, ctxt)


def TensorInContext(tensor: Tensor, ctxt: Any) -> bool:
    """Whether the operation that makes a tensor lies in a context."""
    return OpInContext(tensor.op, ctxt)


def IsLoopEnter(op: Operation) -> bool:
    """Whether an operation leads into a loop."""
    return _kind_of(op) == "enter"


def IsLoopExit(op: Operation) -> bool:
    """Whether an operation leads out of a loop."""
    return _kind_of(op) == "exit"
