"""Stacks: what a loop remembers of its iterations for the loop that differentiates it.

A stack lives for one run.
"""

from __future__ import annotations

from typing import Any

from reflow.graph import errors
from reflow.graph.operation import Operation
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.kernels import Host
from reflow.ops.op import op


class Stack:
    """The elements pushed so far in this run; at most `limit`, if that is not negative."""

    __slots__ = ("closed", "elements", "limit", "name")

    def __init__(self, name: str, limit: int) -> None:
        self.name = name
        self.limit = limit
        self.elements: list[Any] = []
        self.closed = False

    def check_open(self) -> None:
        if self.closed:
            raise errors.InvalidArgumentError(
                None, None, f"Stack[{self.name}] has already been closed."
            )


@op
class StackV2:
    """A new stack."""

    inputs = "max_size: int32"
    outputs = "handle: resource"
    attrs = ("elem_type: type", "stack_name: string = ''")
    stateful = True
    host = True
    gradient = None

    def shape(max_size: TensorShape) -> TensorShape:
        return shapes.of(2)

    def kernel(max_size: Host, *, op: Operation) -> Stack:
        if max_size.ndim:
            raise errors.InvalidArgumentError(
                None, None, f"Stack size must be a scalar, but had shape: {list(max_size.shape)}"
            )
        return Stack(op.name, int(max_size))


@op
class StackPushV2:
    """Pushes an element, which is given back."""

    inputs = "handle: resource, elem: T"
    outputs = "output: T"
    attrs = ("T: type", "swap_memory: bool = false")
    stateful = True
    view = True
    keeps = ("elem",)
    pushes = True
    gradient = None

    def shape(handle: TensorShape, elem: TensorShape) -> TensorShape:
        return elem

    def kernel(handle: Any, elem: Any) -> Any:
        handle.check_open()
        if 0 <= handle.limit <= len(handle.elements):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Stack[{handle.name}] overflowed its max_size ({handle.limit})",
            )
        handle.elements.append(elem)
        return elem


@op
class StackPopV2:
    """Takes the element that was pushed last."""

    inputs = "handle: resource"
    outputs = "elem: elem_type"
    attrs = ("elem_type: type",)
    stateful = True
    pops = True
    view = True
    gradient = None

    def shape(handle: TensorShape) -> TensorShape:
        return shapes.UNKNOWN

    def kernel(handle: Any) -> Any:
        handle.check_open()
        if not handle.elements:
            raise errors.InvalidArgumentError(
                None, None, f"Stack[{handle.name}] is empty when calling Pop()."
            )
        return handle.elements.pop()


@op
class StackCloseV2:
    """Ends a stack: nothing can be pushed or popped any more."""

    inputs = "handle: resource"
    outputs = ""
    stateful = True
    gradient = None

    def shape(handle: TensorShape) -> tuple[TensorShape, ...]:
        return ()

    def kernel(handle: Any) -> None:
        handle.elements.clear()
        handle.closed = True
