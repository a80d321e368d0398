"""Loop variables that differentiation adds: iteration counters, and sums over the iterations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reflow.graph.control_flow import inside
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.graph.tensor_shape import TensorShape
from reflow.ops.arrays import Shape
from reflow.ops.constants import constant
from reflow.ops.control import merge, switch
from reflow.ops.control_flow.while_context import WhileContext
from reflow.ops.frames import LoopCond, enter, exit, next_iteration


def zeros_of_shape(shape: Any, like: Tensor) -> Tensor:
    """Zeros of a shape given as a vector, of the type of `like`."""
    from reflow.ops.filling import Fill

    return Fill(shape, constant(0, like.dtype.base_dtype), name="zeros")


def _entered(context: WhileContext, value: Tensor, name: str, use_shape: bool = True) -> Tensor:
    context.values.add(value)
    entered: Tensor = enter(
        value, context.name, False, context.parallel_iterations, use_shape, name=name
    )
    context.loop_enters.append(entered)
    return entered


def _left(context: WhileContext, value: Tensor, name: str) -> Tensor:
    left: Tensor = exit(value, name=name)
    context.loop_exits.append(left)
    context.export_results([left])
    return left


def count_forward(context: WhileContext, outer_state: Any) -> tuple[Tensor, Tensor]:
    """Makes a loop count its iterations.

    Args:
      outer_state: the state of the loop around, if that is differentiated too.

    Returns:
      The number of iterations when the loop is done, and in the loop the number of the next one.
    """
    from reflow.ops.math import Add

    count = constant(0, name="f_count")
    if outer_state is not None:
        # What one run of an inner loop remembers comes before what the next run remembers.
        count.op._add_control_input(outer_state.forward_index.op._inputs[0].op)
    with context:
        entered = _entered(context, count, "f_count")
        merged = merge([entered, entered])[0]
        if_done, if_not = switch(merged, context.pivot)
        following = next_iteration(Add(if_not, 1))
        merged.op._update_input(1, following)
        total = _left(context, if_done, "f_count")
    return total, following


def count_backward(context: WhileContext, count: Tensor, outer_state: Any) -> Tensor:
    """Makes a gradient's loop run `count` times; gives the number of iterations left after one."""
    from reflow.ops.comparisons import GreaterEqual
    from reflow.ops.math import Sub

    one = constant(1, name="b_count")
    with context:
        entered = _entered(context, count, "b_count")
        merged = merge([entered, entered])[0]
        context.pivot_for_pred = merged
        context.pivot = LoopCond(GreaterEqual(merged, one), name="b_count")
        if_done, if_not = switch(merged, context.pivot)
        index = Sub(if_not, one)
        context.pivot_for_body = index
        following: Tensor = next_iteration(index)
        merged.op._update_input(1, following)
        final = _left(context, if_done, "b_count")
        if outer_state is not None:
            # What is remembered of one run of an inner loop is used up before the next begins.
            outer_state.grad_sync._add_control_input(final.op)
    return following


def accumulate(context: WhileContext, op: Operation, gradient: Any) -> Any:
    """Adds up, over the iterations of a gradient's loop, what comes back to a loop's constant.

    Args:
      op: the Enter operation of the constant in the loop that is differentiated.
    """
    if isinstance(gradient, IndexedSlices):
        return _accumulate_slices(context, op, gradient)
    if not isinstance(gradient, Tensor):
        raise TypeError(f"Type {type(gradient)} not supported")
    from reflow.ops.math import Add

    with context.left():
        zeros = _initial_sum(context, op, gradient)
    return _sum(context, [zeros], [lambda total: Add(total, gradient)])[0]


