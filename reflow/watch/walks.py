"""Ways through a graph, against and along its edges."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reflow.graph.graph import Graph, GraphKeys
from reflow.graph.operation import Operation, Tensor
from reflow.ops.variable_slot import refers_to_variable
from reflow.runtime.prune import variable_behind

# What brings examples into a graph.
DATA_TYPES = frozenset(
    (
        "Placeholder",
        "PlaceholderV2",
        "PlaceholderWithDefault",
        "IteratorGetNext",
        "IteratorGetNextSync",
        "QueueDequeueV2",
        "QueueDequeueManyV2",
        "QueueDequeueUpToV2",
    )
)

# What hands a value on, if in another shape or type.
_PASSING = frozenset(("Identity", "Reshape", "Squeeze", "ExpandDims", "Cast", "StopGradient"))


def running(elements: Iterable[Tensor | Operation]) -> set[Operation]:
    """The operations that a run which fetches these may need."""
    stack = [e if isinstance(e, Operation) else e.op for e in elements]
    found: set[Operation] = set()
    while stack:
        op = stack.pop()
        if op not in found:
            found.add(op)
            stack += (tensor.op for tensor in op._inputs)
            stack += op._control_inputs
    return found


def ancestors(tensors: Iterable[Tensor], until: Collection[Tensor] = ()) -> list[Tensor]:
    """The tensors from which these are computed, and these, nearest first.

    Args:
      until: where not to go on.
    """
    queue = list(tensors)
    found = dict.fromkeys(queue)
    for tensor in queue:  # it grows
        if tensor in until:
            continue
        for given in tensor.op._inputs:
            if given not in found:
                found[given] = None
                queue.append(given)
    return list(found)


def descendants(tensor: Tensor, among: Collection[Operation]) -> set[Operation]:
    """Those operations `among` the given ones that are computed from `tensor`."""
    stack = list(tensor._consumers)
    found: set[Operation] = set()
    while stack:
        op = stack.pop()
        if op in among and op not in found:
            found.add(op)
            stack += (consumer for output in op._outputs for consumer in output._consumers)
    return found


def sources(tensors: Iterable[Tensor]) -> list[Tensor]:
    """What these are computed from that is fed, or comes out of a data set or queue."""
    return [tensor for tensor in ancestors(tensors) if tensor.op.type in DATA_TYPES]


def origin(tensor: Tensor) -> Tensor:
    """The tensor that `tensor` is, in another shape or type."""
    while tensor.op.type in _PASSING:
        tensor = tensor.op._inputs[0]
    return tensor


def variable_of(tensor: Tensor) -> Operation | None:
    """The op that owns the variable whose value, or a part of it, `tensor` is; None if it is none.

    A reference, a handle, a read of either, or rows that are looked up.
    """
    while not refers_to_variable(tensor.dtype):
        tensor = origin(tensor)
        if refers_to_variable(tensor.dtype):
            break
        is_read = getattr(tensor.op.definition.rules, "reads", False)
        is_lookup = tensor.op.type in ("ResourceGather", "GatherV2", "Gather")
        if not is_read and not is_lookup:
            return None
        tensor = tensor.op._inputs[0]
    return variable_behind(tensor)


def trainable_variables(graph: Graph) -> list[Operation]:
    """The ops that own the trainable variables, in the order of creation."""
    found = graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
    owners = {getattr(variable, "op", None) for variable in found}
    return sorted((op for op in owners if isinstance(op, Operation)), key=lambda op: op._id)


def is_scalar(tensor: Tensor) -> bool:
    """Whether a tensor may be one floating point number, as far as its shape is known."""
    return tensor.dtype.is_floating and tensor._shape.ndims in (0, None)
