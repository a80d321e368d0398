"""WhileContext: a loop while it is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reflow.graph.control_flow import (
    ControlFlowContext,
    current_context,
    kind_of,
    output_context,
    while_context_of,
)
from reflow.graph.graph import get_default_graph
from reflow.graph.operation import Operation, Tensor
from reflow.ops.arrays import Identity
from reflow.ops.frames import enter

# Of these only the small result is kept for the gradient, not what they describe.
_DESCRIBE_A_SHAPE = ("Shape", "Size", "Rank")


class WhileContext(ControlFlowContext):
    """A loop: what it takes from outside enters its frame, once for all iterations.

    Args:
      maximum_iterations: a scalar tensor, or None.
      parallel_iterations, swap_memory: hints for the runtime, kept for exported graphs.
      back_prop: derivatives flow through the loop.
      grad_state: if this loop differentiates another one, the state of that.

    Attributes:
      pivot_for_pred, pivot_for_body: what operations without inputs wait for.
      pivot: whether the loop goes on.
      loop_enters, loop_exits: the loop variables as they enter and as they leave.
    """

    is_while = True

    def __init__(
        self,
        maximum_iterations: Tensor | None = None,
        parallel_iterations: int = 10,
        back_prop: bool = True,
        swap_memory: bool = False,
        name: str = "while_context",
        grad_state: Any = None,
    ) -> None:
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            raise ValueError(
                f"`parallel_iterations` must be a positive integer: {parallel_iterations}"
            )
        super().__init__(name)
        self.maximum_iterations = maximum_iterations
        self.parallel_iterations = parallel_iterations
        self.swap_memory = swap_memory
        self._back_prop = back_prop
        self._grad_state = grad_state
        self.pivot_for_pred: Tensor | None = None
        self.pivot_for_body: Tensor | None = None
        self.pivot: Tensor | None = None
        self.loop_enters: list[Any] = []
        self.loop_exits: list[Any] = []

    @property
    def while_context(self) -> WhileContext:
        return self

    @property
    def grad_state(self) -> Any:
        return self._grad_state

    @property
    def back_prop(self) -> bool:
        return self._back_prop

    @property
    def control_pivot(self) -> Tensor | None:
        return self.pivot_for_pred if self.pivot_for_body is None else self.pivot_for_body

    # -- What is inside -----------------------------------------------------------------------

    def add_value(self, value: Tensor) -> Tensor:
        if value in self.values or value.op._control_flow_context is self:
            return self.external_values.get(value, value)
        self.values.add(value)
        result = self._remembered(value)
        if result is None:
            outer = value if self.outer_context is None else self.outer_context.add_value(value)
            result = self._entered(outer)
        self.external_values[value] = result
        return result

    @staticmethod
    def _remembered(value: Tensor) -> Tensor | None:
        """What a loop's gradient uses for a value of that loop: what it was in each iteration."""
        building = current_context()
        gradient_loop = None if building is None else building.while_context
        if gradient_loop is None or gradient_loop.grad_state is None:
            return None
        made_in = while_context_of(value.op)
        if kind_of(value.op) == "exit":
            outer = made_in.outer_context
            made_in = None if outer is None else outer.while_context
        if made_in is not gradient_loop.grad_state.forward_context:
            return None
        real: Tensor = gradient_loop.grad_state.real_value(value)
        return real

    def _entered(self, value: Tensor) -> Tensor:
        with get_default_graph().control_dependencies(None):
            entered: Tensor = enter(value, self.name, True, self.parallel_iterations)
            entered.graph.prevent_feeding(entered)
            if self.outer_context is not None:
                self.outer_context.add_inner_op(entered.op)
        self.take_enters([entered])
        self.values.add(entered)
        return entered

    def take_enters(self, enters: Sequence[Tensor]) -> None:
        """Makes Enter operations part of this loop, with the control inputs that they need."""
        graph = get_default_graph()
        scopes = graph._scopes
        for entered in enters:
            controls = scopes.control_inputs_for([entered.op._inputs[0]])
            entered.op._set_control_flow_context(self)
            entered.op._add_control_inputs([op for op in controls if self._is_around(op)])
            for controller in scopes.controllers:
                controller.seen.add(entered.op)

    def _is_around(self, op: Operation) -> bool:
        """Whether `op` is outside of this loop, but inside the loop around."""
        outer = self.outer_context
        loop_around = None if outer is None else outer.while_context
        context = output_context(op)
        while outer is not context:
            if outer is None or outer is loop_around:
                return False
            outer = outer.outer_context
        return True

    def add_op(self, op: Operation) -> None:
        if op.type in _DESCRIBE_A_SHAPE and self._move_to_forward_loop(op):
            return
        self._take_in(op)

    def _move_to_forward_loop(self, op: Operation) -> bool:
        building = current_context()
        loop = None if building is None else building.while_context
        if loop is None or loop.grad_state is None:
            return False
        source = op._inputs[0].op
        if while_context_of(source) is not loop.grad_state.forward_context:
            return False
        context = source._control_flow_context
        op._set_control_flow_context(context)
        if context.is_while:
            context._take_in(op)
        else:
            context.add_op(op)
        return True

    def _take_in(self, op: Operation) -> None:
        for index, tensor in enumerate(list(op._inputs)):
            inside = self.add_value(tensor)
            if inside is not tensor:
                op._update_input(index, inside)
        internal, external = self._drop_external_controls(op)
        needs_pivot = self._depends_on_constants_only(op) if op._inputs else not internal
        if needs_pivot and self.control_pivot is not None:
            op._add_control_input(self.control_pivot.op)
        self.values.update(op._outputs)
        if external:
            self._wait_inside(op, external)
        if self.outer_context is not None or kind_of(op) != "exit":
            op.graph.prevent_fetching(op)
            for tensor in op._outputs:
                op.graph.prevent_feeding(tensor)
        if self.outer_context is not None:
            self.outer_context.add_inner_op(op)

    @staticmethod
    def _depends_on_constants_only(op: Operation) -> bool:
        """Whether nothing that `op` takes tells it in which iteration it is."""
        return not op._control_inputs and all(
            kind_of(tensor.op) == "enter" and tensor.op.attrs["is_constant"]
            for tensor in op._inputs
        )

    def _wait_inside(self, op: Operation, controls: Sequence[Operation]) -> None:
        """Makes `op` wait for operations outside, by values of theirs that enter the loop."""
        graph = get_default_graph()
        with graph.control_dependencies(None), self:
            entered = [Identity(control._outputs[0]).op for control in controls if control._outputs]
        op._add_control_inputs(entered)

    def accumulated(self, op: Operation, gradient: Any) -> Any:
        """The sum of a gradient over the iterations, for an Enter of a loop's constant."""
        from reflow.ops.control_flow.accumulators import accumulate

        return accumulate(self, op, gradient)
