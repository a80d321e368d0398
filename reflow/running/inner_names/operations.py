"""`Operation` as `tensorflow.python.framework.ops` has it: made of a NodeDef message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto.node_def_pb2 import NodeDef

from reflow.graph.graph import Graph
from reflow.graph.operation import Operation as GraphOperation
from reflow.graph.operation import Tensor

__all__ = ["Operation"]


class _OperationType(type):
    def __call__(cls, *args: Any, **kwargs: Any) -> GraphOperation:
        return _operation_of_node_def(*args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, GraphOperation)

    def __getattr__(cls, name: str) -> Any:
        return getattr(GraphOperation, name)


class Operation(metaclass=_OperationType):
    """Adds a node to a graph.  Every operation is an instance."""


def _operation_of_node_def(
    node_def: NodeDef,
    g: Graph,
    inputs: Sequence[Tensor] | None = None,
    output_types: Any = None,
    control_inputs: Sequence[Any] | None = None,
    input_types: Any = None,
    original_op: GraphOperation | None = None,
    op_def: Any = None,
) -> GraphOperation:
    """A new operation.

    Args:
      node_def: its type, name, attributes and device.
      g: the graph that it is added to.
      inputs: the tensors that it takes.
      output_types, input_types, op_def: follow from the op type.
      control_inputs: operations, or tensors of theirs, that it runs after.
      original_op: the operation that it is derived from.

    Raises:
      TypeError: an argument has the wrong type.
      ValueError: the name or the op type is not valid.
    """
    if not isinstance(node_def, NodeDef):
        raise TypeError(f"node_def needs to be a NodeDef: {node_def}")
    if not isinstance(g, Graph):
        raise TypeError(f"g needs to be a Graph: {g}")
    if not isinstance(inputs or [], list):
        raise TypeError(f"inputs needs to be a list of Tensors: {inputs}")
    with g.as_default(), g.name_scope(None), g.control_dependencies(control_inputs):
        attrs = dict(node_def.attr)
        op = g.create_op(node_def.op, inputs or [], name=f"{node_def.name}/", attrs=attrs)
    op._original_op = original_op
    if node_def.device:
        op._set_device(node_def.device)
    return op
