"""tf.group and its like: operations that stand for several others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.composites import Composite, map_tensors
from reflow.graph.conversion import convert_n_to_tensor, convert_to_tensor
from reflow.graph.execution import executing_eagerly
from reflow.graph.graph import get_default_graph
from reflow.graph.nest import flatten
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity
from reflow.ops.control import Assert, NoOp
from reflow.tf._scopes import name_scope


def group(*inputs: Any, name: str | None = None) -> Operation | None:
    """An operation that is done when all `inputs` (tensors, operations, nests of them) are.

    Inputs on several devices meet in one operation for each device first.  While executing eagerly
    they are done already: None.
    """
    if executing_eagerly():
        return None
    with name_scope(name, "group_deps", inputs) as scope:
        by_device: dict[str, list[Any]] = {}
        for item in flatten(inputs):
            if not hasattr(item, "device"):
                raise TypeError(
                    f"Expected tf.group() expected Tensor arguments not '{item}' with type "
                    f"'{type(item)}'"
                )
            by_device.setdefault(item.device, []).append(item)
        if len(by_device) <= 1:
            for device, items in by_device.items():
                return _join(items, device, scope)
            return NoOp(name=scope)
        joined = [_join(by_device[device], device) for device in sorted(by_device)]
        with get_default_graph().control_dependencies(joined):
            return NoOp(name=scope)


def _join(items: Sequence[Any], device: str, name: str | None = None) -> Operation:
    graph = get_default_graph()
    with graph.control_dependencies(items):
        if not device:
            return NoOp(name=name)
        with graph.device(device):
            return NoOp(name=name)


def check(condition: Any, data: Sequence[Any], summarize: int | None = None) -> Operation:
    """An operation that raises InvalidArgumentError, showing `data`, unless `condition` is true.

    `data` are texts and int32 values, `summarize` says how many elements of each are shown.  The
    nodes are those of tf.Assert in TensorFlow 1.15, which makes the texts constants twice.
    """
    with name_scope(None, "Assert", [condition, *data]):
        convert_n_to_tensor(data)
        operation: Operation = Assert(condition, data, summarize=summarize, name="Assert")
        return operation


def with_dependencies(
    dependencies: Sequence[Any], output_tensor: Any, name: str | None = None
) -> Any:
    """`output_tensor`, given only when `dependencies` (operations and tensors) are done."""
    if executing_eagerly():
        return output_tensor() if callable(output_tensor) else output_tensor
    graph = get_default_graph()
    with name_scope(name, "control_dependency", [*dependencies, output_tensor]) as scope:
        beside = output_tensor if hasattr(output_tensor, "op") else convert_to_tensor(output_tensor)
        with graph.colocate_with(beside), graph.control_dependencies(dependencies):
            if isinstance(output_tensor, Composite):
                return map_tensors(Identity, output_tensor)
            return Identity(convert_to_tensor(output_tensor), name=scope)


def tuple(
    tensors: Sequence[Any], name: str | None = None, control_inputs: Sequence[Any] | None = None
) -> list[Any]:
    """The tensors, each given only when all of them (and `control_inputs`) are computed.

    An operation among them becomes one that waits too; None stays None.
    """
    if executing_eagerly():
        return list(tensors)
    with name_scope(name, "tuple", tensors):
        given = [
            item
            if item is None or isinstance(item, (Operation, Composite))
            else convert_to_tensor(item)
            for item in tensors
        ]
        awaited = {_operation(item) for item in given if item is not None}
        for item in control_inputs or ():
            if not isinstance(item, (Tensor, Operation)):
                raise TypeError(f"Control input must be Operation or Tensor: {item}")
            awaited.add(_operation(item))
        if not awaited:
            raise ValueError(f"Must have at least one Tensor: {tensors}")
        gate = group(*sorted(awaited, key=lambda op: op._id))
        return [_behind(gate, item) for item in given]


def _operation(item: Tensor | Operation) -> Operation:
    return item if isinstance(item, Operation) else item.op


def _behind(gate: Operation, item: Any) -> Any:
    if item is None:
        return None
    if not isinstance(item, Operation):
        return with_dependencies([gate], item)
    with get_default_graph().control_dependencies([gate]):
        return group(item)
