"""tf.group and its like: operations that stand for several others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.graph import get_default_graph
from reflow.graph.nest import flatten
from reflow.graph.operation import Operation
from reflow.ops.control import NoOp
from reflow.tf._scopes import name_scope


def group(*inputs: Any, name: str | None = None) -> Operation:
    """An operation that is done when all `inputs` (tensors, operations, nests of them) are.

    Inputs on several devices meet in one operation for each device first.
    """
    with name_scope(name, "group_deps", inputs) as scope:
        by_device: dict[str, list[Any]] = {}
        for item in flatten(inputs):
            if not hasattr(item, "device"):
                raise TypeError(f"Expected tf.group() expected Tensor arguments not '{item}' with type '{type(item)}'")
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
