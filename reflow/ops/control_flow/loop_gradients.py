"""How loops are differentiated: by loops that run the iterations backward.

A value of the forward loop that the gradient needs is pushed onto a stack in each iteration, and
popped from it in the gradient's loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from reflow.graph.constant_value import constant_value
from reflow.graph.control_flow import (
    current_context,
    inside,
    is_loop_switch,
    kind_of,
    output_context,
    while_context_of,
)
from reflow.graph.dtypes import int32, resource
from reflow.graph.graph import get_default_graph
from reflow.graph.indexed_slices import IndexedSlices
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Shape
from reflow.ops.constants import constant
from reflow.ops.control import ControlTrigger, merge, switch_beside
from reflow.ops.control_flow.accumulators import count_backward, count_forward, zeros_of_shape
from reflow.ops.control_flow.back_edges import add_back_edge
from reflow.ops.control_flow.while_context import WhileContext
from reflow.ops.differentiation import zeros_like
from reflow.ops.frames import next_iteration
from reflow.ops.resource_variables import zeros_like_variable
from reflow.ops.stacks import StackPopV2, StackPushV2, StackV2


class GradLoopState:
    """The differentiation of one loop.

    Attributes:
      forward_context, grad_context: the loop, and the one that differentiates it.
      outer_grad_state: the state of the loop around, if that is differentiated too.
      forward_index: in the forward loop, the number of the next iteration.
      history: what the gradient's loop uses for values of the forward loop.
      pending_exits: how many exits of the loop are not known yet to be differentiated or not.
      deferred_exits, unused_exits: those that are.
    """

    def __init__(self, forward_context: WhileContext, outer_grad_state: Any) -> None:
        self.forward_context = forward_context
        self.outer_grad_state = outer_grad_state
        self.history: dict[Tensor, Tensor] = {}
        self.merges: dict[Operation, Any] = {}
        self.forward_exits = list(forward_context.loop_exits)
        self.pending_exits = len(self.forward_exits)
        self.deferred_exits: list[Tensor] = []
        self.unused_exits: list[Tensor] = []
        self._forward_sync: Operation | None = None
        self._grad_sync: Operation | None = None
        outer = forward_context.outer_context
        if outer_grad_state is not None:
            outer = outer_grad_state.forward_context
        with inside(outer):
            count, self.forward_index = count_forward(forward_context, outer_grad_state)
        if outer_grad_state is None:
            with inside(outer):
                self._begin_gradient(count)
            return
        # A nested loop: each of its runs has a number of iterations.
        assert outer is not None
        outer.values.add(count)
        history = outer_grad_state.remember(count)
        with outer_grad_state.grad_context:
            self._begin_gradient(count, history)

    def _begin_gradient(self, count: Tensor, history: Tensor | None = None) -> None:
        forward = self.forward_context
        self.grad_context = WhileContext(
            forward.maximum_iterations,
            forward.parallel_iterations,
            forward.back_prop,
            forward.swap_memory,
            forward.name,
            grad_state=self,
        )
        if history is not None:
            count = self.outer_grad_state.recall(history, count)
        self.grad_index = count_backward(self.grad_context, count, self.outer_grad_state)

    # -- The order of pushes and pops -----------------------------------------------------------

    @property
    def forward_sync(self) -> Operation:
        """What waits for pushes that are not in every iteration."""
        if self._forward_sync is None:
            with get_default_graph().control_dependencies(None):
                self._forward_sync = ControlTrigger(name="f_sync")
            self._forward_sync._set_control_flow_context(self.forward_context)
            self.forward_index.op._add_control_input(self._forward_sync)
        return self._forward_sync

    @property
    def grad_sync(self) -> Operation:
        """What waits for all pops of an iteration."""
        if self._grad_sync is None:
            with get_default_graph().control_dependencies(None):
                self._grad_sync = ControlTrigger(name="b_sync")
            self._grad_sync._set_control_flow_context(self.grad_context)
            self.grad_index.op._add_control_input(self._grad_sync)
            if self.grad_context.outer_context is not None:
                self.grad_context.outer_context.add_inner_op(self._grad_sync)
        return self._grad_sync

    # -- Values of the forward loop ---------------------------------------------------------------

    def remember(self, value: Tensor, dead_branch: bool = False) -> Tensor:
        """Pushes a value in each iteration of the forward loop; gives the stack.

        Called in the context in which gradients are asked for.

        Args:
          dead_branch: the value belongs to the branch of a conditional that is not taken.
        """
        graph = get_default_graph()
        called_from = current_context()
        with graph.control_dependencies(None):
            with inside(called_from), graph.colocate_with(value):
                stack = StackV2(constant(-1, int32), elem_type=value.dtype.base_dtype, name="f_acc")
            entered = self.forward_context.add_value(stack)
            push = self._push(entered, value, dead_branch)
            # A push comes after those of the iterations before.
            push._add_control_input(self.forward_index.op._inputs[0].op)
        result: Tensor = stack
        return result

    def _push(self, stack: Tensor, value: Tensor, dead_branch: bool) -> Operation:
        context = output_context(value.op)
        pushed_in = context.outer_context if dead_branch else context
        swap = self.forward_context.swap_memory
        with inside(pushed_in):
            push: Operation = StackPushV2(stack, value, swap_memory=swap).op
        if context is self.forward_context:
            self.forward_index.op._add_control_input(push)
            return push
        if not context.is_cond:
            raise TypeError(f"value_ctxt is not a CondContext: {context}")
        if dead_branch:
            push._set_control_flow_context(context)
        self.forward_sync._add_control_input(push)
        return push

    def recall(self, stack: Tensor, value: Tensor, dead_branch: bool = False) -> Tensor:
        """Pops, in the gradient's loop, what `value` was in the iteration."""
        graph = get_default_graph()
        cond = _cond_between(value.op._control_flow_context, stack.op._control_flow_context)
        with graph.control_dependencies(None), self.grad_context:
            if cond is not None:
                branch = 1 - cond.branch if dead_branch else cond.branch
                stack = switch_beside(stack, self._known_predicate(cond.pred))[branch]
            popped: Tensor = StackPopV2(stack, value.dtype.base_dtype)
            popped.set_shape(value.shape)
        if self.grad_context.parallel_iterations > 1:
            self.grad_sync._add_control_input(popped.op)
        return popped

    def _known_predicate(self, pred: Tensor) -> Tensor:
        state = self
        while state is not None:
            if pred in state.history:
                return state.history[pred]
            state = state.outer_grad_state
        return pred

    def real_value(self, value: Tensor) -> Tensor:
        """What the gradient's loop, which is being built, uses for a value of the forward loop."""
        real = self.history.get(value)
        if real is None:
            real = self.history[value] = self._find_real_value(value)
        return real

    def _find_real_value(self, value: Tensor) -> Tensor:
        state = self
        while True:
            entered = _constant_enter(value)
            if entered is None:
                break
            value = entered._inputs[0]
            state = state.outer_grad_state
            if state is None:
                # It is the same in all iterations of all loops that are differentiated.
                return self.grad_context.add_value(value)
        if value.op.type == "Const":
            return constant(constant_value(value), value.dtype)
        with self.grad_context.left():
            stack = state.remember(value)
        real: Tensor = state.recall(stack, value)
        return real if state is self else self.grad_context.add_value(real)

    def predicate_of(self, pred: Tensor) -> Tensor:
        """What a conditional's predicate was in the iteration."""
        real = self.history.get(pred)
        if real is None:
            with self.grad_context.left():
                stack = self.remember(pred)
            real = self.history[pred] = self.recall(stack, pred)
        return real

    # -- Loop variables ---------------------------------------------------------------------------

    def differentiate_switch(self, op: Operation, if_done: Any, if_not: Any) -> Any:
        """The gradient of a loop variable's switch, which is met twice.

        At first what comes back through the exit is both inputs of a merge; then what comes back
        through the body takes the place of the second.
        """
        merged = self.merges.get(op)
        if merged is not None:
            if if_not is not None:
                add_back_edge(merged, if_not, check_shape=False)
        elif if_done is not None:
            merged = self.merges[op] = merge([if_done, if_done], name="b_switch")[0]
            return merged
        return None

    def finish(self) -> None:
        """Closes the loop of variables that do not depend on what they were before."""
        for merged in self.merges.values():
            if isinstance(merged, IndexedSlices):
                continue
            op = merged.op
            if op._inputs[0] is op._inputs[1]:
                op._update_input(1, self._zeros_for_next(op))

    def _zeros_for_next(self, merge: Operation) -> Tensor:
        entered = merge._inputs[0]
        context = self.grad_context
        if entered.shape.is_fully_defined():
            with context:
                zeros = constant(0, entered.dtype, shape=entered.shape)
                following: Tensor = next_iteration(zeros)
                return following
        with inside(context.outer_context):
            zeros = zeros_like(entered.op._inputs[0])
        with context:
            following = next_iteration(zeros)
            return following


