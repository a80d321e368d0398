"""Which tensors and operations of a graph depend on given ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reflow.graph.operation import Operation, Tensor


def reachable_from(inputs: Iterable[Any]) -> set[Any]:
    """All tensors and operations that depend on the inputs, and the inputs."""
    found = set(inputs)
    pending = list(inputs)
    while pending:
        each = pending.pop()
        if isinstance(each, Operation):
            followers: list[Any] = [*each.outputs, *each._control_outputs]
        elif isinstance(each, Tensor):
            followers = list(each.consumers())
        else:  # a variable, or several tensors in one
            followers = [each.op]
        for follower in followers:
            if follower not in found:
                found.add(follower)
                pending.append(follower)
    return found
