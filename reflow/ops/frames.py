"""Loops as TensorFlow's graphs have them: frames.

A loop variable enters a frame, is merged with what the last iteration made of it, and leaves the
frame or goes through the body to the next iteration, which the loop's condition decides.  A plan
(runtime/loops.py) makes a `while` of each frame.
"""

from __future__ import annotations

from typing import Any

from reflow.graph.composites import components, composed
from reflow.graph.control_flow import current_context
from reflow.graph.conversion import convert_to_tensor
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops import shapes
from reflow.ops.op import op

_ENTER_ATTRS = (
    "T: type",
    "frame_name: string",
    "is_constant: bool = false",
    "parallel_iterations: int = 10",
)


def _enter_gradient(op: Operation, dy: Any) -> Any:
    """What leaves the gradient's loop; of a loop's constant, added up over the iterations."""
    context = current_context()
    if not context.back_prop or context.grad_state is None:
        return dy
    if op.attrs["is_constant"]:
        return context.accumulated(op, dy)
    result = exit(dy)
    context.loop_exits.append(result)
    context.export_results([result])
    return result


def _exit_gradient(op: Operation, dy: Any) -> Any:
    """The derivatives enter the gradient's loop."""
    context = current_context()
    if not context.back_prop:
        return None
    if op._control_flow_context.grad_state is not None:
        raise TypeError("Second-order gradient for while loops not supported.")
    context.values.update(components(dy))
    with context:
        entered = enter(dy, context.name, False, context.parallel_iterations, name="b_exit")
    context.loop_enters.append(entered)
    return entered


def _next_gradient(op: Operation, dy: Any) -> Any:
    """Itself: the gradient's loop is closed by the gradient of the switch."""
    return dy


@op
class Enter:
    """Makes the data available in a frame, in the first iteration or (a constant) in each."""

    inputs = "data: T"
    outputs = "output: T"
    attrs = _ENTER_ATTRS
    control_flow = "enter"
    gradient = _enter_gradient

    def shape(data: TensorShape, *, is_constant: bool) -> TensorShape:
        return data if is_constant else shapes.UNKNOWN


@op
class RefEnter:
    """As Enter, of a variable."""

    inputs = "data: Ref(T)"
    outputs = "output: Ref(T)"
    attrs = _ENTER_ATTRS
    control_flow = "enter"
    shape = shapes.same
    gradient = _enter_gradient


@op
class Exit:
    """The data, available outside of the frame once the loop is done."""

    inputs = "data: T"
    outputs = "output: T"
    attrs = ("T: type",)
    control_flow = "exit"
    shape = shapes.same
    gradient = _exit_gradient


@op
class RefExit:
    """As Exit, of a variable."""

    inputs = "data: Ref(T)"
    outputs = "output: Ref(T)"
    attrs = ("T: type",)
    control_flow = "exit"
    shape = shapes.same
    gradient = _exit_gradient


@op
class NextIteration:
    """The data, available in the next iteration."""

    inputs = "data: T"
    outputs = "output: T"
    attrs = ("T: type",)
    control_flow = "next"
    shape = shapes.same
    gradient = _next_gradient


@op
class RefNextIteration:
    """As NextIteration, of a variable."""

    inputs = "data: Ref(T)"
    outputs = "output: Ref(T)"
    attrs = ("T: type",)
    control_flow = "next"
    shape = shapes.same
    gradient = _next_gradient


@op
class LoopCond:
    """Whether the loop goes on."""

    inputs = "input: bool"
    outputs = "output: bool"
    control_flow = "condition"
    gradient = None

    def shape(input: TensorShape) -> TensorShape:
        return shapes.with_rank(input, 0)


# -- For tensors and references, and composites of them -------------------------------------------


def enter(
    data: Any,
    frame_name: str,
    is_constant: bool = False,
    parallel_iterations: int = 10,
    use_input_shape: bool = True,
    name: str | None = None,
) -> Any:
    """`data` in a frame, components of a composite each.

    Args:
      use_input_shape: every iteration has data of this shape.
    """
    entered = []
    parts = components(data)
    for part in parts:
        tensor = convert_to_tensor(part, as_ref=True)
        definition: Any = RefEnter if tensor.dtype._is_ref_dtype else Enter
        result = definition(
            tensor, frame_name, is_constant, parallel_iterations, name=_name(name, parts)
        )
        if use_input_shape:
            result.set_shape(tensor.shape)
        entered.append(result)
    return composed(data, entered)


def exit(data: Any, name: str | None = None) -> Any:
    """`data` outside of its frame."""
    return _each(data, Exit, RefExit, name)


def next_iteration(data: Any, name: str | None = None) -> Any:
    """`data` in the next iteration."""
    return _each(data, NextIteration, RefNextIteration, name)


def _each(data: Any, plain: Any, of_reference: Any, name: str | None) -> Any:
    parts = components(data)
    made: list[Tensor] = []
    for part in parts:
        tensor = convert_to_tensor(part, as_ref=True)
        definition = of_reference if tensor.dtype._is_ref_dtype else plain
        made.append(definition(tensor, name=_name(name, parts)))
    return composed(data, made)


def _name(name: str | None, parts: list[Any]) -> str | None:
    """Only a tensor of its own gets the name, the components of a composite get the op's."""
    return name if len(parts) == 1 else None