class LoopGradients:
    """The loops that are differentiated by one call of tf.gradients."""

    def __init__(self) -> None:
        self._states: dict[WhileContext, GradLoopState] = {}

    def include(self, exit_op: Operation) -> list[Operation]:
        """Prepares the loop that an exit leaves; gives all exits of a loop that is new."""
        context = while_context_of(exit_op)
        if context in self._states:
            return []
        outer = context.outer_context
        outer_loop = None if outer is None else outer.while_context
        outer_state = None if outer_loop is None else self._states.get(outer_loop)
        state = GradLoopState(context, outer_state)
        self._states[context] = state
        return [tensor.op for tensor in state.forward_exits]

    def _state(self, op: Operation, before: bool = False) -> GradLoopState | None:
        context = while_context_of(op)
        if before and kind_of(op) == "exit":
            outer = context.outer_context
            context = None if outer is None else outer.while_context
        return None if context is None else self._states.get(context)

    @contextmanager
    def inside(self, op: Operation, before: bool) -> Iterator[None]:
        """The loop in which the gradient of `op` is made, or what comes `before` it."""
        state = self._state(op, before)
        with inside(None if state is None else state.grad_context):
            yield

    # -- Exits --------------------------------------------------------------------------------

    def unused_exits(self, waits_for: Counter[Operation], ys: Sequence[Operation]) -> list[Tensor]:
        """The exits on which no y depends, of loops none of whose exits is used."""
        found: list[Tensor] = []
        for state in self._states.values():
            for tensor in state.forward_exits:
                if not waits_for[tensor.op]:
                    state.pending_exits -= 1
                    if tensor.op not in ys:
                        state.unused_exits.append(tensor)
                    if not state.pending_exits:
                        found += state.unused_exits
            for tensor in state.forward_context.loop_enters:
                if not waits_for[tensor.op]:
                    waits_for[tensor.op] = 1
        return found

    def exits_with(self, tensor: Tensor) -> list[Tensor]:
        """All exits of a loop, once the last is known to be differentiated; none before."""
        state = self._state(tensor.op)
        assert state is not None
        state.deferred_exits.append(tensor)
        state.pending_exits -= 1
        return [] if state.pending_exits else [*state.deferred_exits, *state.unused_exits]

    def zeros_for_exit(self, tensor: Tensor) -> Tensor:
        """What comes back to an exit that is not used, of a loop that is differentiated."""
        forward = tensor.op._control_flow_context
        outer = forward.outer_context
        outer_loop = None if outer is None else outer.while_context
        outer_state = None if outer_loop is None else self._states.get(outer_loop)
        shape = tensor.shape
        with inside(None if outer_state is None else outer_state.grad_context):
            if shape.is_fully_defined():
                zeros: Tensor = constant(0, tensor.dtype, shape=shape, name="zeros")
                return zeros
        if outer_state is None:
            return zeros_like(tensor)
        with outer:
            size = Shape(tensor)
        stack = outer_state.remember(size)
        with outer_state.grad_context:
            return zeros_of_shape(outer_state.recall(stack, size), tensor)

    # -- Zeros for what is not used -------------------------------------------------------------

    def zeros_like(self, tensor: Tensor) -> Tensor | None:
        """What comes back to an output that is not used.  Called in the gradient's loop."""
        op = tensor.op
        if is_loop_switch(op):
            return None
        state = self._state(op)
        if state is None:
            return zeros_like(tensor)
        context = op._control_flow_context
        is_dead = kind_of(op) == "switch"
        is_handle = tensor.dtype is resource
        if is_handle or tensor.shape.is_fully_defined():
            zeros = (
                zeros_like_variable(tensor)
                if is_handle
                else constant(0, tensor.dtype, shape=tensor.shape)
            )
            if is_dead:
                pred = state.predicate_of(context.pred)
                zeros = switch_beside(zeros, pred)[1 - context.branch]
            return zeros
        if is_dead:
            shape = self._shape_on_other_branch(op)
        else:
            with context:
                shape = Shape(tensor)
        with state.grad_context.left():
            stack = state.remember(shape, is_dead)
        return zeros_of_shape(state.recall(stack, shape, is_dead), tensor)

    @staticmethod
    def _shape_on_other_branch(op: Operation) -> Tensor:
        context = op._control_flow_context
        with context.outer_context:
            other = switch_beside(op._inputs[0], context.pred)[1 - context.branch]
            shape: Tensor = Shape(other)
        other.op._set_control_flow_context(context)
        shape.op._set_control_flow_context(context)
        return shape

    def finish(self) -> None:
        """Completes the gradients' loops when all operations are differentiated."""
        for state in self._states.values():
            state.finish()


def loops_between(between: list[Operation], colocate: bool) -> LoopGradients | None:
    """What differentiates the loops among the operations; their other exits join the list."""
    loops: LoopGradients | None = None
    known = set(between)
    for op in between:
        if kind_of(op) == "exit":
            loops = loops or LoopGradients()
            with op.graph.colocate_with(op) if colocate else inside(None):
                for other in loops.include(op):
                    if other not in known:
                        known.add(other)
                        between.append(other)
    return loops


def _constant_enter(tensor: Tensor) -> Operation | None:
    """The Enter of a loop's constant that `tensor` is an identity of, if it is one."""
    op = tensor.op
    while op.type in ("Identity", "RefIdentity") or kind_of(op) == "switch":
        op = op._inputs[0].op
    is_constant = kind_of(op) == "enter" and op.attrs["is_constant"]
    return op if is_constant else None


def _cond_between(context: Any, outer: Any) -> Any:
    """The innermost conditional that `context` is in, below `outer`."""
    while context is not None and context is not outer:
        if context.is_cond:
            return context
        context = context.outer_context
    return None