def _sum(
    context: WhileContext,
    initial: Sequence[Tensor],
    steps: Sequence[Callable[[Tensor], Tensor]],
    shapes: Sequence[TensorShape | None] | None = None,
) -> list[Tensor]:
    """New loop variables, each replaced by its step in every iteration; as they leave the loop."""
    entered = [_entered(context, value, "b_acc", shapes is None) for value in initial]
    for tensor, shape in zip(entered, shapes or ()):
        if shape is not None:
            tensor.set_shape(shape)
    merged = [merge([tensor, tensor], name="b_acc")[0] for tensor in entered]
    switched = [switch(tensor, context.pivot) for tensor in merged]
    following = [step(if_not) for step, (_, if_not) in zip(steps, switched)]
    for variable, value in zip(merged, [next_iteration(value) for value in following]):
        variable.op._update_input(1, value)
    return [_left(context, if_done, "b_acc") for if_done, _ in switched]


def _initial_sum(context: WhileContext, op: Operation, gradient: Tensor) -> Tensor:
    """Zeros of the constant's shape, for a loop that may not run at all."""
    outer = context.outer_context
    if gradient.shape.is_fully_defined():
        with inside(outer):
            return constant(0, gradient.dtype, shape=gradient.shape, name="b_acc")
    value = op._inputs[0]
    if outer is not None and outer.is_while and outer.grad_state is not None:
        # A nested loop: its constants may have another shape in each iteration of the outer one.
        state = context.grad_state
        with inside(state.forward_context.outer_context):
            shape = Shape(value)
        outer_state = state.outer_grad_state
        history = outer_state.remember(shape)
        with outer:
            return zeros_of_shape(outer_state.recall(history, shape), gradient)
    with inside(outer):
        return zeros_of_shape(Shape(value), gradient)


def _accumulate_slices(
    context: WhileContext, op: Operation, gradient: IndexedSlices
) -> IndexedSlices:
    """Puts the rows of all iterations after each other."""
    from reflow.ops.joining import ConcatV2
    from reflow.ops.math import Maximum

    values, indices, dense_shape = gradient.values, gradient.indices, gradient.dense_shape
    with context.left(), inside(context.outer_context):
        initial = [constant([0], indices.dtype), _initial_rows(op, values)]
        if dense_shape is not None:
            initial.append(_initial_shape(op, dense_shape))
    shapes = [TensorShape([None]), _any_number_of_rows(initial[1]), None]
    steps: list[Callable[[Tensor], Tensor]] = [
        lambda total: ConcatV2([total, indices], 0, name="concat"),
        lambda total: ConcatV2([total, values], 0, name="concat"),
        lambda total: Maximum(dense_shape, total),
    ]
    sums = _sum(context, initial, steps[: len(initial)], shapes[: len(initial)])
    return IndexedSlices(sums[1], sums[0], sums[2] if dense_shape is not None else None)


def _initial_rows(op: Operation, values: Tensor) -> Tensor:
    """One row of zeros."""
    from reflow.ops.joining import ConcatV2
    from reflow.ops.slicing import StridedSlice

    if values.shape.is_fully_defined():
        sizes = (1, *values.shape.as_list()[1:])
        return constant(0, values.dtype, shape=sizes, name="b_acc")
    row = StridedSlice(_shape_of(op._inputs[0]), [1], [0], [1], end_mask=1)
    return zeros_of_shape(ConcatV2([[1], row], 0, name="concat"), values)


def _shape_of(tensor: Tensor) -> Any:
    """The shape of a tensor, or of the variable that a handle refers to."""
    from reflow.ops.resource_variables import variable_shape

    is_handle = tensor.dtype.base_dtype.name == "resource"
    return variable_shape(tensor).as_list() if is_handle else Shape(tensor)


def _initial_shape(op: Operation, dense_shape: Tensor) -> Tensor:
    from reflow.ops.filling import ZerosLike

    if dense_shape.shape.is_fully_defined():
        return constant(0, dense_shape.dtype, shape=dense_shape.shape)
    shape = Shape(op._inputs[0], out_type=dense_shape.dtype)
    return ZerosLike(shape)


def _any_number_of_rows(rows: Tensor) -> TensorShape | None:
    sizes = rows.shape.sizes
    return None if sizes is None else TensorShape([None, *sizes[1:]])
